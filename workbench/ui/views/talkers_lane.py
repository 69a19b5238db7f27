"""Talkers lane: azimuth of each track over the spectrograms' time axis, and who speaks now beside it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.core.messages import Localization, Track
from workbench.ui.painting import THIN_SPACE, draw_text, format_azimuth, number, polygon
from workbench.ui.theme import font, track_style
from workbench.ui.views.axes import azimuth_y, time_marks
from workbench.ui.views.plot import Painted, Plot
from workbench.ui.views.sound_axes import Crosshair
from workbench.ui.views.sound_history import HISTORY_S, SoundHistory

ACTIVE_WIDTH, SILENT_WIDTH = 3.0, 1.0
MOST_UPDATES = 512
"""Updates that are kept; older than the time axis they are dropped before."""
MOST_LISTED = 4
ROW = 34


@dataclass(frozen=True, slots=True)
class _Update:
    """One localization, at the column of the history that it belongs to."""

    column: int
    message: Localization


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one track, all active or all silent: `column` and `azimuth_rad` (N,)."""

    number: int
    active: bool
    column: np.ndarray
    azimuth_rad: np.ndarray


class TrackHistory:
    """Localizations of the last seconds, placed on the columns of a `SoundHistory`."""

    def __init__(self, history: SoundHistory) -> None:
        self._history = history
        self.clear()

    def clear(self) -> None:
        self._updates: deque[_Update] = deque(maxlen=MOST_UPDATES)

    def copy(self, history: SoundHistory) -> TrackHistory:
        """What is kept now, placed on the columns of a copy of the history."""
        twin = TrackHistory(history)
        twin._updates.extend(self._updates)
        return twin

    @property
    def newest(self) -> Localization | None:
        return self._updates[-1].message if self._updates else None

    def append(self, localizations: list[Localization]) -> None:
        """Add localizations in order; those already seen are ignored, an earlier sequence starts anew."""
        for message in localizations:
            if self.newest is not None:
                if message.sequence == self.newest.sequence:
                    continue
                if message.sequence < self.newest.sequence:
                    self.clear()
            column = self._history.column_at(message.time_s)
            if column is None:
                column = self._history.count
            if self._updates:
                column = max(column, self._updates[-1].column)
            self._updates.append(_Update(column, message))
        self._drop_old()

    def _drop_old(self) -> None:
        oldest = self._history.count - round(HISTORY_S / self._history.hop_s)
        # The newest one before the axis begins is kept: a line comes in from the left edge.
        while len(self._updates) > 1 and self._updates[1].column < oldest:
            self._updates.popleft()

    def _between(self, begin: float, end: float) -> list[_Update]:
        """Updates at columns between these, and one more at either side: lines come in from the edges."""
        updates = list(self._updates)
        inside = [place for place, update in enumerate(updates) if begin <= update.column <= end]
        if not inside:
            return updates[-1:] if updates and updates[-1].column < begin else []
        return updates[max(0, inside[0] - 1) : inside[-1] + 2]

    def runs(self, begin: float = -math.inf, end: float = math.inf) -> list[Run]:
        """Stretches to draw between two columns, oldest first; a track that still lives reaches up to now."""
        self._drop_old()
        points: dict[int, list[tuple[int, Track]]] = {}
        for update in self._between(begin, end):
            for track in update.message.tracks:
                points.setdefault(track.number, []).append((update.column, track))
        runs = []
        for track_number, seen in points.items():
            lives = self.newest is not None and any(track.number == track_number for track in self.newest.tracks)
            if lives and self._updates[-1].column <= end:
                seen.append((max(self._history.count, seen[-1][0]), seen[-1][1]))
            runs += _split(track_number, seen)
        return runs

    def candidates(self, begin: float = -math.inf, end: float = math.inf) -> tuple[np.ndarray, np.ndarray]:
        """Columns and azimuths (N,) of what single frames suggested, between two columns."""
        return _pairs(
            (update.column, candidate.azimuth_rad)
            for update in self._between(begin, end)
            for candidate in update.message.candidates
        )

    def truths(self, begin: float = -math.inf, end: float = math.inf) -> tuple[np.ndarray, np.ndarray]:
        """Columns and azimuths (N,) of where talkers who spoke really were, between two columns."""
        return _pairs(
            (update.column, talker.azimuth_rad)
            for update in self._between(begin, end)
            for talker in update.message.truth
            if talker.active
        )


def _pairs(pairs) -> tuple[np.ndarray, np.ndarray]:
    columns, azimuths = tuple(zip(*pairs)) or ((), ())
    return np.array(columns, dtype=float), np.array(azimuths, dtype=float)


def _split(track_number: int, seen: list[tuple[int, Track]]) -> list[Run]:
    """One track's points as runs of equal activity; neighbours share a point unless the azimuth wraps round."""
    runs: list[Run] = []
    columns, azimuths, active = [seen[0][0]], [seen[0][1].azimuth_rad], seen[0][1].active

    def close() -> None:
        runs.append(Run(track_number, active, np.array(columns, dtype=float), np.array(azimuths)))

    for column, track in seen[1:]:
        if abs(track.azimuth_rad - azimuths[-1]) > math.pi:
            close()
            columns, azimuths, active = [], [], track.active
        elif track.active != active:
            last = columns[-1], azimuths[-1]
            close()
            columns, azimuths, active = [last[0]], [last[1]], track.active
        columns.append(column)
        azimuths.append(track.azimuth_rad)
    close()
    return [run for run in runs if len(run.column) > 1]


class TalkersLane(Plot):
    """Azimuth over time: thick while a talker is heard, thin while silent.

    Dots are single frames' suggestions, short lines the true positions of talkers who speak.
    """

    has_frequency = False

    def __init__(self, history: SoundHistory, tracks: TrackHistory, crosshair: Crosshair, parent=None) -> None:
        super().__init__(crosshair, parent)
        self.history, self.tracks = history, tracks
        self.setFont(font(13))
        self.message = ""
        self.truth_shown = True
        self.setAccessibleName("Talkers: azimuth over time")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Where each talker was: thick while heard, thin while silent; short lines are true positions")

    def sync(self) -> None:
        """Histories have grown."""
        self.update()

    def set_message(self, message: str) -> None:
        """A sentence in the middle while no track is there."""
        if message != self.message:
            self.message = message
            self.update()

    def paint_background(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.tokens.line))
        for azimuth_rad in (math.pi / 2, 0.0, -math.pi / 2):
            y = round(azimuth_y(azimuth_rad, self.height()))
            painter.drawLine(0, y, self.width(), y)
        for mark_s in time_marks(self.axes.begin_s, self.axes.end_s):
            x = round(self.time_x(mark_s))
            painter.drawLine(x, 0, x, self.height())

    def _x(self, column):
        return self.axes.x((column - self.history.count) * self.history.hop_s, self.width())

    def paint(self, painter: QPainter) -> None:
        axes, hop_s = self.axes, self.history.hop_s
        columns_shown = (self.history.count + axes.begin_s / hop_s, self.history.count + axes.end_s / hop_s)
        runs = self.tracks.runs(*columns_shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, azimuths = self.tracks.truths(*columns_shown)
        if self.truth_shown and len(columns):
            painter.setPen(QPen(QColor(self.tokens.text2), 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            x, y = self._x(columns), np.rint(azimuth_y(azimuths, self.height()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawLines([QLineF(at - 2, place, at + 2, place) for at, place in zip(x.tolist(), y.tolist())])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, azimuths = self.tracks.candidates(*columns_shown)
        if len(columns):
            dots = QColor(self.tokens.text3)
            dots.setAlphaF(0.6)
            painter.setPen(QPen(dots, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(polygon(self._x(columns), azimuth_y(azimuths, self.height())))
        for run in sorted(runs, key=lambda run: run.active):
            color = QColor(track_style(run.number, self.tokens)[0])
            if not run.active:
                color.setAlphaF(0.7)
            width = ACTIVE_WIDTH if run.active else SILENT_WIDTH
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(polygon(self._x(run.column), azimuth_y(run.azimuth_rad, self.height())))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if not runs and self.message:
            painter.setFont(self.font())
            center = QPointF(self.width() / 2, self.height() * 0.375)  # between grid lines
            draw_text(painter, center.x(), center.y(), self.message, self.tokens.text3, Qt.AlignmentFlag.AlignHCenter)
        self.paint_selection(painter, self.history.count, self.history.hop_s)
        ink = QColor(self.tokens.text1)
        ink.setAlphaF(0.6)
        self.paint_crosshair(painter, ink)


class TalkersNow(Painted):
    """Who is there now: number, azimuth, and whether heard."""

    def __init__(self, tracks: TrackHistory, parent=None) -> None:
        super().__init__(parent)
        self.tracks = tracks
        self.setFont(font(12))
        self._bold = font(12, 600)
        self.setAccessibleName("Talkers now")

    def sync(self) -> None:
        """The tracks have changed."""
        self.setAccessibleDescription("; ".join(" ".join(row[1:]) for row in self.rows()))
        self.update()

    def rows(self) -> list[tuple[int, str, str, str]]:
        """Number, name, azimuth and state of each track, at most four and what is left over."""
        newest = self.tracks.newest
        tracks = sorted(newest.tracks, key=lambda track: track.number) if newest else []
        rows = [
            (
                track.number,
                f"T{track.number}",
                format_azimuth(track.azimuth_rad),
                "speaking" if track.active else f"silent {number(track.silent_s, 1)}{THIN_SPACE}s",
            )
            for track in tracks[:MOST_LISTED]
        ]
        if len(tracks) > MOST_LISTED:
            rows.append((0, "", "", f"{len(tracks) - MOST_LISTED} more"))
        return rows

    def paint(self, painter: QPainter) -> None:
        rows = self.rows()
        if not rows:
            return
        pitch = min(ROW, self.height() / len(rows))
        top = self.height() / 2 + 4 - pitch * (len(rows) - 1) / 2 if len(rows) <= 2 else pitch / 2
        for index, (track_number, name, azimuth, state) in enumerate(rows):
            y = top + index * pitch
            x = 6.0
            if name:
                painter.setFont(self._bold)
                color = track_style(track_number, self.tokens)[0]
                x += draw_text(painter, x, y, name, color) + 4
                painter.setFont(self.font())
                x += max(draw_text(painter, x, y, azimuth, self.tokens.text2), 28) + 8
            painter.setFont(self.font())
            draw_text(painter, x, y, state, self.tokens.text2)
