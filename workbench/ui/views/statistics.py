"""A row of named figures under a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from workbench.ui import painting, theme
from workbench.ui.theme import Tokens

HEIGHT = 60


@dataclass(frozen=True)
class Statistic:
    """One figure: what it is, its number as text, its unit, and a token for its colour."""

    label: str
    text: str
    unit: str = "dB"
    tone: str = "text1"

    def __str__(self) -> str:
        return f"{self.label} {painting.with_unit(self.text, self.unit)}"


def draw_statistics(painter: QPainter, rect: QRectF, entries: Sequence[Statistic], tokens: Tokens) -> None:
    """Draw the figures side by side under a line at the rectangle's top; labels that do not fit are cut short."""
    painter.setPen(QPen(QColor(tokens.line), 1.0))
    painter.drawLine(QPointF(rect.left(), rect.top() + 0.5), QPointF(rect.right(), rect.top() + 0.5))
    small, large, unit_font = theme.font(11), theme.font(15, 500), theme.font(12)
    small_metrics, large_metrics = QFontMetricsF(small), QFontMetricsF(large)
    pitch = rect.width() / max(1, len(entries))
    for place, entry in enumerate(entries):
        left = round(rect.left() + place * pitch)
        painter.setFont(small)
        painter.setPen(QColor(tokens.text3))
        label = small_metrics.elidedText(entry.label, Qt.TextElideMode.ElideRight, pitch - 4)
        painter.drawText(QRectF(left, rect.top() + 7, pitch, 16), Qt.AlignmentFlag.AlignVCenter, label)
        painter.setFont(large)
        painter.setPen(QColor(getattr(tokens, entry.tone)))
        baseline = rect.top() + 38
        painter.drawText(QPointF(left, baseline), entry.text)
        if entry.unit and entry.text != painting.UNKNOWN:
            painter.setFont(unit_font)
            painter.setPen(QColor(tokens.text2))
            gap = 0.0 if entry.unit == "°" else 4.0
            painter.drawText(QPointF(left + large_metrics.horizontalAdvance(entry.text) + gap, baseline), entry.unit)
