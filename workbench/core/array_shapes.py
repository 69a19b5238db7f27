"""Shapes of microphone arrays, and what a geometry can and cannot do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import MAX_MICS, SPEED_OF_SOUND_M_S

NEAREST_M = 1e-3
"""Closer microphones cannot be built, and their difference is all noise."""
LARGEST_M = 5.0
COLLINEAR = 1e-3


def circle_xyz_m(mics: int, radius_m: float, first_deg: float = 0.0) -> np.ndarray:
    """A uniform circle (mics, 3), channel 1 at `first_deg`, counter-clockwise. Raises InputError."""
    _check(mics, radius_m, "radius")
    turn = np.radians(first_deg) + 2 * np.pi * np.arange(mics) / mics
    return np.stack([radius_m * np.cos(turn), radius_m * np.sin(turn), np.zeros(mics)], axis=1)


def line_xyz_m(mics: int, spacing_m: float, direction_deg: float = 90.0) -> np.ndarray:
    """A uniform line (mics, 3) about the origin; channel 1 is towards `direction_deg` (90: left). Raises InputError."""
    _check(mics, spacing_m, "spacing")
    along = spacing_m * (0.5 * (mics - 1) - np.arange(mics))
    turn = np.radians(direction_deg)
    return np.stack([along * np.cos(turn), along * np.sin(turn), np.zeros(mics)], axis=1)


def grid_xyz_m(rows: int, columns: int, spacing_m: float) -> np.ndarray:
    """A rectangular grid (rows * columns, 3) about the origin, row by row from the front left. Raises InputError."""
    _check(rows * columns, spacing_m, "spacing")
    x, y = np.meshgrid(0.5 * (rows - 1) - np.arange(rows), 0.5 * (columns - 1) - np.arange(columns), indexing="ij")
    return spacing_m * np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)


def _check(mics: int, size_m: float, what: str) -> None:
    if not 1 <= mics <= MAX_MICS:
        raise InputError(f"{mics} microphones: an array has 1 to {MAX_MICS}")
    if not NEAREST_M <= size_m <= LARGEST_M:
        raise InputError(f"{what} {1000 * size_m:g} mm is outside {1000 * NEAREST_M:g}…{1000 * LARGEST_M:g} mm")


def read_csv(path: str | Path) -> np.ndarray:
    """Positions (mics, 3) in metres from a text file: x, y (and z) in millimetres a line, in channel order.

    Columns are separated by commas, semicolons, tabs or blanks; lines that begin with # and a line of headings are
    left out. With semicolons or tabs the decimal sign may be a comma.

    Raises
    ------
    InputError
        The message names the file and the line.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text file") from error
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        fields = _fields(line)
        try:
            values = [float(field) for field in fields]
        except ValueError:
            if not rows and not any(character.isdigit() for character in fields[0]):
                continue  # headings
            raise InputError(f"{path}, line {number}: {line.strip()!r} is not x, y, z in millimetres") from None
        if len(values) not in (2, 3) or not np.isfinite(values).all():
            raise InputError(f"{path}, line {number}: expected x, y and perhaps z in millimetres")
        rows.append([*values, 0.0][:3])
        if len(rows) > MAX_MICS:
            raise InputError(f"{path}: more than {MAX_MICS} microphones")
    if not rows:
        raise InputError(f"{path}: holds no positions; expected x, y, z in millimetres, one microphone a line")
    return np.array(rows) / 1000


def _fields(line: str) -> list[str]:
    for separator in (";", "\t"):
        if separator in line:
            return [field.strip().replace(",", ".") for field in line.split(separator)]
    return [field for field in line.replace(",", " ").split() if field]


@dataclass(frozen=True, slots=True)
class ArrayFigures:
    """What a geometry means for beams and directions.

    Attributes
    ----------
    aperture_m : float
        Largest distance between two microphones.
    spacing_m : float
        Largest distance from a microphone to its nearest neighbour; NaN for a single one.
    aliasing_hz : float
        Frequency from which that spacing is more than half a wavelength, c / (2 spacing): above it a beam has more
        than one main lobe in some direction. NaN for a single microphone.
    lowest_hz : float
        Frequency at which the aperture is a quarter of a wavelength: below it delay-and-sum has hardly any directivity.
    """

    aperture_m: float
    spacing_m: float
    aliasing_hz: float
    lowest_hz: float


def array_figures(xyz_m: np.ndarray) -> ArrayFigures:
    """Figures of positions (mics, 3)."""
    distance = _distances(xyz_m)
    if len(distance) < 2:
        return ArrayFigures(0.0, float("nan"), float("nan"), float("nan"))
    aperture_m = float(distance.max())
    spacing_m = float(np.where(np.eye(len(distance), dtype=bool), np.inf, distance).min(axis=1).max())
    return ArrayFigures(
        aperture_m=aperture_m,
        spacing_m=spacing_m,
        aliasing_hz=SPEED_OF_SOUND_M_S / (2 * spacing_m) if spacing_m > 0 else float("nan"),
        lowest_hz=SPEED_OF_SOUND_M_S / (4 * aperture_m) if aperture_m > 0 else float("nan"),
    )


@dataclass(frozen=True, slots=True)
class ArrayFinding:
    """Something to know about a geometry: `fatal` makes it unusable; `mics` are the numbers (from 1) it is about."""

    text: str
    fatal: bool = False
    mics: tuple[int, ...] = ()


def array_findings(xyz_m: np.ndarray) -> tuple[ArrayFinding, ...]:
    """What is wrong with positions (mics, 3), and what they cannot do."""
    xyz_m = np.asarray(xyz_m, dtype=float)
    if not len(xyz_m):
        return (ArrayFinding("There is no microphone yet.", fatal=True),)
    found = []
    if len(xyz_m) > MAX_MICS:
        found.append(ArrayFinding(f"{len(xyz_m)} microphones: at most {MAX_MICS} are supported.", fatal=True))
    distance = _distances(xyz_m)
    first, second = np.nonzero(np.triu(distance < NEAREST_M, k=1))
    for one, other in zip(first + 1, second + 1):
        found.append(
            ArrayFinding(f"Microphones {one} and {other} are at the same place.", True, (int(one), int(other)))
        )
    far = np.flatnonzero(np.linalg.norm(xyz_m, axis=1) > LARGEST_M) + 1
    if len(far):
        found.append(ArrayFinding(f"Microphone {far[0]} is more than {LARGEST_M:g} m away.", True, tuple(far.tolist())))
    if any(finding.fatal for finding in found):
        return tuple(found)
    if len(xyz_m) == 1:
        found.append(ArrayFinding("A single microphone hears all directions alike: no beam and no localization."))
    elif _rank(xyz_m) == 1:
        upright = np.ptp(xyz_m[:, :2], axis=0).max() < COLLINEAR * np.ptp(xyz_m[:, 2])
        text = (
            "All microphones stand over each other: azimuths cannot be told apart."
            if upright
            else "All microphones lie on a line: front and back cannot be told apart."
        )
        found.append(ArrayFinding(text))
    return tuple(found)


def _distances(xyz_m: np.ndarray) -> np.ndarray:
    xyz_m = np.asarray(xyz_m, dtype=float).reshape(-1, 3)
    return np.linalg.norm(xyz_m[:, None] - xyz_m[None], axis=-1)


def _rank(xyz_m: np.ndarray) -> int:
    """1 for microphones on a line, 2 in a plane, 3 in space."""
    size = np.linalg.svd(xyz_m - xyz_m.mean(axis=0), compute_uv=False)
    return int((size > COLLINEAR * size[0]).sum())
