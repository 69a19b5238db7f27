"""Which channel of a source is which microphone of the array, and with which gain and polarity.

Positions (microphones) and channels are counted from 0 here; a person, a settings file and the window count from 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.errors import InputError
from workbench.core.geometry import MAX_MICS

GAIN_RANGE_DB = (-24.0, 24.0)


@dataclass(frozen=True, slots=True)
class Position:
    """What one microphone position of the array hears.

    channel : of the source, from 0; None: nothing, silence
    gain_db : trims a microphone that is louder or quieter than the others
    inverted : the channel's polarity is turned
    muted : silence for the time being; the rest is kept
    """

    channel: int | None
    gain_db: float = 0.0
    inverted: bool = False
    muted: bool = False

    @property
    def factor(self) -> float:
        """What the samples are multiplied by."""
        if self.channel is None or self.muted:
            return 0.0
        return (-1.0 if self.inverted else 1.0) * 10 ** (self.gain_db / 20)


@dataclass(frozen=True, slots=True)
class ChannelMap:
    """A position for each microphone of the array.

    Raises
    ------
    InputError
        No position, more than 64, a channel below the first, or a gain out of range.
    """

    positions: tuple[Position, ...]

    def __post_init__(self):
        if not 1 <= len(self.positions) <= MAX_MICS:
            raise InputError(f"channel map: {len(self.positions)} microphones; 1 to {MAX_MICS} are supported")
        low, high = GAIN_RANGE_DB
        for number, position in enumerate(self.positions, start=1):
            if position.channel is not None and position.channel < 0:
                raise InputError(f"channel map: microphone {number} names channel {position.channel + 1}")
            if not low <= position.gain_db <= high:
                raise InputError(f"channel map: microphone {number} has {position.gain_db:g} dB; {low:g}…{high:g} dB")

    @classmethod
    def in_order(cls, mics: int, channels: int | None = None) -> ChannelMap:
        """Microphone 1 on channel 1, and so on; those beyond the source's `channels` get nothing."""
        last = mics if channels is None else channels
        return cls(tuple(Position(number if number < last else None) for number in range(mics)))

    @property
    def plain(self) -> bool:
        """Every microphone is the channel of its own number, untouched."""
        return all(position == Position(number) for number, position in enumerate(self.positions))

    def missing(self, channels: int) -> tuple[int, ...]:
        """Positions whose channel a source of so many channels does not have."""
        return tuple(
            number
            for number, position in enumerate(self.positions)
            if position.channel is not None and position.channel >= channels
        )

    def microphones_of(self, channel: int) -> tuple[int, ...]:
        """The positions that hear a channel."""
        return tuple(number for number, position in enumerate(self.positions) if position.channel == channel)

    def with_position(self, number: int, **changes: Any) -> ChannelMap:
        """Another map, with one position changed. Raises InputError."""
        positions = list(self.positions)
        positions[number] = replace(positions[number], **changes)
        return ChannelMap(tuple(positions))

    def assigned(self, number: int, channel: int | None) -> ChannelMap:
        """Another map in which a position hears `channel`; who heard it until now gets the position's old one.

        So a map that used every channel once still does.
        """
        before = self.positions[number].channel
        others = {other for other in self.microphones_of(channel) if other != number} if channel is not None else set()
        positions = [
            replace(position, channel=channel if index == number else before if index in others else position.channel)
            for index, position in enumerate(self.positions)
        ]
        return ChannelMap(tuple(positions))

    def resized(self, mics: int, channels: int | None = None) -> ChannelMap:
        """Another map for so many microphones: the end is cut, or goes on with the channels that nobody hears yet."""
        used = {position.channel for position in self.positions}
        free = iter(n for n in range(MAX_MICS if channels is None else channels) if n not in used)
        more = [Position(next(free, None)) for _ in range(mics - len(self.positions))]
        return ChannelMap((*self.positions[:mics], *more))

    def swapped(self, first: int, second: int) -> ChannelMap:
        """Another map in which two positions hear each other's channel, with its gain and polarity."""
        positions = list(self.positions)
        positions[first], positions[second] = positions[second], positions[first]
        return ChannelMap(tuple(positions))


def to_table(channel_map: ChannelMap) -> list[dict]:
    """The map for a TOML file: one table a microphone, only with what is unusual; channel 0 means none."""
    rows = []
    for position in channel_map.positions:
        row: dict[str, Any] = {"channel": 0 if position.channel is None else position.channel + 1}
        if position.gain_db:
            row["gain_db"] = round(position.gain_db, 3)
        if position.inverted:
            row["inverted"] = True
        if position.muted:
            row["muted"] = True
        rows.append(row)
    return rows


def from_table(rows: Sequence[Mapping[str, Any]]) -> ChannelMap:
    """What `to_table` wrote, or somebody by hand.

    Raises
    ------
    InputError
        Not such a list; the message names the microphone and the key.
    """
    if not isinstance(rows, (list, tuple)):
        raise InputError("channel map: expected a list with a table for each microphone")
    positions = []
    for number, row in enumerate(rows, start=1):
        where = f"channel map, microphone {number}"
        if not isinstance(row, Mapping):
            raise InputError(f"{where}: expected a table such as {{channel = 1}}")
        unknown = set(row) - {"channel", "gain_db", "inverted", "muted"}
        if unknown:
            raise InputError(f"{where}: unknown key {sorted(unknown)[0]!r}")
        channel, gain_db = row.get("channel", number), row.get("gain_db", 0.0)
        if not isinstance(channel, int) or isinstance(channel, bool) or channel < 0:
            raise InputError(f"{where}: channel {channel!r} must be a number from 1 on (0: none)")
        if not isinstance(gain_db, (int, float)) or isinstance(gain_db, bool):
            raise InputError(f"{where}: gain_db {gain_db!r} must be a number")
        flags = {key: row.get(key, False) for key in ("inverted", "muted")}
        for key, value in flags.items():
            if not isinstance(value, bool):
                raise InputError(f"{where}: {key} must be true or false")
        positions.append(Position(channel - 1 if channel else None, float(gain_db), **flags))
    return ChannelMap(tuple(positions))
