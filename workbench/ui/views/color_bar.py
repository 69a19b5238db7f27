"""The labelled bar of the spatial colour map, as a widget and in a plot."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from workbench.ui import painting, theme
from workbench.ui.theme import Tokens


def paint_scale(painter: QPainter, bar: QRectF, low: str, high_db: str, tokens: Tokens) -> None:
    """The spatial colour map in `bar`, and what its ends mean: `low` before it, `high_db` behind it with the unit."""
    painter.drawImage(bar, painting.colormap_image("viridis"))
    painter.setPen(QColor(tokens.text2))
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRectF(bar.left() - 34, bar.top() - 4, 30, 16), middle | Qt.AlignmentFlag.AlignRight, low)
    painter.drawText(QRectF(bar.right() + 6, bar.top() - 4, 60, 16), middle, painting.with_unit(high_db, "dB"))


class ColorBar(QWidget):
    """The labelled bar of the spatial colour map."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = tokens
        self._image = painting.colormap_image("viridis")
        self.setFixedSize(118, 28)
        self.setToolTip("Level relative to the steering direction")
        self.setAccessibleName("Colours from −24 dB to 0 dB")

    def apply_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(11))
        painter.setPen(QColor(self._tokens.text2))
        low, high = theme.SPATIAL_RANGE_DB
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, 22, self.height()), right, painting.number(low))
        painter.drawText(
            QRectF(92, 0, 30, self.height()),
            Qt.AlignmentFlag.AlignVCenter,
            painting.with_unit(painting.number(high), "dB"),
        )
        bar = QPainterPath()
        box = QRectF(29, self.height() / 2 - 4, 56, 8)
        bar.addRoundedRect(box, 2, 2)
        painter.setClipPath(bar)
        painter.drawImage(box, self._image)
        painter.end()
