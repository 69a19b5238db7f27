"""A scroll area whose bar takes no room from its content."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QScrollBar,
    QWidget,
)

from workbench.ui import theme


class OverlayScroll(QScrollArea):
    """Scrolls down only, its bar over the content's margin: rows keep their columns whether it is there or not."""

    BAR = 8

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.bar.hide()
        hidden = self.verticalScrollBar()
        hidden.rangeChanged.connect(self._on_range)
        hidden.valueChanged.connect(self.bar.setValue)
        self.bar.valueChanged.connect(hidden.setValue)

    def _on_range(self, low: int, high: int) -> None:
        self.bar.setRange(low, high)
        self.bar.setPageStep(self.verticalScrollBar().pageStep())
        self.bar.setSingleStep(theme.ROW)
        self.bar.setVisible(high > low)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self.bar.setGeometry(self.width() - self.BAR, 0, self.BAR, self.height())
