"""One tracked talker, taken out of the array's sound: a beam that is locked to the track, then the enhancement."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from workbench.core.geometry import MicrophoneArray
from workbench.core.params import Params
from workbench.engine.designs import DesignBench, NetworkUnusable
from workbench.engine.stages import StageSet

DESIGN_HOPS = 5
"""The beam is turned at most twenty times a second; a design takes some milliseconds."""


def talker_params(params: Params) -> Params:
    """The parameters for a talker's own beam.

    It is superdirective: in live rooms with several talkers the best of those that need nothing learnt (SI-SDR in the
    shipped scenes: 2 to 4 dB over delay-and-sum, level with MVDR, which would have to learn each talker's noise at
    twice the cost). Who has chosen LCMV gets its nulls on the other talkers. All else is as set.
    """
    beam = params.beamformer
    method = beam.method if beam.method == "lcmv" else "superdirective"
    return replace(params, beamformer=replace(beam, enabled=True, method=method, null_handles=0))


class TalkerVoice:
    """Hops of the array in, one talker out.

    Parameters
    ----------
    array : MicrophoneArray

    Attributes
    ----------
    notice : str
        Why another enhancement is used than was asked for; else empty.
    """

    def __init__(self, array: MicrophoneArray):
        self._stages = StageSet(array.mics, array, None, False)
        self._bench = DesignBench(array, None, self._stages.enhancer)
        self.latency = sum(self._stages.latencies().values())
        self.notice = ""
        self.reset()

    def reset(self) -> None:
        """Forget the sound: another talker."""
        self._stages.forget()
        self._hops = 0

    def process(
        self, x: np.ndarray, params: Params, azimuth_rad: float, others_rad: tuple[float, ...] = ()
    ) -> np.ndarray:
        """One hop.

        Parameters
        ----------
        x : (mics, HOP) float32
        params : Params, see `talker_params`
        azimuth_rad : float
            Where the talker is.
        others_rad : tuple of float
            Where other talkers are.

        Returns
        -------
        (HOP,) float32, `latency` samples late
        """
        if self._hops % DESIGN_HOPS == 0:
            self._bench.surroundings.others_rad = tuple(map(_whole_degrees, others_rad))
            try:
                self._bench.request(params, _whole_degrees(azimuth_rad))
            except NetworkUnusable as error:
                self.notice = error.notice
        self._hops += 1
        sound, _ = self._stages.capture(x, params, self._bench.designs)
        return self._stages.enhance(sound, params)[0]


def _whole_degrees(azimuth_rad: float) -> float:
    """Rounded, so that a track's trembling causes no new designs."""
    return math.radians(round(math.degrees(azimuth_rad)))
