"""A figure of the spectrograms for a paper: Before and After with axes, colour bar and units, on any painter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from workbench.ui.frequency_scale import FrequencyScale
from workbench.ui.painting import (
    THIN_SPACE,
    color_index,
    colormap,
    colormap_image,
    draw_text,
    format_frequency_label,
    number,
)
from workbench.ui.theme import Tokens, font
from workbench.ui.views.sound_excerpt import Excerpt
from workbench.ui.views.sound_history import RowMap

WIDTH, HEIGHT = 1200, 840
_LEFT, _RIGHT, _TOP, _BOTTOM, _BETWEEN = 64, 24, 44, 52, 40


@dataclass(frozen=True)
class FigureStyle:
    """How a figure looks: axis, colours of levels, and of After where it is a difference (then `difference`)."""

    scale: FrequencyScale
    map_name: str
    range_db: tuple[float, float]
    difference: bool = False
    difference_map: str = "vik"
    difference_range_db: tuple[float, float] = (-30.0, 30.0)


def _picture(levels_db: np.ndarray, excerpt: Excerpt, style: FigureStyle, rows: int, map_name: str, ends) -> QImage:
    bin_hz = float(excerpt.frequency_hz[1] - excerpt.frequency_hz[0])
    picture = RowMap(rows, len(excerpt.frequency_hz), bin_hz, style.scale)(levels_db)
    pixels = np.ascontiguousarray(colormap(map_name)[color_index(picture, *ends)].T)
    return QImage(pixels.tobytes(), pixels.shape[1], rows, 4 * pixels.shape[1], QImage.Format.Format_RGB32).copy()


def paint_figure(painter: QPainter, excerpt: Excerpt, style: FigureStyle, tokens: Tokens) -> None:
    """Paint `WIDTH` by `HEIGHT`: Before above After, the time from the excerpt's beginning below."""
    painter.fillRect(QRectF(0, 0, WIDTH, HEIGHT), QColor(tokens.panel))
    height = (HEIGHT - _TOP - _BOTTOM - _BETWEEN) / 2
    width = WIDTH - _LEFT - _RIGHT
    sides = [("Before", "before", excerpt.before_dbfs, style.map_name, style.range_db)]
    if style.difference:
        change = np.maximum(excerpt.after_dbfs, -100) - np.maximum(excerpt.before_dbfs, -100)
        sides.append(("After − Before", "after", change, style.difference_map, style.difference_range_db))
    else:
        sides.append(("After", "after", excerpt.after_dbfs, style.map_name, style.range_db))
    for place, (title, token, levels_db, map_name, ends) in enumerate(sides):
        rect = QRectF(_LEFT, _TOP + place * (height + _BETWEEN), width, height)
        rows = 2 * round(height)
        painter.drawImage(rect, _picture(levels_db, excerpt, style, rows, map_name, ends))
        painter.setFont(font(15, 600))
        painter.fillRect(QRectF(rect.left(), rect.top() - 25, 12, 12), tokens.color(token))
        draw_text(painter, rect.left() + 20, rect.top() - 19, title, tokens.text1)
        painter.setFont(font(12))
        _paint_bar(painter, rect, map_name, ends, tokens)
        for hz in style.scale.labelled_hz(round(height)):
            y = rect.top() + float(style.scale.y(hz, height))
            painter.setPen(QColor(tokens.text3))
            painter.drawLine(QPointF(rect.left() - 5, y), QPointF(rect.left(), y))
            right = Qt.AlignmentFlag.AlignRight
            draw_text(painter, rect.left() - 9, y, format_frequency_label(hz), tokens.text2, right)
        painter.setPen(QColor(tokens.line_strong))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)
    draw_text(painter, 10, _TOP - 19, "Hz", tokens.text2)
    _paint_times(painter, excerpt, QRectF(_LEFT, _TOP, width, HEIGHT - _TOP - _BOTTOM), tokens)


def _paint_bar(painter: QPainter, rect: QRectF, map_name: str, ends, tokens: Tokens) -> None:
    signed = ends[0] < 0 < ends[1]
    middle, right = rect.top() - 19, Qt.AlignmentFlag.AlignRight
    high = number(ends[1], signed=signed) + f"{THIN_SPACE}dB" + ("" if signed else "FS")
    x = rect.right() - draw_text(painter, rect.right(), middle, high, tokens.text2, right) - 8
    painter.drawImage(QRectF(x - 160, middle - 5, 160, 10), colormap_image(map_name))
    draw_text(painter, x - 168, middle, number(ends[0], signed=signed), tokens.text2, right)


def _paint_times(painter: QPainter, excerpt: Excerpt, rect: QRectF, tokens: Tokens) -> None:
    known = excerpt.time_s[~np.isnan(excerpt.time_s)]
    hop_s = float(np.median(np.diff(known))) if len(known) > 1 else 0.01
    span_s = hop_s * len(excerpt.time_s)
    step = next((step for step in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0) if span_s / step <= 12), 20.0)
    for place in range(int(span_s / step + 1e-9) + 1):
        x = rect.left() + rect.width() * place * step / span_s
        painter.setPen(QColor(tokens.text3))
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x, rect.bottom() + 5))
        text = number(place * step, 0 if step >= 1 else 2)
        draw_text(painter, x, rect.bottom() + 15, text, tokens.text2, Qt.AlignmentFlag.AlignHCenter)
    draw_text(painter, rect.center().x(), rect.bottom() + 36, "time in s", tokens.text2, Qt.AlignmentFlag.AlignHCenter)
