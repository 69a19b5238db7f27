"""Filters that make microphones flat, from their calibration files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.core.calibration import MicrophoneCalibration
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.minimum_phase import minimum_phase_fir

TAPS = 2048
"""43 ms: resolves 23 Hz, enough for the gentle slopes at the lower end of a microphone."""

MAX_BOOST_DB = 20.0
"""A microphone that is weaker than this somewhere hears only its own noise there."""

REFERENCE_HZ = 1000.0
_BINS = 16385


def correction_db(calibration: MicrophoneCalibration, frequency_hz: np.ndarray) -> np.ndarray:
    """What must be added to the microphone's spectrum, limited to 20 dB; nothing at 1 kHz.

    The level at 1 kHz is the sensitivity's business, so that correcting a response does not change how loud
    the channel is beside the others.
    """
    response_db = calibration.at(frequency_hz) - calibration.at(np.array([REFERENCE_HZ]))[0]
    return np.clip(-response_db, -MAX_BOOST_DB, MAX_BOOST_DB)


def correction_fir(calibrations: Sequence[MicrophoneCalibration | None], taps: int = TAPS) -> np.ndarray:
    """FIRs of minimum phase for channels, (channels, taps) float32 at 48 kHz; a unit impulse where there is none."""
    frequency_hz = np.linspace(0, RATE_HZ / 2, _BINS)
    fir = np.zeros((len(calibrations), taps), np.float32)
    for row, calibration in zip(fir, calibrations, strict=True):
        if calibration is None:
            row[0] = 1.0
        else:
            row[:] = minimum_phase_fir(correction_db(calibration, frequency_hz), taps)
    return fir
