"""Scores against closed forms and their own limits."""

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.evaluation.metrics import Dnsmos, score, si_sdr_db


def test_si_sdr_ignores_scale_and_knows_the_noise():
    rng = np.random.default_rng(1)
    x = rng.standard_normal(48000)
    noise = rng.standard_normal(48000)
    noise -= (noise @ x) / (x @ x) * x
    noise *= np.sqrt((x @ x) / (noise @ noise)) * 10 ** (-12 / 20)
    assert si_sdr_db(x, 0.3 * (x + noise)) == pytest.approx(12, abs=1e-9)
    assert si_sdr_db(x, 2 * x) > 250
    assert np.isnan(si_sdr_db(0 * x, x)) and np.isnan(si_sdr_db(x, 0 * x))


def test_a_signal_against_itself_and_against_noise():
    pytest.importorskip("pesq")
    pytest.importorskip("pystoi")
    rng = np.random.default_rng(2)
    time_s = np.arange(96000) / 48000
    voice = sum(np.cos(2 * np.pi * 130 * k * time_s + k * k) / k for k in range(1, 25))
    voice *= 0.05 * (np.sin(2 * np.pi * 3 * time_s) > 0)
    same = score(voice, voice)
    noisy = score(voice, voice + 0.05 * rng.standard_normal(96000))
    assert same.pesq == pytest.approx(4.64, abs=0.01) and same.stoi == pytest.approx(1, abs=1e-6)
    assert noisy.pesq < 2.5 and noisy.stoi < 0.95
    assert np.isnan(same.ovrl)


def test_a_missing_dnsmos_model_is_named(tmp_path):
    with pytest.raises(InputError, match=r"sig_bak_ovr\.onnx: no such file"):
        Dnsmos(tmp_path)
    (tmp_path / "sig_bak_ovr.onnx").write_bytes(b"none")
    with pytest.raises(InputError, match="cannot load"):
        Dnsmos(tmp_path)
