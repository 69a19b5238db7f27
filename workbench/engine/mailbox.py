"""Where the engine leaves what the window reads: latest values, and a bounded history of hops.

Writers never wait and readers take no lock: each slot is one reference, replaced whole.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from workbench.core.messages import (
    BeamGain,
    BeamPattern,
    Health,
    Localization,
    LoudspeakerResponse,
    MicrophoneReport,
    OracleReport,
    Snapshot,
)

SNAPSHOT_HISTORY = 1500
"""Hops kept: 15 s, more than a window that was covered or dragged is ever behind. Each is about 11 kB."""
LOCALIZATION_HISTORY = 600


class _Numbered(Protocol):
    @property
    def sequence(self) -> int: ...


Message = TypeVar("Message", bound=_Numbered)


class History(Generic[Message]):
    """The newest messages of a sequence 0, 1, 2, …; one writer, any number of readers."""

    def __init__(self, capacity: int):
        self._slots: list[Message | None] = [None] * capacity
        self._count = 0

    @property
    def next_sequence(self) -> int:
        """Number that the next message must carry."""
        return self._count

    def put(self, message: Message) -> None:
        """Add the message with the next number; the oldest goes."""
        if message.sequence != self._count:
            raise ValueError(f"expected message {self._count}, got {message.sequence}")
        self._slots[self._count % len(self._slots)] = message
        self._count += 1

    @property
    def latest(self) -> Message | None:
        """The newest message."""
        count = self._count
        return self._slots[(count - 1) % len(self._slots)] if count else None

    def since(self, sequence: int) -> list[Message]:
        """All kept messages with a number above `sequence`, oldest first (-1: everything)."""
        count = self._count
        first = max(sequence + 1, count - len(self._slots) + 1, 0)
        found = (self._slots[number % len(self._slots)] for number in range(first, count))
        # A slot may have been overwritten between the two reads: only the number asked for counts.
        return [
            message
            for number, message in zip(range(first, count), found)
            if message is not None and message.sequence == number
        ]


class Mailbox:
    """Everything the engine shows."""

    def __init__(self) -> None:
        self.snapshots: History[Snapshot] = History(SNAPSHOT_HISTORY)
        self.localizations: History[Localization] = History(LOCALIZATION_HISTORY)
        self.health = Health()
        self.beam_pattern: BeamPattern | None = None
        self.beam_gain: BeamGain | None = None
        """What the beam gains, where the source knows the truth."""
        self.loudspeaker_response: LoudspeakerResponse | None = None
        self.oracle = OracleReport()
        self.microphones = MicrophoneReport()
        """The newest microphone check."""

    def snapshots_since(self, sequence: int) -> list[Snapshot]:
        """Hops newer than `sequence`, oldest first."""
        return self.snapshots.since(sequence)

    def localizations_since(self, sequence: int) -> list[Localization]:
        """Localizer updates newer than `sequence`, oldest first."""
        return self.localizations.since(sequence)
