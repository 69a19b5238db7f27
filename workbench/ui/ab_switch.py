"""Between the bridge and everything that compares A and B: the toolbar's side, the panel, the keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from workbench.ui.bridge import Bridge
from workbench.ui.panels.ab_panel import ABPanel
from workbench.ui.toolbar import Toolbar


class ABSwitch(QObject):
    """Wires the comparison.

    Parameters
    ----------
    window : QWidget
        Over which the panel floats.
    bridge : Bridge
    toolbar : Toolbar
    """

    other_changed = Signal(object, str)
    """Params and name ("a" or "b") of the side that is not shown."""

    def __init__(self, window: QWidget, bridge: Bridge, toolbar: Toolbar):
        super().__init__(window)
        self.bridge, self.toolbar = bridge, toolbar
        self.panel = ABPanel(window)
        self.keys = {
            "A": lambda: self.choose("a"),
            "B": lambda: self.choose("b"),
            "0": lambda: self.choose("bypass"),
        }
        toolbar.side_wanted.connect(self.choose)
        panel = self.panel
        panel.copy_wanted.connect(bridge.copy_side)
        panel.swap_wanted.connect(bridge.swap_sides)
        panel.tap_chosen.connect(bridge.choose_tap)
        panel.matched_wanted.connect(bridge.set_matched)
        panel.frozen_wanted.connect(bridge.freeze_match)
        panel.take_wanted.connect(bridge.take_value)
        panel.installEventFilter(self)
        bridge.ab_changed.connect(self._show)
        bridge.params_changed.connect(lambda _: self._show(bridge.ab))
        self._show(bridge.ab)

    def choose(self, side: str) -> None:
        """Hear "a", "b" or "bypass"."""
        if side != "bypass":
            self.bridge.choose_side(side)
        self.bridge.set({"output.bypass": side == "bypass"})

    def _show(self, state) -> None:
        self.toolbar.show_ab(state)
        self.other_changed.emit(*self.bridge.other_side)
        if not self.panel.isHidden():
            self._fill_panel(state)

    def _fill_panel(self, state) -> None:
        """A line for each difference: while a slider is dragged that is half of what a move costs, so nobody makes
        them for a panel that is closed."""
        self.panel.set_taps(self.bridge.taps)
        self.panel.show_state(state, self.bridge.differences)

    def eventFilter(self, watched, event) -> bool:
        if watched is self.panel and event.type() == QEvent.Type.Show:
            self._fill_panel(self.bridge.ab)
        return super().eventFilter(watched, event)
