"""The frequency at which the beam pattern is shown."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from workbench.ui import painting, theme
from workbench.ui.theme import Tokens

BANDS_HZ = tuple(
    float(base * decade)
    for decade in (100, 1000, 10000)
    for base in (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
    if base * decade <= 16000
)
"""Nominal third-octave frequencies (IEC 61260-1) that the pattern can be shown at."""


class FrequencyChooser(QAbstractButton):
    """The frequency of the polar pattern: click for a list, wheel and arrow keys step through third octaves."""

    changed = Signal(float)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = tokens
        self._index = BANDS_HZ.index(1000.0)
        self._turned = 0
        self.setFixedSize(88, 28)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Frequency of the pattern: third octaves; wheel or arrow keys step")
        self.clicked.connect(self._open)
        self._name()

    @property
    def frequency_hz(self) -> float:
        return BANDS_HZ[self._index]

    def choose(self, frequency_hz: float) -> None:
        """Take the band nearest to a frequency."""
        self._set(int(np.argmin(np.abs(np.log(np.array(BANDS_HZ) / max(frequency_hz, 1.0))))))

    def step(self, bands: int) -> None:
        """Go some bands up or down."""
        self._set(min(max(self._index + bands, 0), len(BANDS_HZ) - 1))

    def apply_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def _set(self, index: int) -> None:
        if index != self._index:
            self._index = index
            self._name()
            self.update()
            self.changed.emit(self.frequency_hz)

    def _name(self) -> None:
        self.setAccessibleName(f"Pattern frequency {painting.format_frequency(self.frequency_hz)}")

    def _open(self) -> None:
        menu = QMenu(self)
        menu.setFont(theme.font(13))
        for index in reversed(range(len(BANDS_HZ))):
            action = QAction(painting.format_frequency(BANDS_HZ[index]), menu)
            action.setCheckable(True)
            action.setChecked(index == self._index)
            action.triggered.connect(lambda _=False, chosen=index: self._set(chosen))
            menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def wheelEvent(self, event) -> None:
        self._turned += event.angleDelta().y()
        notches = int(self._turned / 120)  # touchpads send many small turns
        self._turned -= 120 * notches
        if notches:
            self.step(notches)
        event.accept()

    def keyPressEvent(self, event) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Left: -1}
        if event.key() in steps:
            self.step(steps[event.key()])
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._set(0 if event.key() == Qt.Key.Key_Home else len(BANDS_HZ) - 1)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event) -> None:
        self.update()

    def leaveEvent(self, event) -> None:
        self.update()

    def paintEvent(self, event) -> None:
        t = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.hover))
            painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setFont(theme.font(12))
        painter.setPen(QColor(t.text2))
        text = painting.format_frequency(self.frequency_hz)
        painter.drawText(
            QRectF(0, 0, self.width() - 22, self.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            text,
        )
        painter.setPen(QPen(QColor(t.text2), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        x, y = self.width() - 11.0, self.height() / 2 - 1
        painter.drawPolyline(QPolygonF([QPointF(x - 3.5, y), QPointF(x, y + 3.5), QPointF(x + 3.5, y)]))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent), 2.0))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.end()
