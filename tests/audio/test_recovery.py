"""Devices that come back, with devices made by hand: what is lost, when, and what goes on meanwhile."""

import threading
import time
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.audio import recovery
from workbench.audio.protocols import HOP
from workbench.audio.recovery import RecoveringSink, RecoveringSource
from workbench.core.errors import DeviceError, DeviceUnavailable
from workbench.core.messages import Block


@dataclass(eq=False)
class FakeDevice:
    """Both ends at once: delivers hops of ones while it is `there`."""

    name: str = "USB array"
    channels: int = 2
    channel_names: tuple = ("in 1", "in 2")
    there: bool = True
    opened: int = 0
    written: int = 0
    level: float = 1.0
    server_dropouts: int = 0
    latency_samples: int = 0
    device_latency_samples: int = 0
    dropped_samples: int = 0
    missed_samples: int = 0
    corrections: int = 0
    index: int = 0
    device: object = None
    variables: object = None

    @property
    def lost_reason(self):
        return "" if self.there or not self.opened else f"device:X/{self.name}: the device has stopped"

    def start(self):
        if not self.there:
            raise DeviceError("not there")
        self.opened += 1

    def reopen(self, open_timeout_s):
        self.start()

    def close(self):
        pass

    def read(self, timeout_s):
        time.sleep(0.005)
        if not self.there:
            return None
        self.index += HOP
        return Block(np.full((self.channels, HOP), self.level, np.float32), self.index - HOP, 0.0)

    def wait(self, timeout_s):
        time.sleep(0.005)
        return self.there

    def write(self, samples):
        assert len(samples) == self.channels
        self.written += 1


def until(condition, limit_s=60.0):
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def source():
    device = FakeDevice()
    source = RecoveringSource(device)
    source.start()
    yield source, device
    source.close()


def test_silence_takes_the_place_of_a_lost_device_and_keeps_time(source):
    source, device = source
    assert source.read(0.1).samples.all()
    device.there = False
    until(lambda: source.lost)
    assert "USB array" in source.lost_reason and source.losses == 1
    began = time.monotonic()
    blocks = [block for block in (source.read(0.1) for _ in range(30)) if block is not None]
    assert len(blocks) == 30 and not any(block.samples.any() for block in blocks)
    assert time.monotonic() - began > 0.25  # as fast as sound, not as fast as it goes
    assert [block.gap for block in blocks] == [True] + 29 * [False]

    device.there = True
    until(lambda: not source.lost)
    back = source.read(0.1)
    assert back.samples.all() and back.gap and not source.read(0.1).gap
    assert device.opened == 2 and source.lost_reason == ""
    assert back.index == blocks[-1].index + HOP and np.all(np.diff([b.index for b in blocks]) == HOP)


def test_a_device_that_comes_back_with_other_channels_is_fitted(source):
    source, device = source
    for channels in (1, 5):
        device.there = False
        until(lambda: source.lost)
        device.channels, device.there = channels, True
        until(lambda: not source.lost)
        block = source.read(0.1)
        assert block.samples.shape == (2, HOP) and block.samples[0].all()
        assert block.samples[1].any() == (channels == 5)


def test_zeros_from_a_device_that_is_listed_no_more_are_a_loss(source, monkeypatch):
    source, device = source
    monkeypatch.setattr(recovery, "DIGITAL_SILENCE_S", 0.05)
    listed = threading.Event()
    listed.set()

    def find(*_):
        if not listed.is_set():
            raise DeviceUnavailable("no device of that name is there now", "input", "missing")

    monkeypatch.setattr(recovery, "find_device", find)

    def hear(condition):
        def look():
            source.read(0.01)
            return condition()

        until(look)

    device.level = 0.0
    for _ in range(20):  # zeros from the beginning say nothing: a muted input is no lost device
        source.read(0.1)
    assert source.losses == 0 and not source.zeros
    device.level = 1.0
    source.read(0.1)
    device.level = 0.0
    hear(lambda: source.zeros)  # there were sounds, now there are none, but it is still listed
    assert source.losses == 0
    device.level = 1.0
    hear(lambda: not source.zeros)
    listed.clear()
    device.level = 0.0
    hear(lambda: source.losses == 1)


class Script:
    """What happens before each look of the watch, in place of the event that ends it."""

    def __init__(self, *steps):
        self._steps = list(steps)

    def wait(self, timeout_s):
        if self._steps:
            self._steps.pop(0)()
            return False
        return True

    def is_set(self):
        return False


def test_a_program_that_stood_still_itself_does_not_blame_the_device(monkeypatch):
    """Halted and continued with everything else, the watch wakes before the device's next block has come."""
    device, now = FakeDevice(opened=1), [0.0]
    source = RecoveringSource(device)
    monkeypatch.setattr(recovery, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def after(seconds, there):
        def step():
            now[0], device.there = now[0] + seconds, there

        return step

    usual = recovery.WATCH_S
    silent = [after(usual, False)] * (round(recovery.LOST_S / usual) - 1)
    source._ended = Script(after(usual, True), after(60.0, False), *silent, *[after(usual, True)] * 20)
    source._watch()
    assert source.losses == 0
    device.reopen = lambda timeout_s: setattr(device, "there", True)
    source._ended = Script(after(usual, True), after(usual, False), after(usual, True))
    source._watch()
    assert source.losses == 1 and not source.lost


def test_what_has_come_back_is_heard_at_once(monkeypatch):
    """Who sees that the device is no longer lost gets its sound, wherever the watch is held up meanwhile."""
    device = FakeDevice(opened=1, there=False)
    source = RecoveringSource(device)
    heard = []

    class Watched(RecoveringSource):
        lost = property(lambda self: self.__dict__["lost"])

        @lost.setter
        def lost(self, lost):
            self.__dict__["lost"] = lost
            if not lost and device.opened > 1:
                heard.append((source.read(0.0), source.lost_reason))

    device.reopen = lambda timeout_s: setattr(device, "there", True) or setattr(device, "opened", 2)
    source.__class__ = Watched
    source._recover("gone")
    (block, reason), *_ = heard
    assert block.samples.all() and reason == ""


def test_a_device_can_be_opened_anew_though_it_runs(source):
    source, device = source
    source.read(0.1)
    source.reopen_now()
    until(lambda: device.opened == 2 and not source.lost)
    assert source.losses == 1 and source.read(0.1).samples.all()
    time.sleep(0.15)
    assert device.opened == 2


def test_a_device_that_stays_away_is_asked_for_less_often(source, monkeypatch):
    source, device = source
    monkeypatch.setattr(recovery, "RETRY_S", 0.01)
    attempts = []

    def refuse():
        attempts.append(1)
        raise DeviceError("not there")

    monkeypatch.setattr(device, "start", refuse)
    shown = [0]
    monkeypatch.setattr(recovery, "signs", lambda: shown[0])
    device.there = False
    until(lambda: len(attempts) > 5)
    monkeypatch.setattr(recovery, "PATIENT_RETRY_S", 1000.0)
    monkeypatch.setattr(recovery, "PATIENT_S", 0.0)
    many = len(attempts)
    time.sleep(0.5)
    assert len(attempts) <= many + 1  # the one that it may just have been about to make
    many = len(attempts)
    shown[0] += 1  # a card or server has come
    until(lambda: len(attempts) > many)


def test_a_sink_without_a_device_takes_hops_at_their_pace():
    device = FakeDevice()
    sink = RecoveringSink(device)
    sink.start()
    try:
        hop = np.zeros((2, HOP), np.float32)
        assert sink.wait(0.1)
        sink.write(hop)
        device.there = False
        until(lambda: sink.lost)
        began = time.monotonic()
        for _ in range(20):
            assert sink.wait(0.1)
            sink.write(hop)
        assert time.monotonic() - began > 0.15 and device.written == 1
        device.there = True
        sink.retry()
        until(lambda: not sink.lost)
        assert sink.wait(0.1)
        sink.write(hop)
        assert device.written == 2
    finally:
        sink.close()
    assert not any("watch USB" in thread.name for thread in threading.enumerate())


def test_a_device_that_is_not_there_at_the_start_is_an_error():
    with pytest.raises(DeviceError):
        RecoveringSource(FakeDevice(there=False)).start()
