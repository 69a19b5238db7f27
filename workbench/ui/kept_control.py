"""Between the bridge and the Keep button: keys, menu and words for the kept sound."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from workbench.core.kept import KeptSound
from workbench.ui.bridge import Bridge
from workbench.ui.toolbar import Toolbar

LENGTHS_S = (10, 20, 30, 60)
STORED = "keep_s"


class KeptControl(QObject):
    """Wires the Keep button, its keys and its menu; remembers how much is kept.

    Parameters
    ----------
    parent : QObject
    bridge : Bridge
    toolbar : Toolbar
    store : QSettings
    """

    def __init__(self, parent: QObject, bridge: Bridge, toolbar: Toolbar, store: QSettings):
        super().__init__(parent)
        self.bridge, self.toolbar, self.store = bridge, toolbar, store
        self.keys = {
            "K": bridge.toggle_kept,
            "Shift+K": bridge.loop_again,
            "[": lambda: bridge.cut_loop(begins=True),
            "]": lambda: bridge.cut_loop(begins=False),
            "\\": bridge.loop_all,
        }
        toolbar.keep_wanted.connect(bridge.toggle_kept)
        self.menu = self._build_menu()
        toolbar.set_keep_menu(self.menu)
        bridge.kept_changed.connect(toolbar.show_kept)
        seconds = store.value(STORED, None)
        if seconds is not None:
            self.set_seconds(float(seconds))
        toolbar.show_kept(bridge.kept)

    def set_seconds(self, seconds: float) -> None:
        """Keep another length, now and at the next start."""
        self.bridge.set_keep_seconds(seconds)
        self.store.setValue(STORED, seconds)

    def _build_menu(self) -> QMenu:
        menu = QMenu("Kept sound", self.toolbar)
        self.loop_action = menu.addAction("", self.bridge.toggle_kept)
        self.again_action = menu.addAction("Loop again what was kept\tShift+K", self.bridge.loop_again)
        menu.addSeparator()
        self.begin_action = menu.addAction("Loop begins here\t[", lambda: self.bridge.cut_loop(begins=True))
        self.end_action = menu.addAction("Loop ends here\t]", lambda: self.bridge.cut_loop(begins=False))
        self.all_action = menu.addAction("Loop all of it\t\\", self.bridge.loop_all)
        menu.addSeparator()
        group = QActionGroup(menu)
        self.length_actions = {}
        for seconds in LENGTHS_S:
            action = menu.addAction(f"Keep {seconds} s")
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, seconds=seconds: self.set_seconds(seconds))
            group.addAction(action)
            self.length_actions[seconds] = action
        menu.aboutToShow.connect(self.refresh)
        return menu

    def refresh(self) -> None:
        """Show in the menu what is possible now."""
        kept: KeptSound = self.bridge.kept
        self.loop_action.setText("Back to live sound\tK" if kept.looping else "Keep and loop the last seconds\tK")
        self.again_action.setEnabled(kept.frozen_s > 0 and not kept.looping)
        for action in (self.begin_action, self.end_action):
            action.setEnabled(kept.looping)
        self.all_action.setEnabled(kept.looping and kept.region is not None)
        for seconds, action in self.length_actions.items():
            action.setChecked(abs(seconds - kept.capacity_s) < 0.5)
