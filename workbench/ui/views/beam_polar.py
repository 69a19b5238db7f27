"""The centre's beam around the device at one frequency, with handles on its nulls and on its window."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from workbench.core.messages import LoudspeakerResponse
from workbench.core.params import RenderParams
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views import null_handles
from workbench.ui.views.speaker_plot import REACH, TITLE, SpeakerPlot, is_fine, line_pen

WINDOW = -1
"""The handle of the window's edges, among the numbers of the nulls."""


class BeamPolarPlot(SpeakerPlot):
    """The centre beam around the device at one frequency; nulls (diamonds) and window edges are dragged.

    The listener is below, as in the plan. A double-click on the rim adds a pair of nulls, one on a null takes it away.
    """

    title = "Centre beam"
    floor_db = -30.0
    params_shown = ("null_deg", "more_nulls", "window_deg")
    frequency_chosen = Signal(float)

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(tokens, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(
            "Drag the diamonds (nulls) and the dashed lines (window). Double-click on the rim: another pair of nulls; "
            "on a null: without it. Keys: Left and Right move the null (Shift: a tenth), Up and Down the window, N the "
            "next null, Insert another one, Delete without it"
        )
        self.frequency_hz = 1000.0
        self.chosen = 0
        """The null that keys move."""
        self._held: int | None = None

    def set_frequency(self, frequency_hz: float) -> None:
        self.frequency_hz = frequency_hz
        self.update()

    def show_params(self, params: RenderParams) -> None:
        self.chosen = min(self.chosen, len(null_handles.nulls_of(params)) - 1)
        super().show_params(params)

    @property
    def note(self) -> str:
        return painting.format_frequency(self.frequency_hz)

    @property
    def nulls(self) -> null_handles.Nulls:
        """The nulls of the parameters."""
        return null_handles.nulls_of(self.params)

    def axes_key(self) -> Hashable:
        return super().axes_key(), None if self.params is None else self.params.window_deg

    def data_of(self, response: LoudspeakerResponse) -> tuple:
        detail = response.detail
        return detail.beam_hz, detail.beam_azimuth_rad, detail.beam_db, detail.beam_spread_db

    def data_key(self) -> Hashable:
        return super().data_key(), self.frequency_hz

    def summary(self) -> str:
        if self.params is None:
            return ""
        return f"Nulls at {places(self.nulls)}, window ±{self.params.window_deg:g}°"

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

    def _handles(self) -> list[tuple[int, float]]:
        return [*enumerate(self.nulls), (WINDOW, self.params.window_deg)]

    def _near(self, position: QPointF) -> int | None:
        if self.params is None:
            return None
        radius = self.plot_rect().width() / 2
        reached = [
            ((self._point(math.radians(side * degrees), radius) - position).manhattanLength(), number)
            for number, degrees in self._handles()
            for side in (-1, 1)
        ]
        distance, number = min(reached)
        return number if distance < 1.6 * REACH else None

    # ---- changes

    def _set_nulls(self, nulls: null_handles.Nulls) -> None:
        now = null_handles.values_of(self.nulls)
        changes = {path: value for path, value in null_handles.values_of(nulls).items() if value != now[path]}
        if changes:
            self.emit_change(changes)

    def _set_window(self, degrees: float) -> None:
        widest = min(90.0, min(self.nulls) - null_handles.APART_DEG)
        self.emit_change({"render.window_deg": float(min(max(degrees, 5.0), widest))})

    def _drag(self, position: QPointF) -> None:
        degrees = float(round(abs(self._azimuth(position))))
        if self._held == WINDOW:
            self._set_window(degrees)
        else:
            self._set_nulls(null_handles.moved(self.nulls, self._held, degrees, self.params.window_deg))

    def add_null(self, degrees: float | None = None) -> None:
        """Another pair of nulls: there, or where most room is."""
        if self.params is None:
            return
        self.begin_gesture()
        window_deg = self.params.window_deg
        degrees = null_handles.widest_gap(self.nulls, window_deg) if degrees is None else degrees
        nulls = null_handles.added(self.nulls, degrees, window_deg)
        if nulls != self.nulls:
            self.chosen = len(nulls) - 1
            self._set_nulls(nulls)

    def remove_null(self, number: int | None = None) -> None:
        """Without a pair of nulls: that one, or the chosen one."""
        if self.params is None:
            return
        self.begin_gesture()
        self._set_nulls(null_handles.removed(self.nulls, self.chosen if number is None else number))

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._near(event.position())
            if self._held is not None and self._held != WINDOW:
                self.chosen = self._held
                self.update()
            self.begin_gesture()

    def mouseDoubleClickEvent(self, event) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.params is None:
            return
        self._held = None
        near, rect = self._near(event.position()), self.plot_rect()
        away = event.position() - rect.center()
        if near is not None and near != WINDOW:
            self.remove_null(near)
        elif near is None and abs(math.hypot(away.x(), away.y()) - rect.width() / 2) < 2 * REACH:
            self.add_null(float(round(abs(self._azimuth(event.position())))))

    def mouseMoveEvent(self, event) -> None:
        if self._held is not None:
            self._drag(event.position())
        else:
            over = self._near(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event) -> None:
        self._held = None

    def keyPressEvent(self, event) -> None:
        if self.params is None:
            super().keyPressEvent(event)
            return
        size = 0.1 if is_fine(event) else 1.0
        key = Qt.Key
        step = {key.Key_Left: size, key.Key_Right: -size}.get(event.key())
        wider = {key.Key_Up: size, key.Key_Down: -size}.get(event.key())
        if step is not None:
            self.begin_gesture()
            degrees = round(self.nulls[self.chosen] + step, 1)
            self._set_nulls(null_handles.moved(self.nulls, self.chosen, degrees, self.params.window_deg))
        elif wider is not None:
            self.begin_gesture()
            self._set_window(round(self.params.window_deg + wider, 1))
        elif event.key() == key.Key_N:
            self.chosen = (self.chosen + 1) % len(self.nulls)
            self.update()
        elif event.key() == key.Key_Insert:
            self.add_null()
        elif event.key() in (key.Key_Delete, key.Key_Backspace):
            self.remove_null()
        else:
            super().keyPressEvent(event)

    # ---- painting

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
            if filled:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self.tokens.color("accent", 0.2))
                painter.drawPolygon(painting.polygon(x, y))
            else:  # all around: the first direction is the last one too
                painting.draw_line(painter, x, y, line_pen(self.tokens.accent, 1.75))

    def paint_handles(self, painter: QPainter, rect: QRectF) -> None:
        if self.params is None:
            return
        t, radius = self.tokens, rect.width() / 2
        painter.setFont(theme.font(11))
        marked = self.hasFocus() and len(self.nulls) > 1
        for number, degrees in self._handles():
            for side in (-1, 1):
                place = self._point(math.radians(side * degrees), radius)
                if number != WINDOW:
                    painter.setPen(QPen(QColor(t.plot), 1.0))
                    painter.setBrush(QColor(t.accent if marked and number == self.chosen else t.text1))
                    painter.drawPolygon(diamond(place, 6.0))
                out = self._point(math.radians(side * degrees), radius + 20)
                painter.setPen(QColor(t.text2 if number == WINDOW else t.text1))
                text = painting.number(-side * degrees, signed=True) + "°"  # left is positive for the listener
                painter.drawText(QRectF(out.x() - 22, out.y() - 8, 44, 16), Qt.AlignmentFlag.AlignCenter, text)


def places(nulls: null_handles.Nulls) -> str:
    """Angles in words."""
    return ", ".join(f"±{degrees:g}°" for degrees in nulls)


def diamond(place: QPointF, half: float) -> QPolygonF:
    """A null's mark."""
    return QPolygonF([place + QPointF(x, y) for x, y in ((0, -half), (half, 0), (0, half), (-half, 0))])
