"""A recorded session as a source: its input, and with each hop what its journal says of it.

The thread that reads ahead does the work: it applies the channel map of then, loads filters and networks, and finds
what held at a place that was sought. The hop's thread only takes what lies ready.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.audio.file_reading import PreparedHop
from workbench.audio.file_source import FileSource
from workbench.core.ab import TAPS, ABChoice
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, SpeakerLayout
from workbench.core.messages import frozen
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.ab_lanes import Side
from workbench.engine.ab_settings import Recorded
from workbench.engine.inputs import InputStage
from workbench.engine.recorded_session import config_of, find_session
from workbench.engine.recorded_state import State
from workbench.engine.stages import Designs

log = logging.getLogger(__name__)


class SessionSource(FileSource):
    """The recorded input of a session, through the channel map and calibration of then.

    Parameters
    ----------
    folder : of the session
    loop : bool

    Attributes
    ----------
    array : MicrophoneArray or None
        As it was recorded with.
    why_not : str
        Why it cannot be played as recorded; empty where it can. Its sound can be played all the same.
    install : callable, optional
        Gets the names of the methods that the enhancer had; may raise InputError.
    complain : callable, optional
        Gets a sentence when the journal turns out to be damaged.
    draw : callable, optional
        Makes pictures of filters, see `Recorded`.

    Raises
    ------
    InputError
        See `find_session` and `FileSource`; or the input does not fit the journal.
    """

    def __init__(self, folder: str | Path, *, loop: bool = False):
        self.session = find_session(folder)
        config = config_of(self.session)
        super().__init__(self.session.input_path, loop=loop)
        header = self.session.header
        if self.channels != header["input_channels"] or self.file_rate_hz != RATE_HZ:
            self.close()
            raise InputError(
                f"{self.session.input_path}: {self.channels} channels at {self.file_rate_hz} Hz; the journal says "
                f"{header['input_channels']} at {RATE_HZ} Hz"
            )
        self.name = self.session.folder.name
        self.array = config.array
        self.render_delay = config.render_delay
        self.why_not = ""
        self.install: Callable[[list[str]], None] = lambda methods: None
        self.complain: Callable[[str], None] = log.warning
        self.draw: Callable[[Designs], tuple[tuple[str, Any], ...]] = lambda designs: ()
        self._recorded_layout = config.layout
        self._stage = InputStage(self.channels)
        self._own_channels = self.channels
        self.channels = config.channels
        self.channel_names = tuple(f"Mic {number}" for number in range(1, self.channels + 1))
        self._cursor: _Cursor | None = None

    def fit(self, array: MicrophoneArray | None, layout: SpeakerLayout | None) -> None:
        """Say in `why_not` whether a chain with this array and these loudspeakers can play it as recorded."""
        recorded = self._recorded_layout
        if self.array is None and array is not None:
            self.why_not = "It was recorded without a microphone array: choose none to hear it as recorded"
        names = [None if one is None else one.driver_names for one in (recorded, layout)]
        if names[0] != names[1]:
            through = f"for the loudspeakers {recorded.name}" if recorded else "without loudspeakers"
            self.why_not = f"It was recorded {through}: choose the same to hear it as recorded"

    def prepared(self, hop: PreparedHop) -> PreparedHop:
        """The hop as the microphones of then gave it, with what the journal says."""
        at = round(hop.position_s * RATE_HZ)
        cursor = self._cursor
        if cursor is None or cursor.at != at:
            before = self._cursor
            cursor = self._cursor = _Cursor(self, at)
            if before is None or before.gains is None or cursor.gains is None:
                self._stage.reset()
        try:
            recorded = cursor.step()
        except InputError as error:
            recorded = None
            self._give_up(str(error))
        samples = hop.samples
        if cursor.gains is not None:
            samples = frozen(np.ascontiguousarray(self._stage.process(samples, cursor.gains)))
        if len(samples) != self.channels:  # the map is missing or damaged
            fitted = np.zeros((self.channels, HOP), np.float32)
            count = min(self.channels, len(samples))
            fitted[:count] = samples[:count]
            samples = frozen(fitted)
        return replace(hop, samples=samples, recorded=None if self.why_not else recorded)

    def _give_up(self, why: str) -> None:
        if not self.why_not:
            self.why_not = why
            self.complain(f"{why}. It plays through your own settings")


class _Cursor:
    """What the journal says from a sample on, hop by hop."""

    def __init__(self, source: SessionSource, at: int):
        self.at = at
        self._source = source
        self._index = source.session.index
        self._state = State(source.session, source.install)
        self._waiting: Iterator[dict[str, Any]] | None = None
        self._event: dict[str, Any] | None = None
        self._steering: Iterator[dict[str, Any]] = iter(())
        self._turn: dict[str, Any] | None = None
        self._azimuth_rad = 0.0
        self._recorded: Recorded | None = None
        self._drawn: tuple[Designs | None, tuple] = (None, ())
        self._failed = False

    @property
    def gains(self):
        """The channel map of then, made ready; None where there was none."""
        return self._state.gains

    def step(self) -> Recorded | None:
        """What holds for the next hop; None after a fault. Raises InputError, once."""
        at, self.at = self.at, self.at + HOP
        if self._failed:
            return None
        try:
            changed = self._begin(at) if self._waiting is None else self._go_on(at)
            turned = self._turn_to(at)
            if changed or self._recorded is None:
                self._recorded = self._make()
            elif turned:
                self._recorded = replace(self._recorded, azimuth_rad=self._azimuth_rad)
        except InputError:
            self._failed = True
            raise
        return self._recorded

    def _begin(self, at: int) -> bool:
        self._index.build()
        for event in self._index.summary(at):
            self._state.take(event)
        self._waiting = self._index.deciding_after(at)
        self._event = next(self._waiting, None)
        turns = self._index.places("steering_deg")
        newest = int(np.searchsorted(turns, at, side="right")) - 1
        self._steering = self._index.after("steering_deg", int(turns[newest]) - 1 if newest >= 0 else at)
        self._turn = next(self._steering, None)
        return True

    def _go_on(self, at: int) -> bool:
        changed = False
        while self._event is not None and self._event["at"] <= at:
            self._state.take(self._event)
            self._event = next(self._waiting, None)
            changed = True
        return changed

    def _turn_to(self, at: int) -> bool:
        turned = False
        while self._turn is not None and self._turn["at"] <= at:
            value = self._turn.get("steering_deg")
            if isinstance(value, (int, float)) and np.isfinite(value):
                self._azimuth_rad = float(np.radians(value))
                turned = True
            self._turn = next(self._steering, None)
        return turned

    def _make(self) -> Recorded:
        sides = self._state.sides()
        choice = self._state.choice or ABChoice()
        for side in sides:
            self._check(side, choice)
        before = self._recorded
        if before is not None and all(
            a.params is b.params and a.designs is b.designs for a, b in zip(sides, before.sides)
        ):
            sides = before.sides  # the same object while nothing changes: the hop's thread compares
        shown = sides[min(choice.shown, len(sides) - 1)].designs
        if shown is not self._drawn[0] and not self._source.why_not:
            self._drawn = (shown, self._source.draw(shown))
        return Recorded(sides, choice, self._azimuth_rad, self._drawn[1], self._state.methods)

    def _check(self, side: Side, choice: ABChoice) -> None:
        """Raises InputError where the filters do not fit the chain, or there is no such choice."""
        source, designs = self._source, side.designs
        where = source.session.folder
        if choice.shown not in (0, 1) or choice.heard not in (0, 1) or choice.tap not in TAPS:
            raise InputError(f"{where}: the journal has a choice that there is not: {choice}")
        if source.array is not None and (designs.beam is None or len(designs.beam.fir) != source.array.mics):
            raise InputError(f"{where}: the journal has no filters for the beam")
        layout = source._recorded_layout
        if layout is not None and (
            designs.render is None or designs.render.driver_fir.shape[1] != len(layout.driver_names)
        ):
            raise InputError(f"{where}: the journal has no filters for the loudspeakers")
