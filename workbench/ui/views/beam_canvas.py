"""The beam's pictures and figures, painted: polar pattern, image or curves over frequency, statistics."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.core.messages import BeamGain, BeamPattern, Track
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views import map_marks, polar
from workbench.ui.views.beam_cursor import BeamCursor
from workbench.ui.views.beam_figures import PatternFigures, axis_range, nearest_row, pattern_figures
from workbench.ui.views.beam_image import pattern_image
from workbench.ui.views.beam_statistics import beam_statistics, gain_text, is_measured
from workbench.ui.views.statistics import HEIGHT as STATISTICS_HEIGHT
from workbench.ui.views.statistics import Statistic, draw_statistics

FLOOR_DB = -30.0
"""Level at the polar plot's centre."""
NO_ARRAY = "Load an array to see the beam."
_LABELLED_HZ = (10000, 3000, 1000, 300, 100)
CURVE_RANGE_DB = (-20.0, 15.0)
"""Axis of the directivity and white-noise-gain curves."""
_CURVE_MARKS_DB = (-20, -10, 0, 10)


class BeamCanvas(BeamCursor, QWidget):
    """Polar plot, image and figures, painted."""

    frequency_clicked = Signal(float)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = tokens
        self._compact = False
        self._pattern: BeamPattern | None = None
        self._empty = NO_ARRAY
        self._tracks: tuple[Track, ...] = ()
        self._following = 0
        self._frequency_hz = 1000.0
        self._image: QImage | None = None
        self._curve: QPainterPath | None = None
        self._figures: PatternFigures | None = None
        self._gain: BeamGain | None = None
        self._curves_shown = False
        self._cursor: tuple[float, float] | None = None  # azimuth, frequency
        self._by_keys = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(300, 220)
        self.setAccessibleName("Beam pattern")
        self.setProperty("picture", "beam")
        self._recompute()

    def show_pattern(self, pattern: BeamPattern | None) -> None:
        self._pattern = pattern
        self._image = None
        self._recompute()

    def show_tracks(self, tracks: Sequence[Track]) -> None:
        self._tracks = tuple(tracks)
        self._recompute(curve=False)

    def show_following(self, following: int) -> None:
        if following != self._following:
            self._following = following
            self._recompute(curve=False)

    def show_gain(self, gain: BeamGain | None) -> None:
        if gain is not self._gain:
            self._gain = gain
            self._recompute(curve=False)

    def set_curves(self, shown: bool) -> None:
        self._curves_shown = shown
        self.update()

    def set_frequency(self, frequency_hz: float) -> None:
        if self._cursor is not None and self._cursor[1] == self._frequency_hz:
            self._cursor = (self._cursor[0], frequency_hz)
        self._frequency_hz = frequency_hz
        self._recompute()

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self._recompute()

    def apply_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    @property
    def figures(self) -> PatternFigures | None:
        """The figures shown, None without a pattern."""
        return self._figures

    def statistics(self) -> list[Statistic]:
        """The figures as they are written; the null's gives its place to what is under the cursor."""
        level_db = self.cursor_level_db
        under = (*self._cursor, level_db) if self._cursor is not None and level_db is not None else None
        return beam_statistics(self._figures, self._gain, self._compact, under)

    def tip_at(self, point: QPointF) -> str:
        """What the tooltip says at a place."""
        if point.y() > self.height() - STATISTICS_HEIGHT and is_measured(self._gain):
            return gain_text(self._gain)
        if self.image_rect().contains(point):
            return "Click to see the pattern at that frequency"
        return "Level of the beam over azimuth, 0 dB at the rim"

    def event(self, event) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _recompute(self, curve: bool = True) -> None:
        pattern = self._pattern
        if curve:
            self._curve = None
        if pattern is None:
            self._figures = None
        else:
            others = sorted((t.number, t.azimuth_rad) for t in self._tracks if t.number != self._spared())
            self._figures = pattern_figures(pattern, self._frequency_hz, others[0][1] if others else None)
        spoken = "; ".join(map(str, self.statistics())) if pattern is not None else self._empty
        self.setAccessibleDescription(f"{painting.format_frequency(self._frequency_hz)}: {spoken}")
        self.update()

    def _spared(self) -> int:
        """The talker whom the beam listens to: the followed one, else the one nearest to the steering direction."""
        if self._following or self._pattern is None or not self._tracks:
            return self._following
        steering = self._pattern.steering_rad

        def apart(track: Track) -> float:
            return abs(math.remainder(track.azimuth_rad - steering, 2 * math.pi))

        nearest = min(self._tracks, key=apart)
        return nearest.number if apart(nearest) < math.radians(15) else 0

    # ---------------------------------------------------------------------------------------- geometry

    def sizeHint(self) -> QSize:
        return QSize(472, 352)

    @property
    def _stacked(self) -> bool:
        """Where there is more height than width, the polar plot stands above the image."""
        return self.height() > 1.1 * self.width()

    def image_rect(self) -> QRectF:
        """Where the azimuth-frequency image lies."""
        inner = self.width() - 2 * theme.PANEL_PADDING
        if self._stacked:
            top = round(0.52 * (self.height() - STATISTICS_HEIGHT))
            return QRectF(theme.PANEL_PADDING + 40, top, inner - 40, self.height() - STATISTICS_HEIGHT - 22 - top)
        width = round(inner * (0.37 if self._compact else 0.402))
        height = self.height() - STATISTICS_HEIGHT - 22 - 13
        return QRectF(self.width() - theme.PANEL_PADDING - width, 13, width, max(40, height))

    def polar_geometry(self) -> tuple[QPointF, float]:
        """Centre and radius (0 dB) of the polar plot."""
        image = self.image_rect()
        if self._stacked:
            radius = min((self.width() - 2 * theme.PANEL_PADDING) / 2, (image.top() - 24 - 36) / 2)
            return QPointF(self.width() / 2, 18 + radius), radius
        right = image.left() - 40
        left = theme.PANEL_PADDING + (0 if self._compact else 9)
        radius = max(30.0, min((right - left) / 2, (image.height() + 12 - 36) / 2))
        return QPointF(right - radius, round(image.center().y() + 3)), radius

    def frequency_y(self, frequency_hz: float) -> float:
        """Height of a frequency in the image."""
        image = self.image_rect()
        low, high = (float(painting.erb_number(f)) for f in axis_range(self._pattern))
        return image.top() + (high - float(painting.erb_number(frequency_hz))) / (high - low) * image.height()

    def azimuth_x(self, azimuth_rad: float) -> float:
        """Place of an azimuth in the image: +180° at the left edge."""
        image = self.image_rect()
        return image.left() + (math.pi - azimuth_rad) / (2 * math.pi) * image.width()

    def mousePressEvent(self, event) -> None:
        image = self.image_rect()
        if event.button() == Qt.MouseButton.LeftButton and image.contains(event.position()):
            low, high = painting.erb_number(np.array(axis_range(self._pattern)))
            erb = high - (event.position().y() - image.top()) / image.height() * (high - low)
            self.frequency_clicked.emit(float(painting.erb_to_hz(erb)))
        else:
            super().mousePressEvent(event)

    def resizeEvent(self, event) -> None:
        self._curve = None
        self._image = None

    # ---------------------------------------------------------------------------------------- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_polar(painter)
        if self._curves_shown:
            self._paint_curves(painter)
        else:
            self._paint_image(painter)
        self._paint_frequencies(painter)
        self._paint_cursor(painter)
        if self._pattern is None:
            self._paint_empty(painter)
        if self.hasFocus() and self._by_keys:
            frame = QRectF(self.rect()).adjusted(5, 5, -5, -5)
            polar.draw_focus_ring(painter, frame, self._tokens, theme.RADIUS_FIELD)
        inner = self.width() - 2 * theme.PANEL_PADDING
        foot = QRectF(theme.PANEL_PADDING, self.height() - STATISTICS_HEIGHT, inner, STATISTICS_HEIGHT)
        draw_statistics(painter, foot, self.statistics(), self._tokens)
        painter.end()

    def set_empty(self, reason: str) -> None:
        """What is said while there is no pattern."""
        if reason != self._empty:
            self._empty = reason
            self._recompute(curve=False)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setFont(theme.font(13))
        middle = QPointF(self.width() / 2, self.polar_geometry()[0].y())
        painting.draw_message(painter, middle, self._empty, self._tokens)

    def _paint_polar(self, painter: QPainter) -> None:
        t = self._tokens
        center, radius = self.polar_geometry()
        painter.setPen(QPen(QColor(t.line_strong), 1.0))
        painter.setBrush(QColor(t.plot))
        painter.drawEllipse(center, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(t.line), 1.0))
        for level_db in (-10, -20):
            ring = radius * (1 - level_db / FLOOR_DB)
            painter.drawEllipse(center, ring, ring)
        for sector in range(8):
            painter.drawLine(center, polar.to_screen(center, math.pi / 4 * sector, radius))
        painter.setFont(theme.font(11))
        metrics = QFontMetricsF(painter.font())
        scale = []
        for level_db in (-10, -20):
            text = painting.number(level_db)
            width = metrics.horizontalAdvance(text) + 4
            y = center.y() + radius * (1 - level_db / FLOOR_DB)
            scale.append((QRectF(center.x() - width / 2, y - 7, width, 14), text))
            painter.fillRect(scale[-1][0], QColor(t.plot))
        if self._pattern is not None:
            if self._curve is None:
                self._curve = self._polar_curve(center, radius)
            painter.setPen(QPen(QColor(t.accent), 1.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.setBrush(t.color("accent", 0.14))
            painter.drawPath(self._curve)
        centred = Qt.AlignmentFlag.AlignCenter
        painter.setPen(QColor(t.text2))
        for box, text in scale:
            painter.drawText(box, centred, text)
        for text, x, y in (
            ("0°", center.x(), center.y() - radius - 10),
            ("180°", center.x(), center.y() + radius + 10),
            ("+90", center.x() - radius + 16, center.y() - 9),
            ("−90", center.x() + radius - 16, center.y() - 9),
        ):
            painter.drawText(QRectF(x - 24, y - 8, 48, 16), centred, text)
        for null_rad in self._pattern.nulls_rad if self._pattern is not None else ():
            map_marks.draw_null(painter, polar.to_screen(center, null_rad, radius), t, by_hand=False)
        for track in self._tracks:
            rim = polar.to_screen(center, track.azimuth_rad, radius)
            polar.draw_marker(painter, rim, track.number, t, half=4.5, active=track.active)

    def _polar_curve(self, center: QPointF, radius: float) -> QPainterPath:
        level = self._pattern.level_db[nearest_row(self._pattern, self._frequency_hz)]
        reach = radius * (1 - np.clip(level, FLOOR_DB, 0.0) / FLOOR_DB)
        x = center.x() - reach * np.sin(self._pattern.azimuth_rad)
        y = center.y() - reach * np.cos(self._pattern.azimuth_rad)
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist())]))
        path.closeSubpath()
        return path

    def _paint_image(self, painter: QPainter) -> None:
        t, rect = self._tokens, self.image_rect()
        painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.fillPath(clip, QColor(t.plot))
        if self._pattern is not None:
            if self._image is None:
                self._image = pattern_image(self._pattern, max(2, round(rect.height() * self.devicePixelRatioF())))
            painter.setClipPath(clip)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(rect, self._image)
            pen = QPen(theme.map_ink("viridis", 0.9), 1.0)
            pen.setDashPattern([3.0, 3.0])
            painter.setPen(pen)
            y = round(self.frequency_y(self._frequency_hz)) + 0.5
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        painter.restore()
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.text2))
        for degrees in (90, 0, -90):
            text = painting.number(degrees, signed=True) + "°"
            box = QRectF(self.azimuth_x(math.radians(degrees)) - 24, rect.bottom() + 3, 48, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        for track in self._tracks:
            place = QPointF(self.azimuth_x(track.azimuth_rad), rect.top())
            polar.draw_marker(painter, place, track.number, t, half=4.5, active=track.active)

    def curve_x(self, level_db: float) -> float:
        """Place of a level on the curves' axis."""
        image = self.image_rect()
        low, high = CURVE_RANGE_DB
        return image.left() + (min(max(level_db, low), high) - low) / (high - low) * image.width()

    def _paint_curves(self, painter: QPainter) -> None:
        """Directivity index and white-noise gain, level to the right, over the image's frequency axis."""
        t, rect = self._tokens, self.image_rect()
        painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.fillPath(clip, QColor(t.plot))
        painter.setClipPath(clip)
        painter.setFont(theme.font(11))
        for level_db in _CURVE_MARKS_DB:
            painter.setPen(QPen(QColor(t.line_strong if level_db == 0 else t.line), 1.0))
            x = round(self.curve_x(level_db)) + 0.5
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setPen(QPen(QColor(t.text3), 1.0, Qt.PenStyle.DashLine))
        y = round(self.frequency_y(self._frequency_hz)) + 0.5
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        pattern = self._pattern
        for number, (name, color, style) in enumerate(
            (("Directivity", t.accent, Qt.PenStyle.SolidLine), ("White-noise gain", t.centre, Qt.PenStyle.DashLine))
        ):
            pen = QPen(QColor(color), 1.75, style)
            painter.setPen(pen)
            if pattern is not None:
                levels = (pattern.directivity_db, pattern.white_noise_gain_db)[number]
                points = [
                    QPointF(self.curve_x(float(level)), self.frequency_y(float(frequency)))
                    for level, frequency in zip(levels, pattern.frequency_hz)
                ]
                painter.drawPolyline(QPolygonF(points))
            top = rect.top() + 12 + 16 * number
            painter.drawLine(QPointF(rect.left() + 8, top), QPointF(rect.left() + 24, top))
            painter.setPen(QColor(t.text2))
            label = QRectF(rect.left() + 29, top - 8, rect.width() - 30, 16)
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.text2))
        for level_db in _CURVE_MARKS_DB:
            text = painting.number(level_db)
            text = painting.with_unit(text, "dB") if level_db == _CURVE_MARKS_DB[-1] else text
            box = QRectF(self.curve_x(level_db) - 24, rect.bottom() + 3, 48, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_frequencies(self, painter: QPainter) -> None:
        rect = self.image_rect()
        painter.setFont(theme.font(11))
        painter.setPen(QColor(self._tokens.text2))
        low, high = axis_range(self._pattern)
        labelled = [hz for hz in _LABELLED_HZ if low <= hz <= high]
        for frequency_hz in labelled:
            text = painting.format_frequency_label(frequency_hz)
            if frequency_hz == labelled[-1]:  # one label says what all are
                text = painting.with_unit(text, "Hz")
            y = min(self.frequency_y(frequency_hz), rect.bottom() - 1)
            box = QRectF(rect.left() - 43, y - 8, 36, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
