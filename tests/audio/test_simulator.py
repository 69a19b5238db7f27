import dataclasses
import math
import threading
import time

import numpy as np
import pytest

from workbench.audio.motion import Motion
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.room_paths import CHUNK, cell_of
from workbench.audio.room_renderer import RoomRenderer
from workbench.audio.scene import Scene
from workbench.audio.scene_files import load_scene
from workbench.audio.scene_parts import Arc, Noise, Talker
from workbench.audio.simulator import RoomSource
from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, load_array, wrap_rad

STILL = Talker("Anna", "anna", 40.0, 1.5)
WALKING = Talker("Anna", "anna", 40.0, 1.5, path=Arc(0.0, 90.0, 60.0))


def scene(*talkers: Talker, **changes) -> Scene:
    base = Scene("test", (6.0, 5.0, 3.0), 0.2, "uca8-100mm", (2.9, 2.4, 1.2), talkers)
    return dataclasses.replace(base, **changes)


def render(renderer: RoomRenderer, chunks: int):
    rendered = [renderer.render() for _ in range(chunks)]
    samples = np.concatenate([chunk.samples for chunk in rendered], axis=1)
    clean = np.concatenate([chunk.clean for chunk in rendered]) if rendered[0].clean is not None else None
    return samples, clean, [truth for chunk in rendered for truth in chunk.truth]


def delay_samples(one: np.ndarray, other: np.ndarray) -> float:
    """How much later `other` comes, from the peak of the cross-correlation, refined by a parabola."""
    size = 2 * len(one)
    cross = np.fft.irfft(np.conj(np.fft.rfft(one, size)) * np.fft.rfft(other, size), 8 * size)
    at = int(np.argmax(cross))
    return (at if at < 4 * size else at - 8 * size) / 8


@pytest.mark.parametrize("azimuth_deg", [-150.0, -68.0, 0.0, 42.0, 110.0])
def test_delays_between_microphones_fit_the_true_azimuth(azimuth_deg):
    talker = dataclasses.replace(STILL, azimuth_deg=azimuth_deg)
    samples, _, truths = render(RoomRenderer(scene(talker, rt60_s=0.0)), 30)
    mics = load_array("uca8-100mm").mic_xyz_m
    measured = np.array([delay_samples(samples[0], channel) for channel in samples]) * SPEED_OF_SOUND_M_S / RATE_HZ
    direction = np.linalg.lstsq(np.c_[-mics[:, :2], np.ones(8)], measured, rcond=None)[0]
    found = math.atan2(direction[1], direction[0])
    assert math.degrees(abs(wrap_rad(found - truths[-1][0].azimuth_rad))) < 0.5
    assert math.degrees(truths[-1][0].azimuth_rad) == pytest.approx(azimuth_deg)
    assert truths[-1][0].distance_m == pytest.approx(1.5)


def test_without_walls_a_microphone_at_the_centre_hears_the_clean_signal(tmp_path):
    array = tmp_path / "centre.toml"
    array.write_text("mics = [[0.0, 0.0, 0.0], [0.05, 0.0, 0.0]]")
    samples, clean, _ = render(RoomRenderer(scene(WALKING, rt60_s=0.0, array=str(array))), 30)
    assert np.abs(clean).max() > 0.01
    np.testing.assert_allclose(samples[0], clean, atol=2e-6)


def test_clean_is_the_dry_voice_delayed_and_attenuated_by_its_way():
    renderer = RoomRenderer(scene(STILL))
    dry = renderer.setting.voices["anna"].samples
    _, clean, _ = render(renderer, 20)
    length = 16 * CHUNK
    delay = 1.5 * RATE_HZ / SPEED_OF_SOUND_M_S
    assert delay_samples(dry[:length], clean[:length]) == pytest.approx(delay, abs=0.1)
    ratio = np.square(clean[:length]).sum() / np.square(dry[:length]).sum()
    assert math.sqrt(ratio) == pytest.approx(1 / 1.5, rel=0.02)


def test_a_still_scene_is_the_voice_through_the_rooms_response():
    renderer = RoomRenderer(scene(STILL))
    dry = renderer.setting.voices["anna"].samples
    response = renderer.setting.acoustics.room.early(renderer.setting.scene.place(math.radians(40.0), 1.5))
    cell = cell_of((math.radians(40.0), 1.5, 0.0))
    azimuth_rad, distance_m = math.radians(cell[0] * 7.5), cell[1] * 0.25
    whole = renderer.setting.acoustics.room.late(renderer.setting.scene.place(azimuth_rad, distance_m)).copy()
    whole[:, : response.shape[1]] += response
    samples, _, _ = render(renderer, 12)
    length = samples.shape[1]
    size = 1 << (length + whole.shape[1]).bit_length()
    want = np.fft.irfft(np.fft.rfft(whole, size) * np.fft.rfft(dry[:length], size))[:, :length]
    np.testing.assert_allclose(samples, want, atol=1e-6)


def test_truth_follows_the_arc_back_and_forth():
    speed, chunks = 60.0, 80
    _, _, truths = render(RoomRenderer(scene(WALKING)), chunks)
    time_s = (np.arange(len(truths)) + 0.5) * HOP / RATE_HZ
    travelled = (40.0 + speed * time_s) % 180.0
    want = np.minimum(travelled, 180.0 - travelled)
    got = np.degrees([truth[0].azimuth_rad for truth in truths])
    assert np.abs(got - want).max() < speed * CHUNK / RATE_HZ  # a turn may fall inside a chunk
    assert np.median(np.abs(got - want)) < 1e-6


def test_truth_is_active_when_the_voice_is_heard():
    _, clean, truths = render(RoomRenderer(scene(dataclasses.replace(STILL, start_s=2.0, pause_s=2.0))), 600)
    active = np.array([truth[0].active for truth in truths])
    power = np.square(clean.reshape(-1, HOP)).mean(axis=1)
    assert 0.6 < active.mean() < 0.95
    assert power[~active].mean() < 1e-2 * power[active].mean()


def test_a_moving_talker_does_not_click():
    """A steady tone through moving and jumping responses has no step larger than the tone's own, nor any hiss."""
    renderer = RoomRenderer(scene(dataclasses.replace(WALKING, azimuth_deg=5.0)))
    talker = renderer.talkers[0]
    phase = 2 * np.pi * 400.0 * np.arange(talker.speech.samples.size) / RATE_HZ
    talker.speech.samples = np.sin(np.round(phase[-1] / 2 / np.pi) * 2 * np.pi * phase / phase[-1]).astype(np.float32)
    render(renderer, 8)
    walking, _, _ = render(renderer, 20)
    talker.motion.drag(math.radians(-120.0), 0.8)
    dragged, _, _ = render(renderer, 20)
    for samples in (walking, dragged):
        largest = np.abs(samples).max()
        assert np.abs(np.diff(samples)).max() < 1.3 * largest * 2 * np.sin(np.pi * 400.0 / RATE_HZ)
        spectrum = np.square(np.abs(np.fft.rfft(samples * np.hanning(samples.shape[1]))))
        above = int(2000.0 / RATE_HZ * samples.shape[1])
        assert 10 * np.log10(spectrum[:, above:].sum() / spectrum.sum()) < -60


def test_the_same_seed_gives_the_same_sound_and_another_does_not():
    base = load_scene()
    first, second = (render(RoomRenderer(base), 10)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = render(RoomRenderer(dataclasses.replace(base, seed=2)), 10)[0]
    assert np.abs(first - other).max() > 1e-3


@pytest.mark.parametrize(("noise", "snr_db"), [("fan", 0.0), ("fan", 12.0), ("babble", 6.0), ("room", 20.0)])
@pytest.mark.parametrize("field", ["point", "diffuse"])
def test_noise_stands_at_its_level_under_the_first_talker(noise, field, snr_db):
    entry = Noise(noise, field, snr_db, 150.0, 2.0)
    quiet = scene(STILL)
    speech, _, truths = render(RoomRenderer(quiet), 400)
    both, _, _ = render(RoomRenderer(dataclasses.replace(quiet, noises=(entry,))), 400)
    active = np.repeat([truth[0].active for truth in truths], HOP)
    noise_power = np.square((both - speech).astype(float)).mean()
    got_db = 10 * np.log10(np.square(speech[:, active].astype(float)).mean() / noise_power)
    assert got_db == pytest.approx(snr_db, abs=1.2)


def test_a_dragged_talker_walks_to_the_place_and_back():
    motion = Motion(WALKING, scene(WALKING), 0.1)
    motion.drag(math.radians(-170.0), 2.0)
    steps = []
    for _ in range(60):
        before = motion.azimuth_rad
        motion.advance(0.05)
        steps.append(abs(wrap_rad(motion.azimuth_rad - before)))
    assert math.degrees(motion.azimuth_rad) == pytest.approx(-170.0)
    assert motion.distance_m == pytest.approx(2.0)
    assert math.degrees(max(steps)) <= 12.0 + 1e-9
    motion.release()
    for _ in range(60):
        motion.advance(0.05)
    assert not motion.dragged
    assert 0.0 <= math.degrees(motion.azimuth_rad) <= 90.0


def read(source: RoomSource, hops: int):
    blocks = [source.read(timeout_s=60.0) for _ in range(hops)]
    assert all(block is not None for block in blocks)
    return blocks


def read_until(source: RoomSource, condition, limit_s: float = 60.0):
    """Read on until a block fulfils the condition: what is prepared beside takes its time."""
    end_s = time.monotonic() + limit_s
    while True:
        (block,) = read(source, 1)
        if condition(block):
            return block
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.001)


def test_the_source_gives_the_renderers_sound_in_hops():
    base = load_scene()
    samples, clean, truths = render(RoomRenderer(base), 10)
    source = RoomSource(base, patience_s=None)
    source.start()
    try:
        blocks = read(source, 50)
    finally:
        source.close()
    np.testing.assert_array_equal(np.concatenate([block.samples for block in blocks], axis=1), samples)
    np.testing.assert_array_equal(np.concatenate([block.clean for block in blocks]), clean)
    assert [block.truth for block in blocks] == truths
    assert [block.index for block in blocks] == [hop * HOP for hop in range(50)]
    assert blocks[3].samples.shape == (8, HOP) and blocks[3].samples.dtype == np.float32
    assert not blocks[3].samples.flags.writeable and not blocks[3].gap


def test_closing_ends_the_threads_and_may_be_repeated():
    before = set(threading.enumerate())
    source = RoomSource(scene(STILL))
    source.start()
    read(source, 3)
    threads = set(threading.enumerate()) - before
    assert {thread.name for thread in threads} == {"room", "room-late"}
    source.close()
    source.close()
    assert not any(thread.is_alive() for thread in threads)
    assert source.read(timeout_s=0.01) is None
    source.start()
    assert read(source, 1)[0].index == 0
    source.close()


def test_what_is_rendered_ahead_is_bounded():
    source = RoomSource(scene(STILL))
    source.start()
    try:
        with source._ready:
            assert source._ready.wait_for(lambda: len(source._blocks) >= 20, 60.0)
            assert not source._ready.wait_for(lambda: len(source._blocks) > 20, 0.3)
    finally:
        source.close()


def test_dragging_a_talker_of_the_source_moves_truth_and_sound():
    source = RoomSource(scene(STILL))
    source.start()
    try:
        read(source, 10)
        used = source.move_talker(1, math.radians(100.0), 30.0)
        assert used[1] < 4.0
        last = read(source, 300)[-1].truth[0]
        assert (last.azimuth_rad, last.distance_m) == pytest.approx(used)
        source.set_talker(1, muted=True)
        silent = read_until(source, lambda block: np.abs(block.samples).max() < 1e-6)
        assert not silent.truth[0].active
        assert np.abs(silent.samples).max() < 1e-6
        source.release_talker(1)
        assert math.degrees(read(source, 300)[-1].truth[0].azimuth_rad) == pytest.approx(40.0)
    finally:
        source.close()


def test_paused_talkers_stand_still():
    source = RoomSource(scene(WALKING))
    source.start()
    try:
        source.set_paused(True)
        blocks = read(source, 60)
        assert blocks[-1].truth[0].azimuth_rad == blocks[-10].truth[0].azimuth_rad
    finally:
        source.close()


@pytest.mark.parametrize(
    "call",
    [
        lambda source: source.move_talker(3, 0.0, 1.0),
        lambda source: source.move_talker(0, 0.0, 1.0),
        lambda source: source.move_talker(1, math.nan, 1.0),
        lambda source: source.set_talker(1, level_db=99.0),
    ],
)
def test_impossible_requests_are_refused(call):
    with pytest.raises(InputError, match="talker"):
        call(RoomSource(scene(STILL)))


def test_a_voice_that_is_missing_is_an_input_error():
    with pytest.raises(InputError, match="nobody"):
        RoomSource(scene(dataclasses.replace(STILL, voice="nobody"))).start()


def test_a_room_without_talkers_or_walls_still_hums():
    samples, clean, truths = render(RoomRenderer(scene(rt60_s=0.0, noises=(Noise("room", "diffuse", 20.0),))), 4)
    assert clean is None and truths[0] == ()
    assert 10 * np.log10(np.square(samples).mean()) == pytest.approx(-46.0, abs=1.5)
