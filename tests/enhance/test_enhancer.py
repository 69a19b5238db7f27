from dataclasses import replace

import numpy as np
import pytest

from workbench.core.params import EnhanceParams
from workbench.dsp.bands import HOP
from workbench.enhance.enhancer import Enhancer
from workbench.enhance.estimator import Estimate

OFF = replace(EnhanceParams(), enabled=False)


def _run(enhancer, x, params):
    hops = [enhancer.process(x[:, k : k + HOP], params) for k in range(0, x.shape[1] - HOP + 1, HOP)]
    return np.concatenate(hops, axis=1)


@pytest.fixture
def noise():
    return (0.05 * np.random.default_rng(0).standard_normal((2, HOP * 200))).astype(np.float32)


@pytest.mark.parametrize(
    "params", [OFF, replace(EnhanceParams(), method="none"), replace(EnhanceParams(), strength_percent=0.0)]
)
def test_without_effect_it_is_a_pure_delay(noise, params):
    if params.enabled and params.method != "none":
        params = replace(params, postfilter_beta=0.0)
    enhancer = Enhancer(2)
    y = _run(enhancer, noise, params)
    np.testing.assert_allclose(y[:, enhancer.latency :], noise[:, : -enhancer.latency], atol=2e-6)


def test_delay_is_thirty_milliseconds():
    assert Enhancer(1).latency == 1440


@pytest.mark.parametrize("limit_db", [6.0, 12.0])
def test_stationary_noise_is_reduced_by_at_most_the_attenuation_limit(noise, limit_db):
    params = replace(EnhanceParams(), attenuation_limit_db=limit_db, postfilter_beta=0.0)
    y = _run(Enhancer(2), noise, params)
    reduction_db = 20 * np.log10(noise[:, -24000:].std() / y[:, -24000:].std())
    assert 0.7 * limit_db < reduction_db < limit_db + 0.1


def test_digital_silence_stays_digital_silence():
    enhancer = Enhancer(1)
    _run(enhancer, (0.1 * np.random.default_rng(1).standard_normal((1, HOP * 50))).astype(np.float32), EnhanceParams())
    y = _run(enhancer, np.zeros((1, HOP * 20), dtype=np.float32), EnhanceParams())
    assert not y[:, HOP * 4 :].any()


def test_switching_the_method_makes_no_step():
    t = np.arange(HOP * 100) / 48000
    x = (0.3 * np.sin(2 * np.pi * 300 * t)).astype(np.float32)[None]
    enhancer = Enhancer(1)
    parts = [
        enhancer.process(x[:, k : k + HOP], EnhanceParams() if (k // HOP) // 10 % 2 else OFF)
        for k in range(0, x.shape[1], HOP)
    ]
    y = np.concatenate(parts, axis=1)[0, 4800:]
    slope = 2 * np.pi * 300 / 48000 * 0.3
    assert np.abs(np.diff(y)).max() < 1.3 * slope


def test_output_gain_is_ramped(noise):
    enhancer = Enhancer(2)
    _run(enhancer, noise, OFF)
    louder = replace(OFF, output_gain_db=6.0)
    first = enhancer.process(np.ones((2, HOP), dtype=np.float32) * 0, louder)
    again = _run(enhancer, noise, louder)
    assert np.isfinite(first).all()
    np.testing.assert_allclose(
        again[:, enhancer.latency : enhancer.latency + 4800], 10 ** (6 / 20) * noise[:, :4800], atol=1e-5
    )


def test_state_tells_the_gains_applied(noise):
    enhancer = Enhancer(2)
    _run(enhancer, noise, EnhanceParams())
    assert enhancer.state.gain.shape == (34,)
    assert enhancer.state.gain.mean() < 0.2
    assert not enhancer.state.gain.flags.writeable


def test_an_estimator_for_other_channels_is_refused():
    from workbench.enhance.classical import ClassicalGains

    with pytest.raises(ValueError, match="channels"):
        Enhancer(2).install("percepnet", ClassicalGains(1))


def test_dry_is_the_input_in_step_bit_for_bit_and_half_is_the_mean(noise):
    params = replace(EnhanceParams(), method="classical")
    wet = _run(Enhancer(2), noise, params)
    dry = _run(Enhancer(2), noise, replace(params, mix_percent=0.0))
    half = _run(Enhancer(2), noise, replace(params, mix_percent=50.0))
    delayed = np.concatenate([np.zeros((2, 1440), dtype=np.float32), noise[:, :-1440]], axis=1)
    np.testing.assert_array_equal(dry, delayed)
    np.testing.assert_allclose(half, (wet + delayed) / 2, atol=1e-6)
    assert np.abs(wet - dry).max() > 0.01


def test_moving_dry_wet_makes_no_step():
    x = (0.3 * np.sin(2 * np.pi * 300 * np.arange(HOP * 60) / 48000)).astype(np.float32)[None]
    params = replace(EnhanceParams(), method="classical", attenuation_limit_db=20.0)
    enhancer = Enhancer(1)
    parts = [
        enhancer.process(x[:, k : k + HOP], replace(params, mix_percent=100.0 * (k // HOP // 7 % 2)))
        for k in range(0, x.shape[1], HOP)
    ]
    y = np.concatenate(parts, axis=1)[0, 4800:]
    assert np.abs(np.diff(y)).max() < 1.5 * 0.3 * 2 * np.pi * 300 / 48000


class _Steps:
    """An estimator whose gains jump from 0.2 to 1 at hop 50."""

    channels = 1

    def __init__(self):
        self.reset()

    def reset(self):
        self.hop = 0

    def process(self, frame):
        self.hop += 1
        gain = np.full((1, 34), 0.2 if self.hop <= 50 else 1.0, dtype=np.float32)
        return Estimate(gain, gain, np.zeros(1, dtype=np.float32))


@pytest.mark.parametrize("time_ms", [0.0, 20.0, 100.0])
def test_smoothing_has_its_time_constant(noise, time_ms):
    params = replace(
        EnhanceParams(),
        method="percepnet-small",
        smoothing_ms=time_ms,
        decay_ms=20.0,
        attenuation_limit_db=60.0,
        comb_percent=100.0,
    )
    enhancer = Enhancer(1, {"percepnet-small": _Steps()})
    gains, strengths = [], []
    for k in range(100):
        enhancer.process(noise[:1, k * HOP : (k + 1) * HOP], params)
        gains.append(enhancer.state.gain[3])
        strengths.append(enhancer.state.strength[3])
    steps = np.arange(1, 51)
    wanted = 1 - 0.8 * (np.exp(-10 * steps / time_ms) if time_ms else np.zeros(50))
    np.testing.assert_allclose(gains[50:], wanted, atol=1e-5)
    np.testing.assert_allclose(strengths[50:], wanted, atol=1e-5)
    assert gains[49] == pytest.approx(0.2)


def test_a_network_from_a_file_is_found_under_its_path(noise):
    params = replace(EnhanceParams(), method="percepnet-small", model="/somewhere/mine.onnx")
    assert params.network == "/somewhere/mine.onnx"
    assert replace(params, model="").network == "percepnet-small"
    assert replace(params, method="classical").network is None and replace(params, enabled=False).network is None
    enhancer = Enhancer(1, {"percepnet-small": _Steps()})
    enhancer.process(noise[:1, :HOP], params)
    assert enhancer._estimators["percepnet-small"].hop == 0  # not another network in its place: the classical method
    enhancer.install("/somewhere/mine.onnx", _Steps())
    enhancer.process(noise[:1, :HOP], params)
    assert enhancer._estimators["/somewhere/mine.onnx"].hop == 1


class _Fading:
    """An estimator with a memory: its gains fall from hop to hop."""

    channels = 2

    def __init__(self):
        self.reset()

    def reset(self):
        self.gain = 1.0

    def process(self, frame):
        self.gain *= 0.9
        gain = np.full(frame.energy.shape, self.gain, np.float32)
        return Estimate(gain, np.zeros_like(gain), np.full(2, np.nan, np.float32))


def test_a_method_that_is_not_allowed_yet_is_as_one_that_is_not_installed_yet(noise):
    params = replace(EnhanceParams(), method="mine")
    late, withheld = Enhancer(2), Enhancer(2)
    withheld.install("mine", _Fading())
    withheld.process(noise[:, :HOP], params)  # it has heard something before
    withheld.reset()
    withheld.allow(("classical", "none"))
    assert late.available == withheld.available == ("classical", "none") and "mine" in withheld.methods
    withheld._estimators["mine"].gain = 0.1
    for hop in range(60):
        if hop == 30:
            late.install("mine", _Fading())
            withheld.allow(("classical", "mine", "none"))
        x = noise[:, hop * HOP : (hop + 1) * HOP]
        np.testing.assert_array_equal(late.process(x, params), withheld.process(x, params))
        assert late.available == withheld.available
    withheld.allow(None)
    assert withheld._estimators["mine"].gain < 0.9  # it was allowed all along
