import sys

import numpy as np
import pytest

from workbench.core.errors import EarshotError
from workbench.evaluation import bench
from workbench.evaluation.reference_networks import float_model, float_network
from workbench.evaluation.reference_networks import float_network_available as onnx_available


def test_every_case_runs_and_is_a_row_of_the_contract():
    for case in bench.cases():
        if case.stage == "enhance":
            row = bench.measure(case, 0.2)
            given = {"stage", "case", "p50_us", "p99_us", "paced_p50_us", "core_percent", "reference"}
            assert row.keys() == given | {"paced_p99_us", "load_s", "growth_mb"}
            assert 0 < row["p50_us"] <= row["p99_us"] and row["core_percent"] > 0
            assert row["paced_p50_us"] <= row["paced_p99_us"] and row["load_s"] > 0 and row["growth_mb"] < 50
            if row["reference"] is not None:
                assert row["reference"].keys() == {"name", "p50_us", "core_percent"}


def test_the_row_of_two_full_networks_runs_both_in_every_hop(monkeypatch):
    from workbench.enhance.runtime import NetworkGains

    (case,) = (case for case in bench.cases() if "two full networks" in case.case)
    ran, predict = [], NetworkGains.predict
    monkeypatch.setattr(NetworkGains, "predict", lambda self, x: (ran.append(self.facts.file), predict(self, x))[1])
    step = case.make()
    outputs = [step(number) for number in range(20)]
    assert all(np.isfinite(one.samples).all() for one in outputs) and np.abs(outputs[-1].samples).max() > 1e-4
    assert ran == ["percepnet.onnx"] * 40


def test_installed_networks_are_among_the_cases(tmp_path, monkeypatch):
    from workbench.enhance import models

    assert any(case.case.startswith("percepnet-small") for case in bench.cases())
    monkeypatch.setattr(models, "models_folder", lambda: tmp_path)
    assert not any("percepnet" in case.case for case in bench.cases())


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


def test_rows_of_the_start_are_medians_of_what_the_program_says():
    said = iter([9.0, 1.0, 3.0, 2.0])  # the first one is not counted

    def start():
        window_s = next(said)
        return {"window_s": window_s, "sound_s": window_s + 0.5, "column_s": window_s + 1.0, "cpu_s": window_s + 1.0}

    rows = bench.start_rows(3, start)
    assert [row["p50_us"] for row in rows] == [2e6, 2.5e6, 3e6]
    assert [row["p99_us"] for row in rows] == [3e6, 3.5e6, 4e6]
    assert {row["stage"] for row in rows} == {"start"} and rows[0]["core_percent"] == pytest.approx(100)


def test_the_program_says_how_long_its_start_took():
    times = bench._start()
    assert times.keys() == {"window_s", "sound_s", "column_s", "cpu_s"}
    # Window and sound are begun beside each other, and which is there first is up to the machine; a column shows both.
    assert 0 < times["window_s"] <= times["column_s"] and 0 < times["sound_s"] <= times["column_s"]
    assert times["cpu_s"] > 0


def test_a_program_that_does_not_start_is_said(monkeypatch):
    monkeypatch.setattr(bench, "program", lambda: [sys.executable, "-c", "raise SystemExit('no display here')"])
    with pytest.raises(EarshotError, match="no display here"):
        bench._start()
