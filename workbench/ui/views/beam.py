"""The capture beam: its pattern at one frequency, its level over azimuth and frequency, and its figures.

0° is up, left is positive: the image runs from +180° at its left edge to −180° at its right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from workbench.core.messages import BeamGain, BeamPattern, Localization, Track
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views import map_marks, polar
from workbench.ui.views.headers import toggle_style
from workbench.ui.views.statistics import HEIGHT as STATISTICS_HEIGHT
from workbench.ui.views.statistics import Statistic, draw_statistics

BANDS_HZ = tuple(
    float(base * decade)
    for decade in (100, 1000, 10000)
    for base in (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
    if base * decade <= 16000
)
"""Nominal third-octave frequencies (IEC 61260-1) that the pattern can be shown at."""
LOW_HZ, HIGH_HZ = 100.0, 16000.0
FLOOR_DB = -30.0
"""Level at the polar plot's centre."""
EMPTY = "Load an array to see the beam."
_LABELLED_HZ = (10000, 3000, 1000, 300, 100)
CURVE_RANGE_DB = (-20.0, 15.0)
"""Axis of the directivity and white-noise-gain curves."""
_CURVE_MARKS_DB = (-20, -10, 0, 10)


@dataclass(frozen=True)
class PatternFigures:
    """A pattern's figures at one frequency; `null_azimuth_rad` is where `null_db` was read."""

    directivity_db: float
    white_noise_gain_db: float
    width_rad: float
    null_azimuth_rad: float
    null_db: float


def nearest_row(pattern: BeamPattern, frequency_hz: float) -> int:
    """Row of the pattern whose frequency is nearest, on a logarithmic scale."""
    return int(np.argmin(np.abs(np.log(np.maximum(pattern.frequency_hz, 1e-3) / frequency_hz))))


def level_at(pattern: BeamPattern, row: int, azimuth_rad: float) -> float:
    """Level of one row at an azimuth, linear between the pattern's azimuths."""
    return float(np.interp(azimuth_rad, pattern.azimuth_rad, pattern.level_db[row], period=2 * np.pi))


def beam_width_rad(pattern: BeamPattern, row: int, drop_db: float = 3.0) -> float:
    """Width of the main lobe: the angle around the steering direction over which the level stays within `drop_db`.

    2π when it never falls below; NaN when the steering direction itself is lower than that.
    """
    around = 2 * np.pi * np.arange(0, 721) / 720
    widths = []
    for side in (1.0, -1.0):
        azimuth = pattern.steering_rad + side * around
        level = np.interp(azimuth, pattern.azimuth_rad, pattern.level_db[row], period=2 * np.pi)
        below = np.flatnonzero(level < -drop_db)
        if len(below) == 0:
            return 2 * math.pi
        first = int(below[0])
        if first == 0:
            return math.nan
        fraction = (level[first - 1] + drop_db) / (level[first - 1] - level[first])
        widths.append(around[first - 1] + fraction * (around[first] - around[first - 1]))
    return float(sum(widths))


def pattern_figures(pattern: BeamPattern, frequency_hz: float, other_azimuth_rad: float | None) -> PatternFigures:
    """The figures at the row nearest to a frequency: the null is read at `other_azimuth_rad`, else where deepest."""
    row = nearest_row(pattern, frequency_hz)
    if other_azimuth_rad is None:
        deepest = int(np.argmin(pattern.level_db[row]))
        null_azimuth_rad, null_db = float(pattern.azimuth_rad[deepest]), float(pattern.level_db[row, deepest])
    else:
        null_azimuth_rad, null_db = other_azimuth_rad, level_at(pattern, row, other_azimuth_rad)
    return PatternFigures(
        directivity_db=float(pattern.directivity_db[row]),
        white_noise_gain_db=float(pattern.white_noise_gain_db[row]),
        width_rad=beam_width_rad(pattern, row),
        null_azimuth_rad=null_azimuth_rad,
        null_db=null_db,
    )


def pattern_image(pattern: BeamPattern, rows: int) -> QImage:
    """The level over azimuth (left positive at the left) and frequency (ERB scale, high at the top) in viridis."""
    low, high = axis_range(pattern)
    edges = painting.erb_number(np.array([high, low]))
    wanted_hz = painting.erb_to_hz(edges[0] + (np.arange(rows) + 0.5) / rows * (edges[1] - edges[0]))
    place = np.interp(np.log(wanted_hz), np.log(pattern.frequency_hz), np.arange(len(pattern.frequency_hz)))
    below = np.minimum(place.astype(int), len(pattern.frequency_hz) - 1)
    above = np.minimum(below + 1, len(pattern.frequency_hz) - 1)
    share = (place - below)[:, None].astype(np.float32)
    level = pattern.level_db[below] * (1 - share) + pattern.level_db[above] * share
    index = painting.color_index(level[:, np.argsort(-pattern.azimuth_rad)], *theme.SPATIAL_RANGE_DB)
    pixels = np.ascontiguousarray(painting.colormap("viridis")[index])
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def axis_range(pattern: BeamPattern | None) -> tuple[float, float]:
    """Ends of the image's frequency axis."""
    if pattern is None or len(pattern.frequency_hz) == 0:
        return LOW_HZ, HIGH_HZ
    low, high = max(LOW_HZ, float(pattern.frequency_hz[0])), min(HIGH_HZ, float(pattern.frequency_hz[-1]))
    return (low, high) if low < high else (LOW_HZ, HIGH_HZ)


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


class ColorBar(QWidget):
    """The labelled bar of the spatial colour map."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = tokens
        self._image = painting.colormap_image("viridis")
        self.setFixedSize(134, 28)
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
            QRectF(108, 0, 30, self.height()),
            Qt.AlignmentFlag.AlignVCenter,
            painting.with_unit(painting.number(high), "dB"),
        )
        bar = QPainterPath()
        box = QRectF(29, self.height() / 2 - 4, 72, 8)
        bar.addRoundedRect(box, 2, 2)
        painter.setClipPath(bar)
        painter.drawImage(box, self._image)
        painter.end()


class BeamCanvas(QWidget):
    """Polar plot, image and figures, painted."""

    frequency_clicked = Signal(float)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = tokens
        self._compact = False
        self._pattern: BeamPattern | None = None
        self._tracks: tuple[Track, ...] = ()
        self._following = 0
        self._frequency_hz = 1000.0
        self._image: QImage | None = None
        self._curve: QPainterPath | None = None
        self._figures: PatternFigures | None = None
        self._gain: BeamGain | None = None
        self._curves_shown = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(300, 220)
        self.setAccessibleName("Beam pattern")
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
        """The figures as they are written."""
        figures = self._figures
        measured = self._gain is not None and math.isfinite(self._gain.gain_db)
        short = self._compact or measured
        names = ("Directivity", "WN gain" if short else "White-noise gain", "Width" if short else "Width, −3 dB")
        if figures is None:
            values: list[str] = [painting.UNKNOWN] * 4
            null = "Null"
        else:
            width = painting.number(math.degrees(figures.width_rad))
            values = [
                painting.number(figures.directivity_db, 1),
                painting.number(figures.white_noise_gain_db, 1),
                width,
                painting.number(figures.null_db, 1),
            ]
            null = f"Null at {painting.format_azimuth(figures.null_azimuth_rad)}"
        entries = [
            Statistic(names[0], values[0]),
            Statistic(names[1], values[1]),
            Statistic(names[2], values[2], "°"),
            Statistic(null, values[3]),
        ]
        if measured:
            gain = Statistic("SI-SDR gain", painting.number(self._gain.gain_db, 1, signed=True), tone="accent")
            # Where there is no room for five, the width, which can be seen, gives way.
            entries = [*entries[:2], *entries[3:], gain] if self._compact else [*entries, gain]
        return entries

    def tip_at(self, point: QPointF) -> str:
        """What the tooltip says at a place."""
        if point.y() > self.height() - STATISTICS_HEIGHT and self._gain is not None:
            gain = self._gain
            if math.isfinite(gain.gain_db):
                span = painting.with_unit(f"{gain.span_s:.0f}", "s")
                before = painting.with_unit(painting.number(gain.input_db, 1), "dB")
                after = painting.with_unit(painting.number(gain.output_db, 1), "dB")
                text = f"SI-SDR over {span}: microphone 1 {before}, beam {after}."
                if math.isfinite(gain.array_gain_db):
                    array_gain = painting.with_unit(painting.number(gain.array_gain_db, 1), "dB")
                    text += f" Array gain in the talker's pauses {array_gain}."
                return text
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
        spoken = "; ".join(map(str, self.statistics())) if pattern is not None else EMPTY
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

    def image_rect(self) -> QRectF:
        """Where the azimuth-frequency image lies."""
        inner = self.width() - 2 * theme.PANEL_PADDING
        width = round(inner * (0.37 if self._compact else 0.402))
        height = self.height() - STATISTICS_HEIGHT - 22 - 13
        return QRectF(self.width() - theme.PANEL_PADDING - width, 13, width, max(40, height))

    def polar_geometry(self) -> tuple[QPointF, float]:
        """Centre and radius (0 dB) of the polar plot."""
        image = self.image_rect()
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
        if self._pattern is None:
            self._paint_empty(painter)
        inner = self.width() - 2 * theme.PANEL_PADDING
        foot = QRectF(theme.PANEL_PADDING, self.height() - STATISTICS_HEIGHT, inner, STATISTICS_HEIGHT)
        draw_statistics(painter, foot, self.statistics(), self._tokens)
        painter.end()

    def _paint_empty(self, painter: QPainter) -> None:
        center, radius = self.polar_geometry()
        painter.setFont(theme.font(13))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = QRectF(0, 0, 2 * radius - 16, radius)
        room.moveCenter(QPointF(center.x(), center.y() - radius / 2))
        box = painter.boundingRect(room, flags, EMPTY).adjusted(-4, -2, 4, 2)
        painter.fillRect(box, QColor(self._tokens.plot))
        painter.setPen(QColor(self._tokens.text2))
        painter.drawText(room, flags, EMPTY)

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
            pen = QPen(QColor(255, 255, 255, 230), 1.0)
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
        for frequency_hz in _LABELLED_HZ:
            if low <= frequency_hz <= high:
                text = f"{frequency_hz // 1000}k" if frequency_hz >= 1000 else str(frequency_hz)
                y = min(self.frequency_y(frequency_hz), rect.bottom() - 1)
                box = QRectF(rect.left() - 40, y - 8, 33, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class BeamView(QWidget):
    """The beam's view. Its `tools` (colour bar and frequency) stand in the header of the panel that holds it."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.canvas = BeamCanvas(tokens, self)
        self.chooser = FrequencyChooser(tokens)
        self.color_bar = ColorBar(tokens)
        self.curves_button = QPushButton("Curves")
        self.curves_button.setCheckable(True)
        self.curves_button.setFixedHeight(28)
        self.curves_button.setFont(theme.font(12))
        self.curves_button.setToolTip("Directivity and white-noise gain over frequency in place of the image")
        self.curves_button.setAccessibleName("Curves of directivity and white-noise gain")
        self.curves_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.curves_button.toggled.connect(self._show_curves)
        self._compact = False
        self.tools = QWidget()
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.color_bar)
        row.addWidget(self.curves_button)
        row.addWidget(self.chooser)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas)
        self.chooser.changed.connect(self.canvas.set_frequency)
        self.canvas.frequency_clicked.connect(self.chooser.choose)
        self.apply_theme(tokens)

    def show_pattern(self, pattern: BeamPattern | None) -> None:
        """Show a pattern; None brings the empty state."""
        self.canvas.show_pattern(pattern)

    def show_gain(self, gain: BeamGain | None) -> None:
        """Show what the beam gains, measured; None where it is not known."""
        self.canvas.show_gain(gain)

    def show_tracks(self, tracks: Sequence[Track]) -> None:
        """Mark the talkers' directions."""
        self.canvas.show_tracks(tracks)

    def show_localization(self, localization: Localization) -> None:
        """Mark the talkers' directions of one update."""
        self.canvas.show_tracks(localization.tracks)

    def show_beam(self, azimuth_rad: float, following: int = 0) -> None:
        """Which talker the beam follows: the null is read at another one."""
        self.canvas.show_following(following)

    def set_compact(self, compact: bool) -> None:
        """The narrow window's view."""
        self._compact = compact
        self.color_bar.setVisible(not compact and not self.curves_button.isChecked())
        self.canvas.set_compact(compact)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        for part in (self.canvas, self.chooser, self.color_bar):
            part.apply_theme(tokens)
        self.curves_button.setStyleSheet(toggle_style(tokens))

    def _show_curves(self, shown: bool) -> None:
        self.color_bar.setVisible(not shown and not self._compact)
        self.canvas.set_curves(shown)

    def clear(self) -> None:
        """Forget pattern and talkers."""
        self.canvas.show_tracks(())
        self.canvas.show_pattern(None)

    def wheelEvent(self, event) -> None:
        self.chooser.wheelEvent(event)
