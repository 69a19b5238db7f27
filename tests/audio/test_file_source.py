"""A file as a source."""

import threading
import time

import numpy as np
import pytest
import soundfile
import soxr

from workbench.audio.endpoints import clean_sibling, open_source
from workbench.audio.file_source import FileSource
from workbench.audio.files import write_sound
from workbench.audio.protocols import HOP
from workbench.core.errors import InputError


def read_all(source):
    blocks = []
    source.start()
    while not source.finished:
        block = source.read(60.0)
        if block is not None:
            blocks.append(block)
    return blocks


def joined(blocks):
    return np.concatenate([block.samples for block in blocks], axis=1)


@pytest.fixture
def noise():
    return (0.2 * np.random.default_rng(3).standard_normal((2, 44100 + 123))).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [8000, 44100, 48000, 96000])
def test_all_hops_together_are_the_whole_file_resampled(tmp_path, noise, rate_hz):
    write_sound(tmp_path / "a.wav", noise, rate_hz)
    source = FileSource(tmp_path / "a.wav")
    blocks = read_all(source)
    source.close()
    whole = soxr.resample(noise.T, rate_hz, 48000, quality="HQ").T
    length = round(noise.shape[1] * 48000 / rate_hz)
    assert source.length_samples == length and len(blocks) == -(-length // HOP)
    common = min(length, whole.shape[1])
    np.testing.assert_array_equal(joined(blocks)[:, :common], whole[:, :common])
    assert not joined(blocks)[:, length:].any()
    assert [block.index for block in blocks] == list(range(0, len(blocks) * HOP, HOP))
    assert not any(block.gap for block in blocks)
    np.testing.assert_allclose([block.time_s for block in blocks], np.arange(len(blocks)) * 0.01, atol=1e-9)


@pytest.mark.parametrize("rate_hz", [44100, 48000])
def test_a_loop_has_no_seam_and_says_where_it_turned(tmp_path, noise, rate_hz):
    write_sound(tmp_path / "a.wav", noise, rate_hz)
    source = FileSource(tmp_path / "a.wav", loop=True, region_s=(0.25, 0.5))
    source.start()
    blocks = [source.read(60.0) for _ in range(80)]
    assert not source.finished and source.length_samples is None
    source.close()
    begin, end = round(0.25 * rate_hz), round(0.5 * rate_hz)
    turns = np.tile(noise[:, begin:end], 4)
    endless = soxr.resample(turns.T, rate_hz, 48000, quality="HQ").T
    np.testing.assert_array_equal(joined(blocks), endless[:, : 80 * HOP])
    period = (end - begin) * 48000 / rate_hz
    turned = {int(np.floor(round(n * period) / HOP)) for n in range(1, 4)}
    assert {number for number, block in enumerate(blocks) if block.gap} == turned
    assert all(0.24 < block.time_s < 0.5 for block in blocks)


def settled(source):
    """Waits until a seek is prepared: the next hop is of the new place."""
    end_s = time.monotonic() + 60
    while source.seeking:
        assert time.monotonic() < end_s, "the seek never came"
        time.sleep(0.001)


def read_ahead(source):
    """Waits until hops lie ready: without one, a seek has nothing to fade from."""
    end_s = time.monotonic() + 60
    while len(source._hops) < 2 and not source._ended:
        assert time.monotonic() < end_s, "nothing was read ahead"
        time.sleep(0.001)


def test_seeking_goes_where_it_is_told_and_marks_the_jump(tmp_path, noise):
    write_sound(tmp_path / "a.wav", noise, 48000)
    source = FileSource(tmp_path / "a.wav")
    source.start()
    first = source.read(60.0)
    seeker = threading.Thread(target=source.seek, args=(0.5,))
    seeker.start()
    seeker.join()
    settled(source)
    jump, after = source.read(60.0), source.read(60.0)
    assert jump.gap
    assert not first.gap and not after.gap
    assert jump.time_s == pytest.approx(0.5) and after.index == jump.index + HOP
    np.testing.assert_array_equal(after.samples, noise[:, 24480:24960])
    rest = read_all(source)
    assert source.finished
    source.seek(0.1)  # also after the end, where there is nothing to fade
    assert not source.finished
    np.testing.assert_array_equal(source.read(60.0).samples, noise[:, 4800:5280])
    assert source.position_s == pytest.approx(0.11) and len(rest) > 10
    source.seek(1e9)  # beyond the end: the last sample
    assert read_all(source)[-1].gap and source.finished
    source.close()


def test_a_seek_before_the_start_is_where_it_begins(tmp_path, noise):
    write_sound(tmp_path / "a.wav", noise, 48000)
    source = FileSource(tmp_path / "a.wav")
    source.seek(0.25)
    assert source.position_s == 0.25
    source.start()
    block = source.read(60.0)
    assert not block.gap and block.time_s == 0.25
    np.testing.assert_array_equal(block.samples, noise[:, 12000:12480])
    source.close()


def test_the_old_place_fades_into_the_new_one_and_nothing_is_missing(tmp_path):
    """A low sine has no slope above its own at a seek into any phase; every hop comes, numbered without a jump."""
    sine = np.sin(2 * np.pi * 100 / 48000 * np.arange(96000))[None].astype(np.float32)
    write_sound(tmp_path / "a.wav", sine, 48000)
    source = FileSource(tmp_path / "a.wav", loop=True)
    source.start()
    blocks = []
    for number in range(120):
        if number % 20 == 10:
            read_ahead(source)
            source.seek(0.3 + 0.0371 * number % 1.5)
            settled(source)
        blocks.append(source.read(60.0))
    source.close()
    out = joined(blocks)[0]
    assert sum(block.gap for block in blocks) >= 5
    assert [block.index for block in blocks] == list(range(0, 120 * HOP, HOP))
    slope = 2 * np.pi * 100 / 48000
    # Equal power: two sines in phase add up to 3 dB more, and the fade itself has a slope.
    assert np.abs(np.diff(out)).max() < np.sqrt(2) * slope + np.pi / 2 / HOP * np.sqrt(2)


def test_a_jump_is_the_two_places_at_equal_power(tmp_path, noise):
    write_sound(tmp_path / "a.wav", noise, 48000)
    source = FileSource(tmp_path / "a.wav")
    source.start()
    source.read(60.0)
    read_ahead(source)
    source.seek(0.5)
    settled(source)
    block = source.read(60.0)
    old = HOP
    turn = 0.5 * np.pi * (np.arange(HOP) + 0.5) / HOP
    mixed = np.cos(turn) * noise[:, old : old + HOP] + np.sin(turn) * noise[:, 24000:24480]
    np.testing.assert_allclose(block.samples, mixed, atol=1e-6)
    source.close()


def test_a_region_loops_with_a_fade_and_the_sound_goes_on_into_it(tmp_path, noise):
    write_sound(tmp_path / "a.wav", noise, 48000)
    source = FileSource(tmp_path / "a.wav", loop=True)
    source.seek(0.3)
    source.start()
    out = [source.read(60.0) for _ in range(3)]
    source.set_region((0.2, 0.5))
    settled(source)
    out += [source.read(60.0) for _ in range(100)]
    source.close()
    sound = joined(out)
    begin, end, fade = 9600, 24000, 480
    rise, fall = (
        np.sin(0.5 * np.pi * (np.arange(fade) + 0.5) / fade),
        np.cos(0.5 * np.pi * (np.arange(fade) + 0.5) / fade),
    )
    first = noise[:, 14400 : end - fade]
    np.testing.assert_allclose(sound[:, : first.shape[1]], first, atol=1e-6)
    lap = noise[:, begin : end - fade].copy()
    lap[:, :fade] = rise * lap[:, :fade] + fall * noise[:, end - fade : end]
    rest = sound[:, first.shape[1] :]
    laps = np.tile(lap, 4)[:, : rest.shape[1]]
    np.testing.assert_allclose(rest, laps, atol=1e-6)
    assert source.region_s == (0.2, 0.5)


def test_a_region_elsewhere_is_gone_to_and_left_again(tmp_path, noise):
    write_sound(tmp_path / "a.wav", noise, 48000)
    source = FileSource(tmp_path / "a.wav", loop=True)
    source.start()
    source.read(60.0)
    source.set_region((0.6, 0.8))
    settled(source)
    assert source.read(60.0).time_s == pytest.approx(0.6)
    with pytest.raises(InputError, match=r"a loop needs at least 0\.1 s"):
        source.set_region((0.6, 0.65))
    source.set_region(None)
    settled(source)
    places = [source.read(60.0).time_s for _ in range(60)]
    source.close()
    assert max(places) > 0.9 and source.region_s == pytest.approx((0.0, 44223 / 48000))


def test_reading_never_waits_longer_than_told_and_closing_ends_the_thread(tmp_path, noise):
    write_sound(tmp_path / "a.wav", noise, 48000)
    before = set(threading.enumerate())
    source = FileSource(tmp_path / "a.wav")
    assert source.read(0.01) is None
    source.start()
    assert source.read(60.0) is not None
    (thread,) = set(threading.enumerate()) - before
    source.close()
    source.close()
    assert not thread.is_alive()


def test_what_is_bad_in_the_middle_is_said_when_it_is_reached(tmp_path, noise):
    noise[1, 30000] = np.nan
    soundfile.write(tmp_path / "a.wav", noise.T, 48000, subtype="FLOAT")
    source = FileSource(tmp_path / "a.wav")
    source.start()
    with pytest.raises(InputError, match=r"1 samples are NaN or infinite, the first in channel 2 at 0\.625 s"):
        for _ in range(1000):
            source.read(60.0)
    source.seek(0.7)
    assert source.read(60.0).time_s == pytest.approx(0.7)  # nothing is left of the old place
    source.close()


@pytest.mark.parametrize("region_s", [(-1, 0.5), (0.5, 0.5), (0.5, 100.0)])
def test_a_region_outside_the_file_is_refused(tmp_path, noise, region_s):
    write_sound(tmp_path / "a.wav", noise, 48000)
    with pytest.raises(InputError, match="is not a part"):
        FileSource(tmp_path / "a.wav", region_s=region_s)


@pytest.mark.parametrize("rate_hz", [44100, 48000])
def test_the_clean_signal_is_in_step(tmp_path, noise, rate_hz):
    """Noisy = 2 x clean on channel 1: every block has its own clean samples, over the loop's seam and after a seek."""
    write_sound(tmp_path / "a_noisy.wav", noise, rate_hz)
    write_sound(tmp_path / "a_clean.wav", 0.5 * noise[:1], rate_hz)
    source = FileSource(tmp_path / "a_noisy.wav", loop=True, clean=tmp_path / "a_clean.wav")
    source.start()
    for number in range(150):
        if number == 120:
            source.seek(0.4)
        block = source.read(60.0)
        assert block.samples.shape == (2, HOP) and not block.clean.flags.writeable
        np.testing.assert_allclose(block.clean, 0.5 * block.samples[0], atol=1e-6)
    source.close()


def test_a_clean_file_that_does_not_belong_is_refused(tmp_path, noise):
    write_sound(tmp_path / "a.wav", noise, 48000)
    write_sound(tmp_path / "b.wav", noise[:, :-1], 48000)
    with pytest.raises(InputError, match=r"b\.wav: does not belong to .*a\.wav"):
        FileSource(tmp_path / "a.wav", clean=tmp_path / "b.wav")


def test_the_clean_sibling_of_a_file(tmp_path, noise):
    write_sound(tmp_path / "007_noisy.flac", noise, 48000)
    assert clean_sibling(tmp_path / "007_noisy.flac") is None
    write_sound(tmp_path / "007_clean.wav", noise[:1, :-1], 48000)
    assert clean_sibling(tmp_path / "007_noisy.flac") is None  # another length
    write_sound(tmp_path / "007_clean.flac", noise[:1], 48000)
    assert clean_sibling(tmp_path / "007_noisy.flac") == tmp_path / "007_clean.flac"
    assert clean_sibling(tmp_path / "007_clean.flac") is None
    source = open_source(f"file:{tmp_path / '007_noisy.flac'}", with_clean=True)
    source.start()
    assert source.read(60.0).clean is not None
    source.close()


def test_a_fault_of_the_program_while_reading_ahead_is_an_error_and_no_silence(tmp_path, noise, monkeypatch):
    write_sound(tmp_path / "a.wav", noise, 48000)
    source = FileSource(tmp_path / "a.wav")
    monkeypatch.setattr(source, "prepared", lambda hop: 1 / 0)
    source.start()
    with pytest.raises(InputError, match=r"a\.wav: cannot be read on \(ZeroDivisionError"):
        source.read(60.0)
    source.close()
