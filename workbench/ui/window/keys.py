"""The window's keys: which does what, wherever the focus is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from workbench.ui.window.dock_moves import SIZES
from workbench.ui.window.docks import STEP

REPEATING = ("Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+.", "Ctrl+,", "F6", "Shift+F6", *SIZES)


def key_actions(window: QWidget) -> dict[str, Callable]:
    """What each key does in a main window."""
    bridge, panels = window.bridge, window.panels
    keys = {
        "Space": bridge.toggle_running,
        "M": lambda: bridge.set({"output.muted": not bridge.params.output.muted}),
        "R": window.recording.toggle,
        "Ctrl+M": window.recording.mark,
        "Ctrl+O": window.files.open,
        "Ctrl+P": window.pictures.save_wanted,
        "Ctrl+S": window.presets.save,
        "Ctrl+Z": bridge.undo,
        "Ctrl+Shift+Z": bridge.redo,
        "Ctrl+F": window.find_parameter,
        "C": panels.compare,
        "D": panels.latency,
        "E": panels.enhancer,
        "H": panels.history,
        "J": panels.jobs,
        "L": panels.loudspeakers,
        "O": panels.oracle,
        "P": panels.presets,
        "S": panels.source,
        "Shift+S": panels.sink,
        "Shift+X": panels.abx,
        "F1": window.handbook.help,
        "Ctrl+F1": window.handbook.open_here,
        "F6": lambda: window.regions.go(1),
        "Shift+F6": lambda: window.regions.go(-1),
        "F10": window.menus.show,
        "Ctrl+.": lambda: window.docks.widen(STEP),
        "Ctrl+,": lambda: window.docks.widen(-STEP),
        "F11": window.toggle_full_screen,
        "Ctrl+Q": window.close,
    }
    keys.update(window.dock_moves.keys)
    keys.update(window.kept_control.keys)
    keys.update(window.timeline_control.keys)
    keys.update(window.sound_control.keys)
    keys.update(window.ab_switch.keys)
    for side in ("a", "b"):  # during a test they are two of its three letters
        choose = keys[side.upper()]
        keys[side.upper()] = lambda side=side, choose=choose: (
            window.abx.listen(side) if window.abx.running else choose()
        )
    for number in range(1, 10):
        keys[f"Ctrl+{number}"] = lambda number=number: window.presets.choose_number(number)
    return keys


def connect_keys(window: QWidget) -> dict[str, QShortcut]:
    """Make the shortcuts of a main window, by their sequences."""
    shortcuts = {}
    for sequence, action in key_actions(window).items():
        shortcut = QShortcut(QKeySequence(sequence), window)
        shortcut.setAutoRepeat(sequence in REPEATING)
        shortcut.activated.connect(action)
        shortcuts[sequence] = shortcut
    return shortcuts
