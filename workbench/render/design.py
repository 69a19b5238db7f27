"""What a set of loudspeaker filters shall do: a design, its file, and the live parameters that mean the same."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.params import RenderParams, format_angles, parse_angles
from workbench.core.resources import find_toml, read_toml
from workbench.core.versions import take_version
from workbench.dsp.bands import RATE_HZ
from workbench.render.drivers import BeamGoal

DESIGN_VERSION = 3
"""Of design files, as their key `earshot_design`; a file without it is of this version."""

FIRST_KEYS = frozenset(
    {"method", "target", "cancellation_db", "boost_limit_db", "virtual_deg", "region_m", "region_weight"}
)
"""All that designs had at first. The program writes all keys; a person who writes some means today's rest."""

TARGETS = ("speakers", "ears")
CENTRES = ("none", "beam", "mix")

PAIR_GAIN_DB = 20 * math.log10(2)
"""Plain stereo plays a centre source by two drivers: one needs this much more for the same level."""

LEAST_TAIL = 64
"""Samples that a filter is at least longer than its delay."""

_DEFAULT = RenderParams()
_OTHER_NAMES = {
    "region_m": ("region_cm", 0.01),
    "region_back_m": ("region_back_cm", 0.01),
}
"""Attributes of a design in other units than their parameter: its name, and the factor from it."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a set of filters shall do.

    Attributes
    ----------
    name : str
    method : "crosstalk" or "plain"
    target : "speakers" (each input seems to come from a virtual loudspeaker) or "ears" (each is for one ear alone)
    cancellation_db : float
        Ratio of the energies at fed and other ear that is enough.
    cancellation_shape : str
        Curve over frequency (as `core.params.parse_curve` reads it) that is added to it.
    boost_limit_db : float
        Largest driver gain over what plain stereo needs for the same level at the fed ear.
    droop_db : float
        How far the fed ear's level may fall where that limit is reached, for as much more separation.
    virtual_deg : float
        The virtual loudspeakers stand at plus and minus this.
    region_m, region_back_m, region_size_percent, region_yaw_deg : float
        How far the head may move sideways, and to and fro, by how much it may be smaller or larger, and turned: there
        the separation shall hold as well. All 0: the nominal position alone counts.
    region_weight : float
        What the crosstalk of all those counts against that of the nominal position.
    centre : "none" (stereo in), or a third input "center": "beam" (a speaker beam) or "mix" (to both sides alike)
    null_deg, window_deg : float
        The beam's nulls, and the window around the axis over which it is even; both plus and minus.
    more_nulls_deg : tuple of float
        Further pairs of nulls.
    beam_null_db, beam_even_db, beam_shift_us, beam_wng_db : float
        How deep the beam's nulls shall be, by how much its window may differ from the axis, by how much sooner one ear
        may hear it than the other, and its least white-noise gain.
    band_low_hz, band_high_hz : float
        Outside of this band the filters go over into plain stereo, and a beam into a plain mix.
    taps, delay_ms : int, float
        Length of every filter, and the time by which all are late so that they can be causal.
    limit_counts_level : bool
        Whether the boost limit counts what drivers get to be as loud as plain stereo. Only designs of version 1 do not.
    plant : str
        What sound does from the drivers to the ears: "" (the layout's own key `plant`, else "sphere"), "sphere"
        (rigid sphere), "none" (two points in free field), or a path: a SOFA file, or a folder of measured responses.

    Raises
    ------
    InputError
        A value is out of its range (that of the parameter `render.<name>`), or a delay that the filters' length does
        not hold.
    """

    name: str = "crosstalk"
    method: str = "crosstalk"
    target: str = "speakers"
    cancellation_db: float = _DEFAULT.cancellation_db
    cancellation_shape: str = ""
    boost_limit_db: float = _DEFAULT.boost_limit_db
    droop_db: float = _DEFAULT.droop_db
    virtual_deg: float = _DEFAULT.virtual_deg
    region_m: float = 0.01 * _DEFAULT.region_cm
    region_back_m: float = 0.01 * _DEFAULT.region_back_cm
    region_size_percent: float = _DEFAULT.region_size_percent
    region_yaw_deg: float = _DEFAULT.region_yaw_deg
    region_weight: float = _DEFAULT.region_weight
    centre: str = "none"
    null_deg: float = _DEFAULT.null_deg
    more_nulls_deg: tuple[float, ...] = ()
    window_deg: float = _DEFAULT.window_deg
    beam_null_db: float = _DEFAULT.beam_null_db
    beam_even_db: float = _DEFAULT.beam_even_db
    beam_shift_us: float = _DEFAULT.beam_shift_us
    beam_wng_db: float = _DEFAULT.beam_wng_db
    band_low_hz: float = _DEFAULT.band_low_hz
    band_high_hz: float = _DEFAULT.band_high_hz
    taps: int = _DEFAULT.taps
    delay_ms: float = _DEFAULT.delay_ms
    limit_counts_level: bool = True
    plant: str = ""

    def __post_init__(self):
        if self.target not in TARGETS:
            raise InputError(f"target: {self.target!r} is not one of {', '.join(TARGETS)}")
        if self.centre not in CENTRES:
            raise InputError(f"centre: {self.centre!r} is not one of {', '.join(CENTRES)}")
        for path, value in _parameters(self).items():
            try:
                parameters.check(path, value)
            except InputError as error:
                raise InputError(_in_own_words(path, str(error))) from None
        if self.taps - self.delay_samples < LEAST_TAIL:
            longest_ms = 1000 * (self.taps - LEAST_TAIL) / RATE_HZ
            raise InputError(
                f"delay_ms: {self.delay_ms:g} ms does not fit into filters of {self.taps} taps: at most "
                f"{longest_ms:.1f} ms, or longer filters"
            )
        if self.centre == "beam":
            self.beam_goal()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the input channels."""
        return ("left", "right") if self.centre == "none" else ("left", "right", "center")

    @property
    def delay_samples(self) -> int:
        """The modelling delay: the latency of the filters."""
        return round(0.001 * self.delay_ms * RATE_HZ)

    @property
    def nulls_deg(self) -> tuple[float, ...]:
        """All of the beam's nulls, each plus and minus."""
        return (self.null_deg, *self.more_nulls_deg)

    def beam_goal(self) -> BeamGoal:
        """What the centre's beam shall be."""
        return BeamGoal(
            null_rad=tuple(math.radians(degrees) for degrees in self.nulls_deg),
            window_rad=math.radians(self.window_deg),
            gain_limit_db=self.boost_limit_db - PAIR_GAIN_DB,
            null_db=-self.beam_null_db,
            unevenness_db=self.beam_even_db,
            lean_s=1e-6 * self.beam_shift_us,
            white_noise_floor_db=self.beam_wng_db,
        )


def _parameters(design: Design) -> dict[str, object]:
    """Parameter path to value for everything of a design that has a parameter, the centre apart."""
    values: dict[str, object] = {}
    for field in dataclasses.fields(Design):
        value = getattr(design, field.name)
        if field.name in _OTHER_NAMES:
            name, factor = _OTHER_NAMES[field.name]
            values[f"render.{name}"] = round(value / factor, 6)
        elif field.name == "more_nulls_deg":
            values["render.more_nulls"] = format_angles(value)
        elif field.name not in ("name", "centre", "plant", "limit_counts_level"):
            values[f"render.{field.name}"] = value
    return values


def _in_own_words(path: str, message: str) -> str:
    """What is wrong with a parameter, by the design's own name for it."""
    name = path.partition(".")[2]
    own = {parameter: attribute for attribute, (parameter, _) in _OTHER_NAMES.items()} | {
        "more_nulls": "more_nulls_deg"
    }
    return message.replace(path, own.get(name, name))


def design_from_params(params: RenderParams, *, target: str | None = None) -> Design:
    """The design that the live parameters ask for (with another target, if one is given).

    Raises
    ------
    InputError
        Parameters that do not go together.
    """
    same = {field.name for field in dataclasses.fields(Design)} & {field.name for field in dataclasses.fields(params)}
    values = {name: getattr(params, name) for name in same}
    values |= {name: factor * getattr(params, other) for name, (other, factor) in _OTHER_NAMES.items()}
    return Design(
        **values
        | {
            "name": params.method,
            "target": target or params.target,
            "centre": params.centre if params.upmix else "none",
            "more_nulls_deg": parse_angles("render.more_nulls", params.more_nulls),
        }
    )


def design_settings(design: Design) -> dict[str, object]:
    """The live parameters, path to value, whose filters are those of a design: the inverse of `design_from_params`.

    Raises
    ------
    InputError
        The design names a plant of its own, which is a matter of the layout in the live program; or a parameter's
        range does not hold a value.
    """
    if design.plant:
        raise InputError(
            f"design {design.name!r} is for the plant {design.plant}: give the layout file a key `plant` with it, and "
            "take the design without"
        )
    values = _parameters(design) | {"render.upmix": design.centre != "none"}
    if design.centre != "none":
        values["render.centre"] = design.centre
    return {path: parameters.check(path, value) for path, value in values.items()}


def load_design(name_or_path: str | Path) -> Design:
    """Load a design from a shipped name or a TOML file (keys: the attributes of `Design`; missing ones default).

    Raises
    ------
    InputError
        Unknown name, unreadable file, unknown key, value of the wrong kind or out of range; names the file.
    """
    path = find_toml("designs", name_or_path)
    table = {"name": path.stem, **read_toml(path)}
    if "earshot_design" not in table and table.keys() >= FIRST_KEYS and "droop_db" not in table:
        table |= {"earshot_design": 1, "droop_db": 0.0}  # written before there were versions, and before the droop
    version = take_version(table, "earshot_design", DESIGN_VERSION, path)
    if version < 3:
        table.setdefault("beam_shift_us", 0.0)
    if version == 1:
        table.setdefault("limit_counts_level", False)
        if table.get("region_m") == 0:
            table.setdefault("region_size_percent", 0.0)  # then, other heads counted only beside other places
    kinds = {field.name: type(field.default) for field in dataclasses.fields(Design)}
    for key, value in table.items():
        if key not in kinds:
            raise InputError(f"{path}: unknown key {key!r} (known: {', '.join(kinds)})")
        table[key] = _of_kind(value, kinds[key], f"{path}: {key}")
    try:
        return Design(**table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


_KINDS = {float: "a number", int: "a whole number", str: "a text", bool: "true or false", tuple: "a list of numbers"}


def _of_kind(value, kind: type, where: str):
    """A value of a TOML file as an attribute's type. Raises InputError."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is float and number:
        return float(value)
    if kind is tuple and isinstance(value, list):
        return tuple(_of_kind(item, float, where) for item in value)
    if kind is type(value) and kind in (bool, int, str):
        return value
    raise InputError(f"{where} must be {_KINDS[kind]}, got {value!r}")
