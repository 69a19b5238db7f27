"""Angles, microphone arrays and loudspeaker layouts. THE conventions of the whole program.

========================  =====================================================================
``azimuth_rad``           0 = straight ahead (+x), counter-clockwise seen from above, so left is
                          positive; range (-pi, pi]. The window shows degrees.
``elevation_rad``         0 = horizontal plane, up positive; range [-pi/2, pi/2].
positions ``*_xyz_m``     rows, shape (N, 3), metres; +x ahead, +y left, +z up, right-handed.
arrays of samples         channels first: (channels, samples); spectra (channels, bins); a stack
                          in time (frames, channels, bins).
float types               float32 on the audio path, float64 in design maths.
loudspeaker frame         origin at the centre of the drivers or cabinet, +x towards the listener,
                          who sits at (distance_m, 0, 0) and faces -x: the listener's LEFT ear and
                          the LEFT loudspeaker have NEGATIVE y.
========================  =====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import numpy as np

from workbench.core.errors import InputError
from workbench.core.resources import find_toml, read_toml
from workbench.core.versions import take_version

SPEED_OF_SOUND_M_S = 343.0
"""Speed of sound in air at 20 degrees Celsius."""

SECTORS = 8
"""Number of equal azimuth sectors; sector k spans [k, k+1) * 45 degrees counter-clockwise from 0."""

MAX_MICS = 64
ARRAY_VERSION = LAYOUT_VERSION = 1
"""Of array and layout files, as their keys `earshot_array` and `earshot_layout`; a file without is of this version."""


@overload
def wrap_rad(angle_rad: float) -> float: ...
@overload
def wrap_rad(angle_rad: np.ndarray) -> np.ndarray: ...
def wrap_rad(angle_rad):
    """Wrap angles to (-pi, pi]. Scalars give floats, arrays give arrays."""
    wrapped = np.pi - np.mod(np.pi - np.asarray(angle_rad, dtype=float), 2 * np.pi)
    return float(wrapped) if np.ndim(angle_rad) == 0 else wrapped


@overload
def wrap_deg(angle_deg: float) -> float: ...
@overload
def wrap_deg(angle_deg: np.ndarray) -> np.ndarray: ...
def wrap_deg(angle_deg):
    """Wrap angles to (-180, 180]."""
    wrapped = 180.0 - np.mod(180.0 - np.asarray(angle_deg, dtype=float), 360.0)
    return float(wrapped) if np.ndim(angle_deg) == 0 else wrapped


def azimuth_grid_rad(points: int = 360) -> np.ndarray:
    """Evenly spaced azimuths, shape (points,), from -pi + step up to and including pi."""
    return -np.pi + 2 * np.pi / points * np.arange(1, points + 1)


def unit_vectors(azimuth_rad: float | np.ndarray, elevation_rad: float | np.ndarray = 0.0) -> np.ndarray:
    """Unit vectors towards the given directions, shape (..., 3)."""
    azimuth, elevation = np.broadcast_arrays(
        np.asarray(azimuth_rad, dtype=float), np.asarray(elevation_rad, dtype=float)
    )
    cos_elevation = np.cos(elevation)
    return np.stack([cos_elevation * np.cos(azimuth), cos_elevation * np.sin(azimuth), np.sin(elevation)], axis=-1)


def mirror_azimuth_rad(mic_xyz_m, azimuth_rad: float) -> float | None:
    """The direction in the plane that microphones (M, 3) on a horizontal line cannot tell from `azimuth_rad`.

    None for microphones that are not on a line, for a single one, and on the line's own axis.
    """
    mic_xyz_m = np.asarray(mic_xyz_m, dtype=float)
    _, size, axes = np.linalg.svd(mic_xyz_m - mic_xyz_m.mean(axis=0), full_matrices=False)
    if len(mic_xyz_m) < 2 or (len(size) > 1 and size[1] > 1e-3 * size[0]) or np.hypot(*axes[0, :2]) < 1e-6:
        return None
    mirrored = wrap_rad(2 * float(np.arctan2(axes[0, 1], axes[0, 0])) - azimuth_rad)
    return mirrored if abs(wrap_rad(mirrored - azimuth_rad)) > np.radians(1) else None


def sector_of(azimuth_rad) -> np.ndarray:
    """Index of the sector that holds each azimuth, integers in [0, SECTORS)."""
    turns = np.mod(np.asarray(azimuth_rad, dtype=float), 2 * np.pi) / (2 * np.pi)
    return np.minimum((turns * SECTORS).astype(int), SECTORS - 1)


def _positions(value, what: str, where: str) -> np.ndarray:
    try:
        xyz = np.array(value, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: {what} must be a list of [x, y, z] in metres") from error
    if xyz.ndim != 2 or xyz.shape[1] != 3 or len(xyz) == 0:
        raise InputError(f"{where}: {what} must be a non-empty list of [x, y, z] in metres, got shape {xyz.shape}")
    if not np.isfinite(xyz).all():
        raise InputError(f"{where}: {what} holds a position that is not a finite number")
    xyz.setflags(write=False)
    return xyz


@dataclass(frozen=True, eq=False)
class MicrophoneArray:
    """A microphone array.

    Attributes
    ----------
    name : str
    mic_xyz_m : (mics, 3) float64, read-only
        Positions in channel order, relative to the array's centre.
    description : str
        One line for the status bar, e.g. "8-microphone circle, radius 100 mm".
    """

    name: str
    mic_xyz_m: np.ndarray
    description: str = ""

    def __post_init__(self):
        xyz = _positions(self.mic_xyz_m, "mics", f"array {self.name!r}")
        if len(xyz) > MAX_MICS:
            raise InputError(f"array {self.name!r}: {len(xyz)} microphones; at most {MAX_MICS} are supported")
        spacing = np.linalg.norm(xyz[:, None] - xyz[None], axis=-1) + np.eye(len(xyz))
        if spacing.min() < 1e-4:
            first, second = np.unravel_index(spacing.argmin(), spacing.shape)
            raise InputError(f"array {self.name!r}: microphones {first + 1} and {second + 1} are at the same place")
        object.__setattr__(self, "mic_xyz_m", xyz)
        if not self.description:
            object.__setattr__(self, "description", f"{len(xyz)}-microphone array {self.name}")

    @property
    def mics(self) -> int:
        """Number of microphones (channels)."""
        return len(self.mic_xyz_m)


def load_array(name_or_path: str | Path) -> MicrophoneArray:
    """Load a microphone array from a shipped name or a TOML file (`name`, `mics = [[x, y, z], ...]` in metres).

    Raises
    ------
    InputError
        Unknown name, unreadable file, of a newer version, missing or malformed `mics`; the message names the file.
    """
    path = find_toml("arrays", name_or_path)
    table = read_toml(path)
    take_version(table, "earshot_array", ARRAY_VERSION, path)
    if "mics" not in table:
        raise InputError(f"{path}: no `mics = [[x, y, z], ...]` in this array file")
    try:
        return MicrophoneArray(
            name=str(table.get("name", path.stem)),
            mic_xyz_m=table["mics"],
            description=str(table.get("description", "")),
        )
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


@dataclass(frozen=True)
class Driver:
    """One loudspeaker driver: position in the device frame, the azimuth it faces, in degrees, and the largest gain it
    may get, over what plain stereo gives its two drivers (None: as large as the design's own limit)."""

    name: str
    xyz_m: tuple[float, float, float]
    facing_deg: float = 0.0
    gain_limit_db: float | None = None


@dataclass(frozen=True, eq=False)
class SpeakerLayout:
    """Loudspeaker drivers, their cabinet and the listener (device frame, see the module's table).

    Attributes
    ----------
    drivers : tuple of Driver, in channel order
    cabinet_radius_m : float or None
        Radius of a rigid spherical cabinet; None = free field.
    listener_distance_m, head_radius_m : float
    extra : dict
        Keys beyond the contract (band limits, gain limits, crossover), kept as read.
    """

    name: str
    drivers: tuple[Driver, ...]
    cabinet_radius_m: float | None = None
    listener_distance_m: float = 1.5
    head_radius_m: float = 0.0875
    description: str = ""
    extra: dict = field(default_factory=dict)

    @property
    def driver_xyz_m(self) -> np.ndarray:
        """Driver positions, shape (drivers, 3)."""
        return np.array([driver.xyz_m for driver in self.drivers], dtype=float)

    @property
    def driver_names(self) -> list[str]:
        """Driver names in channel order."""
        return [driver.name for driver in self.drivers]


def _driver(table: dict, number: int, path: Path) -> Driver:
    where = f"{path}: driver {number}"
    if not isinstance(table, dict) or "xyz_m" not in table:
        raise InputError(f"{where}: needs `xyz_m = [x, y, z]`")
    x, y, z = map(float, _positions([table["xyz_m"]], "xyz_m", where)[0])
    try:
        facing_deg = float(table.get("facing_deg", 0.0))
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: facing_deg must be a number of degrees") from error
    limit_db = table.get("gain_limit_db")
    if limit_db is not None and (
        not isinstance(limit_db, (int, float)) or isinstance(limit_db, bool) or not -40 <= limit_db <= 40
    ):
        raise InputError(f"{where}: gain_limit_db must be a number of decibels between -40 and 40, got {limit_db!r}")
    name = str(table.get("name", f"driver {number}"))
    limit_db = None if limit_db is None else float(limit_db)
    return Driver(name=name, xyz_m=(x, y, z), facing_deg=facing_deg, gain_limit_db=limit_db)


def _positive(table: dict, key: str, default: float, path: Path) -> float:
    value = table.get(key, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < 100:
        raise InputError(f"{path}: {key} must be a positive number of metres, got {value!r}")
    return float(value)


def load_layout(name_or_path: str | Path) -> SpeakerLayout:
    """Load a loudspeaker layout from a shipped name or a TOML file.

    Raises
    ------
    InputError
        Unknown name, unreadable file, missing or malformed drivers, cabinet or listener; coincident drivers;
        a driver off the surface of its spherical cabinet.
    """
    path = find_toml("layouts", name_or_path)
    return layout_from_table(read_toml(path), path)


def layout_from_table(table: dict, path: str | Path) -> SpeakerLayout:
    """The layout that a TOML table describes; `path` is what an error names.

    Raises
    ------
    InputError
        As `load_layout`.
    """
    path = Path(path)
    table = dict(table)
    take_version(table, "earshot_layout", LAYOUT_VERSION, path)
    entries = table.get("drivers")
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{path}: no `drivers = [{{name, xyz_m, facing_deg}}, ...]` in this layout file")
    drivers = tuple(_driver(entry, number, path) for number, entry in enumerate(entries, start=1))
    xyz = np.array([driver.xyz_m for driver in drivers])
    spacing = np.linalg.norm(xyz[:, None] - xyz[None], axis=-1) + np.eye(len(xyz))
    if spacing.min() < 1e-3:
        first, second = np.unravel_index(spacing.argmin(), spacing.shape)
        raise InputError(f"{path}: drivers {drivers[first].name!r} and {drivers[second].name!r} are at the same place")
    if len({driver.name for driver in drivers}) < len(drivers):
        raise InputError(f"{path}: two drivers have the same name")

    cabinet = table.get("cabinet", {"type": "none"})
    radius_m = None
    if not isinstance(cabinet, dict) or cabinet.get("type") not in ("none", "sphere"):
        raise InputError(f'{path}: cabinet must be {{type = "none"}} or {{type = "sphere", radius_m}}')
    if cabinet["type"] == "sphere":
        radius_m = _positive(cabinet, "radius_m", 0.0, path)
        distance = np.linalg.norm(xyz, axis=1)
        if np.abs(distance - radius_m).max() > 0.01 * radius_m:
            raise InputError(f"{path}: on a spherical cabinet |xyz_m| must equal radius_m ({radius_m} m)")
    listener = table.get("listener", {})
    if not isinstance(listener, dict):
        raise InputError(f"{path}: listener must be {{distance_m, head_radius_m}}")
    known = {"name", "description", "drivers", "cabinet", "listener"}
    return SpeakerLayout(
        name=str(table.get("name", path.stem)),
        drivers=drivers,
        cabinet_radius_m=radius_m,
        listener_distance_m=_positive(listener, "distance_m", 1.5, path),
        head_radius_m=_positive(listener, "head_radius_m", 0.0875, path),
        description=str(table.get("description", "")),
        extra={key: value for key, value in table.items() if key not in known},
    )
