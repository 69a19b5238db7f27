"""The place in a file or recorded session under command: it outlives a chain that is stopped or built anew."""

from __future__ import annotations

from typing import Any

from workbench.core.errors import InputError
from workbench.core.transport import TransportState
from workbench.engine.ab_settings import SideHistory


def place_of(spec: str) -> tuple[str, str]:
    """(kind, path) of a source that has places to go to: "file" or "session"; else two empty strings."""
    kind, _, path = spec.partition(":")
    return (kind, path) if kind in ("file", "session") and path else ("", "")


class TransportControl:
    """Seeks, loops a region, and chooses whether a session plays as recorded; from any thread, and nothing waits.

    Parameters
    ----------
    history : SideHistory
        Shows what a recording says while it is followed.
    """

    def __init__(self, history: SideHistory):
        self._history = history
        self._source: Any = None
        self._spec = ""
        self._place_s = self._duration_s = 0.0
        self._region_s: tuple[float, float] | None = None
        self._as_recorded = True
        self._why_not = ""

    def choose(self, spec: str) -> None:
        """The source that is chosen, though it may not run yet; another one than before begins at its start."""
        if spec != self._spec:
            self._spec = spec
            self._place_s = self._duration_s = 0.0
            self._region_s, self._as_recorded, self._why_not = None, True, ""

    def attach(self, source: Any, spec: str) -> None:
        """A source is about to start: it goes on where the last one with the same name was."""
        self.choose(spec)
        self._source = source if place_of(spec)[0] else None
        if self._source is None:
            self._history.follow(False)
            return
        self._duration_s = source.duration_s
        if self._region_s is not None:
            source.set_region(self._region_s)
        if self._place_s > 0:
            source.seek(self._place_s)
        self._why_not = getattr(source, "why_not", "")
        self._history.follow(hasattr(source, "why_not") and self._as_recorded and not self._why_not)

    def detach(self) -> None:
        """The source ends; its place is kept."""
        if self._source is not None:
            self._place_s, self._as_recorded = self._source.position_s, self._history.following
            self._source = None

    def _need(self) -> None:
        if not place_of(self._spec)[0]:
            raise InputError("There is no place to go to: the source is no file and no recorded session")

    def seek(self, position_s: float) -> None:
        """Go on from another place, or begin there. Raises InputError: the source has no places."""
        self._need()
        self._place_s = max(0.0, position_s)
        if self._source is not None:
            self._source.seek(position_s)

    def set_region(self, region_s: tuple[float, float] | None) -> None:
        """Loop a part of the file; None: all of it. Raises InputError: too short, or the source has no places."""
        self._need()
        if self._source is not None:
            self._source.set_region(region_s)
            region_s = None if region_s is None else self._source.region_s
        self._region_s = region_s
        if region_s is not None and not region_s[0] <= self._place_s < region_s[1]:
            self._place_s = region_s[0]

    def play_as_recorded(self, on: bool) -> None:
        """A session through the settings of then, or through those of now. Raises InputError where that cannot be."""
        if place_of(self._spec)[0] != "session":
            raise InputError("The source is no recorded session")
        if on and self._why_not:
            raise InputError(self._why_not)
        self._as_recorded = bool(on)
        self._history.follow(self._as_recorded and self._source is not None)

    def take_recorded(self) -> None:
        """What the recording says now becomes a person's own settings: one undo step. Raises InputError."""
        if not self._history.following:
            raise InputError("Nothing plays as recorded")
        self._history.adopt()

    @property
    def state(self) -> TransportState:
        """How things are now."""
        kind, path = place_of(self._spec)
        if not kind:
            return TransportState()
        source = self._source
        running = source is not None
        return TransportState(
            path=path,
            session=kind == "session",
            position_s=source.position_s if running else self._place_s,
            duration_s=self._duration_s,
            region_s=self._region_s,
            as_recorded=kind == "session" and (self._history.following if running else self._as_recorded),
            why_not=getattr(source, "why_not", "") if running else self._why_not,
        )
