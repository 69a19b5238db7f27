"""The picture of a file or recorded session over its time: outline, markers, what happened, talkers, loop, place."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from workbench.core.timeline import Marker, TimelineEvents, TimelinePicture
from workbench.core.transport import TransportState
from workbench.ui.painting import draw_text
from workbench.ui.theme import font, track_style
from workbench.ui.views.plot import Painted
from workbench.ui.views.time_span import TimeSpan, clock

GUTTER = 64
RULER, WAVE, EVENTS, TRACKS = 18, 44, 14, 30
MARK_SPACING = 84
TRACK_STEP_S = 0.2
"""How often talkers are looked for."""
KINDS = (
    ("gaps_s", "Gap", "clip"),
    ("dropouts_s", "Dropout", "clip"),
    ("settings_s", "Settings changed", "text2"),
    ("resampler_s", "Clocks: the resampler was steered", "left"),
    ("steering_s", "Beam steered", "text3"),
)
"""What has ticks: the attribute of `TimelineEvents`, its name, its token."""


class TimelineCanvas(Painted):
    """Shows a `TimelinePicture` and a place in it."""

    view_changed = Signal(float, float)
    """What is seen now, in seconds."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.span = TimeSpan()
        self.picture = TimelinePicture()
        self.state = TransportState()
        self.markers: tuple[Marker, ...] = ()
        self._region_s: tuple[float, float] | None = None
        self._scrubbed_s: float | None = None
        self._ring = False
        self.setFont(font(11))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setFixedHeight(self.wanted_height())

    # ---- what is shown -----------------------------------------------------------------------------------------

    def wanted_height(self) -> int:
        """With lanes for what happened and for talkers, where there are any."""
        return RULER + WAVE + (EVENTS + TRACKS if self.state.session else 0) + 4

    def show_picture(self, picture: TimelinePicture) -> None:
        """What is known of the recording now."""
        if picture is self.picture:
            return
        if picture.duration_s != self.span.duration_s or picture.path != self.picture.path:
            self.span.set_duration(picture.duration_s)
        self.picture = picture
        self.invalidate()

    def show_markers(self, markers: tuple[Marker, ...]) -> None:
        """Markers and notes, in order."""
        if markers != self.markers:
            self.markers = markers
            self.invalidate()

    def show_state(self, state: TransportState) -> None:
        """Where it plays, and what loops."""
        before, self.state = self.state, state
        if before.session != state.session:
            self.setFixedHeight(self.wanted_height())
        if before.region_s != state.region_s:
            self._region_s = state.region_s
            self.invalidate()
        if self._scrubbed_s is None and before.position_s != state.position_s and self.span.show(state.position_s):
            self._viewed()
        x0, x1 = (self._x(one.position_s) for one in (before, state))
        if round(x0) != round(x1):
            self._repaint_at(x0)
            self._repaint_at(x1)
        self._describe()

    def _describe(self) -> None:
        text = f"{clock(self.state.position_s)} of {clock(self.span.duration_s)}"
        if self.state.region_s:
            text += f"; loops {clock(self.state.region_s[0], 1)} to {clock(self.state.region_s[1], 1)}"
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    @property
    def _wide(self) -> int:
        return max(1, self.width() - GUTTER - 8)

    @property
    def columns(self) -> int:
        """Columns of the outline that fit."""
        return self._wide

    def _x(self, time_s):
        return GUTTER + self.span.x(time_s, self._wide)

    def time_at(self, x: float) -> float:
        """Time at a place of the widget."""
        return self.span.time(x - GUTTER, self._wide)

    def _repaint_at(self, x: float) -> None:
        if -8 < x < self.width() + 8:
            self.update(round(x) - 6, 0, 13, self.height())

    def _viewed(self) -> None:
        self.invalidate()
        self.view_changed.emit(self.span.begin_s, self.span.end_s)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.view_changed.emit(self.span.begin_s, self.span.end_s)

    # ---- painting ----------------------------------------------------------------------------------------------

    def paint_background(self, painter: QPainter) -> None:
        t = self.tokens
        width, plot = self._wide, QColor(t.plot)
        lanes = [("Input", RULER, WAVE)]
        if self.state.session:
            lanes += [("Events", RULER + WAVE + 1, EVENTS), ("Talkers", RULER + WAVE + EVENTS + 2, TRACKS)]
        painter.setFont(self.font())
        for name, top, height in lanes:
            painter.fillRect(GUTTER, top, width, height, plot)
            draw_text(painter, GUTTER - 8, top + height / 2, name, t.text3, Qt.AlignmentFlag.AlignRight)
        for mark_s in self.span.marks(max(1, width // MARK_SPACING)):
            x = round(self._x(mark_s))
            painter.setPen(QColor(t.line))
            painter.drawLine(x, RULER - 4, x, self.height() - 4)
            text = clock(mark_s, 1 if self.span.length_s < 5 else 0)
            taken = painter.fontMetrics().horizontalAdvance(text)
            if x < GUTTER + width - 24 and not self._flag_between(x - 3, x + taken + 9):
                draw_text(painter, x + 3, RULER / 2 - 1, text, t.text3)
        self._paint_outline(painter)
        if self.state.session:
            self._paint_events(painter)
            self._paint_tracks(painter)
        self._paint_region(painter)
        self._paint_markers(painter)
        message = self.picture.error or (
            "" if self.picture.progress >= 1 else f"Reading the journal, {100 * self.picture.progress:.0f} %"
        )
        if message:
            y = RULER + WAVE / 2 if self.picture.error else RULER + WAVE + EVENTS / 2 + 1
            draw_text(painter, GUTTER + 8, y, message, t.warning if self.picture.error else t.text2)

    def _flag_between(self, left: float, right: float) -> bool:
        """A marker's flag stands in this part of the ruler."""
        return any(left <= self._x(marker.time_s) <= right for marker in self.markers)

    def _paint_outline(self, painter: QPainter) -> None:
        outline = self.picture.overview
        if outline is None or not len(outline.low):
            return
        known = np.flatnonzero(np.isfinite(outline.high))
        step = (outline.end_s - outline.begin_s) / len(outline.low)
        x = self._x(outline.begin_s + (known + 0.5) * step)
        seen = (x >= GUTTER) & (x <= GUTTER + self._wide)
        known, x = known[seen], x[seen]
        middle, half = RULER + WAVE / 2, WAVE / 2 - 2
        # A fourth root keeps soft speech visible beside loud sounds: full scale still reaches the edge.
        high, low = (np.sign(y) * np.sqrt(np.abs(np.clip(y, -1, 1))) for y in (outline.high[known], outline.low[known]))
        painter.setPen(QPen(QColor(self.tokens.before), max(1.0, self._wide / len(outline.low))))
        top, bottom = middle - half * high, np.maximum(middle - half * low, middle - half * high + 1)
        painter.drawLines([QLineF(a, b, a, c) for a, b, c in zip(x.tolist(), top.tolist(), bottom.tolist())])
        clipped = np.maximum(np.abs(outline.high[known]), np.abs(outline.low[known])) >= 1.0
        painter.setPen(QPen(QColor(self.tokens.clip), 1))
        painter.drawLines([QLineF(a, RULER, a, RULER + 3) for a in x[clipped].tolist()])

    def _paint_events(self, painter: QPainter) -> None:
        events = self.picture.events
        if events is None:
            return
        top, t = RULER + WAVE + 1, self.tokens
        painter.save()
        painter.setClipRect(GUTTER, top, self._wide, EVENTS)
        for begin_s, end_s in self._seen_spans(events):
            x0, x1 = self._x(begin_s), self._x(end_s)
            painter.fillRect(QRectF(x0, top + EVENTS - 4, max(2.0, x1 - x0), 4), QColor(t.warning))
        for name, _, token in KINDS[::-1]:
            times = getattr(events, name)
            first, last = np.searchsorted(times, (self.span.begin_s, self.span.end_s))
            xs = np.unique(np.round(self._x(times[first:last])))
            color = QColor(getattr(t, token))
            if name == "steering_s":
                color.setAlphaF(0.6)
            height = {"steering_s": 3, "resampler_s": 5}.get(name, EVENTS - 4)
            painter.setPen(QPen(color, 3 if token == "clip" else 1))
            painter.drawLines([QLineF(x, top, x, top + height - 1) for x in xs.tolist()])
        painter.restore()

    def _seen_spans(self, events: TimelineEvents) -> np.ndarray:
        spans = events.limiter_s
        seen = spans[(spans[:, 1] >= self.span.begin_s) & (spans[:, 0] <= self.span.end_s)]
        return seen[:: max(1, len(seen) // 2000)]

    def _paint_tracks(self, painter: QPainter) -> None:
        tracks = self.picture.tracks
        if tracks is None or not len(tracks.time_s):
            return
        top = RULER + WAVE + EVENTS + 2
        painter.save()
        painter.setClipRect(GUTTER, top, self._wide, TRACKS)
        shortest = float(self._x(self.span.begin_s + TRACK_STEP_S)) - GUTTER
        for number in np.unique(tracks.number):
            of = np.flatnonzero(tracks.number == number)
            time_s, active = tracks.time_s[of], tracks.active[of]
            x = self._x(time_s)
            y = top + TRACKS / 2 - tracks.azimuth_rad[of] / (2 * math.pi) * (TRACKS - 4)
            # Up to its next point; of many lines only some were read, then they lie farther apart.
            step_s = max(3 * TRACK_STEP_S, 1.5 * float(np.median(np.diff(time_s)))) if len(of) > 1 else TRACK_STEP_S
            joined = np.append((np.diff(time_s) <= step_s) & (np.abs(np.diff(y)) < TRACKS / 2), False)
            x1 = np.where(joined, np.append(x[1:], x[-1]), x + max(2.0, shortest))
            y1 = np.where(joined, np.append(y[1:], y[-1]), y)
            color = QColor(track_style(int(number), self.tokens)[0])
            for speaks in (False, True):
                color.setAlphaF(1.0 if speaks else 0.45)
                painter.setPen(QPen(color, 3 if speaks else 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
                ends = np.stack((x, y, x1, y1), axis=1)[active == speaks]
                painter.drawLines([QLineF(*line) for line in ends.tolist()])
        painter.restore()

    def _paint_region(self, painter: QPainter) -> None:
        if self._region_s is None:
            return
        x0, x1 = (min(max(self._x(one), GUTTER), GUTTER + self._wide) for one in self._region_s)
        shade, accent = QColor(self.tokens.accent), QColor(self.tokens.accent)
        shade.setAlphaF(0.16)
        painter.fillRect(QRectF(x0, RULER, x1 - x0, self.height() - RULER - 4), shade)
        painter.setPen(QPen(accent, 2))
        painter.drawLines([QLineF(x, RULER, x, self.height() - 4) for x in (x0, x1)])

    def _paint_markers(self, painter: QPainter) -> None:
        t = self.tokens
        right = -1.0
        for marker in self.markers:
            if not self.span.begin_s <= marker.time_s <= self.span.end_s:
                continue
            x = round(self._x(marker.time_s))
            painter.setPen(QPen(QColor(t.text1), 1))
            painter.drawLine(x, RULER - 2, x, self.height() - 4)
            painter.setBrush(QColor(t.text1))
            painter.drawPolygon([QPointF(x - 4, RULER - 7), QPointF(x + 4, RULER - 7), QPointF(x, RULER - 1)])
            if marker.text and x > right:
                text = painter.fontMetrics().elidedText(marker.text, Qt.TextElideMode.ElideRight, 140)
                width = painter.fontMetrics().horizontalAdvance(text)
                box = QRectF(x + 3, RULER + 1, width + 8, 14)
                ground = QColor(t.raised)
                ground.setAlphaF(0.85)
                painter.fillRect(box, ground)
                draw_text(painter, x + 7, RULER + 8, text, t.text1)
                right = box.right()

    def paint(self, painter: QPainter) -> None:
        if not self.state.path:
            return
        position_s = self._scrubbed_s if self._scrubbed_s is not None else self.state.position_s
        if self.span.duration_s > 0 and self.span.begin_s <= position_s <= self.span.end_s:
            x = round(self._x(position_s))
            painter.setPen(QPen(QColor(self.tokens.accent), 1))
            painter.drawLine(x, RULER - 8, x, self.height() - 4)
            painter.setBrush(QColor(self.tokens.accent))
            painter.drawPolygon([QPointF(x - 5, RULER - 9), QPointF(x + 5, RULER - 9), QPointF(x, RULER - 3)])
        if self._ring and self.hasFocus():
            painter.setPen(QPen(QColor(self.tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(GUTTER, RULER, self._wide, self.height() - RULER - 4).adjusted(1, 1, -1, -1))
