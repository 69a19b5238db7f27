"""What the microphone check found."""

from __future__ import annotations

from dataclasses import dataclass


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
