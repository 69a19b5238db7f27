"""The shipped networks as they run: streaming, level-free, and refusing what is not theirs."""

import gc
import hashlib
import weakref
from dataclasses import replace

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.enhance import runtime
from workbench.enhance.features import FeatureExtractor
from workbench.enhance.models import load_model, models_folder, read_manifest, write_manifest_entry
from workbench.enhance.runtime import NetworkGains, estimated_snr_db


def _noisy_tone(seconds=1.0):
    rng = np.random.default_rng(1)
    time_s = np.arange(int(48000 * seconds)) / 48000
    voice = sum(np.cos(2 * np.pi * 150 * k * time_s + k * k) / k for k in range(1, 30))
    return (0.05 * voice + 0.02 * rng.standard_normal(len(time_s))).astype(np.float32)


def _gains(network, x):
    extractor = FeatureExtractor(network.channels)
    hops = [x[..., k : k + 480].reshape(-1, 480) for k in range(0, x.shape[-1] - 479, 480)]
    estimates = [network.process(extractor.process(hop)) for hop in hops]
    return np.stack([e.gain for e in estimates]), np.stack([e.strength for e in estimates])


@pytest.fixture(scope="module", params=sorted(read_manifest()))
def name(request):
    return request.param


def test_gains_and_strengths_are_between_zero_and_one(name):
    gain, strength = _gains(NetworkGains(1, name), _noisy_tone())
    assert gain.shape == strength.shape == (100, 1, 34)
    for values in (gain, strength):
        assert np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1


def test_two_settings_share_the_weights_of_one_network_and_nothing_else(name, monkeypatch):
    monkeypatch.setattr(runtime, "_in_use", weakref.WeakValueDictionary())  # not with what other tests still hold
    x = _noisy_tone()
    alone = _gains(NetworkGains(1, name), x)
    first, second = NetworkGains(1, name), NetworkGains(1, name)
    assert first._run.__self__ is second._run.__self__
    _gains(second, x[::-1].copy())  # what the other one has heard is the other one's
    np.testing.assert_array_equal(_gains(first, x), alone)
    session = weakref.ref(first._run.__self__)
    del first, second
    gc.collect()
    assert session() is None  # nobody uses it: its memory goes


def test_channels_do_not_mix(name):
    x = _noisy_tone()
    both = np.stack([x, x[::-1].copy()])
    together, _ = _gains(NetworkGains(2, name), both)
    alone, _ = _gains(NetworkGains(1, name), x)
    # 8-bit activations share one scale over the channels of a call, so equality is not to the bit.
    np.testing.assert_allclose(together[:, 0], alone[:, 0], atol=0.08)


def test_level_does_not_matter(name):
    x = _noisy_tone()
    reference, _ = _gains(NetworkGains(1, name), x)
    quiet, _ = _gains(NetworkGains(1, name), x * np.float32(10 ** (-40 / 20)))
    assert np.abs(reference - quiet).mean() < 0.01


def test_noise_alone_is_turned_down(name):
    noise = (0.05 * np.random.default_rng(2).standard_normal(96000)).astype(np.float32)
    gain, _ = _gains(NetworkGains(1, name), noise)
    assert gain[100:].mean() < 0.15


def test_a_file_that_is_no_network_is_refused(tmp_path):
    facts, _ = load_model("percepnet-small")
    data = b"not a network"
    (tmp_path / "net.onnx").write_bytes(data)
    write_manifest_entry(tmp_path, "net", replace(facts, file="net.onnx", sha256=hashlib.sha256(data).hexdigest()))
    with pytest.raises(InputError, match="onnxruntime cannot load it"):
        NetworkGains(1, tmp_path / "net.onnx")


@pytest.mark.parametrize("in_use", [False, True], ids=["alone", "beside the right one in use"])
def test_a_network_with_another_state_is_refused(tmp_path, in_use):
    right = NetworkGains(1, "percepnet-small") if in_use else None
    facts, data = load_model("percepnet-small")
    (tmp_path / "net.onnx").write_bytes(data)
    write_manifest_entry(tmp_path, "net", replace(facts, file="net.onnx", state=facts.state + 1))
    with pytest.raises(InputError, match="inputs and outputs"):
        NetworkGains(1, tmp_path / "net.onnx")
    del right


def test_every_shipped_model_has_a_card(name):
    assert (models_folder() / f"{name}.md").is_file()


def test_snr_follows_the_gains():
    energy = np.ones((1, 34), dtype=np.float32)
    assert estimated_snr_db(np.full((1, 34), np.sqrt(0.5), np.float32), energy)[0] == pytest.approx(0, abs=1e-3)
    assert np.isnan(estimated_snr_db(np.ones((1, 34), np.float32), 0 * energy)[0])
