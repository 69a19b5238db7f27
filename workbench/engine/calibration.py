"""Sound pressure level: by the microphone's own file, or by a calibrator that is put over it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.calibration import ChannelCalibration, MicrophoneCalibration
from workbench.core.errors import EarshotError, InputError

CALIBRATOR_DB_SPL = (94.0, 114.0)
"""IEC 60942: one pascal, and twenty decibels more."""
STEADY_DB = 0.5
LEAST_DBFS = -70.0
CLIPPED_DBFS = -3.3
"""RMS that a sine has when it reaches full scale, with a little in hand."""
SETTLE_S, MEASURE_S = 1.0, 3.0


def by_file(calibration: MicrophoneCalibration) -> ChannelCalibration:
    """A channel with this microphone; its sensitivity is used if the file has one."""
    level = calibration.full_scale_db_spl
    how = "" if level is None else "by the sensitivity in the file"
    return ChannelCalibration(calibration.path, None if level is None else round(level, 2), how)


def by_calibrator(before: ChannelCalibration, level_dbfs: float, calibrator_db_spl: float) -> ChannelCalibration:
    """The channel after a calibrator of `calibrator_db_spl` read `level_dbfs` (RMS 1 is 0).

    Raises
    ------
    InputError
        A level that no calibrator gives.
    """
    if not 60 <= calibrator_db_spl <= 140:
        raise InputError(f"calibrator of {calibrator_db_spl:g} dB: 60 to 140 dB SPL are usual")
    how = f"by a calibrator of {calibrator_db_spl:g} dB"
    return ChannelCalibration(before.file, round(calibrator_db_spl - level_dbfs, 2), how)


def title_of(calibration: ChannelCalibration) -> str:
    """A microphone's file in short."""
    return Path(calibration.file).name if calibration.file else "none"


@dataclass
class CalibratorReading:
    """Averages the level of one channel while a calibrator sounds; feed it at any steady pace.

    Raises
    ------
    EarshotError
        From `feed`, at the end: nothing to hear, clipped, or not steady; the text says what to do.
    """

    step_s: float

    def __post_init__(self) -> None:
        self._levels: list[float] = []
        self._time_s = 0.0

    @property
    def progress(self) -> float:
        """0 to 1."""
        return min(1.0, self._time_s / (SETTLE_S + MEASURE_S))

    def feed(self, level_dbfs: float) -> float | None:
        """The newest level (RMS 1 is 0) -> the mean level once it is known, else None."""
        self._time_s += self.step_s
        if self._time_s > SETTLE_S:
            self._levels.append(float(level_dbfs))
        if self._time_s < SETTLE_S + MEASURE_S:
            return None
        levels = np.array(self._levels)
        mean = float(10 * np.log10(np.mean(10 ** (levels / 10))))
        if mean < LEAST_DBFS:
            raise EarshotError(
                f"The calibrator was not heard ({mean:.0f} dBFS): put it over this channel's microphone, switched on"
            )
        if levels.max() > CLIPPED_DBFS:
            raise EarshotError("The calibrator overloads the input: turn the microphone's gain down, or use 94 dB")
        if np.ptp(levels) > STEADY_DB:
            raise EarshotError(
                f"The level was not steady (it moved by {np.ptp(levels):.1f} dB): press the calibrator on tightly and "
                "hold it still"
            )
        return mean
