"""Bad files dropped on a window whose real engine plays the room: a line in the status bar, and the sound goes on."""

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent

from tests.ui.fakes import FakeSound, FakeSpace
from workbench.engine.session import Session
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow

WAIT_MS = 20_000


@pytest.fixture
def window(qtbot, tmp_path):
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    folders = {name: tmp_path / name for name in ("presets", "recordings", "log")}
    window = MainWindow(Bridge(Session(), lambda: []), FakeSound(), FakeSpace(), store, folders)
    qtbot.addWidget(window)
    window.show()
    window.bridge.begin()
    window.bridge.start()
    qtbot.waitUntil(lambda: playing(window) > 5, timeout=WAIT_MS)
    yield window
    window.bridge.close()
    window.close()


def playing(window):
    """Hops that the engine has shown so far."""
    return window.bridge.session.mailbox.snapshots.next_sequence


def drop(window, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )


def sound_bytes(folder):
    soundfile.write(folder / "whole.wav", 0.1 * np.ones((4800, 2)), 48000)
    return (folder / "whole.wav").read_bytes()


BAD = {
    "missing.wav": (lambda whole: None, "no such file"),
    "empty.wav": (lambda whole: b"", "is empty"),
    "text.wav": (lambda whole: b"Dear diary, this is no sound.\n" * 20, "not a sound file"),
    "truncated.wav": (lambda whole: whole[: len(whole) // 2], "is truncated"),
    "nochannels.wav": (lambda whole: whole[:22] + b"\0\0" + whole[24:], "hannel"),
    "picture.png": (lambda whole: b"\x89PNG\r\n\x1a\n" + bytes(100), "not a sound file"),
    "array.toml": (lambda whole: b"mics = [[0, 0, 0], [0, 0, 0]]", "same place"),
    "layout.toml": (lambda whole: b"drivers = 3", "drivers"),
    "settings.toml": (lambda whole: b"earshot_settings = 1\n[params.enhance]\nmagic = 1", "magic"),
    "broken.toml": (lambda whole: b"mics = [[0, 0", "not valid TOML"),
    "binary.toml": (lambda whole: b"\xff\xfe\x00" * 9, "not a text file"),
    "other.toml": (lambda whole: b"[tool.ruff]", "not an Earshot settings file"),
}


def test_bad_files_are_a_line_and_the_room_plays_on(qtbot, window, tmp_path):
    whole = sound_bytes(tmp_path)
    for name, (content, cause) in BAD.items():
        path = tmp_path / name
        if (data := content(whole)) is not None:
            path.write_bytes(data)
        drop(window, path)
        qtbot.waitUntil(lambda name=name: name in window.status.notice.text, timeout=WAIT_MS)
        assert cause in window.status.notice.text, window.status.notice.text
        before = playing(window)
        qtbot.waitUntil(lambda before=before: playing(window) > before + 3, timeout=WAIT_MS)
        assert window.bridge.session.source_spec == "room"


def test_a_file_that_is_bad_further_on_stops_with_its_cause_and_the_room_can_be_had_again(qtbot, window, tmp_path):
    sound = np.full((48000, 2), 0.1, np.float32)
    sound[24000, 1] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, 48000, subtype="FLOAT")
    drop(window, tmp_path / "nan.wav")
    qtbot.waitUntil(lambda: "NaN or infinite" in window.status.notice.text, timeout=WAIT_MS)
    assert "nan.wav" in window.status.notice.text and not window.bridge.session.running
    window.bridge.choose_source("room")
    window.bridge.start()
    before = playing(window)
    qtbot.waitUntil(lambda: playing(window) > before + 3, timeout=WAIT_MS)
