"""Devices under a session: missing ones are stood in for and taken later, refusals are taken back, silence is said."""

import logging
import time
from types import SimpleNamespace

import numpy as np
import pytest

from tests.audio.jack_server import Probe
from workbench.core.errors import DeviceError, DeviceUnavailable
from workbench.engine.session import Session
from workbench.engine.session import running as sessions
from workbench.engine.settings import Settings, load

DEVICE = "device:JACK Audio Connection Kit/system"
GONE = "device:JACK Audio Connection Kit/gone"


def wait(condition, timeout_s=20.0):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("did not happen in time")


def begin(**settings):
    return Session(Settings(**{"source": "room", "sink": "none", "array": "", "layout": "", **settings}))


@pytest.fixture
def jack(jack_server, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_server.name)
    return jack_server


def close(session):
    session.close()
    assert not session._thread.is_alive()


@pytest.mark.jack
def test_a_device_that_is_missing_at_the_start_is_stood_in_for_and_taken_when_it_appears(jack, tmp_path):
    jack.kill()
    session = begin(source=DEVICE + "#channels 1,2", sink=DEVICE)
    health = lambda: session.mailbox.health  # noqa: E731
    try:
        session.start()
        wait(lambda: health().state == "running")
        assert (session.source_spec, session.sink_spec) == ("room", "none")
        assert health().failed and "the simulated room plays instead" in health().message
        assert "nothing is played" in health().message and "system" in health().message
        assert set(session.wishes) == {"source", "sink"} and health().awaited == ("system", "system")
        session.save_settings(tmp_path / "wish.toml")  # what was chosen is kept, not what stands in for it
        assert load(tmp_path / "wish.toml").source == DEVICE + "#channels 1,2"
        assert load(tmp_path / "wish.toml").sink == DEVICE
        jack.start()
        wait(lambda: not session.wishes and health().state == "running")
        assert session.source_spec == DEVICE + "#channels 1,2" and session.sink_spec == DEVICE
        assert health().source == "system" and "was taken" in health().message
    finally:
        close(session)


@pytest.mark.jack
def test_choosing_something_else_ends_the_wish(jack):
    session = begin(source=GONE)
    try:
        session.start()
        wait(lambda: session.wishes == {"source": GONE} and session.mailbox.health.state == "running")
        session.choose_source(DEVICE)
        wait(lambda: session.mailbox.health.source == "system")
        assert session.wishes == {}
        session.choose_source(GONE)  # while sound plays a choice that fails is taken back instead
        wait(lambda: "gone" in session.mailbox.health.message)
        wait(lambda: session.mailbox.health.state == "running")
        assert session.source_spec == DEVICE and session.wishes == {}
    finally:
        close(session)


@pytest.mark.jack
def test_a_recording_is_not_interrupted_for_a_wish(jack, tmp_path):
    jack.kill()
    session = begin(source=DEVICE)
    try:
        session.start()
        wait(lambda: session.mailbox.health.state == "running")
        session.start_recording(tmp_path)
        wait(lambda: session.mailbox.health.recording_s)
        jack.start()
        wait(lambda: any("JACK" in device.hostapi for device in session.device_watch.listing.devices))
        time.sleep(0.5)
        assert session.source_spec == "room" and session.mailbox.health.recording_s
        session.stop_recording()
        wait(lambda: session.source_spec == DEVICE)
    finally:
        close(session)


@pytest.mark.jack
def test_digital_silence_is_said_and_opening_anew_is_done(jack):
    session = begin(source=DEVICE + "#channels 1")
    health = lambda: session.mailbox.health  # noqa: E731
    try:
        session.start()
        wait(lambda: health().state == "running" and health().elapsed_s > 0.2)
        play = 0.1 * np.random.default_rng(0).standard_normal((1, 24000)).astype(np.float32)
        probe = Probe(jack, play, 0, 0.5)
        probe.connect(probe.ports("PortAudio.*:in_")[:1], [])
        probe.begin()
        wait(lambda: health().silent_inputs == ("system",))
        assert health().failed and "digital zeros" in health().message
        probe.close()
        losses = session._assembly.runner.source.losses
        session.reopen_devices()
        wait(lambda: session._assembly.runner.source.losses > losses and health().state == "running")
        wait(lambda: health().silent_inputs == ())
    finally:
        close(session)


@pytest.mark.jack
def test_a_server_that_comes_back_at_another_rate_is_taken_and_said(jack, caplog):
    caplog.set_level(logging.INFO, "workbench.engine.session")  # what is said next may follow within a moment
    said = lambda text: any(record.message == text for record in caplog.records)  # noqa: E731
    session = begin(source=DEVICE + "#channels 1,2", sink=DEVICE)
    health = lambda: session.mailbox.health  # noqa: E731
    try:
        session.start()
        wait(lambda: health().state == "running" and health().elapsed_s > 0.5)
        jack.kill()
        wait(lambda: health().state == "lost" and said("system is lost, trying again."))
        jack.start(rate_hz=44100, period=512)
        wait(lambda: said("system is back, at 44.1 kHz now."), 40.0)
        before_s = health().elapsed_s
        wait(lambda: health().state == "running" and health().elapsed_s > before_s + 0.5)
        jack.kill()
        wait(lambda: health().state == "lost")
        jack.start(rate_hz=48000, period=480)
        wait(lambda: said("system is back, at 48 kHz now."), 40.0)
    finally:
        close(session)


def refusing(monkeypatch, errors):
    """`assemble` that raises what `errors` says for a source."""
    true = sessions.assemble

    def assemble(structure, *args, **kwargs):
        if (error := errors.get(structure.source)) is not None:
            raise error
        return true(structure, *args, **kwargs)

    monkeypatch.setattr(sessions, "assemble", assemble)


def test_when_going_back_fails_too_everything_stands_still_and_both_reasons_are_said(monkeypatch):
    errors = {}
    refusing(monkeypatch, errors)
    session = begin()
    health = lambda: session.mailbox.health  # noqa: E731
    try:
        session.start()
        wait(lambda: health().state == "running")
        errors.update({"room": DeviceError("the room is closed"), "device:X/new": DeviceError("the new one is busy")})
        session.choose_source("device:X/new")
        wait(lambda: health().state == "stopped" and "failed as well" in health().message)
        assert "the new one is busy" in health().message and "the room is closed" in health().message
        assert health().failed and not session.running
        assert session.source_spec == "device:X/new"  # the new choice stays
        del errors["room"]
        session.choose_source("room")
        session.start()
        wait(lambda: health().state == "running")
    finally:
        close(session)


def test_a_busy_device_is_stood_in_for_and_not_tried_again_by_itself(monkeypatch):
    tried = []
    busy = DeviceUnavailable("device:X/mixer: refuses 2 channels: Device unavailable", "input", "busy")
    errors = {"device:X/mixer": busy}
    refusing(monkeypatch, errors)
    monkeypatch.setattr(sessions, "DeviceWatch", FakeWatch)
    true = sessions.assemble
    monkeypatch.setattr(sessions, "assemble", lambda s, *a, **k: (tried.append(s.source), true(s, *a, **k))[1])
    session = begin(source="device:X/mixer")
    try:
        session.start()
        wait(lambda: session.mailbox.health.state == "running")
        assert session.source_spec == "room" and "Device unavailable" in session.mailbox.health.message
        time.sleep(0.5)
        assert tried == ["device:X/mixer", "room"]
        session.stop()
        wait(lambda: session.mailbox.health.state == "stopped")
        del errors["device:X/mixer"]
        errors["room"] = DeviceError("no")  # a start goes for the wish first
        session.start()
        wait(lambda: tried[2:] == ["device:X/mixer"])
    finally:
        close(session)


class FakeWatch:
    """One device, always there."""

    serial = 7
    listing = SimpleNamespace(hostapis=("X",), devices=())

    def wait_for_first(self, timeout_s):
        return None

    def close(self):
        pass


def test_a_command_that_breaks_leaves_the_session_usable(monkeypatch):
    errors = {"room": ZeroDivisionError("oh")}
    refusing(monkeypatch, errors)
    session = begin()
    try:
        session.start()
        wait(lambda: "Something went wrong" in session.mailbox.health.message)
        assert not session.running and session.mailbox.health.state == "stopped"
        errors.clear()
        session.start()
        wait(lambda: session.mailbox.health.state == "running")
    finally:
        close(session)
