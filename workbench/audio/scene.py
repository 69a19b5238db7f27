"""Scenes of the simulated room: what stands where, read from and written to TOML.

All angles and distances of a scene are seen from the array's centre, in plan view: `azimuth_deg` as everywhere
(0 = ahead, + left), `distance_m` measured horizontally, `height_m` above the array's centre (0: same height).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np
import tomli_w

from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.geometry import MicrophoneArray, load_array, wrap_deg
from workbench.core.resources import find_toml, read_toml

DEFAULT_SCENE = "two-talkers-fan"
MAX_TALKERS = 8
WALL_MARGIN_M = 0.15
"""Nothing may stand nearer to a wall."""
ARRAY_MARGIN_M = 0.2
"""Nothing may stand nearer to the outermost microphone."""
FARTHEST_M = 15.0
"""Nothing may stand farther from the array."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A path back and forth between two azimuths at constant distance; `speed_deg_s` along the circle."""

    from_deg: float
    to_deg: float
    speed_deg_s: float


@dataclass(frozen=True, slots=True)
class Talker:
    """Somebody who speaks: `voice` is a shipped name or a sound file.

    `level_db` is relative to the nominal level (active speech at -26 dBFS, 1 m away); `pause_s` of silence follows
    each time the voice has been played through; `start_s` is where in the voice the scene begins.
    """

    name: str
    voice: str
    azimuth_deg: float
    distance_m: float
    height_m: float = 0.0
    level_db: float = 0.0
    pause_s: float = 0.0
    start_s: float = 0.0
    path: Arc | None = None


@dataclass(frozen=True, slots=True)
class Fan:
    """A fan: broadband noise with blade tones from one point. `snr_db`: the first talker's speech over it."""

    azimuth_deg: float
    distance_m: float
    height_m: float = 0.0
    snr_db: float = 10.0
    blade_hz: float = 132.0


@dataclass(frozen=True, slots=True)
class DiffuseNoise:
    """Background noise from all directions alike. `snr_db`: the first talker's speech over it."""

    snr_db: float = 25.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A shoebox room with an array, talkers and noise. `seed` fixes every random number of the scene.

    `size_m` is (x, y, z) with the origin in a lower corner; `array_xyz_m` the array's centre in it; `rt60_s` 0 is
    a room without reflections.
    """

    name: str
    size_m: tuple[float, float, float]
    rt60_s: float
    array: str
    array_xyz_m: tuple[float, float, float]
    talkers: tuple[Talker, ...] = ()
    fan: Fan | None = None
    diffuse: DiffuseNoise | None = None
    description: str = ""
    seed: int = 1
    folder: Path | None = field(default=None, compare=False)
    """Where the scene was read: files it names may lie beside it."""

    def __post_init__(self):
        _check(self)

    def load_array(self) -> MicrophoneArray:
        """The microphone array, positions relative to its centre."""
        return load_array(self.beside(self.array, ".toml"))

    def beside(self, name: str, suffix: str = "") -> str:
        """`name`, or the path of a file of that name beside the scene file."""
        if self.folder is not None and (name.endswith(suffix) or not suffix):
            path = self.folder / name
            if path.is_file():
                return str(path)
        return name

    def place(self, azimuth_rad: float, distance_m: float, height_m: float = 0.0) -> np.ndarray:
        """Room coordinates (3,) of a place given as seen from the array."""
        centre = np.asarray(self.array_xyz_m)
        offset = np.array([distance_m * math.cos(azimuth_rad), distance_m * math.sin(azimuth_rad), height_m])
        return centre + offset

    def nearest_place(self, azimuth_rad: float, distance_m: float, array_radius_m: float) -> tuple[float, float]:
        """The nearest (azimuth_rad, distance_m) at which somebody may stand: in the room and off the array."""
        centre = np.asarray(self.array_xyz_m[:2])
        low, high = WALL_MARGIN_M - centre, np.asarray(self.size_m[:2]) - WALL_MARGIN_M - centre
        direction = np.array([math.cos(azimuth_rad), math.sin(azimuth_rad)])
        place = np.clip(min(distance_m, FARTHEST_M) * direction, low, high)
        if math.hypot(*place) < array_radius_m + ARRAY_MARGIN_M:
            outwards = place / math.hypot(*place) if place.any() else direction
            place = np.clip((array_radius_m + ARRAY_MARGIN_M) * outwards, low, high)
        return math.atan2(place[1], place[0]), math.hypot(*place)


def _check(scene: Scene) -> None:
    if not all(1.0 <= side <= 50.0 for side in scene.size_m):
        raise InputError(f"room: size_m {list(scene.size_m)} needs three sides of 1 to 50 m")
    if not 0.0 <= scene.rt60_s <= 3.0:
        raise InputError(f"room: rt60_s {scene.rt60_s:g} is outside 0…3 s")
    if not all(
        WALL_MARGIN_M <= at <= side - WALL_MARGIN_M for at, side in zip(scene.array_xyz_m, scene.size_m, strict=True)
    ):
        raise InputError(f"array: xyz_m {list(scene.array_xyz_m)} is not inside the room {list(scene.size_m)} m")
    if len(scene.talkers) > MAX_TALKERS:
        raise InputError(f"{len(scene.talkers)} talkers; at most {MAX_TALKERS} are supported")
    radius_m = float(np.linalg.norm(scene.load_array().mic_xyz_m, axis=1).max())
    for number, talker in enumerate(scene.talkers, start=1):
        where = f"talker {number} ({talker.name})"
        azimuths = [talker.azimuth_deg]
        if talker.path is not None:
            _check_arc(talker, where)
            azimuths += list(np.linspace(talker.path.from_deg, talker.path.to_deg, 181))
        for azimuth_deg in azimuths:
            _check_place(scene, azimuth_deg, talker.distance_m, talker.height_m, radius_m, where)
        if talker.pause_s < 0 or talker.start_s < 0:
            raise InputError(f"{where}: pause_s and start_s must not be negative")
        if abs(talker.level_db) > 40:
            raise InputError(f"{where}: level_db {talker.level_db:g} is outside -40…40 dB")
    if scene.fan is not None:
        _check_place(scene, scene.fan.azimuth_deg, scene.fan.distance_m, scene.fan.height_m, radius_m, "fan")
        if not 20 <= scene.fan.blade_hz <= 1000:
            raise InputError(f"fan: blade_hz {scene.fan.blade_hz:g} is outside 20…1000 Hz")
    for name in ("fan", "diffuse"):
        noise = getattr(scene, name)
        if noise is not None and not -40 <= noise.snr_db <= 100:
            raise InputError(f"{name}: snr_db {noise.snr_db:g} is outside -40…100 dB")


def _check_arc(talker: Talker, where: str) -> None:
    arc = talker.path
    if arc.from_deg >= arc.to_deg or arc.to_deg - arc.from_deg > 360:
        raise InputError(f"{where}: path needs from_deg < to_deg, at most a turn apart")
    if not arc.from_deg <= talker.azimuth_deg <= arc.to_deg:
        raise InputError(
            f"{where}: azimuth_deg {talker.azimuth_deg:g} is not on its path ({arc.from_deg:g}…{arc.to_deg:g}°)"
        )
    if not 0 < arc.speed_deg_s <= 180:
        raise InputError(f"{where}: speed_deg_s {arc.speed_deg_s:g} is outside 0…180 °/s")


def _check_place(
    scene: Scene, azimuth_deg: float, distance_m: float, height_m: float, radius_m: float, where: str
) -> None:
    seen = f"at azimuth {wrap_deg(azimuth_deg):g}°, {distance_m:g} m"
    if not distance_m > 0 or math.hypot(distance_m, height_m) < radius_m + ARRAY_MARGIN_M:
        raise InputError(f"{where} {seen} is on the array: keep {radius_m + ARRAY_MARGIN_M:.2f} m from its centre")
    if distance_m > FARTHEST_M:
        raise InputError(f"{where} {seen} is too far away: at most {FARTHEST_M:g} m")
    place = scene.place(math.radians(azimuth_deg), distance_m, height_m)
    if not all(WALL_MARGIN_M <= at <= side - WALL_MARGIN_M for at, side in zip(place, scene.size_m, strict=True)):
        raise InputError(
            f"{where} {seen} is in a wall or outside the room of {' × '.join(f'{side:g}' for side in scene.size_m)} m "
            f"(keep {WALL_MARGIN_M} m off the walls)"
        )


def _number(value, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(f"{where} must be a number, got {value!r}")
    return float(value)


def _triple(value, where: str) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) != 3:
        raise InputError(f"{where} must be [x, y, z] in metres, got {value!r}")
    return tuple(_number(item, where) for item in value)


def _table(table, kind: type, where: str):
    """A dataclass of numbers and texts from a TOML table; unknown and missing keys are errors."""
    if not isinstance(table, dict):
        raise InputError(f"{where} must be a table")
    known = {item.name: item for item in fields(kind)}
    unknown = [key for key in table if key not in known]
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]} (known: {', '.join(known)})")
    values = {}
    for key, value in table.items():
        if key == "path":
            values[key] = _table(value, Arc, f"{where} path")
        elif known[key].type == "str":
            if not isinstance(value, str) or not value:
                raise InputError(f"{where}: {key} must be a text, got {value!r}")
            values[key] = value
        else:
            values[key] = _number(value, f"{where}: {key}")
    try:
        return kind(**values)
    except TypeError:
        missing = [name for name in known if name not in values]
        raise InputError(f"{where}: {missing[0]} is missing") from None


def load_scene(name_or_path: str | Path = DEFAULT_SCENE) -> Scene:
    """Load a scene from a shipped name or a TOML file.

    Raises
    ------
    InputError
        Unknown name, unreadable file, missing, unknown or malformed keys, somebody in a wall or on the array;
        the message names the file.
    """
    path = find_toml("scenes", name_or_path)
    table = read_toml(path)
    try:
        return _scene(table, path)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _scene(table: dict, path: Path) -> Scene:
    known = {"name", "description", "seed", "room", "array", "talker", "fan", "diffuse"}
    unknown = [key for key in table if key not in known]
    if unknown:
        raise InputError(f"unknown key {unknown[0]} (known: {', '.join(sorted(known))})")
    room, array = table.get("room"), table.get("array")
    if not isinstance(room, dict) or set(room) != {"size_m", "rt60_s"}:
        raise InputError("needs [room] with size_m and rt60_s, and nothing else")
    if not isinstance(array, dict) or set(array) != {"name", "xyz_m"} or not isinstance(array["name"], str):
        raise InputError("needs [array] with name and xyz_m, and nothing else")
    seed = table.get("seed", 1)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed must be a whole number from 0, got {seed!r}")
    talkers = table.get("talker", [])
    if not isinstance(talkers, list):
        raise InputError("talkers are written as [[talker]]")
    return Scene(
        name=str(table.get("name", path.stem)),
        description=str(table.get("description", "")),
        seed=seed,
        size_m=_triple(room["size_m"], "room: size_m"),
        rt60_s=_number(room["rt60_s"], "room: rt60_s"),
        array=array["name"],
        array_xyz_m=_triple(array["xyz_m"], "array: xyz_m"),
        talkers=tuple(_table(entry, Talker, f"talker {number}") for number, entry in enumerate(talkers, start=1)),
        fan=_table(table["fan"], Fan, "fan") if "fan" in table else None,
        diffuse=_table(table["diffuse"], DiffuseNoise, "diffuse") if "diffuse" in table else None,
        folder=path.resolve().parent,
    )


def _plain(part) -> dict:
    """A part of the scene as TOML can hold it: without what is not set."""
    values = {key: value for key, value in asdict(part).items() if value is not None}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def scene_toml(scene: Scene) -> str:
    """The scene as TOML text, which `load_scene` reads back to an equal scene."""
    table = {
        "name": scene.name,
        "description": scene.description,
        "seed": scene.seed,
        "room": {"size_m": list(scene.size_m), "rt60_s": scene.rt60_s},
        "array": {"name": scene.array, "xyz_m": list(scene.array_xyz_m)},
        "talker": [_plain(talker) for talker in scene.talkers],
    }
    for name in ("fan", "diffuse"):
        if getattr(scene, name) is not None:
            table[name] = _plain(getattr(scene, name))
    return tomli_w.dumps(table)


def save_scene(scene: Scene, path: str | Path) -> None:
    """Write the scene to a TOML file, which is replaced only when complete.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    path = Path(path)
    try:
        write_text(path, scene_toml(scene))
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
