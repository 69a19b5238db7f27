"""Runs a localization network with onnxruntime, on one thread: raw samples in, talkers on the ring out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, wrap_rad
from workbench.dsp.inference import open_session
from workbench.localize.frames import BANDS, WINDOW_SAMPLES
from workbench.localize.models import RegionFacts, find_model
from workbench.localize.ring import RING, RingPeak, Sectors, find_peaks, fold

_LEAST_PROBABILITY = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the network says of one window.

    `peaks` are talkers, calibrated, the surest first; `ring` (RING,) is in the network's own frame.
    """

    peaks: tuple[RingPeak, ...]
    sectors: Sectors
    ring: np.ndarray


def _session(facts: RegionFacts, data: bytes, source: str, mics: int):
    session, shapes = open_session(data, source)
    expected = {"samples": [1, mics, WINDOW_SAMPLES], "floor_db": [1, BANDS], "answer": [1, 3, RING]}
    if shapes != expected:
        raise InputError(f"{source}: inputs and outputs are {shapes}, expected {expected}")
    return session


class RegionNetwork:
    """The network of an array.

    Parameters
    ----------
    array : MicrophoneArray
    model : a shipped name, the path of an .onnx file, or "" for whichever shipped one fits

    Raises
    ------
    InputError
        None fits the array, or it is missing or altered; the message says what to do.
    """

    def __init__(self, array: MicrophoneArray, model: str = ""):
        self.facts, data, path = find_model(array, model)
        self._limits_m = np.asarray(self.facts.limits_m)
        alignment = self.facts.alignment(array)
        assert alignment is not None  # `find_model` has looked
        self._alignment = alignment
        self._run = _session(self.facts, data, str(path), array.mics).run

    def answer(self, samples: np.ndarray, floor_db: np.ndarray, most: int = 6) -> Answer:
        """Talkers in a window.

        Parameters
        ----------
        samples : (mics, WINDOW_SAMPLES) float32
        floor_db : (BANDS,) float32
            Noise floor of each band.
        most : int
            The most talkers to give.
        """
        samples = np.ascontiguousarray(samples[self._alignment.order])
        (answer,) = self._run(("answer",), {"samples": samples[None], "floor_db": floor_db[None]})
        probability, offset, distance = np.asarray(answer)[0].astype(float)
        probability = self._calibrated(probability)
        peaks = find_peaks(probability, np.clip(offset, -1.5, 1.5), distance, self._limits_m, most)
        turn_rad = self._alignment.turn_rad
        peaks = [
            replace(peak, azimuth_rad=wrap_rad(peak.azimuth_rad + turn_rad))
            for peak in peaks
            if peak.probability >= _LEAST_PROBABILITY
        ]
        return Answer(tuple(peaks), fold(peaks, self._limits_m), probability)

    def _calibrated(self, probability: np.ndarray) -> np.ndarray:
        constant, slope = self.facts.calibration
        probability = np.clip(probability, 1e-6, 1 - 1e-6)
        return 1 / (1 + np.exp(-(constant + slope * np.log(probability / (1 - probability)))))
