"""The array being drawn, with undo; no widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from workbench.core.array_shapes import (
    LARGEST_M,
    ArrayFigures,
    ArrayFinding,
    array_figures,
    array_findings,
)
from workbench.core.errors import InputError
from workbench.core.geometry import MAX_MICS, MicrophoneArray
from workbench.engine.array_files import describe, save_array

DEPTH = 200
STEP_M = 1e-4
"""Places are rounded to a tenth of a millimetre when drawn by hand."""

Places = tuple[tuple[float, float, float], ...]


class ArrayDraft:
    """Positions in channel order, in metres. Changes of one gesture (a drag) are one step of undo.

    Parameters
    ----------
    changed : called after every change
    """

    def __init__(self, changed: Callable[[], None] = lambda: None):
        self.changed = changed
        self.name = "My array"
        self.places: Places = ()
        self.path: Path | None = None
        """The file of one's own that it came from or went to."""
        self._saved: tuple[str, Places] = (self.name, ())
        self._done: list[tuple[Places, object | None]] = []
        self._undone: list[Places] = []

    # ---- what it is ----------------------------------------------------------------------------------------

    @property
    def xyz_m(self) -> np.ndarray:
        """Positions (mics, 3)."""
        return np.array(self.places, dtype=float).reshape(-1, 3)

    @property
    def figures(self) -> ArrayFigures:
        return array_figures(self.xyz_m)

    @property
    def findings(self) -> tuple[ArrayFinding, ...]:
        return array_findings(self.xyz_m)

    @property
    def usable(self) -> bool:
        """Nothing is wrong with it that cannot be."""
        return not any(finding.fatal for finding in self.findings)

    @property
    def edited(self) -> bool:
        """Differs from what was opened or saved last."""
        return (self.name, self.places) != self._saved

    def array(self) -> MicrophoneArray:
        """The finished array. Raises InputError when it cannot be used."""
        for finding in self.findings:
            if finding.fatal:
                raise InputError(f"{self.name}: {finding.text}")
        if not self.name.strip():
            raise InputError("The array needs a name")
        return MicrophoneArray(self.name.strip(), self.xyz_m, describe(self.xyz_m))

    # ---- undo ----------------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def undo(self) -> None:
        """Take back the newest change."""
        if self._done:
            self._undone.append(self.places)
            self.places, _ = self._done.pop()
            self.changed()

    def redo(self) -> None:
        """Apply again what was taken back."""
        if self._undone:
            self._done.append((self.places, None))
            self.places = self._undone.pop()
            self.changed()

    def _take(self, places: Sequence, gesture: object | None = None) -> None:
        places = tuple(tuple(float(value) for value in place) for place in places)
        if places == self.places:
            return
        if gesture is None or not self._done or self._done[-1][1] != gesture:
            self._done.append((self.places, gesture))
            del self._done[:-DEPTH]
        self._undone.clear()
        self.places = places
        self.changed()

    # ---- changes -------------------------------------------------------------------------------------------

    def load(self, array: MicrophoneArray, path: Path | None = None) -> None:
        """Begin with another array; what was drawn can be undone."""
        self.name, self.path = array.name, path
        self._take(array.mic_xyz_m)
        self._saved = (self.name, self.places)
        self.changed()

    def replace(self, xyz_m: np.ndarray) -> None:
        """Other positions altogether, as one step. Raises InputError for more than MAX_MICS."""
        if len(xyz_m) > MAX_MICS:
            raise InputError(f"{len(xyz_m)} microphones: at most {MAX_MICS} are supported")
        self._take(xyz_m)

    def add(self, x_m: float, y_m: float, z_m: float = 0.0) -> int:
        """One more microphone, as the last channel; its index. Raises InputError when there are MAX_MICS."""
        if len(self.places) >= MAX_MICS:
            raise InputError(f"An array has at most {MAX_MICS} microphones")
        self._take([*self.places, _place(x_m, y_m, z_m)])
        return len(self.places) - 1

    def move(self, index: int, x_m: float, y_m: float, z_m: float | None = None, gesture: object = None) -> None:
        """Put a microphone somewhere else; its height stays unless given."""
        places = list(self.places)
        places[index] = _place(x_m, y_m, places[index][2] if z_m is None else z_m)
        self._take(places, gesture)

    def remove(self, indices: Sequence[int]) -> None:
        """Without these microphones; the channels behind them move up."""
        gone = set(indices)
        self._take([place for index, place in enumerate(self.places) if index not in gone])

    def shift(self, index: int, by: int) -> int:
        """Give a microphone another channel, `by` places later; its new index."""
        target = min(max(0, index + by), len(self.places) - 1)
        places = list(self.places)
        places.insert(target, places.pop(index))
        self._take(places)
        return target

    def centre(self) -> None:
        """Move all so that their mean is the array's centre."""
        if self.places:
            self._take(np.round(self.xyz_m - self.xyz_m.mean(axis=0), 6))

    def rotate(self, by_deg: float) -> None:
        """Turn all counter-clockwise about the centre."""
        turn = np.radians(by_deg)
        rotation = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
        if self.places:
            self._take(np.round(self.xyz_m @ rotation.T, 6))

    def save(self, path: str | Path) -> None:
        """Write the array. Raises InputError; then nothing was written."""
        save_array(self.array(), path)
        self.path = Path(path)
        self._saved = (self.name, self.places)
        self.changed()


def _place(*xyz_m: float) -> tuple[float, ...]:
    return tuple(float(np.clip(round(value / STEP_M) * STEP_M, -LARGEST_M, LARGEST_M)) for value in xyz_m)
