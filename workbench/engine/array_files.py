"""Microphone arrays as files, and those that a person has made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tomli_w

from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.geometry import ARRAY_VERSION, MicrophoneArray


def array_toml(array: MicrophoneArray) -> str:
    """The array file that `core.geometry.load_array` reads back, to a micrometre."""
    mics = np.round(array.mic_xyz_m, 6).tolist()
    return tomli_w.dumps(
        {"earshot_array": ARRAY_VERSION, "name": array.name, "description": array.description, "mics": mics}
    )


def save_array(array: MicrophoneArray, path: str | Path) -> None:
    """Write an array file; an existing one is replaced only when the new one is complete.

    Raises
    ------
    InputError
        The folder cannot be made or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, array_toml(array))
    except OSError as error:
        raise InputError(f"{path}: the array cannot be written here ({error.strerror})") from error


def describe(xyz_m: np.ndarray) -> str:
    """One line for the status bar: how many microphones on how much space."""
    mics = len(xyz_m)
    if mics == 1:
        return "1 microphone"
    aperture_mm = 1000 * max(float(np.linalg.norm(a - b)) for a in xyz_m for b in xyz_m)
    return f"{mics} microphones, aperture {aperture_mm:.0f} mm"
