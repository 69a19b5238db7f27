"""The focus ring of buttons and fields: seen by who moves by keys, not left behind by a click."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget

BY_MOUSE = "byMouse"
"""Property of a button that has the focus by a click; the style sheet draws no ring then, which would look as if the
button were on."""


class FocusRing(QObject):
    """Tells the style sheet of a window's buttons how they got the focus."""

    def __init__(self, window: QWidget):
        super().__init__(window)
        self._window = window
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if not isinstance(now, QPushButton | QToolButton) or now.window() is not self._window:
            return
        by_mouse = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if bool(now.property(BY_MOUSE)) != by_mouse:
            now.setProperty(BY_MOUSE, by_mouse)
            now.style().unpolish(now)
            now.style().polish(now)
