"""`workbench evaluate enhance` over a set of two synthetic pairs."""

import json

import numpy as np
import pytest
import soundfile

from workbench.cli import main

pytest.importorskip("pesq")
pytest.importorskip("pystoi")


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(1)
    time_s = np.arange(72000) / 48000
    for number, f0_hz in enumerate((110, 190)):
        voice = sum(np.cos(2 * np.pi * f0_hz * k * time_s + k * k) / k for k in range(1, 25))
        clean = 0.05 * voice * (np.sin(2 * np.pi * 2.5 * time_s) > 0)
        soundfile.write(tmp_path / f"00{number}_clean.wav", clean, 48000)
        soundfile.write(tmp_path / f"00{number}_noisy.wav", clean + 0.03 * rng.standard_normal(72000), 48000)
    index = [{"name": "000", "snr_db": 5, "noise": "white"}, {"name": "001", "snr_db": 0, "noise": "white"}]
    (tmp_path / "index.json").write_text(json.dumps(index))
    return tmp_path


def _evaluate(folder, *more):
    return main(["evaluate", "enhance", "--set", str(folder), "--jobs", "1", *more])


def test_json_holds_means_classes_and_files(folder, capsys):
    assert _evaluate(folder, "--methods", "noisy", "oracle-comb", "--json", "-") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1 and list(document["methods"]) == ["noisy", "oracle-comb"]
    noisy, oracle = (document["methods"][name] for name in ("noisy", "oracle-comb"))
    assert list(noisy["by_snr_db"]) == ["0", "5"] and len(noisy["files"]) == 2
    assert oracle["mean"]["pesq"] > noisy["mean"]["pesq"] + 0.3
    assert oracle["mean"]["si_sdr_db"] > noisy["mean"]["si_sdr_db"] + 3
    assert noisy["mean"]["ovrl"] is None


def test_table_and_file(folder, tmp_path, capsys):
    assert _evaluate(folder, "--methods", "noisy", "--limit", "1", "--json", str(tmp_path / "out.json")) == 0
    assert "PESQ" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "out.json").read_text())["methods"]["noisy"]["files"]) == 1


def test_plots_over_snr(folder, tmp_path):
    assert _evaluate(folder, "--methods", "noisy", "oracle-bands", "--plots", str(tmp_path / "plots")) == 0
    names = {path.name for path in (tmp_path / "plots").iterdir()}
    assert {"pesq_by_snr_db.svg", "stoi_by_snr_db.svg", "si_sdr_db_by_snr_db.svg"} <= names
    assert "ovrl_by_snr_db.svg" not in names
    assert "oracle-bands" in (tmp_path / "plots" / "pesq_by_snr_db.svg").read_text()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--methods", "stairs"), "no such method"),
        (("--methods", "noisy", "--limit", "0"), "1 or more"),
        (("--methods", "noisy", "--dnsmos", "nowhere"), "sig_bak_ovr.onnx: no such file"),
        (("--methods", "noisy", "--param", "enhance.colour=1"), "no such parameter"),
    ],
)
def test_bad_arguments(folder, capsys, more, message):
    assert _evaluate(folder, *more) == 2
    assert message in capsys.readouterr().err


def test_a_folder_that_is_no_set(tmp_path, capsys):
    assert _evaluate(tmp_path, "--methods", "noisy") == 2
    assert "no pairs" in capsys.readouterr().err
