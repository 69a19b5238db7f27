"""Where a file or a recorded session plays: the words that engine and window share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransportState:
    """How the transport stands.

    Attributes
    ----------
    path : str
        The file, or the folder of the session; empty where the source has no places to go to.
    session : bool
        It is a recorded session.
    position_s, duration_s : float
        `duration_s` is 0 while it is not known.
    region_s : (float, float) or None
        The part that loops; None: all of it.
    as_recorded : bool
        A session plays through the settings of then, not through those of now.
    why_not : str
        Why it cannot be played as recorded; empty where it can.
    """

    path: str = ""
    session: bool = False
    position_s: float = 0.0
    duration_s: float = 0.0
    region_s: tuple[float, float] | None = None
    as_recorded: bool = False
    why_not: str = ""
