"""The list of devices stays fresh, and nobody asks the sound library without a reason."""

import threading
import time

import pytest

from workbench.audio import device_watch
from workbench.audio.device_signs import signs
from workbench.audio.device_watch import DeviceWatch
from workbench.audio.devices import Device, DeviceList
from workbench.core.errors import DeviceError


def listing(*names):
    return DeviceList("PortAudio", ("ALSA",), tuple(Device("ALSA", n, 2, 2, 48000.0, False, False) for n in names))


class World:
    """Devices that come and go, and what the system shows of them.

    `later`: what is there from the next time on that somebody asks.
    """

    def __init__(self):
        self.now, self.sign, self.asked, self.looked = listing("one"), (), 0, 0
        self.later = []

    def ask(self, variables):
        answer = self.now
        if self.later:
            self.now = self.later.pop(0)
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    def look(self):
        self.looked += 1
        return self.sign

    def rounds(self, count=5):
        """Wait until the watch has looked so often again."""
        until(lambda wanted=self.looked + count: self.looked >= wanted)


def until(condition, limit_s=60.0):
    end_s = time.monotonic() + limit_s
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.005)
    assert condition()


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(device_watch, "LOOK_S", 0.01)
    monkeypatch.setattr(device_watch, "SETTLE_S", 0.03)
    return World()


@pytest.fixture
def watch(world):
    watch = DeviceWatch(ask=world.ask, look=world.look)
    assert watch.wait_for_first(60) == listing("one")
    until(lambda: watch.serial == 1)
    yield watch
    watch.close()


def test_a_sign_makes_a_new_list_and_no_sign_makes_none(world, watch):
    told = threading.Event()
    watch.subscribe(told.set)
    world.rounds()
    assert world.asked == 1 and watch.serial == 1
    world.now, world.sign = listing("one", "two"), ("card 2",)
    assert told.wait(60)
    assert watch.listing == listing("one", "two") and watch.serial == 2
    until(lambda: world.asked == 3)  # once more after a moment, as cards need one to come up
    world.rounds()
    assert world.asked == 3 and watch.serial == 2


def test_a_device_that_needs_a_moment_is_found_by_the_second_look(world, watch):
    world.later = [listing("one", "two")]
    world.sign = ("card 2",)
    until(lambda: watch.listing == listing("one", "two"))
    assert world.asked == 3


def test_while_somebody_looks_the_list_is_made_again_and_again(world, watch, monkeypatch):
    monkeypatch.setattr(device_watch, "ATTENDED_S", 0.02)
    watch.attend(True)
    until(lambda: world.asked > 5)
    watch.attend(False)
    world.rounds(2)  # it may just have been about to ask
    asked = world.asked
    world.rounds()
    assert world.asked == asked


def test_where_the_system_shows_nothing_it_is_asked_now_and_then(world, watch, monkeypatch):
    monkeypatch.setattr(device_watch, "BLIND_S", 0.02)
    world.sign = None
    until(lambda: world.asked > 5)


def test_a_failure_is_told_and_the_old_list_stays(world, watch):
    world.now = DeviceError("PortAudio does not answer")
    watch.refresh()
    until(lambda: watch.serial == 2)
    assert watch.error == "PortAudio does not answer" and watch.listing == listing("one")
    world.now = listing()
    watch.refresh()
    until(lambda: watch.error == "" and watch.listing == listing())


def test_a_callback_that_fails_does_not_end_the_watch(world, watch):
    watch.subscribe(lambda: 1 / 0)
    world.now = listing("two")
    watch.refresh()
    until(lambda: watch.listing == listing("two"))
    world.now = listing("three")
    watch.refresh()
    until(lambda: watch.listing == listing("three"))


def test_signs_stay_the_same_while_nothing_happens():
    assert signs() == signs()


@pytest.mark.jack
def test_a_server_that_comes_and_goes_is_noticed_while_a_stream_runs(jack_server):
    from workbench.audio.capture import DeviceSource
    from workbench.audio.specs import DeviceSpec

    source = DeviceSource(DeviceSpec("JACK", "system"), variables=jack_server.variables)
    watch = DeviceWatch(jack_server.variables)
    try:
        source.start()
        assert source.read(1.0) is not None
        listed = lambda: any("JACK" in device.hostapi for device in watch.listing.devices)  # noqa: E731
        assert watch.wait_for_first(60) is not None
        until(listed)
        for _ in range(5):  # listing is nothing that the stream would notice
            serial, dropped = watch.serial, source.dropped_samples
            watch.refresh()
            for _ in range(20):
                block = source.read(1.0)
                assert block is not None and not block.gap
            assert (watch.serial, source.dropped_samples) == (serial, dropped)
        source.close()
        jack_server.kill()
        until(lambda: not listed())
        jack_server.start()
        until(listed)
    finally:
        watch.close()
        source.close()
