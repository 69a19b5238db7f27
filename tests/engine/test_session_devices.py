"""Devices under a session: missing ones are stood in for and taken later, refusals are taken back, silence is said."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.audio.jack_server import Probe
from tests.engine.watched import WatchedSession, until
from workbench.core.errors import DeviceError, DeviceUnavailable
from workbench.engine.session import running as sessions
from workbench.engine.settings import Settings, load

DEVICE = "device:JACK Audio Connection Kit/system"
GONE = "device:JACK Audio Connection Kit/gone"


def begin(**settings):
    return WatchedSession(Settings(**{"source": "room", "sink": "none", "array": "", "layout": "", **settings}))


@pytest.fixture
def jack(jack_server, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_server.name)
    return jack_server


def close(session):
    session.close()
    session._thread.join(60)
    assert not session._thread.is_alive()


@pytest.mark.jack
def test_a_device_that_is_missing_at_the_start_is_stood_in_for_and_taken_when_it_appears(jack, tmp_path):
    jack.kill()
    session = begin(source=DEVICE + "#channels 1,2", sink=DEVICE)
    try:
        session.start()
        message, failed = session.says("the simulated room plays instead")
        assert failed and "nothing is played" in message and "system" in message
        assert session.becomes("running").awaited == ("system", "system")
        assert (session.source_spec, session.sink_spec) == ("room", "none")
        assert set(session.wishes) == {"source", "sink"}
        session.save_settings(tmp_path / "wish.toml")  # what was chosen is kept, not what stands in for it
        assert load(tmp_path / "wish.toml").source == DEVICE + "#channels 1,2"
        assert load(tmp_path / "wish.toml").sink == DEVICE
        jack.start()
        session.says("was taken")
        until(lambda: not session.wishes)
        assert session.becomes("running", from_now=True).source == "system"
        assert session.source_spec == DEVICE + "#channels 1,2" and session.sink_spec == DEVICE
    finally:
        close(session)


@pytest.mark.jack
def test_choosing_something_else_ends_the_wish(jack):
    session = begin(source=GONE)
    try:
        session.play()
        assert session.wishes == {"source": GONE}
        session.choose_source(DEVICE)
        session.becomes(lambda health: health.source == "system")
        assert session.wishes == {}
        session.says("gone")  # at the start
        session.choose_source(GONE)  # while sound plays a choice that fails is taken back instead
        session.says("gone")
        session.becomes("running", from_now=True)
        assert session.source_spec == DEVICE and session.wishes == {}
    finally:
        close(session)


@pytest.mark.jack
def test_a_recording_is_not_interrupted_for_a_wish(jack, tmp_path):
    jack.kill()
    session = begin(source=DEVICE)
    try:
        session.play()
        session.start_recording(tmp_path)
        session.becomes(lambda health: health.recording_s)
        jack.start()
        listed = lambda: getattr(session.device_watch.listing, "devices", ())  # noqa: E731
        until(lambda: any("JACK" in device.hostapi for device in listed()))
        for _ in range(5):  # it has looked after its wishes again and again
            assert session.becomes("running", from_now=True).recording_s
        assert session.source_spec == "room"
        session.stop_recording()
        until(lambda: session.source_spec == DEVICE)
    finally:
        close(session)


@pytest.mark.jack
def test_digital_silence_is_said_and_opening_anew_is_done(jack):
    session = begin(source=DEVICE + "#channels 1")
    try:
        session.start()
        session.becomes(lambda health: health.state == "running" and health.elapsed_s > 0.2)
        play = 0.1 * np.random.default_rng(0).standard_normal((1, 24000)).astype(np.float32)
        probe = Probe(jack, play, 0, 0.5)
        probe.connect(probe.ports("PortAudio.*:in_")[:1], [])
        probe.begin()
        assert session.says("digital zeros")[1]
        session.becomes(lambda health: health.silent_inputs == ("system",))
        probe.close()
        losses = session._assembly.runner.source.losses
        session.reopen_devices()
        until(lambda: session._assembly.runner.source.losses > losses)
        session.becomes(lambda health: health.silent_inputs == () and health.state == "running", from_now=True)
    finally:
        close(session)


@pytest.mark.jack
def test_a_server_that_comes_back_at_another_rate_is_taken_and_said(jack):
    session = begin(source=DEVICE + "#channels 1,2", sink=DEVICE)
    try:
        session.start()
        session.becomes(lambda health: health.state == "running" and health.elapsed_s > 0.5)
        jack.kill()
        session.says("system is lost, trying again.")
        session.becomes("lost")
        jack.start(rate_hz=44100, period=512)
        session.says("system is back, at 44.1 kHz now.")
        before_s = session.becomes("running").elapsed_s
        session.becomes(lambda health: health.state == "running" and health.elapsed_s > before_s + 0.5)
        jack.kill()
        session.becomes("lost")
        jack.start(rate_hz=48000, period=480)
        session.says("system is back, at 48 kHz now.")
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
    try:
        session.play()
        errors.update({"room": DeviceError("the room is closed"), "device:X/new": DeviceError("the new one is busy")})
        session.choose_source("device:X/new")
        message, failed = session.says("failed as well")
        assert failed and "the new one is busy" in message and "the room is closed" in message
        session.becomes("stopped")
        assert not session.running
        assert session.source_spec == "device:X/new"  # the new choice stays
        del errors["room"]
        session.choose_source("room")
        session.play()
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
        session.says("Device unavailable")
        session.becomes("running")
        assert session.source_spec == "room"
        for _ in range(5):  # it has looked after its wishes again and again
            session.becomes("running", from_now=True)
        assert tried == ["device:X/mixer", "room"]
        session.stop()
        session.becomes("stopped", from_now=True)
        del errors["device:X/mixer"]
        errors["room"] = DeviceError("no")  # a start goes for the wish first
        session.start()
        until(lambda: tried[2:3] == ["device:X/mixer"])
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
        assert session.says("Something went wrong")[1]
        session.becomes("stopped", from_now=True)
        assert not session.running
        errors.clear()
        session.play()
    finally:
        close(session)
