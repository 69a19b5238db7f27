"""A source whose channels are mapped to the array's microphones, with gain, polarity and calibration."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.audio.mismatch import Microphones
from workbench.audio.protocols import Source
from workbench.core.calibration import load_calibration
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import Block, frozen
from workbench.dsp.calibration import correction_db
from workbench.engine.input_meter import InputMeter
from workbench.engine.inputs import InputSetup, InputStage, prepare
from workbench.engine.taps import BIN_HZ, SPECTRUM_BINS

log = logging.getLogger(__name__)


class MappedSource:
    """Any `Source` behind an `InputSetup`; whatever else the source can do is passed on to it.

    Blocks carry the source's own samples as `raw` where mapping changed them.

    Parameters
    ----------
    source : Source, not started yet
    setup : InputSetup

    Raises
    ------
    InputError
        A calibration file cannot be used.
    """

    def __init__(self, source: Source, setup: InputSetup):
        self._source = source
        self.setup = setup
        self._gains = prepare(setup, source.channels)
        self._stage = InputStage(source.channels)
        self._true: tuple = (None, None, None)
        self.meter: InputMeter | None = None
        """Hears the source's own channels; may be set from another thread."""

    def __getattr__(self, name: str) -> Any:
        if name == "_source":  # not there yet: do not look for it in itself
            raise AttributeError(name)
        return getattr(self._source, name)

    @property
    def source_channels(self) -> int:
        """Channels of the source itself."""
        return self._source.channels

    @property
    def source_names(self) -> tuple[str, ...]:
        """Names of the source's own channels."""
        return tuple(self._source.channel_names)

    @property
    def channels(self) -> int:
        """Microphones."""
        return len(self._gains.channel)

    @property
    def channel_names(self) -> tuple[str, ...]:
        """For each microphone the name of its channel."""
        names, mapped = self._source.channel_names, self.setup.channel_map
        if mapped is None:
            return tuple(names)
        return tuple(
            names[position.channel] if position.channel is not None and position.channel < len(names) else f"none {n}"
            for n, position in enumerate(mapped.positions, start=1)
        )

    @property
    def array(self) -> MicrophoneArray | None:
        """The array that the source knows it has, if the map has a place for each of its microphones."""
        array = self._source.array
        return array if array is not None and array.mics == self.channels else None

    @property
    def true_microphones(self) -> Microphones | None:
        """The truth about what the mapped channels carry, where the source knows it of its own; else None."""
        true = getattr(getattr(self._source, "setting", None), "microphones", None)
        gains = self._gains
        if true is None or gains.plain:
            return true
        if self._true[:2] != (true, gains):  # the same object as long as nothing changes: designs hang on it
            gain, order = frozen(true.gain[gains.channel] * gains.factor), frozen(true.order[gains.channel])
            self._true = (true, gains, replace(true, gain=gain, order=order))
        return self._true[2]

    def curve_db(self, microphone: int) -> np.ndarray | None:
        """What the calibration of a microphone adds to its spectrum where it is only shown, (bins of the views,)
        float32; None where nothing is."""
        setup = self.setup
        if setup.correct or not setup.show_corrected or microphone >= self.channels:
            return None
        file = setup.of_channel(int(self._gains.channel[microphone])).file
        if not file:
            return None
        try:
            calibration = load_calibration(file)
        except InputError as error:
            log.warning("the spectrum is not corrected: %s", error)
            return None
        return frozen(correction_db(calibration, np.arange(SPECTRUM_BINS) * BIN_HZ).astype(np.float32))

    def apply(self, setup: InputSetup) -> None:
        """Another setup while it plays; crossfaded.

        Raises
        ------
        InputError
            It changes what the source was opened with, or a calibration file cannot be used: nothing has changed.
        """
        if setup.structure(self._source.channels) != self.setup.structure(self._source.channels):
            raise InputError("this changes how the source is opened: start it again")
        gains = prepare(setup, self._source.channels)
        self.setup, self._gains = setup, gains

    def start(self) -> None:
        """Start the source."""
        before = self._source.channels
        self._source.start()
        if self._source.channels != before:  # a device that is not what its list said
            self._gains = prepare(self.setup, self._source.channels)
            self._stage = InputStage(self._source.channels)

    def forget(self) -> None:
        """Map the next hop as if it were the first: no fade, no past sound in the calibration's filters."""
        self._stage.reset()

    def read(self, timeout_s: float) -> Block | None:
        """The next hop, mapped."""
        block = self._source.read(timeout_s)
        if block is None:
            return None
        raw = block.samples
        if (meter := self.meter) is not None and meter.channels == len(raw):
            meter.process(raw)
        mapped = self._stage.process(raw, self._gains)
        return block if mapped is raw else replace(block, samples=frozen(np.ascontiguousarray(mapped)), raw=raw)

    def close(self) -> None:
        """Close the source."""
        self._source.close()
