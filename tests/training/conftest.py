"""Training tests run on one thread: their products are tiny, and threads that wait for each other take longer. Each
begins with the same random numbers, whatever was tested before."""

import contextlib

import pytest


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    with contextlib.suppress(ImportError):
        import torch

        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _same_numbers():
    with contextlib.suppress(ImportError):
        import torch

        torch.manual_seed(1)
