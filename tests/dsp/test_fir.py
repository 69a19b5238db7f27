import numpy as np
import pytest
from scipy import signal

from workbench.dsp.fir import FADE, PartitionedConvolver, PartitionedFilters

HOP = 480


def _filters(rng, inputs, outputs, taps):
    return PartitionedFilters(rng.standard_normal((inputs, outputs, taps)) / np.sqrt(taps))


def _run(convolver, x, filters_of_hop):
    return np.concatenate(
        [convolver.process(x[:, hop * HOP : (hop + 1) * HOP], filters_of_hop(hop)) for hop in range(x.shape[1] // HOP)],
        axis=1,
    )


def _slow(x, fir):
    """Direct convolution in float64."""
    return sum(
        signal.oaconvolve(x[None, i].astype(float), fir[i].astype(float))[:, : x.shape[1]] for i in range(len(x))
    )


@pytest.mark.parametrize(
    ("inputs", "outputs", "taps"), [(1, 1, 1), (2, 2, 480), (2, 3, 481), (2, 5, 2048), (3, 1, 959)]
)
def test_equals_direct_convolution(inputs, outputs, taps):
    rng = np.random.default_rng(taps)
    filters = _filters(rng, inputs, outputs, taps)
    x = rng.standard_normal((inputs, 12 * HOP)).astype(np.float32)
    y = _run(PartitionedConvolver(inputs, outputs, taps), x, lambda hop: filters)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, _slow(x, filters.fir), atol=5e-6)


def test_shorter_filters_than_the_history_are_welcome():
    rng = np.random.default_rng(0)
    filters = _filters(rng, 2, 2, 700)
    x = rng.standard_normal((2, 10 * HOP)).astype(np.float32)
    y = _run(PartitionedConvolver(2, 2, 4096), x, lambda hop: filters)
    np.testing.assert_allclose(y, _slow(x, filters.fir), atol=5e-6)


def test_exchange_is_a_crossfade_of_two_steady_convolutions():
    rng = np.random.default_rng(1)
    old, new = _filters(rng, 2, 2, 1000), _filters(rng, 2, 2, 600)
    x = rng.standard_normal((2, 12 * HOP)).astype(np.float32)
    change = 5
    y = _run(PartitionedConvolver(2, 2, 1000), x, lambda hop: old if hop < change else new)
    rise = np.zeros(x.shape[1])
    rise[change * HOP :] = 1.0
    rise[change * HOP : change * HOP + FADE] = np.sin(0.5 * np.pi * (np.arange(FADE) + 0.5) / FADE) ** 2
    want = (1 - rise) * _slow(x, old.fir) + rise * _slow(x, new.fir)
    np.testing.assert_allclose(y, want, atol=5e-6)


def test_filters_that_come_during_a_fade_wait_and_the_newest_wins():
    rng = np.random.default_rng(2)
    first, second, third, fourth = (_filters(rng, 1, 1, 300) for _ in range(4))
    x = rng.standard_normal((1, 12 * HOP)).astype(np.float32)
    plan = [first, first, second, third, fourth, fourth, *[fourth] * 6]
    y = _run(PartitionedConvolver(1, 1, 300), x, lambda hop: plan[hop])
    np.testing.assert_allclose(y[:, 4 * HOP - 1], _slow(x, second.fir)[:, 4 * HOP - 1], atol=1e-4)
    np.testing.assert_allclose(y[:, 6 * HOP :], _slow(x, fourth.fir)[:, 6 * HOP :], atol=5e-6)


def test_a_swept_exchange_makes_no_click():
    """A sine through filters that swap every 50 ms keeps its slope."""
    time_s = np.arange(100 * HOP) / 48000
    x = np.sin(2 * np.pi * 440 * time_s)[None].astype(np.float32)
    low, high = (PartitionedFilters(np.array([[[gain]]])) for gain in (0.2, 1.0))
    y = _run(PartitionedConvolver(1, 1, 1), x, lambda hop: low if hop // 5 % 2 else high)
    steady = 2 * np.pi * 440 / 48000
    assert np.abs(np.diff(y)).max() < 1.1 * steady
    assert np.abs(np.diff(y, 2)).max() < 2 * steady**2


@pytest.mark.parametrize("shape", [(2, 2), (0, 2, 3), (2, 2, 0)])
def test_filters_of_a_wrong_shape_are_refused(shape):
    with pytest.raises(ValueError, match="inputs, outputs, taps"):
        PartitionedFilters(np.zeros(shape))


def test_filters_that_do_not_fit_are_refused():
    convolver = PartitionedConvolver(2, 2, 480)
    x = np.zeros((2, HOP), dtype=np.float32)
    with pytest.raises(ValueError, match="2 inputs and 2 outputs"):
        convolver.process(x, PartitionedFilters(np.ones((2, 3, 10))))
    with pytest.raises(ValueError, match="longer"):
        convolver.process(x, PartitionedFilters(np.ones((2, 2, 481))))
    with pytest.raises(ValueError, match="finite"):
        PartitionedFilters(np.full((1, 1, 4), np.nan))
