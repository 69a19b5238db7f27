"""What plays in the place of a device that is not there when the sound starts, and the wish for that device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from workbench.audio.devices import DeviceList, is_listed
from workbench.audio.specs import parse_device
from workbench.core.errors import InputError

ENDS = {"input": "source", "output": "sink"}
"""Which end of the chain a device's direction is."""

_DIRECTIONS = {end: direction for direction, end in ENDS.items()}


def stand_ins(end: str, missed: str, listing: DeviceList | None) -> tuple[str, ...]:
    """What may take the place of `missed`, the best first.

    For a source the simulated room: no sound that somebody could take for a microphone's. For a sink the default
    output, if there is another one, else none.
    """
    if end == "source":
        return ("room",)
    devices = listing.devices if listing else ()
    defaults = (device.spec for device in devices if device.default_output and device.outputs > 0)
    return (*(spec for spec in defaults if spec != missed.partition("#")[0].strip()), "none")


def in_words(spec: str) -> str:
    """A stand-in in words, as the subject of "plays instead"."""
    if spec == "room":
        return "the simulated room plays instead"
    return "nothing is played" if spec == "none" else f"{spec.rpartition('/')[2]} plays instead"


def name_of(spec: str) -> str:
    """How a person knows what `spec` names."""
    kind, _, rest = spec.partition(":")
    if kind != "device":
        return spec
    device = parse_device(rest)
    return device.name or device.hostapi or "the default device"


@dataclass(frozen=True)
class Wishes:
    """Devices that shall be taken when they appear: `specs` by end ("source", "sink")."""

    specs: dict[str, str] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def plus(self, end: str, spec: str) -> Wishes:
        """With a wish for a device; an older wish for that end stays."""
        return Wishes({end: spec, **self.specs})

    def without(self, ends: Iterable[str]) -> Wishes:
        """Somebody chose something else for these ends, or they have come true."""
        gone = set(ends)
        return replace(self, specs={end: spec for end, spec in self.specs.items() if end not in gone})

    @property
    def names(self) -> tuple[str, ...]:
        """As a person knows them."""
        return tuple(map(name_of, self.specs.values()))

    def come_true(self, serial: int, listing: DeviceList | None) -> tuple[str, ...]:
        """The ends whose device stands in the list of this number, once for each list."""
        if listing is None or serial in self._seen:
            return ()
        self._seen.add(serial)
        return tuple(end for end, spec in self.specs.items() if self._listed(spec, end, listing))

    @staticmethod
    def _listed(spec: str, end: str, listing: DeviceList) -> bool:
        try:
            return is_listed(listing, parse_device(spec.partition(":")[2]), _DIRECTIONS[end])
        except InputError:
            return False
