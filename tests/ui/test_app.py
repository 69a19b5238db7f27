import logging
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from PySide6.QtGui import QImage

from tests.ui.fakes import DEVICES, FakeSession
from workbench.core.errors import EarshotError, InputError
from workbench.ui import app
from workbench.ui.bridge import Bridge


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """What the program writes of a start goes there, and the log of these tests to nobody after them."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    root = logging.getLogger()
    level, handlers = root.level, [(handler, handler.level) for handler in root.handlers]
    yield
    for handler in [one for one in root.handlers if one not in dict(handlers)]:
        root.removeHandler(handler)
        handler.close()
    for handler, before in handlers:
        handler.setLevel(before)
    root.setLevel(level)


def test_options_are_read():
    args = app.parse(["--source", "room", "--size", "1920x1080", "--theme", "light", "--stopped"])
    assert (args.source, args.size, args.theme, args.stopped) == ("room", (1920, 1080), "light", True)


@pytest.mark.parametrize("argv", [["--size", "wide"], ["--theme", "pink"], ["--nonsense"]])
def test_bad_options_leave_with_2(argv, capsys):
    with pytest.raises(SystemExit) as left:
        app.parse(argv)
    assert left.value.code == 2


def test_settings_and_options_that_cannot_be_used_are_refused(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("params = 3")
    with pytest.raises(InputError, match=r"broken\.toml"):
        app._begin_settings(app.parse(["--settings", str(broken)]))
    with pytest.raises(InputError, match="no such file"):
        app._begin_settings(app.parse(["--array", "nothing"]))
    assert app._begin_settings(app.parse(["--layout", "stereo-60deg"])).layout == "stereo-60deg"


class Store(dict):
    def value(self, key, default=None):
        return self.get(key, default)


@pytest.fixture
def patient(monkeypatch):
    """The devices are listed in time, however long that takes."""
    monkeypatch.setattr(app, "DEVICE_WAIT_MS", 10**9)


def start(qtbot, store, devices, **choose):
    session = FakeSession()
    bridge = Bridge(session, lambda: devices)
    starter = app._Starter(None, bridge, store, **choose, start=True)
    if any(choose.values()):
        with qtbot.waitSignal(bridge.devices_listed, timeout=3000):
            bridge.refresh_devices()
    bridge.close()
    return session, starter


def test_a_first_start_plays_the_room_on_the_default_device(qtbot, patient):
    session, _ = start(qtbot, Store(), DEVICES, choose_source=True, choose_sink=True)
    assert session.source_spec == "room"
    assert session.sink_spec == "device:PipeWire/Headphones"


def test_without_any_device_it_plays_to_none(qtbot, patient):
    session, _ = start(qtbot, Store(), [], choose_source=True, choose_sink=True)
    assert (session.source_spec, session.sink_spec) == ("room", "none")


def test_remembered_devices_are_taken_there_or_not(qtbot, patient):
    """The session stands in for one that is not there, and takes it when it appears."""
    store = Store(source="device:ALSA/Laptop microphone", sink="device:ALSA/Gone")
    session, _ = start(qtbot, store, DEVICES, choose_source=True, choose_sink=True)
    assert session.source_spec == "device:ALSA/Laptop microphone"
    assert session.sink_spec == "device:ALSA/Gone"


def test_a_remembered_file_is_not_played_by_itself(qtbot, patient):
    store = Store(source="file:/tmp/a.wav", sink="file:/tmp/b.wav")
    session, _ = start(qtbot, store, DEVICES, choose_source=True, choose_sink=True)
    assert (session.source_spec, session.sink_spec) == ("room", "device:PipeWire/Headphones")


@pytest.mark.parametrize(
    ("chosen", "sink"), [("", "device:PipeWire/Headphones"), ("none", "none"), ("file:/x.wav", "file:/x.wav")]
)
def test_where_the_devices_take_long_it_goes_over_to_them_unless_somebody_has_chosen(qtbot, monkeypatch, chosen, sink):
    monkeypatch.setattr(app, "DEVICE_WAIT_MS", 0)
    session, store, listed = FakeSession(), Store(), threading.Event()
    bridge = Bridge(session, lambda: listed.wait(60) and DEVICES)
    starter = app._Starter(None, bridge, store, choose_source=True, choose_sink=True, start=True)
    bridge.refresh_devices()
    qtbot.waitUntil(lambda: session.running)
    assert session.sink_spec == "none"
    if chosen:
        store["sink"] = chosen
        bridge.choose_sink(chosen)
    with qtbot.waitSignal(bridge.devices_listed):
        listed.set()
    assert session.sink_spec == sink
    bridge.choose_sink("none")
    starter.go(DEVICES)  # a device comes later: nobody asked for it
    assert session.sink_spec == "none"
    bridge.close()


def test_what_the_command_line_named_is_left_alone(qtbot):
    session, starter = start(qtbot, Store(sink="none"), DEVICES, choose_source=False, choose_sink=False)
    assert not [call for call in session.calls if call[0] in ("source", "sink")]
    assert starter.done


def test_without_a_screen_it_says_so(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(EarshotError, match="no screen"):
        app._require_screen()


def test_what_is_refused_is_one_line_and_2(tmp_path, capsys):
    assert app.main(["--settings", str(tmp_path / "gone.toml")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("workbench: ")
    assert "gone.toml" in said
    assert said.count("\n") == 1


def test_a_file_to_open_that_is_not_there_is_refused_before_the_window(tmp_path, capsys):
    assert app.main(["--stopped", str(tmp_path / "gone.wav")]) == 2
    assert "gone.wav: no such file" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="no signals of this kind")
def test_a_signal_closes_the_window_in_order(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "--stopped", "--sink", "none"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline_s = time.monotonic() + 300
        logs = []
        while not any("window is open" in path.read_text() for path in logs) and time.monotonic() < deadline_s:
            time.sleep(0.05)
            logs = list(tmp_path.rglob("earshot.log"))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in said
    assert (tmp_path / "XDG_CONFIG_HOME" / "earshot" / "window.ini").is_file()


SIGNALLED_WHILE_PAINTING = """
import os, signal, sys
from PySide6.QtWidgets import QWidget
from workbench.ui import app
class Painted(QWidget):
    painted = 0
    def paintEvent(self, event):
        Painted.painted += 1
        if Painted.painted == 1:
            os.kill(os.getpid(), signal.SIGTERM)
            sum(range(1000))  # the handler has run by now
            print("still shown" if self.window().isVisible() else "gone under the brush", flush=True)
build = app._build_window
def built(*args):
    window = build(*args)
    Painted(window).resize(50, 50)
    return window
app._build_window = built
sys.exit(app.main(["--stopped", "--sink", "none", "--fresh"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals of this kind")
def test_a_signal_that_comes_while_it_paints_waits_until_it_has_painted():
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLED_WHILE_PAINTING],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stdout) == (130, "still shown\n"), done.stderr
    assert "Traceback" not in done.stderr and "QBackingStore" not in done.stderr


def test_the_window_opens_is_pictured_and_leaves_in_order(tmp_path):
    picture = tmp_path / "window.png"
    options = ["--size", "1280x800", "--sink", "none", "--screenshot", str(picture), "--after", "1.5"]
    done = subprocess.run(
        [sys.executable, "-m", "workbench", *options],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1280, 800)
    assert image.pixelColor(20, 20).name() != image.pixelColor(4, 56).name()
