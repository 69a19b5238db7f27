"""Level meters: RMS bars, held peaks, clip lamps, and gain reduction falling from the top."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from workbench.core.messages import Levels
from workbench.ui.painting import draw_text, format_level, number
from workbench.ui.theme import font
from workbench.ui.views.plot import Painted

LOWEST_DB = -60.0
HOLD_S, FALL_DB_PER_S = 1.5, 20.0
RMS_TIME_S = 0.125
"""Time constant of the RMS bar: "fast" of IEC 61672-1."""
HOT_DB = -6.0
"""Peaks from here on are amber."""
MARKS_DB = (0, -6, -12, -20, -30, -40, -60)
FILL = 0.55
LEFT = 30
"""Pixels left of the bars, for the scale."""
LAMP_TOP, LAMP_HEIGHT, BAR_TOP, BAR_BOTTOM = 2, 6, 12, 20
"""Pixels: lamps from the top, bars from the top and to the bottom, where the labels stand."""
REDUCTION_WIDTH = 6


def meter_position(level_db):
    """Place on the meter, 0 at −60 dBFS and 1 at 0: the upper half above −20, the next 0.3 above −40."""
    return np.interp(level_db, (-60.0, -40.0, -20.0, 0.0), (0.0, 0.2, 0.5, 1.0))


class Ballistics:
    """How meters move, for C channels: RMS averaged, peaks held 1.5 s and then falling 20 dB/s, clipping latched.

    Attributes are (C,): `rms_dbfs`, `peak_dbfs` (held), `clipped` (latched).
    """

    def __init__(self, channels: int) -> None:
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Silence; lamps out."""
        self.clipped = np.zeros(self.channels, dtype=bool)
        self.silence()

    def silence(self) -> None:
        """Silence; lamps stay."""
        self._power = np.zeros(self.channels)
        self.peak_dbfs = np.full(self.channels, -np.inf)
        self._held_s = np.zeros(self.channels)

    @property
    def rms_dbfs(self) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return 10 * np.log10(self._power)

    def step(self, levels: Levels, elapsed_s: float) -> None:
        """Take one hop's levels, `elapsed_s` after the one before."""
        power = 10 ** (np.asarray(levels.rms_dbfs, dtype=float) / 10)
        self._power += (power - self._power) * -np.expm1(-elapsed_s / RMS_TIME_S)
        self._held_s += elapsed_s
        falling = np.minimum(elapsed_s, np.maximum(0.0, self._held_s - HOLD_S))
        fallen = self.peak_dbfs - FALL_DB_PER_S * falling
        peak = np.asarray(levels.peak_dbfs, dtype=float)
        risen = peak >= fallen
        self.peak_dbfs = np.where(risen, peak, fallen)
        self._held_s[risen] = 0.0
        self.clipped |= np.asarray(levels.clipped, dtype=bool)


class LevelMeters(Painted):
    """Meters side by side, 1 to 64 channels, with a scale at the left and, for outputs, gain reduction at the right.

    Clicking a lamp (or the meter below it) puts it out; `clipping_changed` tells when any lamp goes on or all go out.
    """

    clipping_changed = Signal(bool)

    def __init__(self, kind: str, *, reduction: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.has_reduction = reduction
        self.reduction_db = 0.0
        self.names: tuple[str, ...] = ()
        self.ballistics = Ballistics(0)
        self.compact = False
        self._was_clipped = False
        self.pressure: tuple[float | None, ...] = ()
        """Sound pressure level of 0 dBFS RMS, by channel; empty: not known."""
        self.setFont(font(11))
        self._bold = font(11, 600)
        self.setAccessibleName(f"{kind.capitalize()} meters")

    # -------------------------------------------------------------------------------------------------- input

    def set_names(self, names: Sequence[str]) -> None:
        """Names of the channels; their number decides how many meters there are."""
        if tuple(names) != self.names:
            self.names = tuple(names)
            self._resize(len(self.names))

    def set_pressure(self, full_scale_db_spl: Sequence[float | None]) -> None:
        """Calibration: the scale is in dB SPL where every channel has one, tooltips where theirs has."""
        if tuple(full_scale_db_spl) != self.pressure:
            self.pressure = tuple(full_scale_db_spl)
            self.invalidate()

    @property
    def scale_db_spl(self) -> float | None:
        """What 0 dBFS on the scale is in dB SPL; None while the scale is in dBFS.

        Channels that differ in sensitivity share one scale: the middle one's. Their tooltips say it exactly.
        """
        known = [level for level in self.pressure if level is not None]
        if not known or len(known) < len(self.pressure) or len(known) != self.ballistics.channels:
            return None
        return float(np.median(known))

    def marks(self) -> list[tuple[float, str]]:
        """(dBFS, text) of the scale's labels."""
        full_scale = self.scale_db_spl
        if full_scale is None:
            return [(mark_db, number(mark_db)) for mark_db in MARKS_DB]
        tens = np.arange(10 * np.floor(full_scale / 10), full_scale + LOWEST_DB, -10.0)
        return [(float(level - full_scale), number(level)) for level in tens]

    def _resize(self, channels: int) -> None:
        if channels != self.ballistics.channels:
            self.ballistics = Ballistics(channels)
            self._tell_clipping()
        self.invalidate()

    def show_levels(self, levels: Levels, elapsed_s: float, reduction_db: float = 0.0) -> None:
        """One hop's levels; another number of channels than before changes the meters."""
        if len(levels.rms_dbfs) != self.ballistics.channels:
            self._resize(len(levels.rms_dbfs))
        self.ballistics.step(levels, elapsed_s)
        self.reduction_db = max(0.0, reduction_db)
        self._tell_clipping()
        self.update()

    def silence(self) -> None:
        """The sound has stopped: bars fall, lamps stay."""
        self.ballistics.silence()
        self.reduction_db = 0.0
        self.update()

    def reset(self) -> None:
        """As new: bars fall, lamps go out."""
        self.ballistics.reset()
        self.reduction_db = 0.0
        self._tell_clipping()
        self.update()

    def clear_clipping(self, channel: int | None = None) -> None:
        """Put out one lamp, or all."""
        self.ballistics.clipped[slice(None) if channel is None else channel] = False
        self._tell_clipping()
        self.update()

    @property
    def clipped(self) -> bool:
        return bool(self.ballistics.clipped.any())

    def _tell_clipping(self) -> None:
        if self.clipped != self._was_clipped:
            self._was_clipped = self.clipped
            self.clipping_changed.emit(self.clipped)

    # ----------------------------------------------------------------------------------------------- geometry

    def set_compact(self, compact: bool) -> None:
        self.compact = compact
        self.invalidate()

    def bars(self) -> list[tuple[int, int]]:
        """Left edge and width of each channel's bar."""
        channels = self.ballistics.channels
        if not channels:
            return []
        widest = 18 if self.compact else 20
        space = self.width() - LEFT
        if self.has_reduction:
            space -= REDUCTION_WIDTH + 8
        gap = 4 if channels <= 2 else next((gap for gap in (3, 2, 1) if space >= channels * 3 * gap + gap), 0)
        pitch = (space + gap) / channels
        if pitch >= 3:
            pitch = float(int(pitch))
        pitch = min(pitch, widest + gap)
        lefts = [LEFT + round(channel * pitch) for channel in range(channels + 1)]
        return [(left, max(1, after - left - gap)) for left, after in pairwise(lefts)]

    @property
    def _bar_rect(self) -> tuple[int, int]:
        """Top and height of the bars."""
        return BAR_TOP, max(1, self.height() - BAR_TOP - BAR_BOTTOM)

    def _y(self, level_db):
        top, height = self._bar_rect
        return top + height * (1 - meter_position(level_db))

    def _reduction_left(self) -> int:
        bars = self.bars()
        right = bars[-1][0] + bars[-1][1] if bars else LEFT
        return right + (4 if self.compact else 8)

    def channel_at(self, x: float) -> int | None:
        """Channel whose bar lies at `x`."""
        return next((index for index, (left, width) in enumerate(self.bars()) if left - 1 <= x <= left + width), None)

    # ----------------------------------------------------------------------------------------------- painting

    def _track(self) -> str:
        return self.tokens.meter_track

    def _colors(self) -> list[str]:
        """Colour of each channel: Before's for inputs; Left, Right, Centre by name for outputs."""
        if not self.has_reduction:
            return [self.tokens.before] * self.ballistics.channels
        by_letter = {"L": self.tokens.left, "R": self.tokens.right}
        return [by_letter.get(label, self.tokens.centre) for label in self.labels()]

    def labels(self) -> list[str]:
        """What stands below each bar: L and R for a pair, else numbers."""
        channels = self.ballistics.channels
        if self.has_reduction and channels == 2:
            return ["L", "R"]
        if self.has_reduction and len(self.names) == channels:
            letters = {"left": "L", "l": "L", "right": "R", "r": "R"}
            return [letters.get(name.lower(), str(index + 1)) for index, name in enumerate(self.names)]
        return [str(index + 1) for index in range(channels)]

    def _label_step(self) -> int:
        """Every how many channels a label finds room."""
        bars = self.bars()
        if len(bars) < 2:
            return 1
        widest = self.fontMetrics().horizontalAdvance(str(len(bars)))
        pitch = (bars[-1][0] - bars[0][0]) / (len(bars) - 1)
        return next((step for step in (1, 2, 4, 8, 16) if step * pitch >= widest + 1), 32)

    def paint_background(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        for mark_db, text in self.marks():
            y = min(round(float(self._y(mark_db))), self.height() - BAR_BOTTOM - 1)
            painter.setPen(QColor(self.tokens.text3))
            painter.drawLine(LEFT - 5, y, LEFT - 3, y)
            label_y = y - 3 if mark_db == LOWEST_DB else y
            draw_text(painter, LEFT - 8, label_y, text, self.tokens.text2, Qt.AlignmentFlag.AlignRight)
        top, height = self._bar_rect
        track = QColor(self._track())
        for left, width in self.bars():
            painter.fillRect(left, LAMP_TOP, width, LAMP_HEIGHT, track)
            painter.fillRect(left, top, width, height, track)
        if self.has_reduction:
            left = self._reduction_left()
            painter.fillRect(left, top, REDUCTION_WIDTH, height, track)
            center = left + REDUCTION_WIDTH / 2
            y = self.height() - BAR_BOTTOM / 2 + 1
            draw_text(painter, center, y, "GR", self.tokens.text2, Qt.AlignmentFlag.AlignHCenter)

    def paint(self, painter: QPainter) -> None:
        top, height = self._bar_rect
        bottom = top + height
        ballistics = self.ballistics
        rms_y = np.rint(self._y(ballistics.rms_dbfs)).astype(int).tolist()
        peak_y = np.rint(self._y(ballistics.peak_dbfs)).astype(int).tolist()
        hot = (ballistics.peak_dbfs >= HOT_DB).tolist()
        clipped = ballistics.clipped.tolist()
        ink, amber, red = QColor(self.tokens.text1), QColor(self.tokens.warning), QColor(self.tokens.clip)
        bars = self.bars()
        colors = self._colors()
        for channel, (left, width) in enumerate(bars):
            color = QColor(colors[channel])
            if rms_y[channel] < bottom:
                painter.fillRect(left, rms_y[channel], width, 2, color)
                color.setAlphaF(FILL)
                painter.fillRect(left, rms_y[channel] + 2, width, bottom - rms_y[channel] - 2, color)
            if peak_y[channel] < bottom:
                painter.fillRect(left, peak_y[channel], width, 2, amber if hot[channel] else ink)
            if clipped[channel]:
                painter.fillRect(left, LAMP_TOP, width, LAMP_HEIGHT, red)
        if self.has_reduction and self.reduction_db >= 0.05:
            end = round(float(self._y(-self.reduction_db)))
            painter.fillRect(self._reduction_left(), top, REDUCTION_WIDTH, max(1, end - top), amber)
        self._paint_labels(painter, bars, clipped)

    def _paint_labels(self, painter: QPainter, bars, clipped) -> None:
        step = self._label_step()
        y = self.height() - BAR_BOTTOM / 2 + 1
        for channel, label in enumerate(self.labels()):
            if channel % step:
                continue
            ink, chosen = self.tokens.text2, self.font()
            if clipped[channel]:
                ink, chosen = self.tokens.clip, self._bold
            elif label in "LR":
                ink, chosen = (self.tokens.left if label == "L" else self.tokens.right), self._bold
            painter.setFont(chosen)
            left, width = bars[channel]
            draw_text(painter, left + width / 2, y, label, ink, Qt.AlignmentFlag.AlignHCenter)

    # ------------------------------------------------------------------------------------------------- person

    def mousePressEvent(self, event: QMouseEvent) -> None:
        channel = self.channel_at(event.position().x())
        if channel is not None and self.ballistics.clipped[channel]:
            self.clear_clipping(channel)
        super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            text, rect = self.tool_tip_at(event.pos().x())
            QToolTip.showText(event.globalPos(), text, self, rect)
            return True
        return super().event(event)

    def tool_tip_at(self, x: float) -> tuple[str, QRect]:
        """Tooltip of what lies at `x`, and where it holds; empty beside the meters."""
        channel = self.channel_at(x)
        if channel is not None:
            left, width = self.bars()[channel]
            name = self.names[channel] if channel < len(self.names) else str(channel + 1)
            if name.isdigit():
                name = f"{self.kind.capitalize()} {name}"
            text = (
                f"{name}: RMS {format_level(float(self.ballistics.rms_dbfs[channel]), 'dBFS')}, "
                f"peak {format_level(float(self.ballistics.peak_dbfs[channel]), 'dBFS')}"
            )
            level = self.pressure[channel] if channel < len(self.pressure) else None
            if level is not None:
                text += f", {format_level(float(self.ballistics.rms_dbfs[channel]) + level, 'dB SPL')}"
            if self.ballistics.clipped[channel]:
                text += ", clipped (click to clear)"
            return text, QRect(left, 0, width, self.height())
        if self.has_reduction and 0 <= x - self._reduction_left() <= REDUCTION_WIDTH:
            text = f"Gain reduction of the limiter: {format_level(self.reduction_db)}"
            return text, QRect(self._reduction_left(), 0, REDUCTION_WIDTH, self.height())
        return "", QRect()
