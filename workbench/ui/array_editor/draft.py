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
from workbench.ui.editor import Draft

STEP_M = 1e-4
"""Places are rounded to a tenth of a millimetre when drawn by hand."""

Places = tuple[tuple[float, float, float], ...]


class ArrayDraft(Draft[Places]):
    """Positions in channel order, in metres."""

    def __init__(self, changed: Callable[[], None] = lambda: None):
        self.name = "My array"
        super().__init__((), changed)

    def _whole(self) -> tuple[str, Places]:
        return self.name, self.content

    @property
    def places(self) -> Places:
        """Positions in channel order."""
        return self.content

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

    def array(self) -> MicrophoneArray:
        """The finished array. Raises InputError when it cannot be used."""
        for finding in self.findings:
            if finding.fatal:
                raise InputError(f"{self.name}: {finding.text}")
        if not self.name.strip():
            raise InputError("The array needs a name")
        return MicrophoneArray(self.name.strip(), self.xyz_m, describe(self.xyz_m))

    def _take(self, places: Sequence, gesture: object | None = None) -> None:
        self.take(tuple(tuple(float(value) for value in place) for place in places), gesture)

    def load(self, array: MicrophoneArray, path: Path | None = None) -> None:
        """Begin with another array; what was drawn can be undone."""
        self.name = array.name
        self._take(array.mic_xyz_m)
        self._mark_saved(path)

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
        self._mark_saved(Path(path))


def _place(*xyz_m: float) -> tuple[float, ...]:
    return tuple(float(np.clip(round(value / STEP_M) * STEP_M, -LARGEST_M, LARGEST_M)) for value in xyz_m)
