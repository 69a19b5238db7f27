import numpy as np
import pytest

from workbench.core.params import RenderParams
from workbench.dsp import kernel_loader, kernels
from workbench.render.upmix import Upmixer

HOP, RATE_HZ = 480, 48000
LENGTH = 4 * RATE_HZ
SETTLED = slice(RATE_HZ, None)


def _split(stereo):
    """Output and input, aligned."""
    stream = Upmixer()
    stereo = stereo.astype(np.float32)
    out = np.concatenate([stream.process(stereo[:, i : i + HOP]) for i in range(0, LENGTH, HOP)], axis=1)
    return out[:, Upmixer.latency :], stereo[:, : -Upmixer.latency]


def _db(first, second):
    tiny = np.finfo(float).tiny
    return 10 * np.log10((np.sum(first[SETTLED] ** 2.0) + tiny) / np.sum(second[SETTLED] ** 2.0))


def _moving_noise(seed):
    """Noise whose level and colour wander, as those of programme do."""
    rng = np.random.default_rng(seed)
    level = np.interp(np.arange(LENGTH), np.arange(0, LENGTH + 4800, 4800), rng.uniform(0.1, 1.0, LENGTH // 4800 + 1))
    white = rng.standard_normal(LENGTH)
    return level * (white + 0.9 * np.roll(white, 1 + seed % 3))


@pytest.fixture(scope="module")
def sources():
    return _moving_noise(1), _moving_noise(2), _moving_noise(3)


def test_sides_and_centre_add_up_to_the_input(sources):
    (left, right, centre), stereo = _split(np.stack([sources[0] + sources[2], sources[1] + 0.7 * sources[2]]))
    assert _db(left + centre - stereo[0], stereo[0]) < -120
    assert _db(right + centre - stereo[1], stereo[1]) < -120


def test_hard_left_stays_on_the_left(sources):
    (_, right, centre), stereo = _split(np.stack([sources[0], 0 * sources[0]]))
    assert _db(centre, stereo[0]) < -60
    assert _db(right, stereo[0]) < -60


def test_hard_left_beside_a_centre_source(sources):
    (left, right, centre), _ = _split(np.stack([sources[0] + sources[2], sources[2]]))
    hard_left, middle = (source[: -Upmixer.latency] for source in (sources[0], sources[2]))
    assert _db(centre - middle, middle) < -15
    assert _db(right, middle) < -15
    assert _db(left - hard_left, hard_left) < -15
    for output in (centre, right):
        leak = output[SETTLED] @ hard_left[SETTLED] / (hard_left[SETTLED] @ hard_left[SETTLED])
        assert 20 * np.log10(abs(leak)) < -30


def test_a_centre_source_is_the_centre(sources):
    (left, _, centre), stereo = _split(np.stack([sources[2], sources[2]]))
    assert _db(centre - stereo[0], stereo[0]) < -60
    assert _db(left, stereo[0]) < -60


def test_independent_sides_have_no_centre(sources):
    (_, _, centre), stereo = _split(np.stack([sources[0], sources[1]]))
    assert _db(centre, stereo[0]) < -15


def test_antiphase_sides_have_no_centre(sources):
    (_, _, centre), stereo = _split(np.stack([sources[0], -sources[0]]))
    assert _db(centre, stereo[0]) < -60


def test_centre_does_not_correlate_with_the_difference(sources):
    (_, _, centre), stereo = _split(np.stack([sources[0] + sources[2], 0.5 * sources[1] + sources[2]]))
    side = (stereo[0] - stereo[1])[SETTLED]
    assert abs(np.corrcoef(centre[SETTLED], side)[0, 1]) < 0.1


def test_silence_stays_silence():
    out, _ = _split(np.zeros((2, LENGTH)))
    np.testing.assert_array_equal(out, 0.0)


def test_off_leaves_the_sides_and_half_a_width_gives_half_the_centre(sources):
    middle = np.stack([sources[2], sources[2]]).astype(np.float32)
    for params, portion in ((RenderParams(upmix=False), 0.0), (RenderParams(centre_width_percent=50.0), 0.5)):
        stream = Upmixer()
        out = np.concatenate([stream.process(middle[:, i : i + HOP], params) for i in range(0, LENGTH, HOP)], axis=1)
        centre, left = out[2, Upmixer.latency :], out[0, Upmixer.latency :]
        assert _db(centre - portion * middle[0, : -Upmixer.latency], middle[0]) < -60
        assert _db(left - (1 - portion) * middle[0, : -Upmixer.latency], middle[0]) < -60


def test_compiled_equals_numpy(sources):
    stereo = np.stack([sources[0] + sources[2], 0.5 * sources[1] + sources[2]])
    if not kernel_loader.load():
        pytest.skip("numba is not installed")
    loops = kernels.ready()
    kernels.unload()
    plain, _ = _split(stereo)
    kernels.use(loops)
    compiled, _ = _split(stereo)
    assert _db((compiled - plain).T, plain.T) < -90
