"""Sets, tasks and summaries."""

import json

import numpy as np
import pytest
import soundfile

from workbench.core.errors import InputError
from workbench.core.params import EnhanceParams
from workbench.evaluation import quality
from workbench.evaluation.metrics import Scores
from workbench.evaluation.quality import Result, Task, check_methods, enhance, mean_scores, run_task, summary
from workbench.evaluation.testset import load_pair, read_set


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(1)
    time_s = np.arange(48000) / 48000
    voice = sum(np.cos(2 * np.pi * 130 * k * time_s + k * k) / k for k in range(1, 25))
    clean = 0.05 * voice * (np.sin(2 * np.pi * 3 * time_s) > 0)
    for name, suffix, rate_hz in (("000", "wav", 48000), ("001", "flac", 16000)):
        step = 48000 // rate_hz
        for kind, x in (("clean", clean), ("noisy", clean + 0.02 * rng.standard_normal(48000))):
            soundfile.write(tmp_path / f"{name}_{kind}.{suffix}", x[::step], rate_hz)
    (tmp_path / "index.json").write_text(json.dumps([{"name": "000", "snr_db": 5, "noise": "white"}]))
    return tmp_path


def test_pairs_with_what_the_index_knows(folder):
    first, second = read_set(folder)
    assert (first.name, first.snr_db, first.noise) == ("000", 5, "white")
    assert (second.name, second.snr_db) == ("001", None)
    clean, noisy = load_pair(second)
    assert clean.shape == noisy.shape == (48000,)


def test_sets_that_are_none(folder, tmp_path_factory):
    with pytest.raises(InputError, match="no pairs"):
        read_set(tmp_path_factory.mktemp("empty"))
    (folder / "index.json").write_text("{}x")
    with pytest.raises(InputError, match="not an index"):
        read_set(folder)
    (folder / "index.json").unlink()
    (folder / "000_clean.wav").unlink()
    with pytest.raises(InputError, match="000_clean is missing"):
        read_set(folder)
    (folder / "001_noisy.flac").write_text("text")
    with pytest.raises(InputError, match="not a readable sound file"):
        load_pair(read_set_one(folder))


def test_files_of_different_length_are_no_pair(folder):
    sound, rate_hz = soundfile.read(folder / "000_clean.wav")
    soundfile.write(folder / "000_clean.wav", sound[:-2000], rate_hz)
    clean, noisy = load_pair(read_set(folder)[0])
    assert clean.shape == noisy.shape == (46000,)
    soundfile.write(folder / "000_clean.wav", sound[:-9000], rate_hz)
    with pytest.raises(InputError, match="not the same recording"):
        load_pair(read_set(folder)[0])


def read_set_one(folder):
    (folder / "000_noisy.wav").unlink()
    return read_set(folder)[0]


def test_methods_are_checked_before_anything_runs():
    check_methods(["noisy", "classical", "percepnet-small", "oracle-comb"])
    with pytest.raises(InputError, match="stairs: no such method"):
        check_methods(["stairs"])
    with pytest.raises(InputError, match="no such file"):
        check_methods(["nowhere/net.onnx"])


def test_enhanced_signals_are_aligned_with_their_input():
    x = np.zeros(24000, dtype=np.float32)
    x[12000:12200] = np.hanning(200)
    passed = enhance(x, "none", EnhanceParams())
    np.testing.assert_allclose(passed, x, atol=1e-5)


def test_a_task_scores_the_level_it_was_given(folder, monkeypatch):
    monkeypatch.setattr(quality, "score", lambda clean, enhanced, dnsmos: Scores(1.0, 2.0, float(np.max(enhanced))))
    pair = read_set(folder)[0]
    plain = run_task(Task(pair, "noisy", EnhanceParams(), None))
    quiet = run_task(Task(pair, "noisy", EnhanceParams(), None, gain_db=-20.0))
    assert quiet.peak_dbfs == pytest.approx(plain.peak_dbfs - 20, abs=1e-3)
    assert quiet.scores.si_sdr_db == pytest.approx(0.1 * plain.scores.si_sdr_db, rel=1e-4)


def test_summary_by_snr_and_level_leaves_nan_out():
    nan = float("nan")
    results = [
        Result("000", "noisy", 0.0, -3.0, Scores(1.0, 0.5, 0.0)),
        Result("001", "noisy", 5.0, -13.0, Scores(2.0, 0.7, nan)),
        Result("002", "noisy", 5.0, float("-inf"), Scores(3.0, 0.9, 4.0)),
    ]
    table = summary(results)["noisy"]
    assert table["mean"]["pesq"] == pytest.approx(2.0) and table["mean"]["si_sdr_db"] == pytest.approx(2.0)
    assert table["by_snr_db"]["5"]["stoi"] == pytest.approx(0.8)
    assert sorted(table["by_peak_dbfs"], key=float) == ["-100", "-20", "-10"]
    assert np.isnan(mean_scores(results)["ovrl"])
