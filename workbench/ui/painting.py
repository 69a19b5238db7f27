"""What the views paint with: numbers as text, the ERB frequency axis, colour maps.

Numbers follow one typography: a true minus, a thin space before a unit, none before a degree sign, and an en dash
for what is unknown.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget
from shiboken6 import VoidPtr

from workbench.core.resources import resource
from workbench.ui.theme import Tokens

MINUS = "\u2212"
THIN_SPACE = "\u2009"
UNKNOWN = "\u2013"
PICTURE_RATIO = "picture_ratio"
"""Property of a widget while a picture of it is painted: pixels of the picture for one of the screen."""


def pixel_ratio(widget: QWidget) -> float:
    """Pixels for one of Qt's in what a widget paints now: of its screen, or of a picture that is made of it."""
    return widget.property(PICTURE_RATIO) or widget.devicePixelRatioF()


# ------------------------------------------------------------------------------------------------ numbers


def number(value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """A number with a true minus; with ``signed`` also a plus (zero has no sign).

    None and NaN give an en dash, infinities "∞". A value that rounds to zero is written without a sign.
    """
    if value is None or math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        text, negative, zero = "∞", value < 0, False
    else:
        text = f"{abs(value):.{decimals}f}"
        zero = float(text) == 0.0
        negative = value < 0 and not zero
    if negative:
        return MINUS + text
    return ("+" if signed and not zero else "") + text


def with_unit(text: str, unit: str) -> str:
    """Number text and unit with a thin space between; a degree sign follows directly, unknown has no unit."""
    if text == UNKNOWN or not unit:
        return text
    return text + unit if unit == "°" else text + THIN_SPACE + unit


def format_level(level_db: float | None, unit: str = "dB", *, signed: bool = False) -> str:
    """A level to 0.1 dB, e.g. "−52.3 dB"."""
    return with_unit(number(level_db, 1, signed=signed), unit)


def format_azimuth(azimuth_rad: float | None) -> str:
    """An azimuth to 1°, signed, e.g. "+42°"; the back is "180°" from either side."""
    if azimuth_rad is None or not math.isfinite(azimuth_rad):
        return UNKNOWN
    degrees = round(math.degrees(azimuth_rad))
    if abs(degrees) == 180:
        return "180°"
    return number(degrees, signed=True) + "°"


def format_distance(distance_m: float | None) -> str:
    """A distance to 0.1 m, e.g. "1.3 m"."""
    return with_unit(number(distance_m, 1), "m")


def _three_digits(value: float) -> str:
    """A positive number with three significant digits, or all the digits before the point."""
    if value <= 0:
        return "0"
    # The exponent of the rounded value decides, so that 9.999 becomes 10.0 and not 10.00.
    exponent = math.floor(math.log10(float(f"{value:.2e}")))
    return f"{value:.{max(0, 2 - exponent)}f}"


def format_frequency(frequency_hz: float | None) -> str:
    """A frequency with three digits, e.g. "2.29 kHz", "440 Hz", "62.5 Hz"."""
    if frequency_hz is None or not math.isfinite(frequency_hz):
        return UNKNOWN
    if float(f"{frequency_hz:.2e}") >= 1000:
        return with_unit(_three_digits(frequency_hz / 1000), "kHz")
    return with_unit(_three_digits(frequency_hz), "Hz")


def format_frequency_short(frequency_hz: float) -> str:
    """A frequency as an axis label: three digits, "k" for kilohertz, e.g. "2.29k", "440"."""
    if float(f"{frequency_hz:.2e}") >= 1000:
        return _three_digits(frequency_hz / 1000) + "k"
    return _three_digits(frequency_hz)


def format_frequency_label(frequency_hz: float) -> str:
    """A round frequency on an axis: "20k", "2.5k", "500"."""
    return f"{frequency_hz / 1000:g}k" if frequency_hz >= 1000 else f"{frequency_hz:g}"


_NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


def format_note(frequency_hz: float | None) -> str:
    """The nearest note of the equal temperament with A4 at 440 Hz, and how far off: "D7 −43 ct"."""
    if frequency_hz is None or not math.isfinite(frequency_hz) or frequency_hz <= 0:
        return UNKNOWN
    semitones = 69 + 12 * math.log2(frequency_hz / 440.0)
    nearest = math.floor(semitones + 0.5)
    cents = number(round(100 * (semitones - nearest)), signed=True)
    return f"{_NOTES[nearest % 12]}{nearest // 12 - 1} {cents}{THIN_SPACE}ct"


def format_time(time_s: float | None) -> str:
    """A time to 0.01 s, e.g. "−1.58 s"."""
    return with_unit(number(time_s, 2), "s")


def format_percent(fraction: float | None) -> str:
    """A fraction as a whole percentage, e.g. "86 %"."""
    return with_unit(number(None if fraction is None else 100 * fraction), "%")


def format_probability(probability: float | None) -> str:
    """A probability or confidence, e.g. "0.94"."""
    return number(probability, 2)


# ------------------------------------------------------------------------------------------- frequency axis

LOW_HZ, HIGH_HZ = 40.0, 20000.0
"""Ends of the window's frequency axes."""

AXIS_HZ = (20000, 10000, 5000, 3000, 2000, 1000, 500, 300, 200, 100, 50)
"""Labelled frequencies of a tall axis; a shorter one leaves some out."""
GRID_HZ = (100, 1000, 10000)
"""Frequencies with a grid line."""


def erb_number(frequency_hz):
    """ERB-rate scale, in ERBs: 21.4 log10(1 + 0.00437 f) (Glasberg and Moore 1990, equation 4). Scalar or array."""
    return 21.4 * np.log10(1 + 0.00437 * np.asarray(frequency_hz, dtype=float))


def erb_to_hz(erb):
    """Inverse of `erb_number`."""
    return (10 ** (np.asarray(erb, dtype=float) / 21.4) - 1) / 0.00437


_LOW_ERB, _HIGH_ERB = float(erb_number(LOW_HZ)), float(erb_number(HIGH_HZ))


def erb_position(frequency_hz):
    """Place on the frequency axis: 0 at 40 Hz, 1 at 20 kHz (outside that range below 0 or above 1)."""
    return (erb_number(frequency_hz) - _LOW_ERB) / (_HIGH_ERB - _LOW_ERB)


def erb_frequency(position):
    """Frequency in Hz at a place on the axis: inverse of `erb_position`."""
    return erb_to_hz(_LOW_ERB + np.asarray(position, dtype=float) * (_HIGH_ERB - _LOW_ERB))


def frequency_y(frequency_hz, height: float):
    """Distance from the top of an axis `height` high (20 kHz at 0, 40 Hz at `height`)."""
    return (1 - erb_position(frequency_hz)) * height


def y_frequency(y: float, height: float) -> float:
    """Frequency in Hz at a distance from the top: inverse of `frequency_y`, held inside the axis."""
    return float(erb_frequency(np.clip(1 - y / height, 0.0, 1.0)))


# ---------------------------------------------------------------------------------------------- colour maps

COLORS = 256


@cache
def colormap(name: str) -> np.ndarray:
    """A colour map: "magma" (sound level), "viridis" (spatial energy), "berlin" and "vik" (differences).

    Returns
    -------
    (256,) uint32, read-only
        0xFFRRGGBB: pixels of a QImage in Format_RGB32, and colours for QColor.
    """
    lines = resource("colormaps", f"{name}.txt").read_text(encoding="utf-8").split()
    table = np.array([0xFF000000 | int(line.removeprefix("#"), 16) for line in lines], dtype=np.uint32)
    table.setflags(write=False)
    return table


def color_index(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Index (uint8) of values in a colour map that runs from `low` to `high`; outside is clipped, NaN is 0."""
    scaled = (values - low) * ((COLORS - 1) / (high - low)) + 0.5
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.clip(scaled, 0, COLORS - 0.5), nan=0.0).astype(np.uint8)


def colormap_image(name: str) -> QImage:
    """A colour map as an image of 256x1 pixels, low values left: stretch it to paint a colour bar."""
    table = colormap(name)
    return QImage(table.tobytes(), COLORS, 1, 4 * COLORS, QImage.Format.Format_RGB32).copy()


# -------------------------------------------------------------------------------------------------- drawing


def polygon(x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """Points (N,) and (N,) as a QPolygonF, copied in one piece."""
    points = QPolygonF()
    points.resize(len(x))
    if len(x):
        view = np.frombuffer(VoidPtr(points.data(), 16 * len(x), True), dtype=np.float64).reshape(-1, 2)
        view[:, 0] = x
        view[:, 1] = y
    return points


def draw_curve(painter: QPainter, x: np.ndarray, y: np.ndarray, color: QColor, width: float) -> None:
    """A curve of many points, 1 to 2 pixels wide; up to twelve times as fast as a pen of that width.

    Qt draws lines one pixel wide with a method of its own, all others as filled outlines: so a wider line is two
    narrow ones beside each other.
    """
    painter.setPen(QPen(color, 1.0))
    shift = (width - 1.0) / 2
    for offset in (0.0,) if shift <= 0 else (-shift, shift):
        painter.drawPolyline(polygon(x + offset, y + offset / 2))


_PIECE = 16
"""Points of a line that are drawn at once: an outline of 16 is filled in a third of the time that 240 take."""


def draw_line(painter: QPainter, x: np.ndarray, y: np.ndarray, pen: QPen) -> None:
    """A line of many points with a pen of any width and dashes, in pieces.

    What it covers is what `drawPolyline` covers; where two pieces meet, the edges of the line are a shade stronger.
    """
    step = np.hypot(np.diff(x), np.diff(y))
    along = np.concatenate([[0.0], np.cumsum(step)]) / max(pen.widthF(), 1.0)  # a dash pattern counts in widths
    dashed = pen.style() == Qt.PenStyle.CustomDashLine
    piece = QPen(pen)
    painter.setPen(piece)
    for start in range(0, len(x) - 1, _PIECE):
        if dashed:
            piece.setDashOffset(pen.dashOffset() + along[start])
            painter.setPen(piece)
        painter.drawPolyline(polygon(x[start : start + _PIECE + 1], y[start : start + _PIECE + 1]))


def blank_pixmap(size: QSize, device_pixel_ratio: float, fill: QColor | str | None = None) -> QPixmap:
    """A pixmap that covers a widget's size in device pixels; transparent without a fill."""
    pixmap = QPixmap(
        max(1, math.ceil(size.width() * device_pixel_ratio)), max(1, math.ceil(size.height() * device_pixel_ratio))
    )
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    pixmap.fill(QColor(0, 0, 0, 0) if fill is None else QColor(fill))
    return pixmap


def corner_pixmaps(radius: int, outside: QColor | str, device_pixel_ratio: float) -> list[QPixmap]:
    """What covers a rectangle's corners to make it look round: top left, top right, bottom left, bottom right.

    Four small pixmaps cost far less a repaint than a clip or a path.
    """
    pixmaps = []
    for dx, dy in ((0, 0), (-radius, 0), (0, -radius), (-radius, -radius)):
        pixmap = blank_pixmap(QSize(radius, radius), device_pixel_ratio)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRect(QRectF(0, 0, radius, radius))
        path.addEllipse(QPointF(radius + dx, radius + dy), radius, radius)
        painter.fillPath(path, QColor(outside))  # odd-even: the corner less the circle
        painter.end()
        pixmaps.append(pixmap)
    return pixmaps


def draw_corners(painter: QPainter, corners: list[QPixmap], rect: QRect, radius: int) -> None:
    """Cover the corners of `rect` with pixmaps of `corner_pixmaps`."""
    right, bottom = rect.right() + 1 - radius, rect.bottom() + 1 - radius
    for pixmap, (x, y) in zip(
        corners, ((rect.left(), rect.top()), (right, rect.top()), (rect.left(), bottom), (right, bottom))
    ):
        painter.drawPixmap(x, y, pixmap)


def draw_text(
    painter: QPainter,
    x: float,
    y: float,
    text: str,
    color: QColor | str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:
    """Text whose middle height lies at `y`, starting, centred or ending at `x`; returns its width."""
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(text)
    if align & Qt.AlignmentFlag.AlignRight:
        x -= width
    elif align & Qt.AlignmentFlag.AlignHCenter:
        x -= width / 2
    painter.setPen(QColor(color))
    painter.drawText(QPointF(round(x), round(y + metrics.capHeight() / 2)), text)
    return width


def draw_message(painter: QPainter, center: QPointF, text: str, tokens: Tokens) -> None:
    """A sentence in a box of its own over a plot that has nothing to show; the painter's font counts."""
    width = painter.fontMetrics().horizontalAdvance(text) + 24
    box = QRectF(round(center.x() - width / 2), round(center.y() - 16), width, 32)
    antialiased = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(tokens.line))
    painter.setBrush(QColor(tokens.panel))
    painter.drawRoundedRect(box.translated(0.5, 0.5), 6, 6)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, antialiased)
    draw_text(painter, box.center().x(), box.center().y(), text, tokens.text2, Qt.AlignmentFlag.AlignHCenter)


def draw_tag(
    painter: QPainter, center: QPointF, text: str, fill: QColor | str, ink: QColor | str, padding: int = 6
) -> None:
    """A value on an axis: text on a filled box 18 high, centred; the painter's font counts."""
    width = painter.fontMetrics().horizontalAdvance(text) + 2 * padding
    box = QRectF(round(center.x() - width / 2), round(center.y() - 9), width, 18)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(box, 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    draw_text(painter, box.center().x(), box.center().y(), text, ink, Qt.AlignmentFlag.AlignHCenter)
