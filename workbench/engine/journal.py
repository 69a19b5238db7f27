"""The journal of a recording: everything that decided what the chain made of its input, with its sample index.

A folder holds, beside the sound of `workbench.audio.recorder`:

events.jsonl
    One JSON object a line. The first is the header (`earshot_session`: version); every other has `at`, the sample of
    the recording (48 kHz, a multiple of the hop) from which it holds, and one of `params`, `choice`, `designs`,
    `methods`, `inputs`, `oracle` (what the chain does), or `steering_deg`, `gap`, `limiter_db`, `dropout`, `tracks`,
    `clocks`, `marker` (what one wants to know afterwards).
designs/N.npz
    The filters of a beam or of loudspeakers, as they were used: see `workbench.engine.filter_files`.

The chain begins a recording from silence, as a new one would. So input and journal give the output again, bit for bit
(`workbench.engine.replay`). Lines are flushed as they are written: a crash costs the last moments at most.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench import __version__
from workbench.core import params as parameters
from workbench.core.ab import ABChoice
from workbench.core.messages import Dropout, Localization
from workbench.core.params import Params
from workbench.dsp import kernels
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import inputs
from workbench.engine.ab_lanes import Side
from workbench.engine.chain import Chain
from workbench.engine.filter_files import FilterWriter
from workbench.engine.inputs import InputSetup

log = logging.getLogger(__name__)

VERSION = 2
"""2: what filters have in common is written once."""
EVENTS_NAME = "events.jsonl"
DESIGNS_NAME = "designs"
QUEUE_ITEMS = 4000
CURIOUS_PERIOD_S = 0.5
"""How often the journal looks for tracks and clocks by itself."""
LIMITING_DB = 0.1
"""The limiter counts as working from here on."""
STEERING_STEP_DEG = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class HopMoment:
    """What decided one hop. `sides` are A and B, or the only one; `setup` is the source's channel map, if any; `heard`
    (channels, HOP) what the chain's stages got, after the map."""

    sides: tuple[Side, ...]
    choice: ABChoice | None
    azimuth_rad: float
    time_s: float
    gap: bool
    gain_reduction_db: float
    oracle: str
    methods: tuple[str, ...]
    setup: InputSetup | None
    dropout: Dropout | None
    heard: np.ndarray | None = None


def header(chain: Chain, source_channels: int) -> dict[str, Any]:
    """What does not change while a recording runs."""
    config = chain.config
    array = None
    if config.array is not None:
        array = {"name": config.array.name, "mics": config.array.mic_xyz_m.tolist()}
    layout = None
    if config.layout is not None:
        drivers = [{"name": driver.name, "xyz": list(driver.xyz_m)} for driver in config.layout.drivers]
        layout = {"name": config.layout.name, "drivers": drivers}
    return {
        "earshot_session": VERSION,
        "program": __version__,
        "rate_hz": RATE_HZ,
        "hop": HOP,
        "input_channels": source_channels,
        "channels": config.channels,
        "limit": config.limit,
        "render_delay": config.render_delay,
        "compare": chain.match is not None,
        "compiled": kernels.ready() is not None,
        "latency": chain.latency,
        "array": array,
        "layout": layout,
    }


class Journal:
    """Writes the journal from a thread of its own. `push` is for the audio thread: it compares and never waits.

    Parameters
    ----------
    folder : Path
        Of the recording; there already.
    first : dict
        See `header`.
    localizations : callable, optional
        Gives the localizer's updates after a sequence number.
    clocks : callable, optional
        Gives what is known of the two clocks.

    Attributes
    ----------
    error : str
        Why the journal ended early; the recording goes on without it.
    lost : int
        Changes that were not written because the disk was too slow; a replay then differs.
    """

    def __init__(
        self,
        folder: Path,
        first: dict[str, Any],
        localizations: Callable[[int], list[Localization]] | None = None,
        clocks: Callable[[], dict[str, Any]] | None = None,
    ):
        self.folder = folder
        self.error = ""
        self.lost = 0
        self.samples = 0
        self._localizations, self._clocks = localizations, clocks
        self._queue: queue.Queue = queue.Queue(maxsize=QUEUE_ITEMS)
        self._last: HopMoment | None = None
        self._begin_time_s: float | None = None
        self._params: list[Params] = []
        self._numbers: list[dict[str, int]] = []
        self._filters: dict[int, Any] = {}
        self._filter_files = FilterWriter(folder / DESIGNS_NAME)
        self._heard_of = -1
        self._clock: dict[str, Any] = {}
        self._file = (folder / EVENTS_NAME).open("x", encoding="utf-8")
        self._line(first)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    # ---- the audio thread ------------------------------------------------------------------------------------

    def push(self, moment: HopMoment) -> None:
        """The next hop of the recording."""
        before, self._last = self._last, moment
        if self._begin_time_s is None:
            self._begin_time_s = moment.time_s
        if before is None or _differs(before, moment):
            try:
                self._queue.put_nowait((self.samples, before, moment))
            except queue.Full:
                self.lost += 1
        self.samples += HOP

    def mark(self, text: str, at_sample: int | None = None) -> None:
        """A marker with a note, now or at a sample of the recording; from any thread."""
        self._queue.put((self.samples if at_sample is None else at_sample, "marker", text))

    def stop(self) -> None:
        """Write what waits, and close; may be called twice."""
        if self._thread.is_alive():
            self._queue.put(None)
        self._thread.join()

    # ---- the journal's thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        due_s = time.monotonic() + CURIOUS_PERIOD_S
        try:
            while True:
                try:
                    item = self._queue.get(timeout=CURIOUS_PERIOD_S / 2)
                except queue.Empty:
                    item = ()
                if item is None:
                    break
                if item:
                    self._write(*item)
                if time.monotonic() >= due_s:
                    self._look()
                    due_s = time.monotonic() + CURIOUS_PERIOD_S
            self._look()
            self._line({"at": self.samples, "end": True, "lost": self.lost})
        except OSError as error:
            self.error = f"the journal ended at {self.samples / RATE_HZ:.1f} s: {error.strerror or error}"
            log.warning("%s: %s", self.folder, self.error)
        finally:
            try:
                self._file.close()
            except OSError as error:
                log.warning("%s: %s", self.folder, error)
            while not self._queue.empty():  # unblocks a `mark` that waits for room
                self._queue.get_nowait()

    def _line(self, event: dict[str, Any]) -> None:
        self._file.write(json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n")
        self._file.flush()

    def _write(self, at: int, before: HopMoment | str | None, moment: HopMoment | str) -> None:
        if isinstance(moment, str):
            self._line({"at": at, str(before): moment})
            return
        for event in self._events(before, moment):
            self._line({"at": at, **event})

    def _events(self, before: HopMoment | None, moment: HopMoment):
        yield from self._params_event(moment)
        yield from self._designs_event(moment)
        if (before is None or moment.choice != before.choice) and moment.choice is not None:
            yield {"choice": dataclasses.asdict(moment.choice)}
        if before is None or moment.methods != before.methods:
            yield {"methods": list(moment.methods)}
        if (before is None or moment.setup is not before.setup) and moment.setup is not None:
            yield {"inputs": inputs.to_table(moment.setup)}
        if moment.oracle != (before.oracle if before else ""):
            yield {"oracle": moment.oracle}
        if before is None or _steps(moment) != _steps(before):
            yield {"steering_deg": round(float(np.degrees(moment.azimuth_rad)), 1)}
        if moment.gap:
            yield {"gap": True}
        limiting = moment.gain_reduction_db >= LIMITING_DB
        if limiting != (before is not None and before.gain_reduction_db >= LIMITING_DB):
            yield {"limiter_db": round(moment.gain_reduction_db, 2) if limiting else 0.0}
        if moment.dropout is not None:
            drop = moment.dropout
            yield {"dropout": {"stage": drop.stage, "own": drop.own, "detail": drop.detail}}

    def _params_event(self, moment: HopMoment):
        changed = []
        for number, side in enumerate(moment.sides):
            base = self._params[number] if number < len(self._params) else None
            paths = parameters.ENTRIES if base is None else parameters.differences(base, side.params)
            changed.append({path: parameters.get(side.params, path) for path in paths})
        self._params = [side.params for side in moment.sides]
        if any(changed):
            yield {"params": changed}

    def _designs_event(self, moment: HopMoment):
        numbers, filters = [], {}
        for side in moment.sides:
            used = {}
            for kind in ("beam", "render"):
                made = getattr(side.designs, kind)
                if made is not None:
                    number = next((known for known, one in {**self._filters, **filters}.items() if one is made), None)
                    if number is None:
                        number = self._filter_files.save(made)
                    filters[number] = made
                    used[kind] = number
            numbers.append(used)
        # What is no longer used is forgotten: a slider drag leaves hundreds behind.
        self._filters = filters
        if numbers != self._numbers:
            self._numbers = numbers
            yield {"designs": numbers}

    def _look(self) -> None:
        """Tracks and clocks, of which the audio thread knows nothing."""
        if self._begin_time_s is None:
            return
        for update in self._localizations(self._heard_of) if self._localizations else ():
            self._heard_of = update.sequence
            at = round((update.time_s - self._begin_time_s) * RATE_HZ)
            if at >= 0 and update.tracks:
                self._line({"at": at, "tracks": [_track(track) for track in update.tracks]})
        clock = self._clocks() if self._clocks else {}
        known = {name: round(value, 2) for name, value in clock.items() if isinstance(value, float)}
        if known and known != self._clock:
            self._clock = known
            self._line({"at": self.samples, "clocks": known})


def _track(track) -> dict[str, Any]:
    return {
        "number": track.number,
        "azimuth_deg": round(float(np.degrees(track.azimuth_rad)), 1),
        "confidence": round(float(track.confidence), 3),
        "distance_m": None if track.distance_m is None else round(float(track.distance_m), 2),
        "active": bool(track.active),
    }


def _steps(moment: HopMoment) -> int:
    return round(float(np.degrees(moment.azimuth_rad)) / STEERING_STEP_DEG)


def _differs(before: HopMoment, now: HopMoment) -> bool:
    """Whether anything is worth a line; identities, since this is the audio thread."""
    return (
        len(before.sides) != len(now.sides)
        or any(a.params is not b.params or a.designs is not b.designs for a, b in zip(before.sides, now.sides))
        or before.choice is not now.choice
        or before.methods != now.methods
        or before.setup is not now.setup
        or before.oracle != now.oracle
        or now.gap
        or now.dropout is not None
        or (before.gain_reduction_db >= LIMITING_DB) != (now.gain_reduction_db >= LIMITING_DB)
        or abs(before.azimuth_rad - now.azimuth_rad) >= np.radians(STEERING_STEP_DEG) / 2
    )
