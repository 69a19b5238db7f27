"""Goniometer: two channels as a figure, mono upright, with their correlation and balance below."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy

from workbench.core.messages import PairScope
from workbench.ui.painting import UNKNOWN, draw_text, number
from workbench.ui.theme import font
from workbench.ui.views.plot import Painted

FADE = 0.75
"""What a point keeps of its light from one repaint to the next."""
GAIN = 0.42
"""Light that one point adds."""
BAR_HEIGHT, FOOT = 8, 52
"""Pixels: the correlation's bar, and what lies below the figure."""
LOWEST_DB = -48.0
"""Level at the figure's centre; the rim is full scale."""


def figure_points(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Samples of two channels (2, N) as x to the right and y upwards, each (N,) in [-1, 1].

    The first channel alone lies on the diagonal to the upper left, the second to the upper right, both alike upright
    and opposite ones level. The distance from the centre is logarithmic, so that soft sound is seen too.
    """
    first, second = np.asarray(points, dtype=np.float64)
    x, y = (second - first) / math.sqrt(2), (first + second) / math.sqrt(2)
    radius = np.hypot(x, y) / math.sqrt(2)
    with np.errstate(divide="ignore", invalid="ignore"):
        shown = np.clip(1 - 20 * np.log10(radius) / LOWEST_DB, 0.0, 1.0)
        scale = np.where(radius > 0, shown / (radius * math.sqrt(2)), 0.0)
    return x * scale, y * scale


class Goniometer(Painted):
    """The figure of two channels. Call `show_scope` for each hop; light of older points fades."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.scope: PairScope | None = None
        self.names = ("L", "R")
        self.setFont(font(11))
        self._large = font(12, 500)
        self._light = np.zeros((1, 1), dtype=np.float32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(140, 180)
        self.setToolTip(
            "Two channels as a figure: upright is alike (mono), level is opposite, round is independent. "
            "Below: correlation, −1 to +1. Much below 0 the channels cancel when they are added."
        )
        self.setAccessibleName("Goniometer and correlation")
        self.setProperty("picture", "goniometer")

    def sizeHint(self) -> QSize:
        return QSize(230, 280)

    def set_names(self, first: str, second: str) -> None:
        """Short names of the two channels."""
        if (first, second) != self.names:
            self.names = (first, second)
            self.invalidate()

    def show_scopes(self, scopes: list[PairScope]) -> None:
        """Show hops that are new, oldest first."""
        side = self._side()
        if self._light.shape != (side, side):
            self._light = np.zeros((side, side), dtype=np.float32)
        if not scopes:
            return
        newest = scopes[-1]
        same = [s for s in scopes if (s.kind, s.first, s.second) == (newest.kind, newest.first, newest.second)]
        last = self.scope
        if last is not None and (last.kind, last.first, last.second) != (newest.kind, newest.first, newest.second):
            self._light[:] = 0.0
        self.scope = newest
        self._light *= FADE
        x, y = figure_points(np.concatenate([scope.points for scope in same], axis=1))
        column = np.clip(((x + 1) * 0.5 * (side - 1) + 0.5).astype(int), 0, side - 1)
        row = np.clip(((1 - y) * 0.5 * (side - 1) + 0.5).astype(int), 0, side - 1)
        heard = (x != 0) | (y != 0)
        place = row[heard] * side + column[heard]
        counts = np.bincount(place, minlength=side * side).reshape(side, side)
        np.minimum(1.0, self._light + GAIN * counts, out=self._light)
        self._describe()
        self.update()

    def clear(self) -> None:
        """As before any sound."""
        self.scope = None
        self._light[:] = 0.0
        self._describe()
        self.update()

    def _describe(self) -> None:
        if self.scope is None or math.isnan(self.scope.correlation):
            self.setAccessibleDescription("silent")
        else:
            correlation = number(self.scope.correlation, 2, signed=True)
            self.setAccessibleDescription(f"correlation {correlation}, balance {self.balance_text()}")

    def balance_text(self) -> str:
        """How much louder which channel is."""
        if self.scope is None or math.isnan(self.scope.balance_db):
            return UNKNOWN
        balance_db = self.scope.balance_db
        if abs(balance_db) < 0.05:
            return "even"
        return f"{self.names[balance_db > 0]} {number(abs(balance_db), 1, signed=True)}\u2009dB"

    # ------------------------------------------------------------------------------------------------- painting

    def _side(self) -> int:
        """Pixels of the figure's side."""
        return max(40, min(self.width() - 24, self.height() - FOOT - 22))

    def _figure(self) -> QRectF:
        side = self._side()
        return QRectF((self.width() - side) / 2, 18, side, side)

    def _bar(self) -> QRectF:
        width = max(40.0, self.width() - 40.0)
        return QRectF((self.width() - width) / 2, self.height() - FOOT + 10, width, BAR_HEIGHT)

    def paint_background(self, painter: QPainter) -> None:
        t, rect, bar = self.tokens, self._figure(), self._bar()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.line_strong), 1))
        painter.setBrush(QColor(t.plot))
        painter.drawEllipse(rect)
        painter.setPen(QPen(QColor(t.line), 1))
        center, radius = rect.center(), rect.width() / 2
        for degrees in (45, 90, 135, 180):
            dx, dy = radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees))
            painter.drawLine(QPointF(center.x() - dx, center.y() - dy), QPointF(center.x() + dx, center.y() + dy))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, radius / 2, radius / 2)
        painter.setFont(self._large)
        reach = radius * math.sqrt(0.5)
        for name, token, x, align in (
            (self.names[0], "left", center.x() - reach - 6, Qt.AlignmentFlag.AlignRight),
            (self.names[1], "right", center.x() + reach + 6, Qt.AlignmentFlag.AlignLeft),
        ):
            draw_text(painter, x, center.y() - reach - 6, name, getattr(t, token), align)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.meter_track))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setFont(self.font())
        for value in (-1, 0, 1):
            x = bar.center().x() + value * bar.width() / 2
            painter.setPen(QColor(t.text3))
            painter.drawLine(QPointF(x, bar.bottom() + 2), QPointF(x, bar.bottom() + 5))
            text = number(value, signed=True)
            draw_text(painter, x, bar.bottom() + 13, text, t.text2, Qt.AlignmentFlag.AlignHCenter)

    def paint(self, painter: QPainter) -> None:
        t, rect, bar = self.tokens, self._figure(), self._bar()
        side = self._side()
        if self._light.shape == (side, side) and self.scope is not None:
            color = QColor(t.after)
            rgb = np.array([color.blue(), color.green(), color.red()], dtype=np.float32)
            pixels = np.empty((side, side, 4), dtype=np.uint8)
            pixels[..., :3] = self._light[..., None] * rgb  # premultiplied
            pixels[..., 3] = self._light * 255
            image = QImage(pixels.data, side, side, 4 * side, QImage.Format.Format_ARGB32_Premultiplied)
            clip = QPainterPath()
            clip.addEllipse(rect)
            painter.setClipPath(clip)
            painter.drawImage(rect.topLeft(), image)
            painter.setClipping(False)
        correlation = self.scope.correlation if self.scope is not None else math.nan
        middle = bar.center().x()
        if not math.isnan(correlation):
            at = middle + correlation * bar.width() / 2
            color = QColor(t.good if correlation >= 0 else t.warning if correlation >= -0.5 else t.clip)
            fill = QColor(color)
            fill.setAlphaF(0.45)
            painter.fillRect(QRectF(min(middle, at), bar.top(), abs(at - middle), bar.height()), fill)
            painter.fillRect(QRectF(min(max(at - 1.5, bar.left()), bar.right() - 3), bar.top() - 2, 3, 12), color)
        painter.setFont(self._large)
        y = self.height() - 8
        text = f"Correlation {number(correlation, 2, signed=True)}"
        draw_text(painter, bar.left(), y, text, t.text1)
        draw_text(painter, bar.right(), y, self.balance_text(), t.text2, Qt.AlignmentFlag.AlignRight)
