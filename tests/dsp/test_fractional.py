import numpy as np
import pytest

from workbench.dsp.fractional import TAPS, FractionalResampler

RATE_HZ = 48000


def stream(x, ratio, chunk=480):
    resampler = FractionalResampler(len(x))
    return np.concatenate([resampler.process(x[:, k : k + chunk], ratio) for k in range(0, x.shape[1], chunk)], axis=1)


def error_db(frequency_hz, ratio):
    """What the output has beside the sine that it should be, relative to it."""
    n = np.arange(RATE_HZ)
    y = stream(np.sin(2 * np.pi * frequency_hz / RATE_HZ * n)[None].astype(np.float32), ratio)[0]
    step = round(2**40 / ratio) / 2**40
    due = np.sin(2 * np.pi * frequency_hz / RATE_HZ * step * np.arange(len(y)))
    inner = slice(200, -200)
    return 10 * np.log10(np.mean((y - due)[inner] ** 2) / np.mean(due[inner] ** 2))


@pytest.mark.parametrize("frequency_hz", [1000, 4000, 8000, 12000, 16000, 19000])
@pytest.mark.parametrize("ratio", [1 + 230e-6, 1 - 230e-6, 48010 / 48000, 1.013])
def test_a_sine_comes_out_as_the_sine_that_it_should_be(frequency_hz, ratio):
    assert error_db(frequency_hz, ratio) < -104


def test_a_ratio_of_one_passes_bit_for_bit():
    x = np.random.default_rng(0).standard_normal((3, 5000)).astype(np.float32)
    y = stream(x, 1.0)
    assert y.shape[1] == 5000 - TAPS // 2
    np.testing.assert_array_equal(y, x[:, : y.shape[1]])


def test_a_changing_ratio_bends_the_phase_without_a_jump():
    n = np.arange(RATE_HZ)
    x = np.sin(2 * np.pi * 3000 / RATE_HZ * n)[None].astype(np.float32)
    resampler = FractionalResampler(1)
    ratios = 1 + 500e-6 * np.sin(np.arange(100))
    pieces, steps = [], []
    for k, ratio in enumerate(ratios):
        pieces.append(resampler.process(x[:, 480 * k : 480 * (k + 1)], ratio)[0])
        steps.append(np.full(len(pieces[-1]), round(2**40 / ratio) / 2**40))
    y, steps = np.concatenate(pieces), np.concatenate(steps)
    times = np.concatenate(([0.0], np.cumsum(steps)[:-1]))
    np.testing.assert_allclose(y[100:], np.sin(2 * np.pi * 3000 / RATE_HZ * times)[100:], atol=1e-5)


@pytest.mark.parametrize("ratio", [0.999, 1.0, 1.002])
def test_latency_is_what_is_still_due(ratio):
    resampler = FractionalResampler(1)
    given = sum(resampler.process(np.zeros((1, 480), np.float32), ratio).shape[1] for _ in range(50))
    assert abs(given + resampler.latency - 50 * 480 * ratio) <= 1


def test_a_ratio_far_from_one_is_refused():
    with pytest.raises(ValueError, match="ratio"):
        FractionalResampler(1).process(np.zeros((1, 10), np.float32), 1.1)
