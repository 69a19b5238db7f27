"""The capture beam: how it looks, and what it gains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class BeamPattern:
    """Response of the capture beam, relative to its steering direction.

    `level_db` is (F, A); `directivity_db` and `white_noise_gain_db` are (F,). `nulls_rad` are the directions of the
    nulls that the design holds; `mirror_rad` is the direction that an array on a line cannot tell from the steering
    direction, None for any other array.
    """

    steering_rad: float
    frequency_hz: np.ndarray
    azimuth_rad: np.ndarray
    level_db: np.ndarray
    directivity_db: np.ndarray
    white_noise_gain_db: np.ndarray
    nulls_rad: tuple[float, ...] = ()
    mirror_rad: float | None = None


@dataclass(frozen=True, slots=True)
class BeamGain:
    """What the beam does to the first talker, measured where the truth is known, over the last `span_s`.

    `input_db` and `output_db` are the SI-SDR of microphone 1 and of the beam, each against the talker's direct sound
    as it arrives there; `array_gain_db` is how much weaker than at the microphones all else is in the beam while the
    talker is silent, NaN before the first pause. `azimuth_rad` is where the talker is.
    """

    sequence: int
    time_s: float
    azimuth_rad: float
    input_db: float
    output_db: float
    array_gain_db: float
    span_s: float

    @property
    def gain_db(self) -> float:
        """Improvement of the SI-SDR in dB."""
        return self.output_db - self.input_db
