"""What a person writes to name a source or sink: `device:HOSTAPI/NAME[#channels 1,2,5]`, `file:PATH`, ..."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.core.errors import InputError
from workbench.core.geometry import MAX_MICS

_CHANNELS = re.compile(r"\s*#\s*channels?\s+(?P<list>[^#]*)$", re.IGNORECASE)
_ITEM = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?$")


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """A device by host API and name (empty: the default), and the channels to use, counted from 1 (None: all)."""

    hostapi: str = ""
    name: str = ""
    channels: tuple[int, ...] | None = None

    def __str__(self) -> str:
        channels = "" if self.channels is None else f"#channels {','.join(map(str, self.channels))}"
        return f"device:{self.hostapi}/{self.name}{channels}" if self.name or self.hostapi else f"device:{channels}"


def parse_channels(text: str) -> tuple[int, ...]:
    """Channels from text: `1,2,5` or `1-4,7`, counted from 1.

    Raises
    ------
    InputError
        Not a list of channel numbers, a channel twice, none, or more than 64.
    """
    channels: list[int] = []
    for item in text.split(","):
        match = _ITEM.match(item.strip())
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else 0
        if first < 1 or last < first or last > 1024:
            raise InputError(f"channels {text.strip()!r}: expected numbers from 1 on, such as 1,2,5 or 1-8")
        channels.extend(range(first, last + 1))
    if len(set(channels)) < len(channels):
        raise InputError(f"channels {text.strip()!r}: a channel stands there twice")
    if len(channels) > MAX_MICS:
        raise InputError(f"channels {text.strip()!r}: {len(channels)} channels; at most {MAX_MICS} are supported")
    return tuple(channels)


def parse_device(text: str) -> DeviceSpec:
    """The part after `device:`: `HOSTAPI/NAME[#channels 1,2,5]`, `HOSTAPI`, or nothing for the default.

    A device's name may hold slashes; the host API ends at the first one.
    """
    channels = None
    match = _CHANNELS.search(text)
    if match:
        channels = parse_channels(match["list"])
        text = text[: match.start()]
    hostapi, _, name = text.strip().partition("/")
    return DeviceSpec(hostapi.strip(), name.strip(), channels)


def same_clock(
    first: DeviceSpec,
    second: DeviceSpec,
    first_variables: dict[str, str] | None = None,
    second_variables: dict[str, str] | None = None,
) -> bool:
    """Whether an input and an output surely run on one clock: all of one JACK server, or one device by its name.

    Where that is not sure, joining two clocks does no harm.
    """
    if (first_variables or {}) != (second_variables or {}):
        return False
    if first.hostapi.casefold().startswith("jack") and second.hostapi.casefold().startswith("jack"):
        return True
    return bool(first.name) and (first.hostapi.casefold(), first.name) == (second.hostapi.casefold(), second.name)


def two_clocks(
    source: str,
    sink: str,
    source_variables: dict[str, str] | None = None,
    sink_variables: dict[str, str] | None = None,
) -> bool:
    """Whether one device paces `source` and, as far as is known, another one `sink` (as a person names them)."""
    (kind, one), (other_kind, other) = (spec.partition(":")[::2] for spec in (source, sink))
    if (kind, other_kind) != ("device", "device"):
        return False
    return not same_clock(parse_device(one), parse_device(other), source_variables, sink_variables)
