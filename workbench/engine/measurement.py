"""Impulse responses measured through a source and a sink: a sweep on one output after the other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.audio.protocols import Sink, Source
from workbench.core.errors import DeviceError, EarshotError
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.sweep import cut_window, deconvolve, exponential_sweep, onset

ATTEMPTS = 3
"""A sound server that interrupted a sweep gets so many chances."""

SETTLE_S = 0.5
"""Silence before the first sweep: the queues find their length, and the noise is heard."""

_PATIENCE_S = 3.0
_BEFORE_S = 0.001
_CLIPPED = 0.999
_LEAST_SNR_DB = 20.0


@dataclass(frozen=True, slots=True)
class MeasurementPlan:
    """How to measure: the sweep's length and level, what is kept of the response, and the longest delay expected."""

    sweep_s: float = 3.0
    level_dbfs: float = -12.0
    length_s: float = 0.25
    delay_s: float = 1.0


@dataclass(frozen=True, eq=False)
class Measurement:
    """What was found.

    Attributes
    ----------
    impulse : (outputs, inputs, samples) float64
        From the full scale of an output to that of an input; one time zero for all, 1 ms before the first arrival.
    delay_samples : int
        From writing a sample to reading it: devices, queues and air.
    snr_db : (outputs, inputs)
        Level of the recorded sweep over that of the silence before.
    attempts : int
    """

    impulse: np.ndarray
    delay_samples: int
    snr_db: np.ndarray
    attempts: int


class Interrupted(DeviceError):
    """The sound server lost samples."""


def measure(
    source: Source,
    sink: Sink,
    outputs: int,
    plan: MeasurementPlan,
    output_names: list[str],
    progress: Callable[[str], None] = lambda text: None,
) -> Measurement:
    """Play the sweep on the sink's first `outputs` channels, one after the other, and record all of the source.

    Source and sink are opened, not started; they are closed at the end, whatever happens.

    Raises
    ------
    DeviceError
        Devices that refuse, stop, or interrupt every attempt.
    EarshotError
        Something was recorded that is no measurement: an input clipped, or heard nothing.
    """
    try:
        sink.start()
        source.start()
        tape = _Tape(source, sink)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                recorded, noise = _record(tape, outputs, plan, output_names, progress)
                return _evaluate(recorded, noise, plan, output_names, source.channel_names, attempt)
            except Interrupted:
                if attempt == ATTEMPTS:
                    raise
                progress("interrupted by the sound server: once more")
        raise AssertionError("unreachable")
    finally:
        source.close()
        sink.close()


class _Tape:
    """Writes and reads hop by hop, at the pace of the source."""

    def __init__(self, source: Source, sink: Sink):
        self.source, self.sink = source, sink

    def _lost(self) -> tuple[int, int, int]:
        server = self.source.server_dropouts + self.sink.server_dropouts
        return self.source.dropped_samples, self.sink.missed_samples, server

    def run(self, play: np.ndarray) -> np.ndarray:
        """Play (outputs, n) and record (inputs, n) meanwhile; n is a whole number of hops."""
        lost = self._lost()
        heard = []
        for start in range(0, play.shape[1], HOP):
            block = self._read()
            if block.gap and start:
                raise Interrupted("samples were lost at the input while the sweep played")
            self.sink.write(np.ascontiguousarray(play[:, start : start + HOP]))
            heard.append(block.samples)
        if self._lost() != lost:
            raise Interrupted("the sound server lost samples while the sweep played; close other programs, try again")
        return np.concatenate(heard, axis=1)

    def _read(self):
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            block = self.source.read(0.1)
            if block is not None:
                return block
            if self.source.finished or getattr(self.source, "lost", False) or getattr(self.sink, "lost", False):
                break
        raise DeviceError(f"{self.source.name} stopped sending sound")


def _hops(seconds: float) -> int:
    return HOP * math.ceil(seconds * RATE_HZ / HOP)


def _record(tape: _Tape, outputs: int, plan: MeasurementPlan, names: list[str], progress) -> tuple[list, np.ndarray]:
    channels = tape.sink.channels
    noise = tape.run(np.zeros((channels, _hops(SETTLE_S)), dtype=np.float32))
    sweep = exponential_sweep(plan.sweep_s, plan.level_dbfs)
    recorded = []
    for output in range(outputs):
        progress(f"sweep on {names[output]}")
        play = np.zeros((channels, _hops(plan.sweep_s + plan.delay_s + plan.length_s)), dtype=np.float32)
        play[output, : len(sweep)] = sweep
        recorded.append(tape.run(play))
    return recorded, noise[:, noise.shape[1] // 2 :]


def _evaluate(recorded, noise, plan: MeasurementPlan, outputs, inputs, attempt: int) -> Measurement:
    sweep = exponential_sweep(plan.sweep_s, plan.level_dbfs)
    floor = np.sqrt(np.mean(noise.astype(float) ** 2, axis=1)) + 1e-9
    snr_db = np.empty((len(recorded), len(noise)))
    for output, sound in enumerate(recorded):
        peak = np.abs(sound).max(axis=1)
        if peak.max() >= _CLIPPED:
            raise EarshotError(
                f"{inputs[int(peak.argmax())]}: clipped while {outputs[output]} played; lower --level or the input gain"
            )
        energy = np.sort((sound.astype(float) ** 2).reshape(len(sound), -1, HOP).mean(axis=-1), axis=1)
        loud = energy[:, -max(1, round(0.5 * plan.sweep_s * RATE_HZ / HOP)) :].mean(axis=1)
        snr_db[output] = 10 * np.log10((loud + 1e-18) / floor**2)
    dead = np.argwhere(snr_db < _LEAST_SNR_DB)
    if len(dead):
        output, channel = dead[0]
        raise EarshotError(
            f"{inputs[channel]} hardly hears {outputs[output]} ({snr_db[output, channel]:.0f} dB above the noise): "
            "check the connections, or raise --level"
        )
    whole = np.stack([deconvolve(sound, sweep) for sound in recorded])
    latest = round((plan.delay_s + plan.length_s) * RATE_HZ)
    first = onset(whole[..., :latest])
    before = min(first, round(_BEFORE_S * RATE_HZ))
    length = round(plan.length_s * RATE_HZ)
    impulse = whole[..., first - before : first - before + length]
    return Measurement(impulse * cut_window(length, before // 2, length // 10), first, snr_db, attempt)
