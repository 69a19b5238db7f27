"""What is heard of two settings: a side, a tap, at matched loudness; every change is a crossfade of 10 ms."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from workbench.core.ab import ABChoice
from workbench.dsp.bands import HOP
from workbench.engine.ab_lanes import LaneSound, Side, differing_groups
from workbench.engine.loudness_match import LoudnessMatch
from workbench.engine.taps import Delay

_RISE = (np.sin(0.5 * np.pi * (np.arange(HOP) + 0.5) / HOP) ** 2).astype(np.float32)
"""Rises to one together with what falls: two sides of one programme are alike."""
_RAMP = ((np.arange(HOP) + 1) / HOP).astype(np.float32)
SLEW_DB = 0.1
"""Most that matching changes in a hop while a side is heard: 10 dB a second."""
DELAYED_TAPS = ("beam", "enhanced", "scene")


class ABMixer:
    """Two lanes to one output.

    Taps come as late as the output, whatever the stages behind them would have cost: a switch keeps the place to the
    sample.

    Parameters
    ----------
    out_channels : int
    tap_channels, tap_latency : dict of DELAYED_TAPS to channels, and to what each is earlier than the output
    """

    latency = 0

    def __init__(self, out_channels: int, tap_channels: dict[str, int], tap_latency: dict[str, int]):
        self.out_channels = out_channels
        self.match = LoudnessMatch(out_channels)
        self._delays = [
            {tap: Delay(tap_channels[tap], tap_latency[tap]) for tap in DELAYED_TAPS if tap in tap_channels}
            for _ in range(2)
        ]
        self.reset()

    def reset(self) -> None:
        """Forget all sound and the offset; the next choice is taken at once."""
        self.match.reset()
        for delays in self._delays:
            for delay in delays.values():
                delay.reset()
        self._key: tuple[int, str] | None = None
        self._gain_db = [0.0, 0.0]
        self._measured: tuple[Side, ...] | None = None

    def process(
        self, lanes: Sequence[LaneSound], sides: Sequence[Side], equal: bool, direct: np.ndarray, choice: ABChoice
    ) -> np.ndarray:
        """One hop.

        Parameters
        ----------
        lanes, sides : two of each
        equal : bool
            Both sides do the same.
        direct : (out_channels, HOP) float32
            The first microphone as it goes out in bypass, as late as the output.
        choice : ABChoice

        Returns
        -------
        (out_channels, HOP) float32, before output level and bypass; a side's own samples while nothing is matched.
        """
        tapped = [self._tapped(lane, delays) for lane, delays in zip(lanes, self._delays)]
        before_db = tuple(self._gain_db)
        self._level(lanes, sides, equal, choice)
        tap = "output" if choice.tap == "audition" else choice.tap
        key = (choice.heard, tap)
        old = key if self._key is None else self._key
        self._key = key
        out = self._signal(key, lanes, tapped, direct, before_db)
        if old != key:
            leaving = self._signal(old, lanes, tapped, direct, before_db)
            out = leaving + _RISE * (out - leaving)
        return out

    def _tapped(self, lane: LaneSound, delays: dict[str, Delay]) -> dict[str, np.ndarray]:
        sounds = {
            "beam": None if lane.beam is None else lane.beam[None],
            "enhanced": lane.enhanced,
            "scene": lane.scene,
        }
        return {tap: delay.process(sounds[tap]) for tap, delay in delays.items()}

    def _level(self, lanes: Sequence[LaneSound], sides: Sequence[Side], equal: bool, choice: ABChoice) -> None:
        """Move the gains towards what matching wants."""
        if equal and _output_gain_db(sides[0]) == _output_gain_db(sides[1]):
            self.match.reset()
            self._measured = None
        else:
            if self._measured is None or any(_other(a, b) for a, b in zip(self._measured, sides)):
                self.match.restart()
            self._measured = tuple(sides)
            a, b = (_amplified(lane.rendered, _output_gain_db(side)) for lane, side in zip(lanes, sides))
            self.match.process(a, b, choice.frozen)
        wanted = self.match.gains_db if choice.matched else (0.0, 0.0)
        for side, wanted_db in enumerate(wanted):
            slew_db = SLEW_DB if side == choice.heard else math.inf
            change_db = wanted_db - self._gain_db[side]
            self._gain_db[side] += max(-slew_db, min(slew_db, change_db))

    def _signal(self, key: tuple[int, str], lanes, tapped, direct: np.ndarray, before_db) -> np.ndarray:
        side, tap = key
        if tap == "microphone":
            return direct
        sound = self._spread(tap, tapped[side][tap]) if tap in tapped[side] else lanes[side].rendered
        return self._scaled(sound, before_db[side], self._gain_db[side])

    def _spread(self, tap: str, sound: np.ndarray) -> np.ndarray:
        """A tap on the outputs: one channel on both sides, a scene's centre shared, other channels one by one."""
        out = np.zeros((self.out_channels, HOP), dtype=np.float32)
        if len(sound) == 1:
            out[:2] = sound
        elif tap == "scene" and len(sound) == 3:
            out[:2] = sound[:2] + sound[2]
        else:
            count = min(len(sound), self.out_channels)
            out[:count] = sound[:count]
        return out

    @staticmethod
    def _scaled(sound: np.ndarray, from_db: float, to_db: float) -> np.ndarray:
        if from_db == to_db == 0.0:
            return sound
        start, end = np.float32(10 ** (from_db / 20)), np.float32(10 ** (to_db / 20))
        return sound * (end if start == end else start + _RAMP * (end - start))


def _output_gain_db(side: Side) -> float:
    return side.params.output.gain_db


def _amplified(sound: np.ndarray, gain_db: float) -> np.ndarray:
    return sound if gain_db == 0.0 else sound * np.float32(10 ** (gain_db / 20))


def _other(one: Side, other: Side) -> bool:
    """Whether a side sounds otherwise than before."""
    if one.params is other.params:
        return False
    return any(differing_groups(one.params, other.params)) or _output_gain_db(one) != _output_gain_db(other)
