"""How the engine is doing."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    `dropouts` are the newest, oldest first; `noted_dropouts` counts all that were ever among them, `own_dropouts` those
    of the program, `machine_dropouts` those of a processor that was busy otherwise, `server_dropouts` what the sound
    server reported.
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
    noted_dropouts: int = 0
    own_dropouts: int = 0
    machine_dropouts: int = 0
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
