"""The centre's beam: around the device at one frequency, and over all."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from workbench.ui import painting, theme
from workbench.ui.theme import WHITE, Tokens
from workbench.ui.views.speaker_plot import (
    REACH,
    TITLE,
    SpeakerPlot,
    image,
    line_pen,
)


class BeamPolarPlot(SpeakerPlot):
    """The centre beam around the device at one frequency; nulls (diamonds) and window edges are dragged.

    The listener is below, as in the plan.
    """

    title = "Centre beam"
    floor_db = -30.0
    frequency_chosen = Signal(float)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag the diamonds (nulls) and the dashed lines (window)")
        self.frequency_hz = 1000.0
        self._held: str | None = None

    def set_frequency(self, frequency_hz: float) -> None:
        self.frequency_hz = frequency_hz
        self.update()

    @property
    def note(self) -> str:
        return painting.format_frequency(self.frequency_hz)

    def summary(self) -> str:
        return (
            "" if self.params is None else f"Nulls at ±{self.params.null_deg:g}°, window ±{self.params.window_deg:g}°"
        )

    def plot_rect(self) -> QRectF:
        side = min(self.width() - 76, self.height() - TITLE - 44)
        return QRectF((self.width() - side) / 2, TITLE + 18, side, side)

    def _point(self, azimuth_rad: float, radius: float) -> QPointF:
        """Azimuth 0 is down, towards the listener; the device's left (+) is the listener's right."""
        centre = self.plot_rect().center()
        return QPointF(centre.x() + radius * math.sin(azimuth_rad), centre.y() + radius * math.cos(azimuth_rad))

    def _azimuth(self, position: QPointF) -> float:
        away = position - self.plot_rect().center()
        return math.degrees(math.atan2(away.x(), away.y()))

    def _near(self, position: QPointF) -> str | None:
        if self.params is None:
            return None
        radius = self.plot_rect().width() / 2
        for path, degrees in (("render.null_deg", self.params.null_deg), ("render.window_deg", self.params.window_deg)):
            for side in (-1, 1):
                place = self._point(math.radians(side * degrees), radius)
                if (place - position).manhattanLength() < 1.6 * REACH:
                    return path
        return None

    def _drag(self, position: QPointF) -> None:
        degrees = float(round(abs(self._azimuth(position))))
        if self._held == "render.null_deg":  # the null stays outside of the window, by 5 degrees
            value = min(max(degrees, self.params.window_deg + 5.0, 10.0), 180.0)
        else:
            value = min(max(degrees, 5.0), 90.0, self.params.null_deg - 5.0)
        self.emit_change({self._held: value})

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._near(event.position())
            self.begin_gesture()

    def mouseMoveEvent(self, event) -> None:
        if self._held is not None:
            self._drag(event.position())
        else:
            over = self._near(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event) -> None:
        self._held = None

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Left: 1.0, Qt.Key.Key_Right: -1.0}.get(event.key())
        if step is None or self.params is None:
            super().keyPressEvent(event)
            return
        self.begin_gesture()
        value = min(max(self.params.null_deg + step, self.params.window_deg + 5.0), 180.0)
        self.emit_change({"render.null_deg": float(value)})

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        t = self.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.panel))
        painter.drawRect(rect.adjusted(-1, -1, 1, 1))
        painter.setBrush(QColor(t.plot))
        painter.drawEllipse(rect)
        painter.setFont(theme.font(11))
        radius = rect.width() / 2
        for level in (0, -10, -20):
            ring = radius * (level - self.floor_db) / -self.floor_db
            painter.setPen(QPen(QColor(t.line_strong if level == 0 else t.line), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(rect.center(), ring, ring)
        if self.params is not None:
            painter.setPen(line_pen(t.text3, 1.0, (4.0, 3.0)))
            for side in (-1, 1):
                painter.drawLine(rect.center(), self._point(math.radians(side * self.params.window_deg), radius))
        painter.setPen(QColor(t.text2))
        flags = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(rect.left(), rect.bottom() + 3, rect.width(), 16), flags, "0° listener")
        painter.drawText(QRectF(rect.left(), rect.top() - 18, rect.width(), 16), flags, "180°")

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        detail = self.detail
        row = int(np.abs(np.log(detail.beam_hz / self.frequency_hz)).argmin())
        painter.setClipping(False)
        for level, filled in ((detail.beam_spread_db[row], True), (detail.beam_db[row], False)):
            radius = rect.width() / 2 * np.clip((level - self.floor_db) / -self.floor_db, 0.0, 1.1)
            x = rect.center().x() + radius * np.sin(detail.beam_azimuth_rad)
            y = rect.center().y() + radius * np.cos(detail.beam_azimuth_rad)
            painter.setPen(Qt.PenStyle.NoPen if filled else line_pen(self.tokens.accent, 1.75))
            painter.setBrush(self.tokens.color("accent", 0.2) if filled else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(painting.polygon(x, y))

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        if self.params is None:
            return
        t, radius = self.tokens, rect.width() / 2
        painter.setFont(theme.font(11))
        for path, degrees in (("null", self.params.null_deg), ("window", self.params.window_deg)):
            for side in (-1, 1):
                place = self._point(math.radians(side * degrees), radius)
                if path == "null":
                    painter.setPen(QPen(QColor(t.plot), 1.0))
                    painter.setBrush(QColor(t.text1))
                    corners = ((0, -6), (6, 0), (0, 6), (-6, 0))
                    painter.drawPolygon(QPolygonF([place + QPointF(x, y) for x, y in corners]))
                out = self._point(math.radians(side * degrees), radius + 20)
                painter.setPen(QColor(t.text1 if path == "null" else t.text2))
                text = painting.number(-side * degrees, signed=True) + "°"  # left is positive for the listener
                painter.drawText(QRectF(out.x() - 22, out.y() - 8, 44, 16), Qt.AlignmentFlag.AlignCenter, text)


class BeamMapPlot(SpeakerPlot):
    """The centre beam over azimuth and frequency; a click chooses the frequency of the polar plot."""

    title = "Beam, all"
    span = (-24.0, 0.0)
    frequency_chosen = Signal(float)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.frequency_hz = 1000.0
        self.setToolTip("Click to choose the frequency of the polar plot")

    def set_frequency(self, frequency_hz: float) -> None:
        self.frequency_hz = frequency_hz
        self.update()

    def _choose(self, position: QPointF) -> None:
        rect = self.plot_rect()
        if self.detail is None:
            return
        fraction = min(max((rect.bottom() - position.y()) / rect.height(), 0.0), 1.0)
        low, high = np.log(self.detail.beam_hz[[0, -1]])
        self.frequency_chosen.emit(float(np.exp(low + fraction * (high - low))))

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.plot_rect().contains(event.position()):
            self._choose(event.position())

    def mouseMoveEvent(self, event) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def _y(self, rect: QRectF, frequency_hz: float) -> float:
        low, high = np.log(self.detail.beam_hz[[0, -1]])
        return rect.bottom() - (math.log(frequency_hz) - low) / (high - low) * rect.height()

    def paint_axes(self, painter: QPainter, rect: QRectF) -> None:
        t = self.tokens
        painter.setFont(theme.font(11))
        bar = QRectF(rect.right() - 104, 12, 64, 8)
        painter.drawImage(bar, painting.colormap_image("viridis"))
        painter.setPen(QColor(t.text2))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(bar.left() - 34, 8, 30, 16), middle | Qt.AlignmentFlag.AlignRight, "−24")
        painter.drawText(QRectF(bar.right() + 6, 8, 60, 16), middle, painting.with_unit("0", "dB"))
        if self.detail is None:
            return
        for frequency_hz in (100, 300, 1000, 3000, 10000):
            y = min(max(self._y(rect, frequency_hz), rect.top() + 7), rect.bottom() - 7)
            text = f"{frequency_hz // 1000}k" if frequency_hz >= 1000 else str(frequency_hz)
            painter.drawText(QRectF(rect.left() - 40, y - 8, 34, 16), middle | Qt.AlignmentFlag.AlignRight, text)
        for degrees in (-180, -90, 0, 90, 180):
            x = rect.left() + (degrees + 180) / 360 * rect.width()
            box = QRectF(min(max(x - 20, rect.left() - 8), rect.right() - 32), rect.bottom() + 4, 40, 16)
            text = "0°" if degrees == 0 else painting.number(-degrees, signed=True) + "°"  # left is positive
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def paint_data(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, image(np.asarray(self.detail.beam_db)[::-1], self.span))

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(line_pen(WHITE, 1.0, (4.0, 3.0)))
        y = self._y(rect, self.frequency_hz)
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        if self.params is None:
            return
        for side in (-1, 1):
            x = rect.left() + (side * self.params.window_deg + 180) / 360 * rect.width()
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setPen(QPen(QColor(self.tokens.plot), 1.0))
        painter.setBrush(QColor(self.tokens.text1))
        for side in (-1, 1):
            x = rect.left() + (side * self.params.null_deg + 180) / 360 * rect.width()
            corners = ((0, -5), (5, 0), (0, 5), (-5, 0))
            painter.drawPolygon(QPolygonF([QPointF(x + dx, rect.top() + dy) for dx, dy in corners]))
