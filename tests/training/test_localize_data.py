import numpy as np
import pytest

pytest.importorskip("torch")

from tests.training.localize_sounds import write_speech
from workbench.audio.voices import FRAME as ACTIVITY_FRAME
from workbench.core.geometry import load_array
from workbench.core.params import LocalizeParams
from workbench.localize import frames
from workbench.localize.localizer import Localizer
from workbench.localize.ring import RING, RING_RAD
from workbench.training.corpus import build_pool
from workbench.training.localize_data import Windows, noise_floor_db
from workbench.training.localize_scenes import RATE_HZ, SAMPLES, SceneMaker, SceneRanges
from workbench.training.localize_shards import analyse, collect, make_shard, read_shard, write_shard

ARRAY = load_array("uca8-100mm")
CLEAN = SceneRanges(
    anechoic_share=1.0,
    snr_db=(40.0, 40.0),
    gain_sigma_db=0,
    position_sigma_mm=0,
    delay_sigma_us=0,
    most_talkers=1,
)


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speech")
    return build_pool([write_speech(folder / "speech")], folder / "cache", True)[0]


def test_a_room_is_determined_by_its_number(pool):
    first, again, other = (SceneMaker(ARRAY, pool, None, SceneRanges(), 3).scenes(n, 1)[0] for n in (5, 5, 6))
    np.testing.assert_array_equal(first.samples, again.samples)
    assert first.samples.shape == (8, SAMPLES) and not np.array_equal(first.samples, other.samples)


def test_truth_is_where_the_steered_power_points(pool):
    scenes = SceneMaker(ARRAY, pool, None, CLEAN, 1).scenes(2, 8)
    alone = [scene for scene in scenes if scene.active.any() and (np.isfinite(scene.azimuth_rad)).sum() == 1]
    assert alone
    shard = collect(alone, ARRAY)
    for scene, power, active in zip(alone, shard.power, shard.active, strict=True):
        seen = RING_RAD[power[active[:, 0]].mean(axis=(0, 1)).argmax()]
        assert abs(np.angle(np.exp(1j * (seen - scene.azimuth_rad[0])))) < np.deg2rad(4)


def test_activity_has_the_grid_of_the_voices():
    assert ACTIVITY_FRAME / 48000 == 0.01


def test_frames_at_16_khz_are_those_at_48_khz():
    import soxr

    rng = np.random.default_rng(0)
    low = rng.standard_normal((RATE_HZ, 2))
    high = soxr.resample(low, RATE_HZ, 48000, "VHQ").T.astype(np.float32)
    expected, found = frames.analyse(high), analyse(low.T.astype(np.float32))
    inner = slice(3, -3)
    np.testing.assert_allclose(
        found.spectrum[inner], expected.spectrum[inner], atol=0.02 * np.abs(found.spectrum).max()
    )


def test_noise_floor_is_that_of_the_localizer():
    rng = np.random.default_rng(1)
    hops = 260
    sound = (0.01 * rng.standard_normal((8, hops * 480)) * (1 + np.arange(hops * 480) / 480 / 100)).astype(np.float32)
    localizer = Localizer(ARRAY)
    for hop in range(hops):
        localizer.process(sound[:, 480 * hop : 480 * hop + 480], 0.01 * hop, LocalizeParams(method="srp"))
    floor_db = noise_floor_db(np.log10(frames.analyse(sound).zone_energy))[-1]
    np.testing.assert_allclose(floor_db, 10 * np.log10(localizer._floor()), atol=0.3)


def test_windows_from_shards(pool, tmp_path):
    maker = SceneMaker(ARRAY, pool, None, SceneRanges(), 1)
    shard = make_shard(maker, ARRAY, 0, scenes=2)
    write_shard(tmp_path, 0, shard)
    back = read_shard(tmp_path, 0)
    np.testing.assert_array_equal(back.power, shard.power)
    windows = Windows(tmp_path, np.tile([0.3, 5.0], (8, 1)), 4)
    batch, again = (windows.batch([0], 16, np.random.default_rng(2), mirror=True) for _ in range(2))
    np.testing.assert_array_equal(batch.power.numpy(), again.power.numpy())
    assert batch.power.shape == (16, 24, frames.BANDS, RING) and batch.power.max() <= 1
    assert (batch.level_db.numpy() > -20).all()


def test_a_mirrored_window_has_its_power_at_the_mirrored_azimuth(pool, tmp_path):
    scenes = [s for s in SceneMaker(ARRAY, pool, None, CLEAN, 1).scenes(2, 8) if np.isfinite(s.azimuth_rad).sum() == 1]
    write_shard(tmp_path, 0, collect(scenes[:1], ARRAY))
    batch = Windows(tmp_path, np.tile([0.3, 5.0], (8, 1)), 4).batch([0], 64, np.random.default_rng(0), mirror=True)
    signs = set()
    for power, azimuth_rad, heard in zip(
        batch.power.numpy(), batch.azimuth_rad.numpy(), batch.heard.numpy(), strict=True
    ):
        if heard[0]:
            seen = RING_RAD[(power.mean(axis=(0, 1))).argmax()]
            assert abs(np.angle(np.exp(1j * (seen - azimuth_rad[0])))) < np.deg2rad(10)
            signs.add(np.sign(azimuth_rad[0]))
    assert signs == {-1.0, 1.0}
