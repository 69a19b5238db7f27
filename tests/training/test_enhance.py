"""From a request to a plan."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

from workbench.training import enhance
from workbench.training.enhance import TrainingRequest


def test_a_trained_start_is_treated_gently():
    request = TrainingRequest((Path("speech"),), (Path("noise"),), (), Path("net.onnx"))
    for size in ("small", "full"):
        fresh = enhance._plan(replace(request, size=size), Path("checkpoint.pt"))
        started = enhance._plan(replace(request, size=size, start=Path("small.pt")), Path("checkpoint.pt"))
        assert started.peak_rate < 0.5 * fresh.peak_rate
        assert replace(started, peak_rate=fresh.peak_rate) == fresh
