"""What the drawings of a loudspeaker design share: frequency axis, means, and the lines of its drivers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse
from workbench.ui import painting, theme

LOW_HZ, HIGH_HZ = 100.0, 20000.0
MEAN_HZ = (300.0, 8000.0)
"""Range of the mean separation."""
DASHES: tuple[tuple[float, ...], ...] = ((), (4.0, 3.0), (1.0, 2.5))
_SHARED, _SHARED_DASH = (5.0, 5.0), (4.0, 10.0)


def frequency_fraction(frequency_hz):
    """Place on the frequency axis (ERB scale): 0 at 100 Hz, 1 at 20 kHz. Scalar or array."""
    low, high = painting.erb_number(LOW_HZ), painting.erb_number(HIGH_HZ)
    return (painting.erb_number(frequency_hz) - low) / (high - low)


def mean_separation_db(frequency_hz: np.ndarray, separation_db: np.ndarray) -> float:
    """Mean of the separation in dB from 300 Hz to 8 kHz, every ERB weighing the same; NaN without such frequencies."""
    inside = (frequency_hz >= MEAN_HZ[0]) & (frequency_hz <= MEAN_HZ[1]) & np.isfinite(separation_db)
    erb, level_db = painting.erb_number(frequency_hz[inside]), np.asarray(separation_db)[inside]
    if len(erb) == 0:
        return math.nan
    if len(erb) == 1:
        return float(level_db[0])
    return float(np.trapezoid(level_db, erb) / (erb[-1] - erb[0]))


def peak_drive_db(response: LoudspeakerResponse) -> float:
    """Highest gain of any driver from 100 Hz to 20 kHz; NaN without such frequencies."""
    inside = (response.frequency_hz >= LOW_HZ) & (response.frequency_hz <= HIGH_HZ)
    gain_db = np.asarray(response.driver_gain_db)[:, inside]
    return float(np.max(gain_db)) if gain_db.size else math.nan


def driver_sides(layout: SpeakerLayout | None, names: Sequence[str]) -> list[str]:
    """Token of each driver by its side: "left", "right" (negative and positive y) or "centre" of the listener."""
    if layout is not None and layout.driver_names == list(names):
        lateral_m = layout.driver_xyz_m[:, 1]
        return ["centre" if abs(y) < 1e-3 else "left" if y < 0 else "right" for y in lateral_m]
    if len(names) == 2:
        return ["left", "right"]
    return ["left" if "left" in n.lower() else "right" if "right" in n.lower() else "centre" for n in names]


def driver_dashes(sides: Sequence[str], gain_db: np.ndarray) -> list[tuple[float, ...]]:
    """Dash pattern of each driver's line: drivers of one side differ.

    A line that lies on an earlier one of another side (symmetric designs) is broken, so that both are seen.
    """
    dashes = []
    for index, side in enumerate(sides):
        dash = DASHES[list(sides[:index]).count(side) % len(DASHES)]
        hidden = [
            k
            for k in range(index)
            if sides[k] != side and np.allclose(gain_db[k], gain_db[index], atol=0.3, rtol=0, equal_nan=True)
        ]
        dashes.append(_SHARED if hidden and not dash else _SHARED_DASH if hidden else dash)
    return dashes


def line_pen(color: str, width: float, dashes: Sequence[float] = ()) -> QPen:
    """A pen for a curve, dashed perhaps."""
    pen = QPen(QColor(color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
    if dashes:
        pen.setDashPattern(list(dashes))
    return pen


def clip_to_field(painter: QPainter, rect: QRectF) -> None:
    """Paint within a field's round corners from now on."""
    clip = QPainterPath()
    clip.addRoundedRect(rect, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
    painter.setClipPath(clip)
