"""Which widgets a change has painted anew."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget


class Repaints(QObject):
    """Watches widgets that are on show; `after` tells which of them a change had painted."""

    def __init__(self, *widgets: QWidget):
        super().__init__()
        self._painted: set[QWidget] = set()
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self._painted.add(watched)
        return False

    def after(self, change) -> set[QWidget]:
        """Do it, let the window paint, and tell who was painted; what was due before is painted first."""
        while True:
            self._painted.clear()
            QApplication.processEvents()
            if not self._painted:
                break
        change()
        QApplication.processEvents()
        return set(self._painted)
