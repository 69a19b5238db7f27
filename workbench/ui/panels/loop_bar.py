"""The kept sound as a picture: its spectrogram, the part that loops between two handles, and where it plays."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.core.kept import KeptSound, LoopRegion
from workbench.ui import theme
from workbench.ui.controls import Themed, draw_focus_ring
from workbench.ui.painting import THIN_SPACE, color_index, colormap, pixel_ratio
from workbench.ui.theme import LEVEL_RANGE_DB, map_ink
from workbench.ui.views.sound_history import RowMap

HANDLE_REACH = 10
SHORTEST_LOOP_S = 0.3
EDGE, TOP, PICTURE, AXIS = 6, 4, 72, 18
HEIGHT = TOP + PICTURE + AXIS
COLUMNS = 320
"""Spectra that it is worth asking for: no panel is wider."""
TICKS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
EMPTY = "Nothing loops: K keeps the last seconds"
_MAP = "magma"
_OUTSIDE = 0.62
"""How far what does not play is covered."""


class LoopBar(Themed, QWidget):
    """Shows what it is told, and lets a person move the ends of the loop by mouse and keys."""

    region_wanted = Signal(object)
    """A LoopRegion."""

    def __init__(self):
        super().__init__()
        self.kept = KeptSound()
        self._dragged: str | None = None
        self._edges_s = (0.0, 0.0)
        self._levels_dbfs: np.ndarray | None = None
        self._bin_hz = 1.0
        self._drawn: QImage | None = None
        self.setFixedHeight(HEIGHT)
        self._held = "begin"
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(
            "Drag the handles: only what is between them is played, again and again. Keys: Up and Down choose a "
            "handle, Left and Right move it by 0.1 s, with Shift by 0.01 s"
        )
        self.setAccessibleName("Loop")

    def show_kept(self, kept: KeptSound) -> None:
        """Show what is kept and which part of it loops."""
        self.kept = kept
        if self._dragged is None:
            region = kept.region
            self._edges_s = (region.begin_s, region.end_s) if region else (0.0, kept.kept_s)
        self.setEnabled(kept.looping)
        begin_s, end_s = self._edges_s
        self.setAccessibleDescription(f"{begin_s:.2f} to {end_s:.2f} s" if kept.looping else EMPTY)
        self.update()

    def show_spectra(self, levels_dbfs: np.ndarray | None, bin_hz: float = 1.0) -> None:
        """Show what the kept sound looks like: (columns, bins) over its whole length; None: not known."""
        self._levels_dbfs, self._bin_hz, self._drawn = levels_dbfs, bin_hz, None
        self.update()

    def apply_theme(self, tokens: theme.Tokens) -> None:
        super().apply_theme(tokens)
        self._drawn = None

    # ---- by hand ---------------------------------------------------------------------------------------------

    def _x(self, time_s: float) -> float:
        return EDGE + (self.width() - 2 * EDGE) * time_s / max(self.kept.kept_s, 1e-6)

    def _time_s(self, x: float) -> float:
        return min(max((x - EDGE) / max(self.width() - 2 * EDGE, 1), 0.0), 1.0) * self.kept.kept_s

    def _edge_at(self, x: float) -> str | None:
        distances = [abs(x - self._x(edge)) for edge in self._edges_s]
        if not self.kept.looping or min(distances) > HANDLE_REACH:
            return None
        return "begin" if distances[0] <= distances[1] else "end"

    def mousePressEvent(self, event):
        edge = self._edge_at(event.position().x())
        if edge is not None:
            self._dragged = self._held = edge

    def mouseMoveEvent(self, event):
        x = event.position().x()
        if self._dragged is not None:
            self._put(self._dragged, self._time_s(x))
        elif self._edge_at(x) is not None:
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        else:
            self.unsetCursor()

    def _put(self, edge: str, time_s: float) -> None:
        begin_s, end_s = self._edges_s
        if edge == "begin":
            self._edges_s = (max(0.0, min(time_s, end_s - SHORTEST_LOOP_S)), end_s)
        else:
            self._edges_s = (begin_s, min(self.kept.kept_s, max(time_s, begin_s + SHORTEST_LOOP_S)))
        self.update()

    def mouseReleaseEvent(self, event):
        if self._dragged is not None:
            self._dragged = None
            self._emit()

    def _emit(self) -> None:
        begin_s, end_s = self._edges_s
        self.region_wanted.emit(LoopRegion(round(begin_s * 48000), round(end_s * 48000)))

    def keyPressEvent(self, event):
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step_s = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key(), 0) * (0.01 if fine else 0.1)
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._held = "end" if event.key() == Qt.Key.Key_Up else "begin"
            self.update()
        elif step_s and self.kept.looping:
            self._put(self._held, self._edges_s[self._held == "end"] + step_s)
            self._emit()
        else:
            event.ignore()

    def focusInEvent(self, event):
        self.update()

    def focusOutEvent(self, event):
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    # ---- painting --------------------------------------------------------------------------------------------

    def _image(self) -> QImage | None:
        """The spectrogram in device pixels: painted anew only for another sound, size or theme."""
        ratio = pixel_ratio(self)
        width, height = round((self.width() - 2 * EDGE) * ratio), round(PICTURE * ratio)
        if self._levels_dbfs is None or width < 1:
            return None
        if self._drawn is None or (self._drawn.width(), self._drawn.height()) != (width, height):
            rows = RowMap(height, self._levels_dbfs.shape[1], self._bin_hz)(self._levels_dbfs)
            column = np.arange(width) * len(rows) // width
            pixels = np.ascontiguousarray(colormap(_MAP)[color_index(rows[column], *LEVEL_RANGE_DB)].T)
            self._drawn = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()
        return self._drawn

    def ticks_s(self) -> list[float]:
        """Times that the axis labels."""
        wide = QFontMetricsF(theme.font(11)).horizontalAdvance("00.0") + 14
        most = max(1.0, (self.width() - 2 * EDGE) / wide)
        step_s = next((step for step in TICKS_S if self.kept.kept_s / step <= most), TICKS_S[-1])
        return [step_s * count for count in range(math.floor(self.kept.kept_s / step_s + 1e-6) + 1)]

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lane = QRectF(EDGE, TOP, self.width() - 2 * EDGE, PICTURE)
        if not self.kept.looping or self.kept.kept_s <= 0:
            painter.fillRect(lane, QColor(t.plot))
            painter.setFont(theme.font(12))
            painter.setPen(QColor(t.text3))
            painter.drawText(lane, Qt.AlignmentFlag.AlignCenter, EMPTY)
            painter.end()
            return
        if (image := self._image()) is not None:
            painter.drawImage(lane, image)
        else:
            painter.fillRect(lane, QColor.fromRgb(int(colormap(_MAP)[0])))
        begin, end = (self._x(edge) for edge in self._edges_s)
        outside = QColor.fromRgb(int(colormap(_MAP)[0]))
        outside.setAlphaF(_OUTSIDE)
        painter.fillRect(QRectF(lane.topLeft(), QPointF(begin, lane.bottom())), outside)
        painter.fillRect(QRectF(QPointF(end, lane.top()), lane.bottomRight()), outside)
        self._paint_axis(painter, lane)
        at = self._x(self.kept.position_s)
        painter.setPen(QPen(map_ink(_MAP), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(at, lane.top()), QPointF(at, lane.bottom()))
        for edge in (begin, end):
            self._paint_handle(painter, lane, edge)
        if self.hasFocus():
            edge = begin if self._held == "begin" else end
            draw_focus_ring(painter, t, QRectF(edge - 7, lane.center().y() - 15, 14, 30), 4)
        painter.end()

    def _paint_handle(self, painter: QPainter, lane: QRectF, x: float) -> None:
        painter.setPen(QPen(map_ink(_MAP), 1.5))
        painter.drawLine(QPointF(x, lane.top()), QPointF(x, lane.bottom()))
        grip = QRectF(x - 4, lane.center().y() - 12, 8, 24)
        painter.setPen(QPen(map_ink(_MAP, 0.0), 0))
        painter.setBrush(map_ink(_MAP))
        painter.drawRoundedRect(grip, 3, 3)
        painter.setPen(QPen(QColor.fromRgb(int(colormap(_MAP)[0])), 1.0))
        for aside in (-1.5, 1.5):
            painter.drawLine(QPointF(x + aside, grip.top() + 7), QPointF(x + aside, grip.bottom() - 7))

    def _paint_axis(self, painter: QPainter, lane: QRectF) -> None:
        painter.setFont(theme.font(11))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(self.tokens.text2))
        ticks_s = self.ticks_s()
        for time_s in ticks_s:
            text = f"{time_s:g}" + (f"{THIN_SPACE}s" if time_s == ticks_s[-1] else "")
            width = metrics.horizontalAdvance(text) + 2
            left = min(max(self._x(time_s) - width / 2, 0.0), self.width() - width)
            painter.drawText(QRectF(left, lane.bottom() + 2, width, AXIS - 2), Qt.AlignmentFlag.AlignCenter, text)
