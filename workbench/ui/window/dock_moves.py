"""Moving the panels round the sound by keys and menu: beside it, above, below, as tabs, into windows of their own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu, QTabBar, QWidget

from workbench.ui.window.docks import STEP, Docks

AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "above": Qt.DockWidgetArea.TopDockWidgetArea,
    "below": Qt.DockWidgetArea.BottomDockWidgetArea,
}
PLACES = {
    "left": ("Left of the sound", "Alt+Shift+Left"),
    "right": ("Right of the sound", "Alt+Shift+Right"),
    "above": ("Above the sound", "Alt+Shift+Up"),
    "below": ("Below the sound", "Alt+Shift+Down"),
    "tab": ("As a tab", "Alt+Shift+T"),
    "own": ("In a window of its own", "Alt+Shift+W"),
}
"""Where a panel can be: the words of the menu, and the key that moves the one in focus."""
SIZES = {
    "F7": ("Wider", STEP, 0),
    "Shift+F7": ("Narrower", -STEP, 0),
    "F8": ("Taller", 0, STEP),
    "Shift+F8": ("Less tall", 0, -STEP),
}
"""Keys that change the size of the one in focus: the words of the menu, pixels of width and height."""
ROW_HEIGHT = 360
"""Of a panel that comes above or below the sound."""


def _sized(now: int, by: int, room: int) -> int:
    """So much more or less, but no more than there is room."""
    return now + by if by < 0 else max(now, min(now + by, room))


class DockMoves(QObject):
    """Puts a panel elsewhere, or makes it larger, says so, and remembers it.

    Parameters
    ----------
    docks : Docks
    sound : QWidget
        What stays in the middle.
    say : callable
        Gets a sentence for the status bar.
    """

    def __init__(self, docks: Docks, sound: QWidget, say: Callable[[str], None]):
        super().__init__(docks)
        self._docks, self._sound, self._say = docks, sound, say
        self._last: QDockWidget | None = None
        QApplication.instance().focusChanged.connect(self._on_focus)
        self.keys: dict[str, Callable] = {}
        for place, (_, key) in PLACES.items():
            self.keys[key] = lambda place=place: self._with_focused(lambda dock: self.move(dock, place))
        for key, (_, wider, taller) in SIZES.items():
            self.keys[key] = lambda by=(wider, taller): self._with_focused(lambda dock: self.resize(dock, *by))

    # ---- which one --------------------------------------------------------------------------------------------

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        for dock in self._docks.all:
            if now is not None and dock.isAncestorOf(now):
                self._last = dock

    def _with_focused(self, act: Callable[[QDockWidget], None]) -> None:
        """Do it with the panel in focus; from the toolbar or the menu, with the one that was in focus last."""
        focus = QApplication.focusWidget()
        in_sound = focus is not None and (focus is self._sound or self._sound.isAncestorOf(focus))
        if self._last is None or in_sound:
            names = " or ".join(dock.windowTitle() for dock in self._docks.all)
            self._say(f"The sound stays in the middle: F6 goes to {names}, which can be moved")
        else:
            act(self._last)

    def _other(self, dock: QDockWidget) -> QDockWidget:
        return next(other for other in self._docks.all if other is not dock)

    def place_of(self, dock: QDockWidget) -> str:
        """One of PLACES."""
        if dock.isFloating():
            return "own"
        if self._other(dock) in self._docks.work.tabifiedDockWidgets(dock):
            return "tab"
        area = self._docks.work.dockWidgetArea(dock)
        return next((name for name, one in AREAS.items() if one == area), "right")

    # ---- moving -----------------------------------------------------------------------------------------------

    def move(self, dock: QDockWidget, place: str) -> None:
        """Put it to one of PLACES; into a window of its own, and from there back."""
        name, other = dock.windowTitle(), self._other(dock)
        focus = QApplication.focusWidget()
        if place == "own":
            dock.show()
            dock.setFloating(not dock.isFloating())
        elif place == "tab" and (other.isFloating() or other.isHidden()):
            why = "is hidden" if other.isHidden() else "has a window of its own"
            self._say(f"{other.windowTitle()} {why}: {name} cannot be a tab beside it")
            return
        elif not self._dock_at(dock, place):
            where = PLACES[place][0].lower()
            self._say(f"There is no room for {name} {where}: make the window larger, or a panel smaller")
            return
        if focus is not None and dock.isAncestorOf(focus):  # it went on the way
            dock.activateWindow()
            focus.setFocus(Qt.FocusReason.TabFocusReason)
        self._docks.remember()
        self._say(self._told(dock))

    def _dock_at(self, dock: QDockWidget, place: str) -> bool:
        """False, and everything as it was, where the window is too small."""
        docks, work, other = self._docks, self._docks.work, self._other(dock)
        before = docks.state()
        dock.setFloating(False)
        if place == "tab":
            work.tabifyDockWidget(other, dock)
        else:
            work.removeDockWidget(dock)
            work.addDockWidget(AREAS[place], dock)
            if not (other.isFloating() or other.isHidden()) and work.dockWidgetArea(other) == AREAS[place]:
                stacked = docks.compact and place in ("left", "right")
                pair = (dock, other) if place in ("left", "above") else (other, dock)
                work.splitDockWidget(*pair, Qt.Orientation.Vertical if stacked else Qt.Orientation.Horizontal)
        dock.show()
        dock.raise_()
        if not docks.fits():
            docks.restore(before)
            return False
        docks.default_widths()
        if place in ("above", "below"):
            work.resizeDocks([dock], [ROW_HEIGHT], Qt.Orientation.Vertical)
        for bar in work.findChildren(QTabBar):
            bar.setAccessibleName("Panels in one place")
            bar.setToolTip("Show this panel (F6)")
        return True

    def _told(self, dock: QDockWidget) -> str:
        name, place = dock.windowTitle(), self.place_of(dock)
        if place == "own":
            return f"{name} has a window of its own; Alt+Shift+W puts it back"
        if place == "tab":
            return f"{name} and {self._other(dock).windowTitle()} are tabs in one place; F6 goes from one to the other"
        return f"{name}: {PLACES[place][0].lower()}"

    def resize(self, dock: QDockWidget, wider: int, taller: int) -> None:
        """Make it wider and taller by so many pixels, as far as there is room."""
        before, work = dock.size(), self._docks.work
        dock.show()
        if dock.isFloating():
            room = dock.screen().availableSize()
            dock.resize(_sized(before.width(), wider, room.width()), _sized(before.height(), taller, room.height()))
        elif wider:
            work.resizeDocks([dock], [before.width() + wider], Qt.Orientation.Horizontal)
        else:
            work.resizeDocks([dock], [before.height() + taller], Qt.Orientation.Vertical)
        work.layout().activate()
        now, name = dock.size(), dock.windowTitle()
        if now == before:
            words = next(words for words, *by in SIZES.values() if by == [wider, taller])
            self._say(f"{name} cannot become {words.lower()} here")
            return
        self._docks.remember()
        self._say(f"{name}: {now.width()} × {now.height()}")

    # ---- the menu ---------------------------------------------------------------------------------------------

    def fill_menu(self, menu: QMenu, dock: QDockWidget) -> None:
        """Lines for every place and size of a panel."""
        group = QActionGroup(menu)
        lines = {}
        for place, (words, key) in PLACES.items():
            words = f"As a tab beside {self._other(dock).windowTitle()}" if place == "tab" else words
            lines[place] = menu.addAction(f"{words}\t{key}", lambda place=place: self.move(dock, place))
            lines[place].setCheckable(True)
            group.addAction(lines[place])
        menu.addSeparator()
        for key, (words, wider, taller) in SIZES.items():
            menu.addAction(f"{words}\t{key}", lambda by=(wider, taller): self.resize(dock, *by))
        menu.aboutToShow.connect(lambda: lines[self.place_of(dock)].setChecked(True))
