"""F1 and Ctrl+F1: the keys, and the handbook's page on what is under the pointer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from workbench.core.errors import EarshotError
from workbench.ui.dialogs import FloatPanel, KeysPanel
from workbench.ui.handbook import FIRST_PAGE, Handbook, page_of


class HandbookControl(QObject):
    """Opens the handbook where a person is.

    Parameters
    ----------
    window : MainWindow
    keys_panel : KeysPanel
        F1 opens it; F1 once more goes on to the handbook.
    toggle : callable
        Opens or closes a panel.
    own_folder : Path
        Where a small file may be written.
    """

    def __init__(self, window: QWidget, keys_panel: KeysPanel, toggle: Callable[[FloatPanel], None], own_folder: Path):
        super().__init__(window)
        self._window = window
        self._keys_panel = keys_panel
        self._toggle = toggle
        self._page = FIRST_PAGE
        self.handbook = Handbook(own_folder, lambda: "dark" if window.tokens.is_dark else "light")
        keys_panel.handbook_wanted.connect(lambda: self.open(self._page))

    def pointed(self) -> QWidget | None:
        """The widget under the pointer, in whatever window of the program."""
        return QApplication.widgetAt(QCursor.pos())

    def page_here(self) -> str:
        """Page on what is under the pointer; on what has the keys where a panel floats and the pointer is elsewhere."""
        pointed = self.pointed()
        focused = QApplication.focusWidget()
        panel = focused
        while panel is not None and not isinstance(panel, FloatPanel):
            panel = panel.parentWidget()
        elsewhere = pointed is None or pointed.window() is not self._window
        if elsewhere or (panel is not None and pointed is not panel and not panel.isAncestorOf(pointed)):
            return page_of(focused)
        return page_of(pointed)

    def help(self) -> None:
        """F1: the keys; again, the handbook at the place where F1 was pressed first."""
        if self._keys_panel.isVisible():
            self._keys_panel.dismiss()
            self.open(self._page)
            return
        self._page = self.page_here()
        self._toggle(self._keys_panel)

    def open_here(self) -> None:
        """Ctrl+F1: the handbook at once."""
        self.open(self.page_here())

    def open(self, page: str = FIRST_PAGE) -> None:
        """Open a page; what stands in the way is said in the status bar."""
        try:
            self.handbook.open(page)
        except EarshotError as error:
            self._window.status.show_notice(str(error), error=True)
