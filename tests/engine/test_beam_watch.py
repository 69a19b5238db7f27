import math
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.watched import until
from workbench.audio.room_renderer import RoomRenderer
from workbench.audio.scene_files import load_scene
from workbench.core import params as parameters
from workbench.core.geometry import load_array
from workbench.core.messages import Block, TalkerTruth, Track
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.beamformer import Beamformer
from workbench.engine.beam_watch import UPDATE_HOPS, BeamObserver, BeamWatch, Surroundings, other_talkers_rad
from workbench.engine.designs import DesignBench
from workbench.engine.mailbox import Mailbox

ARRAY = load_array("uca8-100mm")


def _params(method, **more):
    values = {"method": method, "white_noise_floor_db": -6.0, **more}
    return parameters.replace(Params(), {f"beamformer.{name}": value for name, value in values.items()})


def _track(number, azimuth_deg, active=True):
    return Track(number, math.radians(azimuth_deg), 0.9, 1.5, active, 2.0, 0.0)


def _noise_blocks(count, seed=0, channels=8):
    rng = np.random.default_rng(seed)
    return [
        Block((0.1 * rng.standard_normal((channels, HOP))).astype(np.float32), k * HOP, k * 0.01) for k in range(count)
    ]


def _blocks(name, seconds, **changes):
    renderer = RoomRenderer(replace(load_scene(name), **changes))
    blocks = []
    for _ in range(round(seconds / 0.05)):
        chunk = renderer.render()
        for hop, truth in enumerate(chunk.truth):
            span, index = slice(hop * HOP, (hop + 1) * HOP), len(blocks) * HOP
            blocks.append(Block(chunk.samples[:, span], index, index / RATE_HZ, truth=truth, clean=chunk.clean[span]))
    return blocks


def _measured(blocks, params):
    """Gains of a beam locked to the first talker, from 3 s on."""
    mailbox, bench = Mailbox(), DesignBench(ARRAY, None)
    watch = BeamWatch(BeamObserver(ARRAY, bench.surroundings, mailbox), bench.surroundings, None)
    beamformer, gains = Beamformer(ARRAY.mics), []
    for block in blocks:
        azimuth_rad = math.radians(round(math.degrees(block.truth[0].azimuth_rad)))
        tracks = [_track(n, math.degrees(talker.azimuth_rad)) for n, talker in enumerate(block.truth, start=1)]
        bench.request(params, azimuth_rad)
        beam = beamformer.process(block.samples, bench.designs.beam)
        watch.push(block, beam, azimuth_rad, params, tracks)
        if mailbox.beam_gain is not None and block.time_s > 3 and mailbox.beam_gain not in gains:
            gains.append(mailbox.beam_gain)
    return gains


@pytest.mark.parametrize("rt60_s", [0.15, 0.25])
def test_mvdr_gains_6_db_beside_an_interferer(rt60_s):
    gains = _measured(_blocks("one-interferer", 9.0, rt60_s=rt60_s), _params("mvdr", follow=1))
    assert np.mean([gain.gain_db for gain in gains]) > 6.0
    plain = _measured(_blocks("one-interferer", 9.0, rt60_s=rt60_s), _params("delay-and-sum", follow=1))
    assert np.mean([gain.gain_db for gain in plain]) < np.mean([gain.gain_db for gain in gains]) - 3.0


@pytest.mark.parametrize("method", ["mvdr", "lcmv"])
def test_a_beam_locked_to_a_walking_talker_gains_6_db(method):
    gains = _measured(_blocks("two-talkers-fan", 8.0), _params(method, follow=1))
    assert abs(gains[-1].azimuth_rad - gains[0].azimuth_rad) > math.radians(10)
    assert np.mean([gain.gain_db for gain in gains]) > 6.0


def test_learned_noise_causes_a_new_design_only_for_mvdr():
    bench = DesignBench(ARRAY, None)
    observer = BeamObserver(ARRAY, bench.surroundings, None)
    mvdr, plain = _params("mvdr"), _params("superdirective")
    for params in (mvdr, plain):
        bench.request(params, 0.5)
        before = bench.designs.beam
        for block in _noise_blocks(UPDATE_HOPS):
            observer.observe(block, block.samples[0], 0.5, params)
        assert bench.needs(params, 0.5) is (params is mvdr)
        bench.request(params, 0.5)
        assert (bench.designs.beam is not before) is (params is mvdr)
    assert bench.surroundings.noise is None  # forgotten when it is not learned any more


def test_nulls_by_hand_come_before_other_talkers():
    around = Surroundings(others_rad=(1.0,))
    assert around.nulls_rad(_params("lcmv").beamformer) == (1.0,)
    by_hand = _params("lcmv", null_handles=2, null_1_deg=90.0, null_2_deg=-45.0).beamformer
    assert around.nulls_rad(by_hand) == pytest.approx((math.pi / 2, -math.pi / 4))
    assert around.nulls_rad(_params("mvdr", null_handles=2).beamformer) == ()


def test_who_is_not_listened_to():
    tracks = [_track(1, 31.0), _track(2, -68.2, active=False), _track(3, 100.4)]
    assert np.degrees(other_talkers_rad(tracks, 0, math.radians(30))) == pytest.approx([100, -68])
    assert np.degrees(other_talkers_rad(tracks, 3, math.radians(100))) == pytest.approx([31, -68])
    assert other_talkers_rad([], 0, 0.0) == ()
    twice = [_track(1, 30.0), _track(4, 37.0), _track(2, -60.0)]  # one talker taken for two for a moment
    assert np.degrees(other_talkers_rad(twice, 1, math.radians(30))) == pytest.approx([-60])


def test_the_nulls_are_on_the_other_tracks():
    bench = DesignBench(ARRAY, None)
    watch = BeamWatch(BeamObserver(ARRAY, bench.surroundings, None), bench.surroundings, None)
    block, params = _noise_blocks(1)[0], _params("lcmv", follow=1)
    watch.push(block, block.samples[0], 0.0, params, [_track(1, 0.0), _track(2, -68.2)])
    bench.request(params, 0.0)
    assert np.degrees(bench.designs.beam.nulls_rad) == pytest.approx([-68.0])


def test_no_measurement_without_truth_and_none_of_a_talker_who_is_not_listened_to():
    mailbox, around = Mailbox(), Surroundings()
    observer = BeamObserver(ARRAY, around, mailbox)
    for block in _noise_blocks(2 * UPDATE_HOPS):
        observer.observe(block, block.samples[0], 0.0, Params())
    assert mailbox.beam_gain is None
    for steering_rad, known in ((0.1, True), (1.0, False)):
        for block in _noise_blocks(UPDATE_HOPS):
            known_block = replace(block, truth=(TalkerTruth("Anna", 0.0, 1.5, True),), clean=block.samples[0])
            observer.observe(known_block, block.samples[0], steering_rad, Params())
        assert (mailbox.beam_gain is not None) is known


def test_the_thread_takes_hops_and_what_is_not_finite_harms_nothing():
    mailbox, around = Mailbox(), Surroundings()
    failures = []
    watch = BeamWatch(BeamObserver(ARRAY, around, mailbox), around, failures.append)
    try:
        blocks = _noise_blocks(2 * UPDATE_HOPS)
        spoilt = blocks[3].samples.copy()
        spoilt[2, 5] = np.nan
        blocks[3] = replace(blocks[3], samples=spoilt)
        for block in blocks:
            watch.push(block, block.samples[0], 0.0, _params("mvdr"))
            until(lambda: not watch._queue)  # it would leave out the oldest
        until(lambda: around.noise is not None or failures)
        assert not failures and np.isfinite(around.noise.covariance).all()
    finally:
        watch.close()


def test_a_failure_is_said_once_and_ends_the_thread():
    class Broken:
        def observe(self, *hop):
            raise ValueError("broken")

    said = []
    watch = BeamWatch(Broken(), Surroundings(), said.append)
    try:
        for block in _noise_blocks(5):
            watch.push(block, block.samples[0], 0.0, Params())
        watch._thread.join(timeout=60)
        assert said == ["The beam no longer learns: broken"]
    finally:
        watch.close()
