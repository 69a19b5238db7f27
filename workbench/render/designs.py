"""Design of the loudspeaker filters: from a layout, and what is wanted of it, to causal FIRs."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy import interpolate

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import frozen
from workbench.core.params import RenderParams
from workbench.core.resources import find_toml, read_toml
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.loudness import k_weighting_power
from workbench.render import hrtf, plants
from workbench.render.crosstalk import mirrored_drivers, null_steering, outer_drivers
from workbench.render.drivers import BeamGoal, speaker_beam
from workbench.render.measured import is_model, plant_response

DESIGN_VERSION = 1
"""Of design files, as their key `earshot_design`; a file without it is of this version."""

TARGETS = ("speakers", "ears")
CENTRES = ("none", "beam", "mix")

TAPS = 960
"""Length of every driver filter."""

MODELLING_DELAY = 240
"""Samples (5 ms) by which every filter is late so that it can be causal: the latency of every design. Half of it
costs 0.2 to 0.4 dB of separation at the default settings, twice it gains as little."""

AUDITION_TAPS = 480
AUDITION_DELAY = 96
"""The modelled paths from drivers to ears, made causal by this many samples."""

FFT_SIZE = 4096
FREQUENCY_HZ = np.fft.rfftfreq(FFT_SIZE, 1 / RATE_HZ)
FREQUENCY_HZ.setflags(write=False)

# Below, long waves make any separation cost more drive than small drivers have; above, less than a centimetre of
# head movement undoes it. Both ends go over into plain stereo.
_LOW_OCTAVES, _HIGH_OCTAVES = 1.74, 0.515
"""Widths of the two crossovers, outside the band: from 60 to 200 Hz and from 14 to 20 kHz, where the band is the usual
one."""

_FADE_IN, _FADE_OUT = 64, 240

_PAIR_GAIN_DB = 20 * math.log10(2)
"""Plain stereo plays a centre source by two drivers: one needs this much more for the same level."""

_LARGEST_REGION_M = 0.3
_LARGEST_WEIGHT = 10.0
_LARGEST_DROOP_DB = 12.0

_COARSE = slice(None, None, 4)
"""Plants are computed at every fourth frequency and interpolated: with the bulk delay out, their phase turns by less
than 0.3 rad between two of them."""


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
    boost_limit_db : float
        Largest driver gain over what plain stereo needs for the same level at the fed ear.
    droop_db : float
        How far the fed ear's level may fall where that limit is reached, for as much more separation.
    virtual_deg : float
        The virtual loudspeakers stand at plus and minus this.
    region_m : float
        How far the head may move sideways: there, and with heads of other sizes, the separation shall hold as well.
        0: the nominal position alone counts.
    region_weight : float
        What the crosstalk of all those counts against that of the nominal position.
    centre : "none" (stereo in), or a third input "center": "beam" (a speaker beam) or "mix" (to both sides alike)
    null_deg, window_deg : float
        The beam's nulls, and the window around the axis over which it is even; both plus and minus.
    cancellation_shape : str
        Curve over frequency (as `core.params.parse_curve` reads it) that is added to `cancellation_db`.
    plant : str
        What sound does from the drivers to the ears: "" (the layout's own key `plant`, else "sphere"), "sphere"
        (rigid sphere), "none" (two points in free field), or a path: a SOFA file, or a folder of measured responses.
    beam_null_db, beam_even_db : float
        How deep the beam's nulls shall be, and by how much its window may differ from the axis.
    band_low_hz, band_high_hz : float
        Outside of this band the filters go over into plain stereo, and a beam into a plain mix.

    Raises
    ------
    InputError
        A value is out of its range (that of the parameter `render.<name>`).
    """

    name: str = "crosstalk"
    method: str = "crosstalk"
    target: str = "speakers"
    cancellation_db: float = RenderParams().cancellation_db
    boost_limit_db: float = RenderParams().boost_limit_db
    virtual_deg: float = RenderParams().virtual_deg
    region_m: float = 0.05
    region_weight: float = 0.1
    droop_db: float = 1.5
    centre: str = "none"
    null_deg: float = 90.0
    window_deg: float = 45.0
    cancellation_shape: str = ""
    plant: str = ""
    beam_null_db: float = RenderParams().beam_null_db
    beam_even_db: float = RenderParams().beam_even_db
    band_low_hz: float = RenderParams().band_low_hz
    band_high_hz: float = RenderParams().band_high_hz

    def __post_init__(self):
        if not 0 <= self.droop_db <= _LARGEST_DROOP_DB:
            raise InputError(f"droop_db: {self.droop_db:g} is outside 0…{_LARGEST_DROOP_DB:g} dB")
        if self.centre not in CENTRES:
            raise InputError(f"centre: {self.centre!r} is not one of {', '.join(CENTRES)}")
        if self.centre == "beam":
            self.beam_goal()
        if not 0 <= self.region_weight <= _LARGEST_WEIGHT:
            raise InputError(f"region_weight: {self.region_weight:g} is outside 0…{_LARGEST_WEIGHT:g}")
        if not 0 <= self.region_m <= _LARGEST_REGION_M:
            raise InputError(f"region_m: {self.region_m:g} is outside 0…{_LARGEST_REGION_M:g} m")
        if self.target not in TARGETS:
            raise InputError(f"target: {self.target!r} is not one of {', '.join(TARGETS)}")
        for key in (
            "method",
            "cancellation_db",
            "cancellation_shape",
            "boost_limit_db",
            "virtual_deg",
            "band_low_hz",
            "band_high_hz",
        ):
            parameters.check(f"render.{key}", getattr(self, key))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the input channels."""
        return ("left", "right") if self.centre == "none" else ("left", "right", "center")

    def beam_goal(self) -> BeamGoal:
        """What the centre's beam shall be."""
        return BeamGoal(
            null_rad=(math.radians(self.null_deg),),
            window_rad=math.radians(self.window_deg),
            gain_limit_db=self.boost_limit_db - _PAIR_GAIN_DB,
            null_db=-self.beam_null_db,
            unevenness_db=self.beam_even_db,
        )


def design_from_params(params: RenderParams, *, target: str | None = None) -> Design:
    """The design that the live parameters ask for (with another target, if one is given)."""
    return Design(
        name=params.method,
        method=params.method,
        target=target or params.target,
        cancellation_db=params.cancellation_db,
        cancellation_shape=params.cancellation_shape,
        boost_limit_db=params.boost_limit_db,
        virtual_deg=params.virtual_deg,
        region_m=0.01 * params.region_cm,
        region_weight=params.region_weight,
        droop_db=params.droop_db,
        centre=params.centre if params.upmix else "none",
        null_deg=params.null_deg,
        window_deg=params.window_deg,
        beam_null_db=params.beam_null_db,
        beam_even_db=params.beam_even_db,
        band_low_hz=params.band_low_hz,
        band_high_hz=params.band_high_hz,
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
    same = ("method", "target", "cancellation_db", "cancellation_shape", "boost_limit_db", "virtual_deg")
    same += ("region_weight", "droop_db", "null_deg", "window_deg", "beam_null_db", "beam_even_db")
    same += ("band_low_hz", "band_high_hz")
    values = {f"render.{name}": getattr(design, name) for name in same}
    values |= {"render.region_cm": round(100 * design.region_m, 6), "render.upmix": design.centre != "none"}
    if design.centre != "none":
        values["render.centre"] = design.centre
    for path, value in values.items():
        parameters.check(path, value)
    return values


def load_design(name_or_path: str | Path) -> Design:
    """Load a design from a shipped name or a TOML file (keys: the attributes of `Design`; missing ones default).

    Raises
    ------
    InputError
        Unknown name, unreadable file, unknown key, value of the wrong kind or out of range; names the file.
    """
    path = find_toml("designs", name_or_path)
    table = {"name": path.stem, **read_toml(path)}
    version = table.pop("earshot_design", DESIGN_VERSION)
    if not isinstance(version, int) or version < 1:
        raise InputError(f"{path}: earshot_design must be a version number, got {version!r}")
    if version > DESIGN_VERSION:
        raise InputError(
            f"{path}: written by a newer Earshot (version {version}; this one reads up to {DESIGN_VERSION})"
        )
    kinds = {field.name: type(field.default) for field in dataclasses.fields(Design)}
    for key, value in table.items():
        if key not in kinds:
            raise InputError(f"{path}: unknown key {key!r} (known: {', '.join(kinds)})")
        if kinds[key] is float and isinstance(value, int) and not isinstance(value, bool):
            table[key] = float(value)
        elif not isinstance(value, kinds[key]):
            raise InputError(f"{path}: {key} must be a {'number' if kinds[key] is float else 'text'}, got {value!r}")
    try:
        return Design(**table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _plant(layout: SpeakerLayout, plant: str, **where) -> np.ndarray:
    coarse = FREQUENCY_HZ[_COARSE]
    return interpolate.CubicSpline(coarse, plant_response(layout, coarse, plant, **where))(FREQUENCY_HZ)


@lru_cache(maxsize=8)
def nominal_plant(layout: SpeakerLayout, plant: str = "") -> np.ndarray:
    """Drivers to ears at the nominal listening position on `FREQUENCY_HZ`, (F, 2, drivers), read-only."""
    return frozen(_plant(layout, plant))


@lru_cache(maxsize=8)
def region_plants(layout: SpeakerLayout, region_m: float, plant: str = "") -> np.ndarray:
    """Plants at the positions that a design keeps in mind, (positions, F, 2, drivers), read-only.

    The nominal position comes first, then steps sideways, then heads of other sizes.
    """
    nominal = nominal_plant(layout, plant)
    if region_m == 0:
        return nominal[None]
    sides = [plants.HeadPose(offset_m=(0.0, step * region_m, 0.0)) for step in (-1.0, -0.4, 0.4, 1.0)]
    sizes = [factor * layout.head_radius_m for factor in (0.9, 1.1)]
    others = [_plant(layout, plant, pose=pose) for pose in sides]
    others += [_plant(layout, plant, head_radius_m=size) for size in sizes]
    return frozen(np.stack([nominal, *others]))


def _smooth_step(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def _crossovers(design_low_hz: float, design_high_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Shares (F,) of the design against plain stereo: below the band and above it they go from 1 to 0."""
    octave = np.log2(np.maximum(FREQUENCY_HZ, 1.0))
    low = _smooth_step(1 + (octave - math.log2(design_low_hz)) / _LOW_OCTAVES)
    end_hz = min(design_high_hz * 2**_HIGH_OCTAVES, 0.5 * RATE_HZ)
    return low, 1 - _smooth_step((FREQUENCY_HZ - design_high_hz) / (end_hz - design_high_hz))


_HEARD = np.where((FREQUENCY_HZ > 50) & (FREQUENCY_HZ < 16000), 1.0, 0.0)
_PINK_LOUDNESS = _HEARD * k_weighting_power(FREQUENCY_HZ) / np.maximum(FREQUENCY_HZ, 1.0)


def plain_stereo(layout: SpeakerLayout) -> np.ndarray:
    """Weights of plain stereo: left and right straight to the outer drivers, (drivers, 2) float64.

    Raises
    ------
    InputError
        The layout has no two drivers side by side.
    """
    try:
        left, right = outer_drivers(layout.driver_xyz_m)
    except InputError as error:
        raise InputError(f"layout {layout.name!r}: {error}") from error
    weights = np.zeros((len(layout.drivers), 2))
    weights[left, 0] = weights[right, 1] = 1.0
    return weights


def target_db(level_db: float, shape: str, frequency_hz: np.ndarray) -> np.ndarray:
    """The wanted cancellation over frequency (F,): a level and the curve that is added to it, not below 0 dB."""
    points = parameters.parse_curve("render.cancellation_shape", shape)
    if not points:
        return np.full(len(frequency_hz), float(level_db))
    at_hz, offset_db = np.array(points).T
    offset = np.interp(np.log(np.maximum(frequency_hz, 1.0)), np.log(at_hz), offset_db)
    return np.maximum(level_db + offset, 0.0)


def driver_shares(layout: SpeakerLayout, limit_db: float) -> np.ndarray:
    """What each driver's own limit leaves of the design's, (drivers,) up to 1: filters are designed for drivers so much
    weaker.

    Raises
    ------
    InputError
        A limit that not even plain stereo keeps: it needs 0 dB of its two drivers.
    """
    own_db = np.array([limit_db if driver.gain_limit_db is None else driver.gain_limit_db for driver in layout.drivers])
    needed = plain_stereo(layout).any(axis=1) & (own_db < 0)
    if needed.any():
        driver = layout.drivers[int(np.flatnonzero(needed)[0])]
        raise InputError(
            f"layout {layout.name!r}: the gain limit of {driver.gain_limit_db:g} dB of driver {driver.name!r} cannot "
            "be met: plain stereo needs 0 dB of it"
        )
    return 10 ** (np.minimum(own_db - limit_db, 0.0) / 20)


def crosstalk_filters(layout: SpeakerLayout, design: Design) -> np.ndarray:
    """Filters of a crosstalk design, (F, drivers, 2) complex on `FREQUENCY_HZ`, with no delay; read-only.

    The fed ear hears what plain stereo's own loudspeaker would give it (but for the droop). The other ear hears
    nothing of it (target "ears"), or what it would hear of the virtual loudspeaker (target "speakers"): then the
    crosstalk to cancel is C_other - V C_fed, with V the far over the near ear's response. That needs less drive
    than to cancel all crosstalk and then to put the wanted part back.
    """
    virtual_deg = design.virtual_deg if design.target == "speakers" else None
    wanted = (design.cancellation_db, design.cancellation_shape, design.boost_limit_db, design.droop_db)
    band_hz = (design.band_low_hz, design.band_high_hz)
    return _crosstalk_filters(
        layout, design.plant, virtual_deg, *wanted, design.region_m, design.region_weight, band_hz
    )


@lru_cache(maxsize=8)
def _crosstalk_filters(
    layout: SpeakerLayout,
    plant_name: str,
    virtual_deg: float | None,
    cancellation_db: float,
    cancellation_shape: str,
    boost_limit_db: float,
    droop_db: float,
    region_m: float,
    region_weight: float,
    band_hz: tuple[float, float],
) -> np.ndarray:
    plain = plain_stereo(layout)
    share = driver_shares(layout, boost_limit_db)
    low, high = _crossovers(*band_hz)
    plant, positions = nominal_plant(layout, plant_name), region_plants(layout, region_m, plant_name)
    wanted = np.zeros(len(FREQUENCY_HZ))
    if virtual_deg is not None:
        wanted = hrtf.contralateral(math.radians(virtual_deg), FREQUENCY_HZ, layout.head_radius_m)
    filters = np.empty((len(FREQUENCY_HZ), *plain.shape), dtype=complex)
    mirror = mirrored_drivers(layout.driver_xyz_m) if is_model(layout, plant_name) else None
    for ear in range(plants.EARS):
        if ear == 1 and mirror is not None:
            filters[:, :, 1] = filters[:, mirror, 0]
            continue
        fed, other = positions[:, :, ear], positions[:, :, 1 - ear]
        steered = null_steering(
            share * plant[:, ear] / (plant[:, ear] @ plain[:, ear])[:, None],
            share * (other - wanted[:, None] * fed) / (fed @ plain[:, ear])[..., None],
            np.broadcast_to(plain[:, ear] / share, plant[:, ear].shape),
            target_db(cancellation_db, cancellation_shape, FREQUENCY_HZ),
            boost_limit_db * low,
            region_weight,
            droop_db * low,
        )
        filters[:, :, ear] = plain[:, ear] + (low * high)[:, None] * (share * steered - plain[:, ear])
    return frozen(filters)


def beam_filters(layout: SpeakerLayout, design: Design) -> np.ndarray:
    """Filters of a centre beam, (F, drivers) complex on `FREQUENCY_HZ`, with no delay; its axis has 1.

    Outside of the band it goes over into a plain mix.
    """
    return _beam_filters(layout, design.beam_goal(), (design.band_low_hz, design.band_high_hz))


@lru_cache(maxsize=8)
def _beam_filters(layout: SpeakerLayout, goal: BeamGoal, band_hz: tuple[float, float]) -> np.ndarray:
    coarse = FREQUENCY_HZ[_COARSE]
    shares = driver_shares(layout, goal.gain_limit_db + _PAIR_GAIN_DB)
    weights = speaker_beam(layout, np.maximum(coarse, 1.0), goal, shares)
    beam = interpolate.CubicSpline(coarse, weights)(FREQUENCY_HZ)
    low, high = _crossovers(*band_hz)
    mix = np.broadcast_to(plain_stereo(layout).sum(axis=1) / 2, beam.shape)
    return frozen(mix + (low * high)[:, None] * (beam - mix))


def loudness_gain(layout: SpeakerLayout, centre: np.ndarray, plant: str = "") -> float:
    """Gain that makes a centre source as loud at the ears as plain stereo makes it (pink, K-weighted).

    Parameters
    ----------
    centre : (F, drivers) complex
        What the drivers play of a centre source.
    """
    paths = nominal_plant(layout, plant)
    plain = np.abs(paths @ plain_stereo(layout).sum(axis=1)) ** 2
    made = np.abs((paths @ centre[..., None])[..., 0]) ** 2
    return math.sqrt((plain.sum(axis=1) @ _PINK_LOUDNESS) / (made.sum(axis=1) @ _PINK_LOUDNESS))


def to_fir(response: np.ndarray, delay: int, taps: int) -> np.ndarray:
    """Causal filters from responses without delay.

    Parameters
    ----------
    response : (F, outputs, inputs) complex on `FREQUENCY_HZ`
    delay : int
        Samples of delay added; what comes earlier is cut off with a fade.
    taps : int

    Returns
    -------
    (inputs, outputs, taps) float32
    """
    impulse = np.fft.irfft(response.transpose(2, 1, 0), n=FFT_SIZE, axis=-1)
    fir = np.roll(impulse, delay, axis=-1)[..., :taps]
    rise, fall = min(_FADE_IN, delay // 3), min(_FADE_OUT, taps // 4)
    fir[..., :rise] *= np.sin(0.5 * np.pi * (np.arange(rise) + 0.5) / rise) ** 2
    fir[..., taps - fall :] *= np.cos(0.5 * np.pi * (np.arange(fall) + 0.5) / fall) ** 2
    return fir.astype(np.float32)


def _delayed(weights: np.ndarray) -> np.ndarray:
    fir = np.zeros((weights.shape[1], weights.shape[0], TAPS), dtype=np.float32)
    fir[:, :, MODELLING_DELAY] = weights.T
    return fir


def design_filters(layout: SpeakerLayout, design: Design) -> np.ndarray:
    """Driver filters of a design.

    Returns
    -------
    (inputs, drivers, TAPS) float32
        From each input to each driver, late by `MODELLING_DELAY`, as loud for a centre source as plain stereo.

    Raises
    ------
    InputError
        The layout has no two drivers side by side, or a driver inside the listener's head; a beam that cannot be.
    """
    if design.method == "plain":
        fir = _delayed(plain_stereo(layout))
    else:
        filters = crosstalk_filters(layout, design)
        fir = to_fir(filters * loudness_gain(layout, filters.sum(axis=2), design.plant), MODELLING_DELAY, TAPS)
    if design.centre == "none":
        return fir
    if design.centre == "mix":
        centre = _delayed(plain_stereo(layout).sum(axis=1, keepdims=True))
    else:
        beam = beam_filters(layout, design)
        centre = to_fir((beam * loudness_gain(layout, beam, design.plant))[..., None], MODELLING_DELAY, TAPS)
    return np.concatenate([fir, centre])


def audition_paths(layout: SpeakerLayout, head: plants.HeadPose = plants.NOMINAL, plant: str = "") -> np.ndarray:
    """The paths from the drivers to the ears, late by `AUDITION_DELAY`: (drivers, 2, AUDITION_TAPS)."""
    paths = nominal_plant(layout, plant) if head == plants.NOMINAL else _plant(layout, plant, pose=head)
    return to_fir(paths, AUDITION_DELAY, AUDITION_TAPS)
