"""A busy machine may take longer to list its devices than a person would wait for them."""

import pytest

from workbench.audio import devices


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    monkeypatch.setattr(devices, "LIST_TIMEOUT_S", 120.0)
