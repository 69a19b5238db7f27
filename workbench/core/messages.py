"""Everything that crosses a thread: frozen messages with read-only arrays.

Shapes: C channels, H samples of a hop, B display bins, K = 34 bands, A azimuths, F frequencies.
Levels are dBFS; a sine of amplitude 1.0 has peak 0 dBFS and RMS -3.01 dBFS; a spectrum column shows it at 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

ORACLE_RUNGS = ("magnitude", "bands", "comb", "postfilter")
"""What the oracle ladder can give from the clean signal, from the most it knows downwards; `workbench.enhance.ladder`
says what each is."""


def frozen(array: np.ndarray) -> np.ndarray:
    """The array itself, made read-only: what crosses a thread may not be written again."""
    array.setflags(write=False)
    return array


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A direction that one analysis frame suggests. Confidence in [0, 1]; distance None when unknown.

    `agreed` tells whether a second method finds a talker there too; None where there is no second one.
    """

    azimuth_rad: float
    confidence: float
    distance_m: float | None = None
    agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """A talker followed over time. `number` starts at 1 and is never used again in a run.

    `active` is True while the talker is heard, `silent_s` how long not.
    """

    number: int
    azimuth_rad: float
    confidence: float
    distance_m: float | None
    active: bool
    age_s: float
    silent_s: float


@dataclass(frozen=True, slots=True, eq=False)
class SpatialSpectrum:
    """Relative power over azimuth: `azimuth_rad` (A,) and `level_db` (A,), 0 at the maximum of the method's scale."""

    azimuth_rad: np.ndarray
    level_db: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Localization:
    """One update of the localizer.

    `time_s` is the centre of the analysed span on the source's clock; `sectors` (SECTORS,) are probabilities
    or None; `truth` belongs to the same span; `skipped` counts hops the soft worker had to leave out so far.
    `classical` are SRP-PHAT's own candidates where a network gave `candidates`. `model` names the network, "" without
    one; `stale_s` is how much older the analysed sound is than the newest that was heard.
    """

    sequence: int
    time_s: float
    method: str
    spectrum: SpatialSpectrum | None
    candidates: tuple[Candidate, ...]
    tracks: tuple[Track, ...]
    sectors: np.ndarray | None = None
    truth: tuple[TalkerTruth, ...] = ()
    update_ms: float = 0.0
    skipped: int = 0
    classical: tuple[Candidate, ...] = ()
    model: str = ""
    stale_s: float = 0.0


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


@dataclass(frozen=True, slots=True)
class RoomDepth:
    """How directly the centre is heard in the listening room, beside a plain mix of the same drivers: direct over
    reverberant sound, the distance at which both are as strong, and coherence between the ears (1: from one place, 0:
    all around). Means over third octaves from 200 Hz to 8 kHz."""

    direct_to_reverberant_db: float
    critical_distance_m: float
    coherence: float
    plain_direct_to_reverberant_db: float
    plain_critical_distance_m: float
    plain_coherence: float
    rt60_s: float
    distance_m: float


@dataclass(frozen=True, slots=True, eq=False)
class LoudspeakerDetail:
    """What the loudspeakers' own view shows of a design, beside its response, whose frequencies (F,) it shares.

    Attributes
    ----------
    params : RenderParams
        For which it was made; only the parameters named in `params_read` shaped it.
    target_db : (F,)
        The cancellation that was asked for.
    spread_db : (2, F)
        Separation that 10 % and 90 % of loudspeakers and heads stay under, at about the nominal place.
    input_gain_db : (2 inputs, drivers, F)
        Drive over what plain stereo needs to be as loud at the fed ear.
    group_delay_ms : (2 inputs, drivers, F), over the common delay; NaN where a driver is all but silent
    impulse : (2 inputs, drivers, n) and impulse_ms (n,) : around the common delay, at 48 kHz
    side_cm (X,), distance_m (Y,), sweet_db (Y, X) : separation, mean of 300 Hz to 8 kHz, wherever the head is;
        positive sides are the listener's right
    beam_hz (B,), beam_azimuth_rad (A,), beam_db (B, A) : the centre beam over its axis
    beam_spread_db : (B, A), what 90 % of loudspeakers with unequal drivers stay under
    null_db, null_95_db, unevenness_db, directivity_db, white_noise_gain_db : (B,)
        Of the beam: level at the nulls, the same for the worse loudspeakers, largest deviation within the window.
    condition_db : (F,) of the plant; headroom_db : below full scale for music at -20 dBFS
    error_db : (F,)
        What the filters depart by from what was designed, because they are causal and end.
    image_ild_db, image_itd_us : (3, F)
        Interaural differences of the left virtual loudspeaker: as heard, as asked for, and of a rigid sphere; NaN where
        there is none.
    nulls_deg : the beam's nulls, each on both sides
    depth : RoomDepth, or None while the room is computed
    """

    params: object
    params_read: tuple[str, ...]
    target_db: np.ndarray
    spread_db: np.ndarray
    input_gain_db: np.ndarray
    group_delay_ms: np.ndarray
    impulse: np.ndarray
    impulse_ms: np.ndarray
    side_cm: np.ndarray
    distance_m: np.ndarray
    sweet_db: np.ndarray
    beam_hz: np.ndarray
    beam_azimuth_rad: np.ndarray
    beam_db: np.ndarray
    beam_spread_db: np.ndarray
    null_db: np.ndarray
    null_95_db: np.ndarray
    unevenness_db: np.ndarray
    directivity_db: np.ndarray
    white_noise_gain_db: np.ndarray
    condition_db: np.ndarray
    error_db: np.ndarray
    image_ild_db: np.ndarray
    image_itd_us: np.ndarray
    headroom_db: float
    taps: int
    latency_samples: int
    nulls_deg: tuple[float, ...] = ()
    depth: RoomDepth | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LoudspeakerResponse:
    """What a loudspeaker design does, over frequency (F,).

    `separation_db` maps a head position's name ("nominal", "2 cm", "5 cm") to crosstalk separation in dB (F,);
    `driver_gain_db` is (drivers, F), the largest over the inputs; `plain_separation_db` (F,) without the filters.
    """

    layout: str
    driver_names: tuple[str, ...]
    frequency_hz: np.ndarray
    separation_db: dict[str, np.ndarray]
    plain_separation_db: np.ndarray
    driver_gain_db: np.ndarray
    detail: LoudspeakerDetail | None = None


@dataclass(frozen=True, slots=True)
class LatencyPart:
    """One part of the latency budget."""

    label: str
    samples: int
    rate_hz: int

    @property
    def ms(self) -> float:
        return 1000.0 * self.samples / self.rate_hz


@dataclass(frozen=True, slots=True)
class Dropout:
    """One interruption of the sound. `stage` is the stage that overran; `own` is False when the sound server did it."""

    time_s: float
    stage: str
    own: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TalkerRecording:
    """Each talker being recorded into a file of its own.

    `numbers` are the tracks that have one open now, `files` counts all so far, `left_out` are tracks for which there
    was no room. `core_percent` of one processor core is what it takes, `behind_s` how far it is behind the sound,
    `lost_s` how much it had to leave out. `notice` says why another enhancement is used than was asked for.
    """

    numbers: tuple[int, ...] = ()
    files: int = 0
    left_out: tuple[int, ...] = ()
    core_percent: float = 0.0
    behind_s: float = 0.0
    lost_s: float = 0.0
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A line that the engine said; `number` grows by one with each. `failed`: it is an error."""

    number: int
    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """How the engine is doing; updated a few times a second.

    `state` is "stopped", "starting", "running" or "lost"; `message` the last error or notice, in plain words,
    `failed` whether it is an error. `said` are the last lines, oldest first: of two that come between two looks at
    `message` the first would be missed, and a start empties it.
    `load` is the hop thread's time over the hop's length, averaged; `stage_us` mean thread time by stage.
    `drift_ppm` is how much faster the source's clock is than the sink's, None where they are one; `queue_ms` how long
    the playback queue lasts when a hop is written; `alarm` says in plain words what is wrong with them, else empty.
    `recording_left_s` is how much longer the disk takes a recording; `muted_inputs` the channels that give no numbers,
    `silent_inputs` devices that give nothing but zeros though they had sound, `awaited` devices that were not there at
    the start and are taken when they appear.
    `measured_ms` is the delay last measured through a loopback, the chain included, `measured_at` when.
    `talkers` tells of the talkers' own files, None while there are none.
    """

    state: str = "stopped"
    message: str = ""
    failed: bool = False
    elapsed_s: float = 0.0
    rate_hz: int = 48000
    hop: int = 480
    load: float = 0.0
    stage_us: dict[str, float] = field(default_factory=dict)
    latency: tuple[LatencyPart, ...] = ()
    dropouts: tuple[Dropout, ...] = ()
    own_dropouts: int = 0
    server_dropouts: int = 0
    recording_s: float | None = None
    input_names: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()
    array: str = ""
    layout: str = ""
    source: str = ""
    sink: str = ""
    drift_ppm: float | None = None
    queue_ms: float | None = None
    alarm: str = ""
    measured_ms: float | None = None
    measured_at: str = ""
    recording_left_s: float | None = None
    muted_inputs: tuple[str, ...] = ()
    silent_inputs: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    talkers: TalkerRecording | None = None
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class MicrophoneVerdict:
    """What the microphone check says of one channel, from 0: `fault` is None, "dead", "inverted", "swapped" or "gain".

    `partner` is the microphone that a swapped channel really is; `gain_db` its level beside the others, None if dead.
    """

    index: int
    name: str
    fault: str | None
    partner: int | None = None
    gain_db: float | None = None


@dataclass(frozen=True, slots=True)
class MicrophoneReport:
    """The microphone check: `state` is "" before the first, "listening", "judging", "done" or "failed".

    `progress` of the listening is 0 to 1; `error` says why it failed. `score` is how well the sound fits the
    array's geometry (0 chance, 1 perfectly), `note` what remains in doubt, `at` the time of day.
    """

    state: str = ""
    progress: float = 0.0
    verdicts: tuple[MicrophoneVerdict, ...] = ()
    score: float = 0.0
    note: str = ""
    error: str = ""
    at: str = ""

    @property
    def faults(self) -> tuple[MicrophoneVerdict, ...]:
        """The channels with a fault."""
        return tuple(verdict for verdict in self.verdicts if verdict.fault)


@dataclass(frozen=True, slots=True, eq=False)
class OracleRung:
    """One rung of the oracle ladder over an excerpt: `name` is "noisy", one of `ORACLE_RUNGS`, or "network".

    `columns_dbfs` (T, B) float32 are its spectrum columns, one a hop; scores against the clean signal are NaN when
    unknown.
    """

    name: str
    columns_dbfs: np.ndarray
    si_sdr_db: float
    stoi: float


@dataclass(frozen=True, slots=True, eq=False)
class OracleExcerpt:
    """A few seconds of sound on all rungs. `number` counts excerpts, `method` names the enhancer on the last rung."""

    number: int
    method: str
    duration_s: float
    bin_hz: float
    rungs: tuple[OracleRung, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OracleReport:
    """The oracle ladder now: `state` is "" at rest, "listening" before there is enough sound, or "measuring"."""

    state: str = ""
    excerpt: OracleExcerpt | None = None
