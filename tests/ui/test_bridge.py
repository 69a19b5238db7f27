import threading

import pytest

from tests.ui.fakes import DEVICES, RUNNING, FakeSession, localization, snapshot
from tests.ui.space_messages import response
from workbench.core.errors import InputError
from workbench.ui.bridge import Bridge, state
from workbench.ui.bridge.settings import FACTORY


@pytest.fixture
def session():
    return FakeSession()


@pytest.fixture
def bridge(qtbot, session):
    bridge = Bridge(session, lambda: DEVICES)
    yield bridge
    bridge.close()


def gathered(signal):
    got = []
    signal.connect(lambda *args: got.append(args[0]))
    return got


def test_each_hop_is_handed_on_once_and_in_order(bridge, session):
    got = gathered(bridge.snapshots)
    for number in range(3):
        session.mailbox.snapshots.put(snapshot(number))
    bridge.poll()
    bridge.poll()
    session.mailbox.snapshots.put(snapshot(3))
    bridge.poll()
    assert [[hop.sequence for hop in hops] for hops in got] == [[0, 1, 2], [3]]


def test_nothing_is_fed_while_nobody_watches_and_it_catches_up(bridge, session):
    got = gathered(bridge.localizations)
    bridge.set_watched(False)
    session.mailbox.localizations.put(localization(0))
    bridge.poll()
    assert got == []
    bridge.set_watched(True)
    bridge.poll()
    assert [update.sequence for update in got[0]] == [0]


def test_health_and_running_are_told_on_change(bridge, session):
    health, running = gathered(bridge.health_changed), gathered(bridge.running_changed)
    bridge.begin()
    bridge.start()
    bridge.start()
    assert running == [False, True]
    assert health[-1] is RUNNING


def test_an_edit_comes_back_as_parameters_and_can_be_undone(bridge, session):
    params = gathered(bridge.params_changed)
    for value in (80.0, 70.0, 60.0):
        bridge.set({"enhance.strength_percent": value}, gesture="drag#1")
    assert params[-1].enhance.strength_percent == 60.0
    assert bridge.edited
    bridge.undo()
    assert params[-1].enhance.strength_percent == 100.0
    bridge.redo()
    assert params[-1].enhance.strength_percent == 60.0


def test_what_is_designed_for_a_dragged_value_is_shown_without_waiting_for_a_tick(bridge, session, qtbot, monkeypatch):
    """The timer that polls everything does not run here."""
    shown = gathered(bridge.response_changed)
    monkeypatch.setattr(state, "FOLLOW_S", 600.0)  # however slow the machine is
    bridge.set({"render.droop_db": 4.0}, gesture="drag")
    for number in range(3):
        session.mailbox.loudspeaker_response = response(points=100 + number)
        qtbot.waitUntil(lambda: bool(shown) and shown[-1] is session.mailbox.loudspeaker_response)
    assert len(shown) == 3
    monkeypatch.setattr(state, "FOLLOW_S", 0.0)
    bridge.set({"render.droop_db": 5.0}, gesture="drag")
    qtbot.waitUntil(lambda: not bridge._follower.isActive())  # the drag is over
    bridge.set({"render.droop_db": 6.0})
    assert not bridge._follower.isActive()


def test_what_is_refused_becomes_a_line_and_changes_nothing(bridge, session):
    failed = gathered(bridge.failed)
    assert not bridge.set({"enhance.strength_percent": 140.0})
    assert not bridge.choose_source("file:missing.wav")
    assert "outside 0…100" in failed[0]
    assert failed[1] == "file:missing.wav: no such file"
    assert session.source_spec == "room"


def test_bypass_and_mute_are_no_edit_of_a_preset(bridge):
    bridge.set({"output.bypass": True, "output.muted": True})
    assert not bridge.edited


def test_factory_settings_leave_mute_and_are_one_undo_step(bridge, session):
    bridge.set({"output.muted": True, "enhance.strength_percent": 10.0, "render.method": "plain"})
    bridge.load_factory()
    assert bridge.params.enhance.strength_percent == 100.0
    assert bridge.params.output.muted
    assert (bridge.preset_name, bridge.edited) == (FACTORY, False)
    bridge.undo()
    assert bridge.params.enhance.strength_percent == 10.0


def test_saving_and_loading_name_the_preset(bridge, session, tmp_path):
    bridge.set({"enhance.strength_percent": 10.0})
    assert bridge.edited
    bridge.save_settings(tmp_path / "Two talkers.toml")
    assert (bridge.preset_name, bridge.edited) == ("Two talkers", False)
    session.load_settings = lambda path: (_ for _ in ()).throw(InputError("bad.toml: not valid TOML"))
    failed = gathered(bridge.failed)
    assert not bridge.load_settings(tmp_path / "bad.toml")
    assert failed == ["bad.toml: not valid TOML"]
    assert bridge.preset_name == "Two talkers"


def test_devices_are_listed_off_the_gui_thread(qtbot, session):
    threads = []

    def lister():
        threads.append(threading.get_ident())
        return DEVICES

    bridge = Bridge(session, lister)
    with qtbot.waitSignal(bridge.devices_listed, timeout=3000):
        bridge.refresh_devices()
    assert threads[0] != threading.get_ident()
    assert bridge.devices == DEVICES
    bridge.close()


def test_a_listing_that_fails_is_said(qtbot, session):
    def lister():
        raise OSError("no sound server")

    bridge = Bridge(session, lister)
    with qtbot.waitSignal(bridge.failed, timeout=3000) as failed:
        bridge.refresh_devices()
    assert "no sound server" in failed.args[0]
    bridge.close()


def test_recording_toggles_in_its_folder(bridge, session, tmp_path):
    session.start()
    bridge.toggle_recording(tmp_path / "new")
    assert ("record", tmp_path / "new") in session.calls
    assert bridge.health.recording_s is not None
    bridge.toggle_recording(tmp_path / "new")
    assert bridge.health.recording_s is None


def test_close_ends_the_session_once(bridge, session):
    bridge.begin()
    bridge.close()
    bridge.close()
    assert session.calls.count(("close",)) == 1
    assert not bridge.timer.isActive()


def test_devices_that_come_and_go_are_told_by_the_watch(qtbot, session):
    from workbench.audio.device_watch import DeviceWatch
    from workbench.audio.devices import Device, DeviceList

    array = Device("ALSA", "USB array", 8, 0, 48000.0, True, False)
    there, sign = [DeviceList("PortAudio", ("ALSA",), ())], [()]
    watch = DeviceWatch(ask=lambda variables: there[0], look=lambda: sign[0])
    bridge = Bridge(session)
    told = gathered(bridge.devices_listed)
    try:
        bridge.watch_devices(watch)
        qtbot.waitUntil(lambda: told[-1:] == [[]])
        there[0], sign[0] = DeviceList("PortAudio", ("ALSA",), (array,)), ("card 1",)
        qtbot.waitUntil(lambda: told[-1] != [])
        assert [device["name"] for device in told[-1]] == ["USB array"] == [d["name"] for d in bridge.devices]
        there[0] = DeviceList("PortAudio", ("ALSA",), ())
        bridge.refresh_devices()
        qtbot.waitUntil(lambda: told[-1] == [])
        assert bridge.devices == []
    finally:
        watch.close()
        bridge.close()


def test_a_watch_that_has_listed_already_is_asked_for_it(qtbot, session):
    from workbench.audio.device_watch import DeviceWatch
    from workbench.audio.devices import DeviceList

    watch = DeviceWatch(ask=lambda variables: DeviceList("PortAudio", ("ALSA",), ()), look=lambda: ())
    bridge = Bridge(session)
    try:
        qtbot.waitUntil(lambda: watch.serial == 1)
        with qtbot.waitSignal(bridge.devices_listed) as listed:
            bridge.watch_devices(watch)
        assert listed.args == [[]]
    finally:
        watch.close()
        bridge.close()
