"""Training tests run on one thread: their products are tiny, and threads that wait for each other take longer."""

import contextlib

import pytest


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    with contextlib.suppress(ImportError):
        import torch

        torch.set_num_threads(1)
