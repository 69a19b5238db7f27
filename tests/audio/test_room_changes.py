"""A scene that is changed while it plays: no click, and the sound that the new scene has from the start."""

import dataclasses
import math
import time

import numpy as np
import pytest

from workbench.audio.room_paths import CHUNK
from workbench.audio.room_renderer import RoomRenderer, prepare
from workbench.audio.scene import Scene
from workbench.audio.scene_files import load_scene, save_scene
from workbench.audio.scene_parts import Arc, Mismatch, Noise, Talker
from workbench.audio.simulator import RoomSource
from workbench.core.errors import InputError

RATE_HZ = 48000
ANNA = Talker("Anna", "anna", 40.0, 1.5)
EMIL = Talker("Emil", "emil", -60.0, 1.2)
TONE_HZ = 400.0


def scene(*talkers: Talker, **changes) -> Scene:
    base = Scene("test", (6.0, 5.0, 3.0), 0.2, "uca8-100mm", (2.9, 2.4, 1.2), talkers)
    return dataclasses.replace(base, **changes)


def play(renderer: RoomRenderer, chunks: int) -> np.ndarray:
    return np.concatenate([renderer.render().samples for _ in range(chunks)], axis=1)


def tone() -> np.ndarray:
    """A loop of whole periods, so that it never jumps."""
    return (0.1 * np.sin(2 * np.pi * TONE_HZ * np.arange(2 * RATE_HZ) / RATE_HZ)).astype(np.float32)


CHANGES = {
    "added": lambda s: dataclasses.replace(
        s, talkers=(*s.talkers, dataclasses.replace(ANNA, name="Ann", voice="anna"))
    ),
    "removed": lambda s: dataclasses.replace(s, talkers=s.talkers[:1]),
    "first removed": lambda s: dataclasses.replace(s, talkers=s.talkers[1:]),
    "muted": lambda s: dataclasses.replace(s, talkers=(dataclasses.replace(s.talkers[0], muted=True), s.talkers[1])),
    "louder": lambda s: dataclasses.replace(s, talkers=(dataclasses.replace(s.talkers[0], level_db=3.0), s.talkers[1])),
    "moved": lambda s: dataclasses.replace(
        s, talkers=(dataclasses.replace(s.talkers[0], azimuth_deg=150.0), s.talkers[1])
    ),
    "reverberant": lambda s: dataclasses.replace(s, rt60_s=0.35),
    "dry": lambda s: dataclasses.replace(s, rt60_s=0.0),
    "smaller": lambda s: dataclasses.replace(s, size_m=(5.0, 4.5, 2.7), array_xyz_m=(2.4, 2.2, 1.1)),
    "mismatch": lambda s: dataclasses.replace(s, mismatch=Mismatch(2.0, 10.0, 2.0, dead=(2,), inverted=(4,))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_change_clicks(name):
    """Steady tones have no step larger than their own, before or after, and nothing is heard above them."""
    before = scene(ANNA, EMIL)
    setting = prepare(before)
    renderer = RoomRenderer(setting)
    for talker in renderer.talkers:
        talker.speech.samples = tone()
    steady = play(renderer, 14)[:, 8 * CHUNK :]
    renderer.change(prepare(CHANGES[name](before), setting))
    for talker in renderer.talkers:
        talker.speech.samples = tone()
    changing = play(renderer, 20)
    settled = play(renderer, 6)
    own = max(np.abs(np.diff(part)).max() for part in (steady, settled))
    largest = max(np.abs(part).max() for part in (steady, changing, settled))
    allowed = max(own, largest * 2 * np.sin(np.pi * TONE_HZ / RATE_HZ))
    assert np.abs(np.diff(np.concatenate([steady[:, -1:], changing], axis=1))).max() <= 1.02 * allowed
    spectrum = np.square(np.abs(np.fft.rfft(changing * np.hanning(changing.shape[1]))))
    above = int(2000.0 / RATE_HZ * changing.shape[1])
    assert 10 * np.log10(spectrum[:, above:].sum() / spectrum.sum()) < -60


@pytest.mark.parametrize("name", ["reverberant", "dry", "smaller", "mismatch", "louder", "muted", "removed"])
def test_a_changed_scene_sounds_as_if_it_had_begun_so(name):
    noises = (Noise("fan", snr_db=10.0, azimuth_deg=160.0), Noise("room", "diffuse", snr_db=20.0))
    before = scene(ANNA, EMIL, noises=noises)
    after = CHANGES[name](before)
    setting = prepare(before)
    changed = RoomRenderer(setting)
    play(changed, 3)
    changed.change(prepare(after, setting))
    play(changed, 12)  # as long as anything from before can still be heard
    fresh = RoomRenderer(after)
    play(fresh, 15)
    np.testing.assert_allclose(play(changed, 3), play(fresh, 3), atol=2e-6)


def test_noises_change_level_and_place_and_come_and_go():
    fan, hum = Noise("fan", snr_db=10.0, azimuth_deg=160.0), Noise("room", "diffuse", snr_db=20.0)
    before = scene(ANNA, noises=(fan, hum))
    setting = prepare(before)
    renderer = RoomRenderer(setting)
    play(renderer, 2)
    moved = dataclasses.replace(fan, azimuth_deg=100.0, snr_db=16.0)
    after = dataclasses.replace(before, noises=(moved, hum))
    renderer.change(prepare(after, setting))
    play(renderer, 10)
    fresh = RoomRenderer(after)
    play(fresh, 12)
    np.testing.assert_allclose(play(renderer, 2), play(fresh, 2), atol=2e-6)
    quiet = dataclasses.replace(before, noises=())
    renderer.change(prepare(quiet, renderer.setting))
    play(renderer, 10)
    fresh = RoomRenderer(quiet)
    play(fresh, 24)
    np.testing.assert_allclose(play(renderer, 2), play(fresh, 2), atol=2e-6)
    renderer.change(prepare(dataclasses.replace(before, noises=(Noise("traffic"),)), renderer.setting))
    louder = play(renderer, 4) - play(fresh, 4)
    assert np.abs(louder[:, :10]).max() < 1e-4 < np.abs(louder[:, CHUNK:]).max()


def test_microphones_have_their_errors():
    perfect = play(RoomRenderer(scene(ANNA)), 10)
    faults = Mismatch(gain_db=(6.0, *[0.0] * 7), dead=(2,), inverted=(3,), swapped=((4, 8),))
    faulty = play(RoomRenderer(scene(ANNA, mismatch=faults)), 10)
    np.testing.assert_allclose(faulty[0], perfect[0] * 10 ** (6 / 20), rtol=1e-5, atol=1e-8)
    assert not faulty[1].any()
    np.testing.assert_array_equal(faulty[2], -perfect[2])
    np.testing.assert_array_equal(faulty[[3, 7]], perfect[[7, 3]])
    np.testing.assert_array_equal(faulty[4:7], perfect[4:7])


def test_random_errors_come_from_the_seed_and_grow_with_their_spread():
    one, same, twice, other = (
        prepare(scene(ANNA, seed=seed, mismatch=Mismatch(1.0 * factor, 5.0 * factor, 2.0 * factor))).microphones
        for seed, factor in ((1, 1), (1, 1), (1, 2), (2, 1))
    )
    array = scene(ANNA).load_array()
    np.testing.assert_array_equal(one.gain, same.gain)
    np.testing.assert_allclose(twice.delay_s, 2 * one.delay_s)
    np.testing.assert_allclose(twice.xyz_m - array.mic_xyz_m, 2 * (one.xyz_m - array.mic_xyz_m), atol=1e-12)
    assert np.abs(one.gain - other.gain).max() > 0.01
    assert 0.0 < np.abs(one.xyz_m - array.mic_xyz_m).max() < 0.01


def test_a_delayed_microphone_hears_everything_late():
    delays = Mismatch(delay_us=(1e6 / RATE_HZ, *[0.0] * 7))
    noises = (Noise("babble", snr_db=5.0, azimuth_deg=-90.0), Noise("room", "diffuse", snr_db=5.0))
    perfect = play(RoomRenderer(scene(ANNA, noises=noises)), 12).astype(float)
    late = play(RoomRenderer(scene(ANNA, noises=noises, mismatch=delays)), 12).astype(float)
    error = late[0, 1:] - perfect[0, :-1]
    assert np.square(error).sum() < 1e-4 * np.square(perfect[0]).sum()
    np.testing.assert_allclose(late[1:], perfect[1:], atol=2e-6)


def read_until(source: RoomSource, condition, limit_s: float = 60.0):
    end_s = time.monotonic() + limit_s
    while True:
        block = source.read(timeout_s=60.0)
        if condition(block):
            return block
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.002)


@pytest.fixture
def source():
    source = RoomSource(scene(ANNA, EMIL))
    source.start()
    yield source
    source.close()


def test_talkers_come_and_go_and_keep_their_names(source):
    assert source.add_talker("robert", math.radians(120.0), 1.4) == 3
    block = read_until(source, lambda block: len(block.truth) == 3)
    assert block.truth[2].name == "Robert"
    assert (block.truth[2].azimuth_rad, block.truth[2].distance_m) == pytest.approx((math.radians(120.0), 1.4))
    assert source.add_talker("anna", math.radians(-150.0), 30.0) == 4
    block = read_until(source, lambda block: len(block.truth) == 4)
    assert block.truth[3].name == "Anna 2" and block.truth[3].distance_m < 4.0
    source.remove_talker(1)
    block = read_until(source, lambda block: len(block.truth) == 3)
    assert [talker.name for talker in block.truth] == ["Emil", "Robert", "Anna 2"]
    for _ in range(3):
        source.remove_talker(1)
    block = read_until(source, lambda block: not block.truth)
    assert read_until(source, lambda block: block.clean is None).clean is None
    assert source.add_talker("sarah", 0.0, 1.0) == 1
    read_until(source, lambda block: block.truth and np.abs(block.samples).max() > 1e-3)


def test_the_room_changes_under_talkers_who_are_moved_into_it(source):
    source.set_room(size_m=(2.2, 2.2, 2.5), rt60_s=0.2)
    assert source.scene.size_m == (2.2, 2.2, 2.5) and source.edited
    target = source.scene.nearest_place(math.radians(40.0), 1.5, 0.1)
    assert target[1] < 1.45
    at_target = pytest.approx(target, abs=0.02)
    read_until(source, lambda block: (block.truth[0].azimuth_rad, block.truth[0].distance_m) == at_target)
    read_until(source, lambda block: source.setting.scene is source.scene)
    assert source.setting.acoustics.room.rt60_s == 0.2


def test_a_reverberation_time_that_cannot_be_had_is_said_and_the_nearest_used(source):
    source.set_room(rt60_s=3.0)
    read_until(source, lambda block: source.notice)
    assert "RT60 3 s cannot be reached" in source.notice
    assert source.setting.acoustics.room.rt60_s < 2.0
    source.set_room(rt60_s=0.2)
    read_until(source, lambda block: not source.notice)


def test_a_change_that_cannot_be_is_refused_and_changes_nothing(source):
    before = source.scene
    for call in (
        lambda: source.set_room(rt60_s=-1.0),
        lambda: source.set_room(size_m=(0.0, 5.0, 3.0)),
        lambda: source.remove_talker(3),
        lambda: source.set_talker(1, level_db=99.0),
        lambda: source.set_noises((Noise("fan", distance_m=9.0),)),
        lambda: source.set_scene(dataclasses.replace(before, array="square4-30mm")),
    ):
        with pytest.raises(InputError):
            call()
        assert source.scene is before


def test_a_voice_that_cannot_be_read_is_said_and_the_scene_stays(source):
    before = source.scene
    source.set_talker(1, voice="nobody")
    read_until(source, lambda block: source.notice)
    assert "nobody" in source.notice and source.scene == before
    assert source.read(timeout_s=60.0) is not None


def test_a_scene_is_saved_as_it_is_now(source, tmp_path):
    source.set_noises((Noise("fan", snr_db=10.0, azimuth_deg=160.0),))
    read_until(source, lambda block: source.setting.scene is source.scene)
    used = source.move_talker(1, math.radians(100.0), 0.8)
    arrived = pytest.approx(used)
    read_until(source, lambda block: (block.truth[0].azimuth_rad, block.truth[0].distance_m) == arrived)
    now = source.scene_now()
    assert (math.radians(now.talkers[0].azimuth_deg), now.talkers[0].distance_m) == pytest.approx(used, abs=1e-3)
    assert now.talkers[1] == EMIL
    # Nearer than before, and the fan as loud as it was: more signal over it.
    assert now.noises[0].snr_db == pytest.approx(10.0 + 20 * math.log10(1.5 / 0.8), abs=2.0)
    gain = prepare(now).gains[0]
    assert gain == pytest.approx(source.setting.gains[0], rel=1e-2)
    save_scene(now, tmp_path / "now.toml")
    assert load_scene(tmp_path / "now.toml") == now
    source.close()
    assert source.scene == now  # what a start would play again


def test_many_changes_at_once_end_with_the_last(source):
    for rt60_s in np.linspace(0.1, 0.4, 40):
        source.set_room(rt60_s=float(rt60_s))
    read_until(source, lambda block: source.setting.scene is source.scene)
    assert source.setting.acoustics.room.rt60_s == pytest.approx(0.4)


def test_a_start_does_not_wait_for_what_takes_long_and_it_joins_later():
    slow = scene(dataclasses.replace(ANNA, pause_s=0.0), rt60_s=0.4)
    source = RoomSource(slow, patience_s=0.0)
    source.start()
    try:
        assert source.read(timeout_s=60.0).samples.shape == (8, 480)
        read_until(source, lambda block: np.abs(block.samples).max() > 1e-3)
        read_until(source, lambda block: source._renderer.talkers[0].path._cell is not None)
    finally:
        source.close()


def test_an_array_of_one_microphone_and_one_of_sixty_four(tmp_path):
    for mics in (1, 64):
        path = tmp_path / f"array{mics}.toml"
        rows = [[0.02 * (number % 8), 0.02 * (number // 8), 0.0] for number in range(mics)]
        path.write_text(f"mics = {rows}")
        noises = (Noise("room", "diffuse"), Noise("keyboard", azimuth_deg=90.0))
        samples = play(RoomRenderer(scene(ANNA, array=str(path), rt60_s=0.1, noises=noises)), 6)
        assert samples.shape == (mics, 6 * CHUNK)
        assert np.isfinite(samples).all() and np.abs(samples).max(axis=1).min() > 1e-4


def test_a_walking_talker_who_is_told_to_stand_stands():
    walking = dataclasses.replace(ANNA, path=Arc(0.0, 90.0, 60.0))
    setting = prepare(scene(walking))
    renderer = RoomRenderer(setting)
    play(renderer, 4)
    standing = dataclasses.replace(walking, walking=False)
    renderer.change(prepare(scene(standing), setting))
    place = renderer.talkers[0].motion.place
    play(renderer, 4)
    assert renderer.talkers[0].motion.place == place
    renderer.change(prepare(scene(walking), setting))
    play(renderer, 4)
    assert renderer.talkers[0].motion.place != place
