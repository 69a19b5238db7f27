"""The figures of a loudspeaker design side by side, each with a remark."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from workbench.core.messages import LoudspeakerResponse, RoomDepth
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.beam_polar import places
from workbench.ui.views.loudspeaker_parts import peak_drive_db

BAND_HZ = (400.0, 3000.0)
"""Range of the beam's figures."""


def figures(response: LoudspeakerResponse | None) -> list[tuple[str, str, str, str]]:
    """Label, number, unit, and a remark for each figure of the foot."""
    detail = response.detail if response is not None else None
    if detail is None:
        return [(label, painting.UNKNOWN, "dB", "") for label in _LABELS]
    band = (detail.beam_hz >= BAND_HZ[0]) & (detail.beam_hz <= BAND_HZ[1])
    drive = peak_drive_db(response)
    limited = drive > detail.params.boost_limit_db - 0.5 and detail.params.method == "crosstalk"
    band_text = painting.with_unit("–".join(f"{edge / 1000:g}" for edge in BAND_HZ), "kHz")
    audible = (np.asarray(response.frequency_hz) >= 300) & (np.asarray(response.frequency_hz) <= 8000)
    values = (
        (float(detail.null_db[band].max()), f"95 %: under {_db(detail.null_95_db[band].max())}"),
        (float(np.median(detail.unevenness_db[band])), f"worst {_db(detail.unevenness_db[band].max())}"),
        (float(detail.directivity_db[band].mean()), f"mean, {band_text}"),
        (float(detail.white_noise_gain_db[band].min()), f"lowest, {band_text}"),
        (detail.headroom_db, "music at −20 dBFS"),
        (float(np.median(np.asarray(detail.condition_db)[audible])), "of the plant, median"),
        (drive, "at the limit" if limited else "highest of any driver"),
        nearer(detail.depth),
    )
    labels = list(_LABELS)
    labels[0] = f"Nulls at {places(detail.nulls_deg)}"
    labels[1] = f"Evenness, ±{detail.params.window_deg:g}°"
    return [(label, painting.number(value, 1), "dB", remark) for label, (value, remark) in zip(labels, values)]


_LABELS = (
    "Nulls",
    "Evenness",
    "Directivity index",
    "White-noise gain",
    "Headroom",
    "Condition",
    "Drive",
    "Direct sound",
)


def nearer(depth: RoomDepth | None) -> tuple[float, str]:
    """By how much more of the centre is heard directly than of a plain mix, and where."""
    if depth is None:
        return math.nan, "room is being computed"
    gain_db = depth.direct_to_reverberant_db - depth.plain_direct_to_reverberant_db
    place = f"{depth.distance_m:g} m, {depth.rt60_s:g} s"
    return gain_db, f"over a mix, {place}"


def _db(value) -> str:
    return painting.format_level(float(value)) if math.isfinite(value) else painting.UNKNOWN


class FigureStrip(QWidget):
    """The figures side by side, each with a remark below."""

    HEIGHT = 70

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedHeight(self.HEIGHT)
        self.tokens = theme.DARK
        self.entries = figures(None)
        self.setAccessibleName("Figures of the loudspeaker design")

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        entries = figures(response)
        for number, (before, after) in enumerate(zip(self.entries, entries, strict=True)):
            if before != after:
                self.update(self._place(number).toAlignedRect())
        self.entries = entries
        self.setAccessibleDescription("; ".join(f"{label} {number} {unit}" for label, number, unit, _ in self.entries))

    def apply_theme(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.update()

    def _place(self, number: int) -> QRectF:
        """Where a figure stands, with the line before it and without the round corners of what holds it."""
        pitch = (self.width() - 12) / len(self.entries)
        return QRectF(4 + number * pitch, 0, pitch, self.HEIGHT - theme.RADIUS_PANEL)

    def paintEvent(self, event) -> None:
        painter, t = QPainter(self), self.tokens
        painter.setPen(QPen(QColor(t.line), 1.0))
        painter.drawLine(0, 0, self.width(), 0)
        for number, (label, text, unit, remark) in enumerate(self.entries):
            place = self._place(number)
            if not place.adjusted(-1, 0, 1, 0).intersects(QRectF(event.rect())):  # a line is as wide as its pen
                continue
            x, pitch = place.x() + 8, place.width()
            if number:
                painter.setPen(QPen(QColor(t.line), 1.0))
                painter.drawLine(round(x - 8), 8, round(x - 8), self.HEIGHT - 8)
            painter.setFont(theme.font(11))
            painter.setPen(QColor(t.text3))
            painter.drawText(QRectF(x, 6, pitch - 8, 16), Qt.AlignmentFlag.AlignVCenter, label)
            font = theme.font(15, 500)
            painter.setFont(font)
            painter.setPen(QColor(t.warning if remark == "at the limit" else t.text1))
            painter.drawText(QRectF(x, 22, pitch, 22), Qt.AlignmentFlag.AlignVCenter, text)
            if text != painting.UNKNOWN:
                width = QFontMetricsF(font).horizontalAdvance(text) + 4
                painter.setFont(theme.font(12))
                painter.setPen(QColor(t.text2))
                painter.drawText(QRectF(x + width, 23, 40, 22), Qt.AlignmentFlag.AlignVCenter, unit)
            painter.setFont(theme.font(11))
            painter.setPen(QColor(t.text2))
            painter.drawText(QRectF(x, 46, pitch - 8, 16), Qt.AlignmentFlag.AlignVCenter, remark)
        painter.end()
