"""After an error that nobody caught, and after a run that was killed: mute, and say that nothing is lost."""

import faulthandler
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication

from tests.ui.fakes import DEVICES, RUNNING, FakeSession, FakeSound, FakeSpace
from workbench.core.params import Params
from workbench.engine.run_marker import CrashedRun, SavedRecording
from workbench.ui.bridge import Bridge
from workbench.ui.crash_guard import FAULT_FILE, CrashGuard
from workbench.ui.dialogs.diagnostics import diagnostics, without_names
from workbench.ui.main_window import MainWindow


@pytest.fixture(autouse=True)
def faults_are_told(request):
    """Where the test run itself tells of a fault, which the guard's own file takes the place of."""
    yield
    if fault_handler_stderr_fd_key in request.config.stash:
        faulthandler.enable(request.config.stash[fault_handler_stderr_fd_key])


@pytest.fixture
def window(qtbot, tmp_path):
    folders = {name: tmp_path / name for name in ("presets", "recordings", "log")}
    folders["log"].mkdir()
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), FakeSound(), FakeSpace(), store, folders)
    qtbot.addWidget(window)
    window.show()
    window.bridge.poll()
    yield window
    window.close()


@pytest.fixture
def guard(window):
    made = CrashGuard(window.folders["log"])
    made.failed.connect(window.crashes.on_failure)
    made.install()
    yield made
    made.remove()


def raise_in_a_thread(text):
    def fail():
        raise ValueError(text)

    thread = threading.Thread(target=fail, name="odd one")
    thread.start()
    thread.join()


def test_an_error_in_a_thread_mutes_and_says_that_the_recording_goes_on(window, guard, qtbot, capsys):
    session = window.bridge.session
    session.start()
    session.mailbox.health = replace(RUNNING, recording_s=83.4)
    session.recording_folder = Path("/home/me/2026-11-22 10-30-00")
    raise_in_a_thread("bad number")
    panel = window.crashes.panel
    qtbot.waitUntil(panel.isVisible)
    assert session.params.output.muted and session.running
    assert "1:23.4 are safe" in panel.safe.text() and "2026-11-22 10-30-00" in panel.safe.text()
    assert "ValueError: bad number in the thread 'odd one'" in panel.detail.text()
    assert "The sound is muted" in panel.accessibleName() and panel.go_on.hasFocus()
    panel.go_on.click()
    assert not session.params.output.muted and not panel.isVisible()
    assert "bad number" in capsys.readouterr().err


def test_the_same_error_again_is_counted_and_does_not_mute_again(window, guard, qtbot):
    window.bridge.session.start()
    for _ in range(3):
        sys.excepthook(KeyError, KeyError("x"), None)
    panel = window.crashes.panel
    assert panel.isVisible() and panel.note.text() == "3 times"
    panel.go_on.click()
    sys.excepthook(KeyError, KeyError("x"), None)
    assert not panel.isVisible() and not window.bridge.params.output.muted
    sys.excepthook(KeyError, KeyError("another"), None)
    assert panel.isVisible()


def test_what_was_muted_before_stays_muted(window, guard):
    window.bridge.session.start()
    window.bridge.set({"output.muted": True})
    sys.excepthook(KeyError, KeyError("x"), None)
    window.crashes.panel.go_on.click()
    assert window.bridge.params.output.muted
    assert "No recording runs" in window.crashes.panel.safe.text()


def test_where_muting_fails_the_sound_is_stopped(window, guard, monkeypatch):
    session = window.bridge.session
    session.start()
    monkeypatch.setattr(window.bridge, "set", lambda *args, **more: False)
    sys.excepthook(KeyError, KeyError("x"), None)
    assert not session.running and "stopped" in window.crashes.panel.safe.text()


def test_the_hooks_are_given_back_and_faults_have_a_file(window):
    before = (sys.excepthook, threading.excepthook)
    made = CrashGuard(window.folders["log"])
    made.install()
    assert (window.folders["log"] / FAULT_FILE).is_file() and sys.excepthook is not before[0]
    made.remove()
    made.remove()
    assert (sys.excepthook, threading.excepthook) == before


def test_the_start_after_a_kill_lists_what_is_safe_and_opens_it(window, tmp_path):
    opened = []
    window.crashes._open_session = opened.append
    good, bad = tmp_path / "10-30-00", tmp_path / "gone"
    runs = (
        CrashedRun("2026-11-22T10:30:00", "1.0", (SavedRecording(good, 754.0, 0.6),)),
        CrashedRun("2026-11-21T10:30:00", "1.0", (SavedRecording(bad, 0.0, problem="it is gone"),)),
    )
    window.crashes._show_last_runs(())
    panel = window.crashes.panel
    assert not panel.isVisible()
    window.crashes._show_last_runs(runs)
    assert panel.isVisible() and "1 of 2 recordings are safe" in panel.safe.text()
    assert "2026-11-22 10:30:00" in panel.what.text()
    buttons = [button for button in panel.findChildren(type(panel.go_on)) if button.text() == "Open"]
    assert len(buttons) == 1 and "12:34.0" in buttons[0].accessibleName() and "0.6 s" in buttons[0].accessibleName()
    buttons[0].click()
    assert opened == [good] and not panel.isVisible()


def test_the_folder_of_runs_is_looked_at_beside_the_window(window, tmp_path, qtbot):
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "run-1-1.json").write_text('{"earshot_run": 1, "began": "2026-11-22T10:30:00", "recordings": []}')
    window.crashes.look_back(runs)
    qtbot.waitUntil(window.crashes.panel.isVisible)
    assert "No recording was running" in window.crashes.panel.safe.text() and not list(runs.iterdir())


def test_diagnostics_have_versions_devices_and_settings_and_no_names(window, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/lovelace")
    log = tmp_path / "log"
    (log / "earshot.log").write_text("2026 WARNING x: /home/lovelace/My talks/secret.wav: damaged\n2026 INFO y: fine\n")
    params = replace(Params(), output=replace(Params().output, gain_db=-6.0))
    health = replace(RUNNING, source="secret meeting.wav", message="/home/lovelace/a b.wav: is truncated")
    text = diagnostics(
        "1.0", health, DEVICES, log, params, "Traceback\nValueError: x", "file:/home/lovelace/secret meeting.wav"
    )
    for word in (
        "Earshot 1.0",
        "PySide",
        "onnxruntime",
        "USB array",
        "output.gain_db = -6.0",
        "ValueError: x",
        "damaged",
    ):
        assert word in text, word
    for word in ("lovelace", "secret", "My talks", "a b.wav", "INFO"):
        assert word not in text, word
    assert "file:….wav" in text and "is truncated" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ada/.config/earshot/x.ini", "~/.config/earshot/x.ini"),
        ("session:/data/Ada's talk: moved", "session:…"),
        ("user ada here, canada stays", "user USER here, canada stays"),
        ("file:///usr", "file:///usr"),
    ],
)
def test_names_are_left_out(text, expected):
    assert without_names(text, Path("/home/ada"), "ada").startswith(expected)


def test_copying_puts_the_failure_on_the_clipboard(window, guard):
    raise_in_a_thread("odd one out")
    window.crashes.on_failure("ValueError: odd", "Traceback: odd")
    window.crashes.panel.copy_wanted.emit()
    assert "Traceback: odd" in QGuiApplication.clipboard().text()
