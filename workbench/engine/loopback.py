"""Measured latency: a chirp is played, what comes back is recorded beside it, and their distance is the round trip.

Playing and recording are counted in the same hops, so the distance is, to the sample, what passes from a microphone
sample's arrival to the leaving of the hop that was made of it: input, block, computing, queue and output. What the
chain itself delays is known exactly and comes on top. The way is a cable, the wiring of a sound server, or the air
between loudspeaker and microphone (3 ms a metre).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from workbench.audio.protocols import Sink, Source
from workbench.core.errors import DeviceError, EarshotError
from workbench.core.messages import Block
from workbench.dsp import fft
from workbench.dsp.bands import HOP, RATE_HZ

CHIRP_S = 0.25
CHIRP_HZ = (200.0, 8000.0)
CHIRP_DBFS = -20.0
LEAD_HOPS = 10
"""Silence before the chirp, so that nothing else is on the way."""
LONGEST_S = 1.0
"""A longer round trip is not found."""

ATTEMPTS = 5
"""Samples that are lost while the chirp is on its way spoil it: then it is played once more."""

CLEAR = 8.0
"""The chirp is there when its correlation stands out from all else by this factor of the RMS."""


def chirp() -> np.ndarray:
    """(n,) float32: linear sweep with soft ends."""
    count = round(CHIRP_S * RATE_HZ)
    time_s = np.arange(count) / RATE_HZ
    low_hz, high_hz = CHIRP_HZ
    phase = 2 * np.pi * (low_hz * time_s + (high_hz - low_hz) / (2 * CHIRP_S) * time_s**2)
    window = np.clip(np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.1 * count), 0, 1)
    window = np.sin(np.pi / 2 * window) ** 2
    return (10 ** (CHIRP_DBFS / 20) * window * np.sin(phase)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """`samples` at 48 kHz between playing and hearing, on input `channel` (from 0); `clear` is how far the chirp
    stands out from all else that was heard, as a factor."""

    samples: float
    channel: int
    clear: float

    @property
    def ms(self) -> float:
        return 1000 * self.samples / RATE_HZ


class LoopbackProbe:
    """Takes the output's place for about 1.4 s: silence, a chirp, silence; and records the input beside it.

    Parameters
    ----------
    channels : int
        Of the source.
    output : int
        Channel that plays the chirp, from 0.
    """

    def __init__(self, channels: int, output: int = 0):
        self._output = output
        played = np.concatenate((np.zeros(LEAD_HOPS * HOP, np.float32), chirp()))
        hops = -(-(len(played) + round(LONGEST_S * RATE_HZ)) // HOP)
        self._played = np.zeros(hops * HOP, np.float32)
        self._played[: len(played)] = played
        self._heard = np.zeros((channels, hops * HOP), np.float32)
        self._position = 0
        self._broken = False

    @property
    def done(self) -> bool:
        """Everything was played and recorded."""
        return self._position >= len(self._played)

    def exchange(self, block: Block, samples: np.ndarray) -> np.ndarray:
        """What shall be played, (channels, HOP), in the place of `samples`; called once a hop."""
        if self.done:
            return samples
        part = slice(self._position, self._position + HOP)
        self._heard[:, part] = block.samples
        self._broken |= block.gap
        out = np.zeros_like(samples)
        if self._position == 0:  # what sounded fades out
            out[:] = samples * np.linspace(1, 0, HOP, dtype=np.float32)
        else:
            out[min(self._output, len(out) - 1)] = self._played[part]
        self._position += HOP
        if self.done:
            out[:] = samples * np.linspace(0, 1, HOP, dtype=np.float32)
        return out

    def spoil(self) -> None:
        """Samples were lost on the way: what is found would say nothing."""
        self._broken = True

    def result(self) -> RoundTrip:
        """The round trip; for after `done`. Slow: not on the audio path.

        Raises
        ------
        EarshotError
            The chirp was not heard, or samples were lost meanwhile.
        """
        if self._broken:
            raise EarshotError("samples were lost while measuring: measure again")
        return find_chirp(self._played, self._heard)


def total_ms(probe: LoopbackProbe, chain_samples: int) -> float:
    """The whole delay, with what the chain adds, in ms. Raises EarshotError."""
    if not probe.done:
        raise EarshotError("the measurement was not finished")
    return probe.result().ms + 1000 * chain_samples / RATE_HZ


def find_chirp(played: np.ndarray, heard: np.ndarray) -> RoundTrip:
    """Where `played` (n,) stands in `heard` (channels, n), by cross-correlation, to a part of a sample.

    Raises
    ------
    EarshotError
        It is not there.
    """
    size = fft.next_fast_len(2 * len(played), real=True)
    sent = np.conj(fft.rfft(played.astype(float), size))
    best: RoundTrip | None = None
    longest = round(LONGEST_S * RATE_HZ)
    for channel, row in enumerate(heard):
        if not np.isfinite(row).all() or not row.any():
            continue
        correlation = fft.irfft(sent * fft.rfft(row.astype(float), size), size)[: longest + 1]
        at = int(np.abs(correlation).argmax())
        away = np.abs(np.arange(len(correlation)) - at) > 0.02 * RATE_HZ
        clear = abs(correlation[at]) / (np.sqrt(np.mean(correlation[away] ** 2)) + 1e-20)
        if best is None or clear > best.clear:
            best = RoundTrip(at + _vertex(np.abs(correlation), at), channel, float(clear))
    if best is None or best.clear < CLEAR:
        raise EarshotError(
            "the chirp was not heard: connect an output to an input, or bring a microphone close to the loudspeaker "
            "and turn both up"
        )
    return best


def _vertex(values: np.ndarray, at: int) -> float:
    """Offset of the parabola's top through a maximum and its neighbours."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, middle, after = values[at - 1 : at + 2]
    bend = before - 2 * middle + after
    return float(0.5 * (before - after) / bend) if bend else 0.0


def measure_devices(
    source: Source, sink: Sink, *, output: int = 0, settle_s: float = 1.5
) -> tuple[RoundTrip, dict[str, float]]:
    """The round trip from a sink to a source with nothing between them, and what both report of it, in ms.

    Both are started here; the caller closes them.

    Raises
    ------
    DeviceError
        One of them stops.
    EarshotError
        The chirp was not heard, or samples were lost in every attempt.
    """
    sink.start()
    source.start()
    silence = np.zeros((sink.channels, HOP), np.float32)
    settle_hops = round(settle_s * RATE_HZ / HOP)
    for _ in range(ATTEMPTS):
        probe, lost, computing_s = LoopbackProbe(source.channels, output), None, 0.0
        hops, deadline_s = 0, time.monotonic() + settle_s + 10
        while not probe.done:
            block = source.read(0.2)
            if block is None:
                reason = getattr(source, "lost_reason", "")
                if reason or time.monotonic() > deadline_s:
                    raise DeviceError(reason or f"{source.name}: no sound comes from it")
                continue
            began_s = time.perf_counter()
            hops += 1
            if hops == settle_hops:
                lost = _lost(source, sink)
            sink.write(probe.exchange(block, silence) if hops > settle_hops else silence)
            computing_s += 0.02 * (time.perf_counter() - began_s - computing_s)
            if getattr(sink, "lost_reason", ""):
                raise DeviceError(sink.lost_reason)
        # With samples that were lost or inserted the queue is another one: the chirp and the report tell of two.
        if _lost(source, sink) == lost:
            break
    else:
        raise EarshotError("samples were lost in every attempt to measure: close other programs, measure again")
    device_in, device_out = source.device_latency_samples, sink.device_latency_samples
    parts = {
        "in": device_in,
        "block": source.latency_samples - device_in,
        "computing": computing_s * RATE_HZ,
        "ring": sink.latency_samples - device_out,
        "out": device_out,
    }
    return probe.result(), {label: 1000 * samples / RATE_HZ for label, samples in parts.items()}


def _lost(source: Source, sink: Sink) -> tuple[int, int, int]:
    return source.dropped_samples, sink.missed_samples, source.server_dropouts + sink.server_dropouts
