"""From one region of the window to the next by a key: each takes the focus where it had it last."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget


def place_for_focus(region: QWidget) -> QWidget | None:
    """What takes the focus in a region: what had it last, else the first that Tab would come to."""
    last = region.focusWidget()
    if last is not None and last is not region and last.isVisible() and last.isEnabled():
        return last
    part = region
    while (part := part.nextInFocusChain()) is not region:
        if not (region.isAncestorOf(part) and part.isVisible() and part.isEnabled()):
            continue
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.focusProxy() is None:
            return part
    return None


class Regions(QObject):
    """The regions in their order.

    Parameters
    ----------
    parent : QWidget
    regions : dict of str to QWidget
        By the names that the status bar says.
    say : callable
        Gets the name of the region that was gone to.
    """

    def __init__(self, parent: QWidget, regions: dict[str, QWidget], say: Callable[[str], None]):
        super().__init__(parent)
        self._regions, self._say = regions, say

    def _now(self) -> int:
        focus = QApplication.focusWidget()
        for number, region in enumerate(self._regions.values()):
            if focus is not None and (region is focus or region.isAncestorOf(focus)):
                return number
        return -1

    def go(self, step: int) -> None:
        """To the next (1) or last (-1) region that is shown and has something to take the focus."""
        names = list(self._regions)
        now = self._now()
        start = now if now >= 0 or step > 0 else 0
        for number in range(1, len(names) + 1):
            name = names[(start + step * number) % len(names)]
            region = self._regions[name]
            if region.isHidden() or not region.window().isVisible():
                continue
            if isinstance(region, QDockWidget):
                region.raise_()  # it may be a tab behind another one
                if region.isFloating():
                    region.activateWindow()
            part = place_for_focus(region)
            if part is not None:
                part.setFocus(Qt.FocusReason.TabFocusReason)
                self._say(name)
                return
