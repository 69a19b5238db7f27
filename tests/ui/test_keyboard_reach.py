"""Everything in the whole window can be done by keys: buttons, controls, panels, menus, and what a canvas holds."""

import re

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QWidget,
)

from tests.ui.fakes import DEVICES, FakeSession
from workbench.dsp.bands import PEAK_HZ
from workbench.ui.bridge import Bridge
from workbench.ui.controls.rows import Row
from workbench.ui.dialogs import FloatPanel
from workbench.ui.dialogs.help import KEYS
from workbench.ui.main_window import MainWindow
from workbench.ui.views.sound import SoundView
from workbench.ui.views.space import SpaceView

MOUSE = ("mousePressEvent", "mouseReleaseEvent", "mouseMoveEvent", "mouseDoubleClickEvent", "wheelEvent")
STANDARD = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView)
BY_OTHER_MEANS = {
    "StatusBar": "a click opens what the key D opens",
    "BeamView": "the wheel over its header steps as Up and Down in the canvas do",
    "LevelMeters": "a click clears one clip lamp; the button CLIP clears them all",
    "Picture": "a click plays a rung of the ladder, as its heading, a button, does, and the keys 1 to 6",
}

SAY_IT_THEMSELVES = {
    "Spectrogram": "the crosshair's read-out has its fixed place; a tooltip would cover the picture",
    "Timeline": "it says what is under the pointer",
}


@pytest.fixture(scope="module")
def window(qapp, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reach")
    store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    folders = {name: folder / name for name in ("presets", "recordings", "log")}
    window = MainWindow(Bridge(FakeSession(), lambda: DEVICES), SoundView(PEAK_HZ), SpaceView(), store, folders)
    window.resize(1920, 1080)
    window.show()
    window.bridge.poll()
    yield window
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def of_ours(part: QWidget, method: str) -> bool:
    """Whether a class of the program, rather than Qt, handles an event."""
    return any(method in vars(kind) for kind in type(part).__mro__ if kind.__module__.startswith("workbench"))


def in_another(part: QWidget) -> bool:
    """A part of a combo box, spin box or table, which has the focus in its place."""
    parent = part.parentWidget()
    while parent is not None:
        if isinstance(parent, (QComboBox, QAbstractSpinBox, QAbstractItemView)):
            return True
        parent = parent.parentWidget()
    return isinstance(part, QHeaderView) or part.objectName().startswith("qt_")


def operated(window: QWidget) -> list[QWidget]:
    """Everything that a mouse can do something with."""
    parts = [part for part in window.findChildren(QWidget) if not in_another(part) and not isinstance(part, Row)]
    # A panel is moved by arrow keys with Alt from wherever the focus is in it: test_float_panel.py.
    parts = [part for part in parts if type(part).__name__ not in BY_OTHER_MEANS and not isinstance(part, FloatPanel)]
    return [part for part in parts if isinstance(part, STANDARD) or any(of_ours(part, name) for name in MOUSE)]


def named(parts) -> list[str]:
    return sorted(f"{type(part).__name__} {part.accessibleName() or part.objectName()}" for part in parts)


def takes_tab(part: QWidget) -> bool:
    if part.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return True
    if isinstance(part, QAbstractButton) and part.group() is not None and part.group().exclusive():
        return True  # Tab goes to the one that is pressed, arrow keys to the others
    choices = getattr(part, "choices", None)
    if choices is not None and len(choices) < 2:
        return True  # a chooser without a choice is text
    choice = getattr(part, "choice", None)
    return choice is not None and not choice.value  # a heading in a list


def test_everything_takes_the_focus_by_keyboard(window):
    assert named(part for part in operated(window) if not takes_tab(part)) == []


def test_what_a_hand_can_move_is_moved_by_keys(window):
    canvases = [part for part in operated(window) if not isinstance(part, STANDARD)]
    assert len({type(part).__name__ for part in canvases}) > 20  # the walk has seen them
    assert named(part for part in canvases if not of_ours(part, "keyPressEvent")) == []


def test_everything_has_a_name(window):
    def nameless(part) -> bool:
        text = part.text() if isinstance(part, QAbstractButton) else ""
        return not (part.accessibleName() or text.strip())

    assert named(part for part in operated(window) if nameless(part)) == []


def test_everything_says_what_it_does(window):
    def silent(part) -> bool:
        if part.toolTip() or of_ours(part, "event") or isinstance(part, QAbstractItemView):
            return False
        parent, rows = part.parentWidget(), False
        while parent is not None and not rows:
            rows, parent = isinstance(parent, Row), parent.parentWidget()
        return not rows and takes_tab(part) and not hasattr(part, "choice")  # rows fill the help box

    parts = [part for part in operated(window) if type(part).__name__ not in SAY_IT_THEMSELVES]
    parts = [part for part in parts if not part.accessibleName().endswith(", method")]  # the group's help box says it
    assert named(part for part in parts if silent(part)) == []


def actions(menu):
    for action in menu.actions():
        if action.menu() is not None:
            action.menu().aboutToShow.emit()
            yield from actions(action.menu())
        elif not action.isSeparator():
            yield action


def test_the_menu_opens_by_key_and_all_its_lines_can_be_chosen(window, qtbot):
    window.activateWindow()
    window.setFocus()
    window.shortcuts["F10"].activated.emit()
    assert window.menus.menu.isVisible()
    lines = list(actions(window.menus.menu))
    window.menus.menu.close()
    assert len(lines) > 40
    assert [line for line in lines if not line.text().strip()] == []
    for line in lines:  # what a line says of a key is true
        if "\t" in line.text():
            said = QKeySequence(line.text().split("\t")[1])
            assert said.toString() in {QKeySequence(key).toString() for key in window.shortcuts}, line.text()


ARROWS = {"←": "Left", "→": "Right", "↑": "Up", "↓": "Down"}


def meant(keys: str) -> set[str]:
    """The keys that a line of the overlay tells: "Ctrl+← →" is two."""
    found = set()
    for group in re.split(r"\s{2,}", keys):
        first, *others = group.split(" ")
        held, _, last = first.rpartition("+")
        found |= {first} | {f"{held}+{ARROWS[key]}" for key in (last, *others) if held and key in ARROWS}
    return found


def test_the_overlay_lists_every_key(window):
    listed = " ".join(keys for keys, _ in KEYS)
    words = set().union(*(meant(keys) for keys, _ in KEYS))
    missing = [key for key in window.shortcuts if key not in words and not re.fullmatch(r"Ctrl\+[1-9]|Ctrl\+Q", key)]
    assert missing == [] and "Ctrl+1" in listed


PANELS = ("source", "sink", "presets", "history", "jobs", "compare", "recording", "latency", "loudspeakers", "trades",
          "oracle", "enhancer", "abx", "adapt", "calibration", "keys", "about")  # fmt: skip


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_takes_the_keys_when_it_opens_and_gives_them_back(window, name, qtbot):
    from workbench.ui.dialogs import FloatPanel

    window.panels.dismiss_all()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    getattr(window.panels, name)()
    opened = [panel for panel in window.findChildren(FloatPanel) if panel.isVisible()]
    assert len(opened) == 1
    focus = QApplication.focusWidget()
    assert focus is opened[0] or opened[0].isAncestorOf(focus)
    if opened[0].pin.isChecked():  # it is meant to stay: its pin and its close button take the focus
        opened[0].pin.click()
    qtbot.keyClick(focus, Qt.Key.Key_Escape)
    assert not opened[0].isVisible()
