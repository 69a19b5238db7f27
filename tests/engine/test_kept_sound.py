import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.kept import KeptSound, LoopRegion
from workbench.core.messages import Block, TalkerTruth
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import kept_sound
from workbench.engine.kept_sound import FADE, SoundKeeper, SoundLoop, SoundRing


def blocks(samples, clean=None, first_index=0):
    """A source's blocks; the truth names the hop."""
    for hop in range(samples.shape[1] // HOP):
        span = slice(hop * HOP, (hop + 1) * HOP)
        yield Block(
            samples[:, span],
            first_index + hop * HOP,
            (first_index + hop * HOP) / RATE_HZ,
            truth=(TalkerTruth("one", 0.001 * hop, 1.0, True),),
            clean=None if clean is None else clean[span],
        )


def noise(seconds, channels=2, seed=0):
    return np.random.default_rng(seed).standard_normal((channels, round(seconds * RATE_HZ))).astype(np.float32)


def feed(keeper, samples, first_index=0, clean=None):
    out = [keeper.process(block) for block in blocks(samples, clean, first_index)]
    return np.concatenate([block.samples for block in out], axis=1), out


def test_live_sound_passes_untouched_and_the_newest_is_kept():
    keeper, x = SoundKeeper(2, 10), noise(13)
    y, _ = feed(keeper, x)
    np.testing.assert_array_equal(y, x)
    assert keeper.state.kept_s == keeper.state.capacity_s == 10.0
    assert keeper.state.origin_time_s == pytest.approx(3.0)
    assert keeper.state.sample_at(4.0) == RATE_HZ and keeper.state.sample_at(1.0) is None


def test_rounds_are_alike_bit_for_bit_and_hold_the_newest_sound():
    keeper, x = SoundKeeper(2, 10), noise(12)
    feed(keeper, x)
    keeper.keep()
    period = 10 * RATE_HZ - FADE
    live = noise(31, seed=1)
    y, _ = feed(keeper, live, x.shape[1])
    np.testing.assert_array_equal(y[:, FADE:period], x[:, -10 * RATE_HZ :][:, FADE:period])
    np.testing.assert_array_equal(y[:, period : 2 * period], y[:, 2 * period : 3 * period])
    assert keeper.state.looping and keeper.state.round_s == pytest.approx(period / RATE_HZ)


def test_no_seam_has_a_step():
    """A slow sine, cut at the worst places: no step may exceed the steepest slope of the sine and of the fades."""
    t = np.arange(20 * RATE_HZ) / RATE_HZ
    x = np.cos(2 * np.pi * 50.17 * t).astype(np.float32)[None]
    keeper, heard, at = SoundKeeper(1, 10), [], 0

    def go_on(seconds):
        nonlocal at
        begin, at = at, at + seconds * RATE_HZ
        heard.append(feed(keeper, x[:, begin:at], begin)[0])

    go_on(12)
    keeper.keep(LoopRegion(1234, 34567))
    go_on(3)
    keeper.set_region(LoopRegion(20_000, 99_999))
    go_on(4)
    keeper.live()
    go_on(1)
    steps = np.abs(np.diff(np.concatenate(heard, axis=1)))
    sine, fade = 2 * np.pi * 50.17 / RATE_HZ, np.pi / FADE
    assert steps.max() < 1.5 * sine + fade


def test_truth_and_clean_belong_to_the_samples():
    keeper, x = SoundKeeper(2, 10), noise(10)
    feed(keeper, x, clean=x[0])
    region = LoopRegion(100 * HOP, 200 * HOP)
    keeper.keep(region)
    _, out = feed(keeper, noise(3, seed=1), x.shape[1])
    for number in (1, 50, 98):
        assert out[number].truth[0].azimuth_rad == pytest.approx(0.001 * (100 + number))
        np.testing.assert_array_equal(out[number].clean, out[number].samples[0])
    assert [(number, block.seam) for number, block in enumerate(out) if block.seam][:3] == [(0, 1), (99, 2), (198, 3)]
    assert [block.index for block in out] == list(range(x.shape[1], x.shape[1] + 3 * RATE_HZ, HOP))
    assert not any(block.gap for block in out)


def test_live_input_goes_on_being_kept_and_the_frozen_sound_can_be_heard_again():
    keeper, x, later = SoundKeeper(2, 10), noise(10), noise(11, seed=1)
    feed(keeper, x)
    keeper.keep()
    feed(keeper, later, x.shape[1])
    keeper.live()
    y, _ = feed(keeper, later[:, : 10 * HOP], x.shape[1])
    np.testing.assert_array_equal(y[:, FADE:], later[:, FADE : 10 * HOP])
    assert not keeper.state.looping and keeper.state.kept_s == 10.0
    keeper.again()
    y, _ = feed(keeper, noise(1, seed=2), x.shape[1])
    np.testing.assert_array_equal(y[:, FADE:], x[:, FADE:RATE_HZ])
    keeper.live()
    feed(keeper, later[:, :HOP])
    keeper.keep()
    y, _ = feed(keeper, noise(1, seed=3), x.shape[1])
    np.testing.assert_array_equal(y[:, FADE : 2 * HOP], np.concatenate([later, later[:, : 10 * HOP]], axis=1)[
        :, -10 * RATE_HZ + RATE_HZ + HOP + FADE :][:, : 2 * HOP - FADE])  # fmt: skip


def test_a_span_of_the_time_axis_can_be_looped_from_live_and_within_the_loop():
    keeper, x = SoundKeeper(2, 10), noise(12)
    feed(keeper, x)
    keeper.keep_span(5.0, 6.0)
    y, _ = feed(keeper, noise(0.9, seed=1), x.shape[1])
    np.testing.assert_array_equal(y[:, FADE:], x[:, 5 * RATE_HZ : 5 * RATE_HZ + y.shape[1]][:, FADE:])
    state = keeper.state
    assert state.region == LoopRegion(3 * RATE_HZ, 4 * RATE_HZ)  # of the ten seconds that end at 12 s
    assert state.sample_at(12.0 + state.round_s + 0.25) == round(3.25 * RATE_HZ)  # in the second round
    keeper.keep_span(12.2, 12.7)
    feed(keeper, noise(0.1, seed=1))
    assert keeper.state.region == LoopRegion(round(3.2 * RATE_HZ), round(3.7 * RATE_HZ))
    with pytest.raises(InputError, match="not in the loop"):
        keeper.keep_span(-3.0, -2.0)


def test_what_is_too_short_or_gone_is_refused_and_changes_nothing():
    keeper = SoundKeeper(2, 10)
    with pytest.raises(InputError, match="kept so far"):
        keeper.keep()
    with pytest.raises(InputError, match="No sound is kept"):
        keeper.again()
    feed(keeper, noise(12))
    with pytest.raises(InputError, match="this part has gone"):
        keeper.keep_span(0.5, 1.0)
    with pytest.raises(InputError):
        keeper.keep(LoopRegion(0, 1000))
    assert not keeper.state.looping
    keeper.keep()
    feed(keeper, noise(0.1))
    with pytest.raises(InputError, match="at least"):
        keeper.set_region(LoopRegion(5000, 5001))
    assert keeper.state.looping and keeper.state.region is None


def test_memory_is_bounded_whatever_is_asked():
    assert SoundKeeper(8, 60).state.capacity_s == 60.0
    assert SoundKeeper(64, 60).state.capacity_s * 65 * 4 * RATE_HZ <= kept_sound.MOST_BYTES
    assert SoundKeeper(1, 1000).state.capacity_s == 60.0
    keeper, x = SoundKeeper(1, 10), noise(11, 1)
    feed(keeper, x)
    keeper.keep()
    feed(keeper, x)
    rings = {id(ring) for ring in (keeper._live, keeper._frozen)}
    for _ in range(3):  # two rings take turns
        keeper.live()
        feed(keeper, x)
        keeper.keep()
        feed(keeper, x)
        assert {id(ring) for ring in (keeper._live, keeper._frozen)} == rings


def test_another_length():
    keeper = SoundKeeper(1, 10)
    feed(keeper, noise(11, 1))
    keeper.set_seconds(15)
    feed(keeper, noise(16, 1))
    assert keeper.state.kept_s == keeper.state.capacity_s == 15.0


def test_keeping_twice_at_once_keeps_the_sound():
    keeper, x = SoundKeeper(1, 10), noise(11, 1)
    feed(keeper, x)
    keeper.keep()
    keeper.keep()
    feed(keeper, x[:, :HOP])
    assert keeper.state.looping and keeper.state.kept_s == 10.0


def test_a_loop_of_nothing_is_refused():
    with pytest.raises(InputError):
        SoundLoop(SoundRing(1, 100), None)
    assert KeptSound().sample_at(1.0) is None
