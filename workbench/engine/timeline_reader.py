"""Reads what a timeline shows, beside the window and the sound: the newest wish counts, and memory is bounded."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.audio.overview import OverviewReader
from workbench.core.errors import InputError
from workbench.core.messages import frozen
from workbench.core.timeline import Marker, TimelineEvents, TimelinePicture, TrackPoints
from workbench.dsp.bands import RATE_HZ
from workbench.engine.journal_index import JournalIndex, Stopped
from workbench.engine.recorded_session import find_session

log = logging.getLogger(__name__)

TRACK_LINES = 1500
"""Most lines of tracks that are read for one view."""
PUBLISH_S = 0.1
COLUMNS_A_BREATH, PAUSE_S = 16, 0.004
"""After some two milliseconds of reading. So the thread is one that does a little at a time and comes before other
programs (see `workbench.engine.worker`): it often has the interpreter, and window and sound would wait with it for a
processor."""


@dataclass(frozen=True)
class _Wish:
    kind: str
    path: str
    begin_s: float = 0.0
    end_s: float = 0.0
    """Equal: all of it."""
    columns: int = 1000
    serial: int = 0
    """Of the opening: the same file opened once more is another wish."""


class TimelineReader:
    """Gives a `TimelinePicture` of a file or session, and of any part of it. No call waits.

    Attributes
    ----------
    picture : TimelinePicture
        What is known so far; replaced whole.
    """

    def __init__(self) -> None:
        self.picture = TimelinePicture()
        self._wish: _Wish | None = None
        self._serial = 0
        self._changed = threading.Condition()
        self._ended = False
        # Here already: who opens a file would have to wait until a new thread gets a processor and the interpreter.
        self._thread = threading.Thread(target=self._run, name="timeline", daemon=True)
        self._thread.start()

    def open(self, kind: str, path: str) -> None:
        """Show a "file" or "session"; an empty path shows nothing."""
        with self._changed:
            columns = self._wish.columns if self._wish else 1000
            self._serial += 1
            self.picture = TimelinePicture(path=path, progress=0.0 if kind == "session" else 1.0)
            self._set(_Wish(kind, path, columns=columns, serial=self._serial) if path else None)

    def look(self, begin_s: float, end_s: float, columns: int) -> None:
        """Show this part, so many columns wide."""
        with self._changed:
            if self._wish is not None:
                self._set(replace(self._wish, begin_s=begin_s, end_s=end_s, columns=max(1, columns)))

    def _set(self, wish: _Wish | None) -> None:
        if wish == self._wish:
            return
        self._wish = wish
        self._changed.notify_all()

    def close(self) -> None:
        """End the thread; may be called twice."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join(timeout=5)

    # ---- the thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        opened: _Opened | None = None
        done: _Wish | None = None
        while True:
            with self._changed:
                self._changed.wait_for(lambda done=done: self._ended or self._wish != done)
                wish = self._wish
                if self._ended:
                    break
            # What was opened anew may be another file by now: a recording goes on, a file is written again.
            if opened is not None and (wish is None or wish.serial != opened.serial):
                opened.close()
                opened = None
            done = wish
            if wish is None:
                continue
            try:
                opened = opened or _Opened(wish)
                self._read(opened, wish)
            except Stopped:
                continue
            except InputError as error:
                self._publish(wish, error=str(error), progress=1.0)
            except Exception as error:  # the timeline is empty then; the sound goes on
                log.exception("the timeline could not be read")
                self._publish(wish, error=str(error), progress=1.0)
        if opened is not None:
            opened.close()

    def _publish(self, wish: _Wish, **known: Any) -> None:
        with self._changed:
            if self._wish is not None and self._wish.serial == wish.serial:
                self.picture = replace(self.picture, **known)

    def _read(self, opened: _Opened, wish: _Wish) -> None:
        stopped = lambda: self._wish != wish or self._ended  # noqa: E731
        asked = itertools.count(1)

        def breathes() -> bool:
            """As `stopped`, asked before each column: a good moment to let the others have the interpreter."""
            if next(asked) % COLUMNS_A_BREATH == 0:
                time.sleep(PAUSE_S)
            return stopped()

        duration_s = opened.sound.duration_s
        self._publish(wish, duration_s=duration_s)
        begin_s, end_s = (wish.begin_s, wish.end_s) if wish.end_s > wish.begin_s else (0.0, duration_s)
        published_s = 0.0
        overview = None
        for overview in opened.sound.read(begin_s, end_s, wish.columns, breathes):
            if time.monotonic() >= published_s + PUBLISH_S:
                published_s = time.monotonic()
                self._publish(wish, overview=overview)
                self._read_journal(opened, wish, begin_s, end_s, stopped)
        if stopped():
            return
        self._publish(wish, overview=overview)
        self._read_journal(opened, wish, begin_s, end_s, stopped)

    def _read_journal(self, opened: _Opened, wish: _Wish, begin_s: float, end_s: float, stopped) -> None:
        """Once for each wish, as soon as there is an outline to see."""
        index = opened.index
        if index is None or opened.read_for == wish:
            return
        # The last wish may be another view of the same journal: reading that is never given up for it.
        other = lambda: self._ended or self._wish is None or self._wish.serial != wish.serial  # noqa: E731
        # All of it is read when the markers are known too: who sets one builds upon them.
        index.build(lambda share: self._publish(wish, progress=min(share, 0.99)), other)
        if opened.events is None:
            opened.events = events_of(index)
        if stopped():
            return
        tracks = tracks_of(index, begin_s, end_s)
        opened.read_for = wish
        self._publish(
            wish,
            events=opened.events,
            tracks=tracks,
            markers=markers_of(index),
            complete=index.complete,
            progress=1.0,
        )


class _Opened:
    """What is open since one opening."""

    def __init__(self, wish: _Wish):
        self.serial = wish.serial
        self.index: JournalIndex | None = None
        sound = Path(wish.path)
        if wish.kind == "session":
            found = find_session(wish.path)
            self.index, sound = found.index, found.input_path
        self.sound = OverviewReader(sound)
        self.events: TimelineEvents | None = None
        self.read_for: _Wish | None = None

    def close(self) -> None:
        self.sound.close()


def events_of(index: JournalIndex) -> TimelineEvents:
    """When things happened, from the index alone."""

    def times(*kinds: str) -> np.ndarray:
        return frozen(np.unique(np.concatenate([index.places(kind) for kind in kinds])) / RATE_HZ)

    turns = index.places("limiter_db") / RATE_HZ  # it begins and ends by turns
    if len(turns) % 2:
        turns = np.append(turns, max(float(index.at.max()) / RATE_HZ, turns[-1]))
    return TimelineEvents(
        settings_s=times("params", "choice", "methods", "inputs", "oracle"),
        steering_s=times("steering_deg"),
        gaps_s=times("gap"),
        dropouts_s=times("dropout"),
        resampler_s=times("clocks"),
        limiter_s=frozen(turns.reshape(-1, 2)),
    )


def tracks_of(index: JournalIndex, begin_s: float, end_s: float) -> TrackPoints:
    """Where talkers were between two times; of many lines some, evenly taken."""
    rows = []
    for event in index.of_kind("tracks", round(begin_s * RATE_HZ), round(end_s * RATE_HZ) + 1, TRACK_LINES):
        for track in event["tracks"] if isinstance(event["tracks"], list) else ():
            try:
                azimuth_rad = np.radians(float(track["azimuth_deg"]))
                rows.append((int(track["number"]), event["at"] / RATE_HZ, azimuth_rad, bool(track["active"])))
            except (TypeError, KeyError, ValueError):
                continue
    columns = np.array(rows, float).reshape(-1, 4).T
    number, time_s, azimuth_rad, active = (frozen(np.ascontiguousarray(column)) for column in columns)
    return TrackPoints(frozen(number.astype(int)), time_s, azimuth_rad, frozen(active > 0))


def markers_of(index: JournalIndex) -> tuple[Marker, ...]:
    """The markers that were set while it was recorded."""
    found = index.of_kind("marker", 0, 2**62)
    return tuple(Marker(event["at"] / RATE_HZ, str(event["marker"])) for event in found)
