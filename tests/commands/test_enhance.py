import numpy as np
import pytest
import soundfile

from workbench.cli import main

RATE_HZ = 48000


def _pair(folder, rate_hz=RATE_HZ, channels=1, clean_channels=1, seconds=1.0):
    """A buzz, and the buzz in noise, as files; returns their paths and samples."""
    rng = np.random.default_rng(0)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    clean = 0.1 * sum(np.sin(2 * np.pi * 130 * k * t) / k for k in range(1, 20)) * (np.sin(2 * np.pi * 2 * t) ** 2)
    noisy = clean[:, None] + 0.05 * rng.standard_normal((len(t), channels))
    soundfile.write(folder / "noisy.wav", noisy, rate_hz, subtype="FLOAT")
    soundfile.write(folder / "clean.wav", np.repeat(clean[:, None], clean_channels, 1), rate_hz, subtype="FLOAT")
    return str(folder / "noisy.wav"), str(folder / "clean.wav"), noisy, clean


def _error_db(estimate, clean):
    return 10 * np.log10(np.sum((estimate - clean) ** 2) / np.sum(clean**2))


@pytest.mark.parametrize("rung", ["magnitude", "bands", "comb", "postfilter"])
def test_every_rung_of_the_oracle_ladder(tmp_path, rung):
    noisy_path, clean_path, noisy, clean = _pair(tmp_path)
    out = tmp_path / "out.wav"
    assert main(["enhance", noisy_path, str(out), "--oracle", clean_path, "--rung", rung]) == 0
    sound, rate_hz = soundfile.read(out, always_2d=True)
    assert rate_hz == RATE_HZ and sound.shape == noisy.shape
    assert _error_db(sound[:, 0], clean) < _error_db(noisy[:, 0], clean) - 3


@pytest.mark.parametrize(("rate_hz", "channels", "clean_channels"), [(44100, 2, 1), (16000, 2, 2), (48000, 1, 1)])
def test_the_oracle_keeps_rate_length_channels_and_place(tmp_path, rate_hz, channels, clean_channels):
    noisy_path, clean_path, noisy, clean = _pair(tmp_path, rate_hz, channels, clean_channels, seconds=0.77)
    out = tmp_path / "out.flac"
    assert main(["enhance", noisy_path, str(out), "--oracle", clean_path, "--rung", "magnitude"]) == 0
    sound, written_hz = soundfile.read(out, always_2d=True)
    assert written_hz == rate_hz and sound.shape == noisy.shape
    for channel in sound.T:
        assert _error_db(channel, clean) < _error_db(noisy[:, 0], clean) - 3


@pytest.mark.parametrize(
    ("clean", "words"),
    [
        (dict(rate_hz=44100), "sample rate is 44100"),
        (dict(seconds=0.9), "43200 samples"),
        (dict(clean_channels=3), "3 channels"),
    ],
)
def test_a_clean_file_that_does_not_fit_is_refused(tmp_path, capsys, clean, words):
    (tmp_path / "other").mkdir()
    noisy_path = _pair(tmp_path, channels=2)[0]
    clean_path = _pair(tmp_path / "other", **clean)[1]
    out = tmp_path / "out.wav"
    assert main(["enhance", noisy_path, str(out), "--oracle", clean_path]) == 2
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_oracle_options_that_contradict_are_refused(tmp_path, capsys):
    noisy, clean, *_ = _pair(tmp_path)
    out = str(tmp_path / "out.wav")
    assert main(["enhance", noisy, out, "--rung", "comb"]) == 2
    assert "--oracle" in capsys.readouterr().err
    assert main(["enhance", noisy, out, "--oracle", clean, "--method", "classical"]) == 2
    assert "--method" in capsys.readouterr().err
    assert main(["enhance", noisy, out, "--oracle", str(tmp_path / "missing.wav")]) == 2
    assert "missing.wav" in capsys.readouterr().err


def test_a_network_that_is_not_installed_is_refused(tmp_path, capsys, monkeypatch):
    from workbench.enhance import models

    monkeypatch.setattr(models, "models_folder", lambda: tmp_path)
    out = tmp_path / "out.wav"
    assert main(["enhance", _pair(tmp_path)[0], str(out), "--method", "percepnet-small"]) == 2
    assert "percepnet-small cannot be used" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("method", ["percepnet-small", "classical"])
def test_live_from_file_to_file_gives_the_same_samples(tmp_path, method):
    noisy = _pair(tmp_path, channels=2)[0]
    settings = f"enhance.method={method}"
    assert main(["enhance", noisy, str(tmp_path / "a.wav"), "--method", method]) == 0
    files = ["--source", f"file:{noisy}", "--sink", f"file:{tmp_path / 'b.wav'}"]
    assert main(["live", *files, "--set", settings, "--set", "render.enabled=false"]) == 0
    a, b = (soundfile.read(tmp_path / name)[0] for name in ("a.wav", "b.wav"))
    assert np.abs(a).max() > 0.01
    np.testing.assert_array_equal(a, b)
