import threading
from dataclasses import replace

import numpy as np

from tests.engine.watched import until
from workbench.audio.scene_files import load_scene
from workbench.audio.simulator import RoomSource
from workbench.core import params as parameters
from workbench.core.kept import LoopRegion
from workbench.core.messages import Block, Localization, TalkerTruth, Track
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.kept_sound import SoundKeeper
from workbench.engine.mailbox import Mailbox
from workbench.engine.soft_localizer import QUEUE_HOPS, SoftLocalizer
from workbench.localize.localizer import Localizer


class FakeLocalizer:
    """An update every fourth hop, for the instant 30 ms before the newest; not before `go`, once it is at one."""

    notice = ""

    def __init__(self, fail: bool = False):
        self.times, self.fail = [], fail
        self.busy, self.go = threading.Event(), threading.Event()
        self.go.set()

    def process(self, samples, time_s, params):
        self.busy.set()
        assert self.go.wait(60)
        if self.fail:
            raise RuntimeError("no directions today")
        assert np.isfinite(samples).all()
        self.times.append(time_s)
        if len(self.times) % 4:
            return None
        track = Track(1, 0.5, 0.9, None, True, 1.0, 0.0)
        return Localization(0, time_s - 0.03, "fake", None, (), (track,))


def block(number: int, value: float = 0.0) -> Block:
    truth = (TalkerTruth("someone", number * 0.01, 1.0, True),)
    return Block(np.full((8, HOP), value, np.float32), number * HOP, number * 0.01, truth=truth)


def test_truth_belongs_to_the_instant_that_was_analysed():
    mailbox, reports = Mailbox(), []
    soft = SoftLocalizer(FakeLocalizer(), mailbox, reports.append)
    for number in range(8):
        soft.push(block(number, np.nan), Params())
    until(lambda: len(mailbox.localizations_since(-1)) == 2)
    soft.close()
    first = mailbox.localizations_since(-1)[0]
    assert first.time_s == 0.0 and first.truth[0].azimuth_rad == 0.0
    assert soft.track(1).azimuth_rad == 0.5 and soft.track(2) is None
    assert not reports


def test_a_slow_localizer_leaves_out_the_oldest_and_says_how_many():
    fake, mailbox = FakeLocalizer(), Mailbox()
    fake.go.clear()
    soft = SoftLocalizer(fake, mailbox, print)
    soft.push(block(0), Params())
    assert fake.busy.wait(60)
    for number in range(1, QUEUE_HOPS * 3):
        soft.push(block(number), Params())
    fake.go.set()
    until(lambda: len(fake.times) == 1 + QUEUE_HOPS)
    soft.close()
    assert soft.skipped == 2 * QUEUE_HOPS - 1 and mailbox.localizations.latest.skipped == soft.skipped
    np.testing.assert_allclose(fake.times, [0.0, *np.arange(2 * QUEUE_HOPS, 3 * QUEUE_HOPS) * 0.01])


def test_a_failure_is_said_once_and_ends_localization_alone():
    reports = []
    soft = SoftLocalizer(FakeLocalizer(fail=True), Mailbox(), reports.append)
    for number in range(5):
        soft.push(block(number), Params())
    until(lambda: not soft._queue)
    soft.close()
    assert reports == ["Localization stopped: no directions today"]


def test_a_method_that_stands_in_is_reported_once():
    fake, reports, mailbox = FakeLocalizer(), [], Mailbox()
    fake.notice = "SRP-PHAT is used."
    soft = SoftLocalizer(fake, mailbox, reports.append)
    for number in range(12):
        soft.push(block(number), Params())
        until(lambda number=number: len(fake.times) == number + 1)
    until(lambda: len(mailbox.localizations_since(-1)) == 3)
    soft.close()
    assert reports == ["SRP-PHAT is used."]


def test_what_is_late_says_how_late():
    fake, mailbox = FakeLocalizer(), Mailbox()
    fake.go.clear()
    soft = SoftLocalizer(fake, mailbox, print)
    for number in range(40):
        soft.push(block(number), Params())
    fake.go.set()
    until(lambda: len(mailbox.localizations_since(-1)) == 10)
    soft.close()
    stale_s = [update.stale_s for update in mailbox.localizations_since(-1)]
    np.testing.assert_allclose(stale_s, np.arange(36, -1, -4) * 0.01, atol=1e-9)


def test_in_a_loop_the_talkers_keep_their_numbers():
    """A talker walks within the kept sound: at the seam the tracks go back too, so each round is the first again."""
    source = RoomSource(replace(load_scene("one-talker-still"), rt60_s=0.15), patience_s=None)
    keeper, mailbox = SoundKeeper(source.channels), Mailbox()
    localizer = SoftLocalizer(Localizer(source.array), mailbox, lambda text: None)
    params = parameters.replace(Params(), {"localize.method": "srp"})
    seen: dict[int, set[int]] = {}
    round_number = 0
    through, process = threading.Semaphore(0), localizer._process

    def counted(*hop):
        process(*hop)
        through.release()

    localizer._process = counted
    source.start()
    try:
        for hop in range(1400):
            if hop == 200:
                source.move_talker(1, 2.0, 1.5)
            if hop == 500:
                keeper.keep(LoopRegion(0, 3 * RATE_HZ))
            heard = keeper.process(source.read(60.0))
            round_number = heard.seam or round_number
            localizer.push(heard, params)
            assert through.acquire(timeout=60)
            if round_number:
                seen.setdefault(round_number, set()).update(track.number for track in localizer.tracks)
    finally:
        localizer.close()
        source.close()
    assert seen[1] and seen[1] == seen[2] == seen[3]
