"""Sound: a hop as it comes from a source, and what is shown of it when it has left the chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class TalkerTruth:
    """Where a simulated (or annotated) talker really is."""

    name: str
    azimuth_rad: float
    distance_m: float
    active: bool


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One hop of sound from a source.

    Attributes
    ----------
    samples : (C, H) float32
    index : int
        Number of the first sample since the source began; jumps where samples were lost.
    time_s : float
        Time of the first sample on the source's own clock (index / rate, or the position in a file).
    gap : bool
        Samples were lost before this block (or a seek or loop happened): stages may cross-fade.
    truth : tuple of TalkerTruth
        Ground truth at the block's centre; empty when unknown.
    clean : (H,) float32 or None
        What a perfect enhancer would give (first talker's direct sound at the array's centre), if known.
    raw : (source channels, H) float32 or None
        What the source gave, where a channel map or calibration made `samples` something else.
    """

    samples: np.ndarray
    index: int
    time_s: float
    gap: bool = False
    truth: tuple[TalkerTruth, ...] = ()
    clean: np.ndarray | None = None
    raw: np.ndarray | None = None
    seam: int = 0
    """Number of the round of kept sound that begins in this hop, 0 for none; see `workbench.engine.kept_sound`."""
    recorded: Any = None
    """What a recorded session says of this hop; see `workbench.engine.session_source`."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Levels of one hop, each (C,) float32 dBFS (-inf in silence); `clipped` is (C,) bool."""

    peak_dbfs: np.ndarray
    rms_dbfs: np.ndarray
    clipped: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class InputLevels:
    """Levels of the source's own channels, before the channel map, each (channels,) in dBFS (RMS 1 is 0).

    `rms_dbfs` is unweighted with the time weighting fast; `weighted_dbfs` has the weighting ("A", "C" or "Z") and
    speed ("fast" or "slow") that were asked for.
    """

    peak_dbfs: np.ndarray
    rms_dbfs: np.ndarray
    weighted_dbfs: np.ndarray
    weighting: str
    speed: str


@dataclass(frozen=True, slots=True, eq=False)
class EnhancementState:
    """What the enhancer decided for one frame.

    `gain` and `strength` are (K,) float32 in [0, 1] (amplitude gain; comb strength, 0 where not used);
    `pitch_hz` is 0 when unvoiced; `snr_db` is the estimated input SNR, NaN when unknown.
    """

    gain: np.ndarray
    strength: np.ndarray
    pitch_hz: float
    snr_db: float


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness of the output after ITU-R BS.1770-4 and EBU R 128.

    `momentary_lufs` is over 0.4 s, `short_term_lufs` over 3 s, `integrated_lufs` and `range_lu` (NaN before they are
    known) over the `seconds` since it was last begun anew; -inf in silence. `true_peak_dbtp` is the hop's,
    `highest_dbtp` the highest since then.
    """

    momentary_lufs: float
    short_term_lufs: float
    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float
    highest_dbtp: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class PairScope:
    """Two channels held against each other: `points` (2, N) float32 are some of the hop's samples.

    `kind` is "output" or "input", `first` and `second` number channels from 0. `correlation` is in [-1, 1], averaged
    over about 0.3 s; `balance_db` how much louder the second channel is. Both are NaN in silence.
    """

    kind: str
    first: int
    second: int
    points: np.ndarray
    correlation: float
    balance_db: float


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One hop as it left the chain. Before, After and the levels belong to the same instant of sound.

    `before_dbfs` and `after_dbfs` are (B,) float32 spectrum columns, bin b at b * bin_hz.
    `time_s` is the source's time of the newest sample in the columns. `estimate_us` is the thread time that the
    enhancer's gains and strengths took (the network's, where there is one). `loudness` is the output's; `scope` holds
    two channels against each other.
    """

    sequence: int
    time_s: float
    bin_hz: float
    before_dbfs: np.ndarray
    after_dbfs: np.ndarray
    input: Levels
    output: Levels
    gain_reduction_db: float
    enhancement: EnhancementState | None
    beam_azimuth_rad: float
    gap: bool = False
    estimate_us: float = 0.0
    loudness: Loudness | None = None
    scope: PairScope | None = None
