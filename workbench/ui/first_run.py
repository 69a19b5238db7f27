"""The first run: the sound rises slowly, so that nobody is startled, and a panel says what one hears. It comes once."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QWidget

from workbench.core.messages import Health
from workbench.ui import dialogs
from workbench.ui.bridge import Bridge
from workbench.ui.controls import new_gesture
from workbench.ui.handbook_control import HandbookControl
from workbench.ui.panels.first_run_panel import FirstRunPanel

DONE = "first_run/done"
SOFT_DB = -40.0
RISE_S = 6.0
STEP_MS = 50


class FirstRun(QObject):
    """Shows the panel and lets the sound rise, from `begin` on.

    Parameters
    ----------
    window : QWidget
    bridge : Bridge
    store : QSettings
        Remembers that it has been.
    handbook : HandbookControl
    """

    def __init__(self, window: QWidget, bridge: Bridge, store: QSettings, handbook: HandbookControl):
        super().__init__(window)
        self.bridge, self.store = bridge, store
        self.panel = FirstRunPanel(window)
        self.panel.sink_chosen.connect(self._choose)
        self.panel.handbook_wanted.connect(handbook.open)
        self.panel.closed.connect(self._end)
        self._gesture = new_gesture("output.gain_db")
        self._share = 0.0
        self._asked_db = SOFT_DB
        self.timer = QTimer(self)
        self.timer.setInterval(STEP_MS)
        self.timer.timeout.connect(self._rise)

    @property
    def wanted(self) -> bool:
        """Whether it has not been yet."""
        return str(self.store.value(DONE, "false")) != "true"

    def begin(self) -> None:
        """Set the sound softly, before it starts, and show the panel."""
        self.bridge.set({"output.gain_db": SOFT_DB, "output.muted": False}, gesture=self._gesture)
        self.bridge.devices_listed.connect(self._list)
        self.bridge.structure_changed.connect(self._list)
        self._list()
        self.panel.show_level(0.0, "The sound is about to begin, softly…")
        self.panel.show_at(None)
        self.panel.done.setFocus()
        self.timer.start()

    def _list(self, *_) -> None:
        session = self.bridge.session
        found = [(dialogs.device_spec(one), one["name"]) for one in self.bridge.devices if one["outputs"] > 0]
        self.panel.show_outputs((*found, ("none", "None: only see it")), session.sink_spec.partition("#")[0])

    def _choose(self, sink: str) -> None:
        self.bridge.choose_sink(sink)
        self.store.setValue("sink", sink)

    def _rise(self) -> None:
        health: Health = self.bridge.health
        if abs(self.bridge.params.output.gain_db - self._asked_db) > 1e-6:  # a hand is on it: it is theirs
            self._share = 1.0
            self.timer.stop()
        elif health.state == "running" and self._share < 1.0:
            self._share = min(1.0, self._share + STEP_MS / 1000 / RISE_S)
            self._asked_db = round(SOFT_DB * (1 - self._share), 2) + 0.0
            self.bridge.set({"output.gain_db": self._asked_db}, gesture=self._gesture)
        self.panel.show_level(self._share, self._text(health))
        if self._share >= 1.0 and not self.panel.isVisible():
            self.timer.stop()

    def _text(self, health: Health) -> str:
        if health.state not in ("running", "lost"):
            return health.message or "The sound is about to begin, softly…"
        if self.bridge.session.sink_spec == "none":
            return "No output: choose one above to hear what you see."
        rising = "getting louder" if self._share < 1.0 else "at its level: M mutes"
        return f"Playing on {dialogs.spec_name(self.bridge.session.sink_spec)}, {rising}."

    def _end(self) -> None:
        self.store.setValue(DONE, "true")
        self.store.sync()
