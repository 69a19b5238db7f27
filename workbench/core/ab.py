"""Comparing two settings by ear: the words that engine and window share."""

from __future__ import annotations

from dataclasses import dataclass

SIDES = ("a", "b")

TAPS = ("output", "microphone", "beam", "enhanced", "scene", "audition")
"""Places of the chain that can be heard: its output, the first microphone, the capture beam, what the enhancement made
of it, the stereo scene before the loudspeakers' filters, and the loudspeakers as they would sound at the ears."""

TAP_NAMES = {
    "output": "Output",
    "microphone": "Microphone",
    "beam": "Capture beam",
    "enhanced": "Enhanced",
    "scene": "Upmixed scene",
    "audition": "Loudspeakers at the ears",
}


@dataclass(frozen=True, slots=True)
class ABChoice:
    """What is shown and what is heard, read once a hop. Sides are 0 for A and 1 for B.

    `shown` is the side that is edited and seen; `heard` differs from it only in a blind comparison. `matched` levels
    the sides by their loudness, `frozen` keeps the offset that was measured last.
    """

    shown: int = 0
    heard: int = 0
    tap: str = "output"
    matched: bool = True
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class ABState:
    """How the comparison stands.

    `gain_a_db` and `gain_b_db` are what matching takes off each side: 0 for the softer one, negative for the louder.
    `lufs_a` and `lufs_b` are their integrated loudness (ITU-R BS.1770) over the same last `measured_s`, NaN while
    unknown. `shared` names the stages that run once because both sides have the same settings there.
    """

    side: str = "a"
    tap: str = "output"
    matched: bool = True
    frozen: bool = False
    gain_a_db: float = 0.0
    gain_b_db: float = 0.0
    lufs_a: float = float("nan")
    lufs_b: float = float("nan")
    measured_s: float = 0.0
    shared: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Both sides do the same."""
        return len(self.shared) == 3


@dataclass(frozen=True, slots=True)
class Difference:
    """One parameter that differs: its values as text with unit."""

    path: str
    label: str
    a: str
    b: str
