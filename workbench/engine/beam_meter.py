"""What the capture beam gains, measured where the source knows the talker's clean sound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.core.geometry import SPEED_OF_SOUND_M_S, unit_vectors
from workbench.core.messages import frozen
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.beamformer import Beamformer
from workbench.dsp.beams import LATENCY, BeamFilters, fractional_delays
from workbench.engine.taps import Delay

SPAN_HOPS = 300
_TAIL_HOPS = 30
"""After speech its reverberation goes on: these hops are not counted as silence."""
_FEWEST_SILENT_HOPS = 20
_DELAY_STEP = 0.02
_QUIET = 1e-12


@dataclass(frozen=True, slots=True)
class BeamReading:
    """SI-SDR of microphone 1 and of the beam, and the array gain; NaN where unknown. See `core.messages.BeamGain`."""

    input_db: float
    output_db: float
    array_gain_db: float
    span_s: float


def si_sdr_of_sums_db(reference: float, product: float, signal: float) -> float:
    """SI-SDR from the energies of reference and signal and their inner product (Le Roux et al. 2019)."""
    if reference <= _QUIET or signal <= _QUIET:
        return math.nan
    target = product**2 / reference
    return 10 * math.log10(max(target, _QUIET) / max(signal - target, _QUIET))


class BeamMeter:
    """Compares microphone 1 and the beam with the talker's direct sound, over the newest SPAN_HOPS hops.

    The reference is the direct sound at the array's centre; for microphone 1 it is shifted by what the way there is
    longer, so that neither is favoured.

    Parameters
    ----------
    mic_xyz_m : (M, 3)
    """

    latency = LATENCY

    def __init__(self, mic_xyz_m: np.ndarray):
        self._mic_xyz_m = np.asarray(mic_xyz_m, dtype=float)
        self._shift = Beamformer(1)
        self._delay = Delay(2, LATENCY)
        self.reset()

    def reset(self) -> None:
        """Forget all sound."""
        self._shift.reset()
        self._delay.reset()
        self._shift_filter: BeamFilters | None = None
        self._shift_samples = math.nan
        self._sums = np.zeros((SPAN_HOPS, 6))
        self._silent_powers = np.zeros((SPAN_HOPS, 2))
        self._hops = self._silent_hops = 0
        self._since_speech = 0

    def process(
        self, x: np.ndarray, beam: np.ndarray, clean: np.ndarray, azimuth_rad: float, distance_m: float, active: bool
    ) -> BeamReading:
        """One hop.

        Parameters
        ----------
        x : (M, HOP) float32
            The microphones.
        beam : (HOP,) float32
            What the beamformer made of them, delayed by its latency.
        clean : (HOP,) float32
            The talker's direct sound at the array's centre, in step with `x`.
        azimuth_rad, distance_m, active
            Where the talker is, and whether there is speech.
        """
        at_microphone = self._shift.process(clean[None], self._filter_to_microphone(azimuth_rad, distance_m))
        microphone, at_centre = self._delay.process(np.stack([x[0], clean]))
        pairs = ((at_microphone, microphone), (at_centre, beam))
        row = [value for r, s in pairs for value in (np.dot(r, r), np.dot(r, s), np.dot(s, s))]
        self._sums[self._hops % SPAN_HOPS] = row
        self._hops += 1
        self._since_speech = 0 if active else self._since_speech + 1
        if self._since_speech > _TAIL_HOPS:
            powers = (np.mean(np.square(x)), np.mean(np.square(beam)))
            self._silent_powers[self._silent_hops % SPAN_HOPS] = powers
            self._silent_hops += 1
        return self._reading()

    def _reading(self) -> BeamReading:
        sums = self._sums.sum(axis=0)
        gain_db = math.nan
        if self._silent_hops >= _FEWEST_SILENT_HOPS:
            before, after = self._silent_powers.sum(axis=0)
            if min(before, after) > _QUIET:
                gain_db = 10 * math.log10(before / after)
        span_s = min(self._hops, SPAN_HOPS) * HOP / RATE_HZ
        return BeamReading(si_sdr_of_sums_db(*sums[:3]), si_sdr_of_sums_db(*sums[3:]), gain_db, span_s)

    def _filter_to_microphone(self, azimuth_rad: float, distance_m: float) -> BeamFilters:
        place = distance_m * unit_vectors(azimuth_rad)
        way_m = float(np.linalg.norm(place - self._mic_xyz_m[0])) - distance_m
        samples = way_m * RATE_HZ / SPEED_OF_SOUND_M_S
        if self._shift_filter is None or not abs(samples - self._shift_samples) < _DELAY_STEP:
            fir = fractional_delays(np.array([samples])).astype(np.float32)
            self._shift_samples = samples
            self._shift_filter = BeamFilters(frozen(fir), LATENCY, azimuth_rad, "delay")
        return self._shift_filter
