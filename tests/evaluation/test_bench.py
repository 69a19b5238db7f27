import numpy as np
import pytest

from workbench.evaluation import bench
from workbench.evaluation.bench_cases import cases
from workbench.evaluation.bench_timing import Case, measure
from workbench.evaluation.reference_networks import float_model, float_network
from workbench.evaluation.reference_networks import float_network_available as onnx_available


def test_every_case_runs_and_is_a_row_of_the_contract():
    for case in cases():
        if case.stage == "enhance":
            row = measure(case, 0.2)
            given = {"stage", "case", "p50_us", "p99_us", "paced_p50_us", "core_percent", "reference"}
            assert row.keys() == given | {"paced_p99_us", "load_s", "growth_mb"}
            assert 0 < row["p50_us"] <= row["p99_us"] and row["core_percent"] > 0
            assert row["paced_p50_us"] <= row["paced_p99_us"] and row["load_s"] > 0 and row["growth_mb"] < 50
            if row["reference"] is not None:
                assert row["reference"].keys() == {"name", "p50_us", "core_percent"}


def test_only_the_stage_that_is_asked_for_is_measured(monkeypatch):
    idle, made, told = lambda number: None, [], []
    some = [Case(stage, "idle", lambda stage=stage: (made.append(stage), idle)[1]) for stage in ("beam", "room")]
    monkeypatch.setattr(bench, "cases", lambda: some)
    monkeypatch.setattr(bench.kernel_loader, "load", lambda: True)
    monkeypatch.setattr(bench, "start_rows", lambda: [{"stage": "start"}])
    assert bench.stages() == {"beam", "room", "start"}
    assert [row["stage"] for row in bench.run(0.001, "room", told.append)] == ["room"]
    assert made == ["room"] and told == ["room: idle"]
    assert [row["stage"] for row in bench.run(0.001, None, told.append)] == ["beam", "room", "start"]


def test_the_row_of_two_full_networks_runs_both_in_every_hop(monkeypatch):
    from workbench.enhance.runtime import NetworkGains

    (case,) = (case for case in cases() if "two full networks" in case.case)
    ran, predict = [], NetworkGains.predict
    monkeypatch.setattr(NetworkGains, "predict", lambda self, x: (ran.append(self.facts.file), predict(self, x))[1])
    step = case.make()
    outputs = [step(number) for number in range(20)]
    assert all(np.isfinite(one.samples).all() for one in outputs) and np.abs(outputs[-1].samples).max() > 1e-4
    assert ran == ["percepnet.onnx"] * 40


def test_installed_networks_are_among_the_cases(tmp_path, monkeypatch):
    from workbench.enhance import models

    assert any(case.case.startswith("percepnet-small") for case in cases())
    monkeypatch.setattr(models, "models_folder", lambda: tmp_path)
    assert not any("percepnet" in case.case for case in cases())


@pytest.mark.skipif(not onnx_available(), reason="needs onnx")
def test_the_float_network_is_the_same_network():
    """Close to the 8-bit one on the same input, as far as 8 bits go, and without integer products."""
    import onnx

    from workbench.enhance.models import load_model
    from workbench.enhance.runtime import NetworkGains

    facts, data = load_model("percepnet-small")
    kinds = {node.op_type for node in onnx.load_from_string(float_model(data)).graph.node}
    assert "MatMul" in kinds and not kinds & {"MatMulInteger", "DynamicQuantizeLinear"}
    run, network = float_network("percepnet-small"), NetworkGains(1)
    state = np.zeros((1, facts.state), dtype=np.float32)
    rng, differences = np.random.default_rng(0), []
    for _ in range(50):
        features = rng.standard_normal((1, facts.features)).astype(np.float32)
        gain, _, state = run(features, state)
        differences.append(np.abs(gain - network.predict(features)[0]).mean())
    assert np.mean(differences) < 0.03
