"""The rendering stage: a stereo scene to loudspeaker drivers, or to headphones that play the drivers' sound field."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse, frozen
from workbench.core.params import RenderParams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.fft import convolved
from workbench.dsp.fir import PartitionedConvolver, PartitionedFilters
from workbench.render import plants
from workbench.render.causal import AUDITION_DELAY, AUDITION_TAPS, audition_paths, filter_error_db
from workbench.render.crosstalk import drive_db, separation_db
from workbench.render.design import Design, design_from_params
from workbench.render.designs import design_filters, plain_stereo, wanted_responses
from workbench.render.effort import EXACT, Effort
from workbench.render.measured import plant_response
from workbench.render.upmix import centre_portion

HEAD_OFFSETS_M = {"nominal": 0.0, "2 cm": 0.02, "5 cm": 0.05}
"""Lateral head positions at which separation is shown."""

DELAY = Design().delay_samples
"""Latency of a renderer, where nothing else is asked for."""

LONGEST_TAPS = 8192
LONGEST_ROOM_TAPS = 40_000
"""Longest audition paths in a room: the longest reverberation time, and what the paths and their window add."""

RESPONSE_HZ = np.geomspace(50.0, 20000.0, 241)
RESPONSE_HZ.setflags(write=False)


def _outputs(drivers: int) -> int:
    return max(2, drivers)


@dataclass(frozen=True, eq=False)
class RenderFilters:
    """Filters of one design for one layout; all arrays are read-only.

    Attributes
    ----------
    driver_fir : (inputs, drivers, taps) float32
        Left and right, and centre if the design has one, to drivers.
    audition_fir : (drivers, 2, taps) float32
        Modelled paths from the drivers to the ears, late by `audition_delay` samples.
    ears_fir : (2, drivers, taps) float32
        The same design without virtual loudspeakers, each input for one ear alone: separation is measured on it.
    latency_samples : int
        By how much the filters are late.
    audition_delay : int
    error_db : (F,) on `region.FREQUENCY_HZ`
        What the filters depart by from the responses that were designed, see `causal.filter_error_db`.
    draft : bool
        Made with less work, see `effort.Effort`.
    to_drivers, to_headphones, off : PartitionedFilters
        What the renderer convolves with: drivers, both in a row, and plain stereo on outputs 0 and 1.
    """

    driver_fir: np.ndarray
    audition_fir: np.ndarray
    ears_fir: np.ndarray
    latency_samples: int = DELAY
    audition_delay: int = AUDITION_DELAY
    error_db: np.ndarray | None = None
    draft: bool = False
    to_drivers: PartitionedFilters = field(init=False, repr=False)
    to_headphones: PartitionedFilters = field(init=False, repr=False)
    off: PartitionedFilters = field(init=False, repr=False)

    def __post_init__(self):
        for array in (self.driver_fir, self.audition_fir, self.ears_fir):
            array.setflags(write=False)
        inputs, drivers, taps = self.driver_fir.shape
        outputs = _outputs(drivers)

        to_drivers = np.zeros((inputs, outputs, taps), dtype=np.float32)
        to_drivers[:, :drivers] = self.driver_fir
        object.__setattr__(self, "to_drivers", PartitionedFilters(to_drivers))

        both = convolved(self.driver_fir[:, :, None], self.audition_fir[None]).sum(axis=1)
        heard = both[..., self.audition_delay :]
        to_headphones = np.zeros((inputs, outputs, heard.shape[-1]), dtype=np.float32)
        to_headphones[:, :2] = heard
        object.__setattr__(self, "to_headphones", PartitionedFilters(to_headphones))

        off = np.zeros((inputs, outputs, self.latency_samples + 1), dtype=np.float32)
        off[[0, 1], [0, 1], -1] = 1.0
        off[2:, :2, -1] = 1.0
        object.__setattr__(self, "off", PartitionedFilters(off))


def make_filters(
    layout: SpeakerLayout,
    design: Design,
    head: plants.HeadPose = plants.NOMINAL,
    *,
    latency: int | None = None,
    paths: np.ndarray | None = None,
    effort: Effort = EXACT,
) -> RenderFilters:
    """Filters of a design, ready to render with.

    Parameters
    ----------
    head : where the headphone audition listens
    latency : samples by which the filters are late; at least the design's own delay, which is the default
    paths : (drivers, 2, taps) from the drivers to the ears, late by `AUDITION_DELAY`, in place of the design's plant at
        that head

    Raises
    ------
    InputError, Outdated
        As `wanted_responses`.
    ValueError
        The design's delay is longer than the latency.
    """
    latency = design.delay_samples if latency is None else latency
    later = latency - design.delay_samples
    if later < 0:
        raise ValueError(f"a delay of {design.delay_samples} samples does not fit into a latency of {latency}")
    wanted = wanted_responses(layout, design, effort)
    driver_fir = design_filters(layout, design, wanted)
    ears_fir = design_filters(layout, dataclasses.replace(design, target="ears", centre="none"), effort=effort)
    effort.step()
    if later:
        driver_fir, ears_fir = (np.pad(fir, ((0, 0), (0, 0), (later, 0))) for fir in (driver_fir, ears_fir))
    return RenderFilters(
        driver_fir=driver_fir,
        audition_fir=audition_paths(layout, head, design.plant, effort) if paths is None else paths,
        ears_fir=ears_fir,
        latency_samples=latency,
        error_db=filter_error_db(driver_fir, wanted, latency),
        draft=effort.draft,
    )


def live_design(params: RenderParams) -> Design:
    """The design of the live parameters, always with a centre: whether anything goes there is the upmixer's matter.

    Raises
    ------
    InputError
        Parameters that do not go together.
    """
    return dataclasses.replace(design_from_params(params), centre=params.centre)


def design_render(
    layout: SpeakerLayout,
    params: RenderParams,
    latency: int | None = None,
    paths: np.ndarray | None = None,
    effort: Effort = EXACT,
) -> RenderFilters:
    """Filters for the live parameters; see `make_filters`. Pure, and too slow for the audio path.

    Raises
    ------
    InputError
        The layout cannot play stereo, or has a driver inside the listener's head; a beam that cannot be.
    Outdated
        The effort is no longer worth it.
    """
    head = audition_pose(params)
    return make_filters(layout, live_design(params), head, latency=latency, paths=paths, effort=effort)


def audition_pose(params: RenderParams) -> plants.HeadPose:
    """Where the head of the headphone audition is."""
    return plants.HeadPose(offset_m=(0.01 * params.head_back_cm, 0.01 * params.head_side_cm, 0.0))


UNREAD = ("enabled", "place_deg", "place_follows", "audition", "limit_dbtp", "upmix", "centre_width_percent")
UNREAD += ("adaptation_ms",)
"""Parameters that `design_render` does not read."""


def render_key(params: RenderParams) -> RenderParams:
    """The parameters with everything at its default that `design_render` does not read: equal keys, equal filters."""
    default = RenderParams()
    return dataclasses.replace(params, **{name: getattr(default, name) for name in UNREAD})


@lru_cache(maxsize=8)
def _turn(frequencies: tuple[float, ...], taps: int, delay: int) -> np.ndarray:
    late_s = (np.arange(taps) - delay) / RATE_HZ
    return frozen(np.exp(-2j * np.pi * np.array(frequencies)[:, None] * late_s).astype(np.complex64))


def filter_response(fir: np.ndarray, frequency_hz: np.ndarray, delay: int) -> np.ndarray:
    """Filters (inputs, drivers, taps) at frequencies, their delay taken out: (F, drivers, inputs) complex64, which for
    pictures is exact enough."""
    inputs, drivers, taps = fir.shape
    flat = _turn(tuple(frequency_hz.tolist()), taps, delay) @ fir.reshape(-1, taps).T
    return flat.reshape(len(frequency_hz), inputs, drivers).transpose(0, 2, 1)


@lru_cache(maxsize=16)
def shown_plant(layout: SpeakerLayout, side_m: float = 0.0) -> np.ndarray:
    """The layout's plant for a head that far to the side, on `RESPONSE_HZ`: kept, filters alone change while a slider
    moves. (F, 2, drivers), read-only."""
    pose = plants.HeadPose(offset_m=(0.0, side_m, 0.0))
    return frozen(plant_response(layout, RESPONSE_HZ, pose=pose))


def loudspeaker_response(layout: SpeakerLayout, filters: RenderFilters) -> LoudspeakerResponse:
    """What the filters do, computed from the FIRs themselves with the rigid-sphere head.

    Separation is that of the design without virtual loudspeakers, which want some of it back. Driver gain is what
    the boost limit limits: over what plain stereo needs to be as loud at the fed ear.
    """
    ears = filter_response(filters.ears_fir, RESPONSE_HZ, filters.latency_samples)
    driver = filter_response(filters.driver_fir[:2], RESPONSE_HZ, filters.latency_samples)
    plant = {name: shown_plant(layout, offset_m) for name, offset_m in HEAD_OFFSETS_M.items()}
    plain = plain_stereo(layout)
    drive = drive_db(plant["nominal"], driver, plain, RESPONSE_HZ)
    return LoudspeakerResponse(
        layout=layout.name,
        driver_names=tuple(layout.driver_names),
        frequency_hz=RESPONSE_HZ,
        separation_db={name: frozen(separation_db(at, ears)) for name, at in plant.items()},
        plain_separation_db=frozen(separation_db(plant["nominal"], np.broadcast_to(plain, ears.shape))),
        driver_gain_db=frozen(np.ascontiguousarray(drive.T)),
    )


class Renderer:
    """Renders hops of a stereo scene (or of one that was split into left, right and centre).

    All ways out (drivers, headphone audition, rendering off) are filter sets of one convolver: they have the same
    latency, and any change fades within 20 ms.

    Parameters
    ----------
    layout : SpeakerLayout
    inputs : 3 (left, right, centre), or 2 for designs without a centre
    latency : int
        Samples by which all filters that come are late.
    room : bool
        Whether the audition may be in a room: that needs a longer memory of the input.
    """

    def __init__(self, layout: SpeakerLayout, inputs: int = 3, latency: int = DELAY, room: bool = True):
        self.channels_out = _outputs(len(layout.drivers))
        self.latency = latency
        longest = LONGEST_TAPS + latency + (LONGEST_ROOM_TAPS if room else AUDITION_TAPS)
        self._convolver = PartitionedConvolver(inputs, self.channels_out, longest)

    def reset(self) -> None:
        """Forget past sound and filters."""
        self._convolver.reset()

    def process(self, scene: np.ndarray, params: RenderParams, filters: RenderFilters) -> np.ndarray:
        """Render one hop.

        Parameters
        ----------
        scene : (inputs, 480) float32
        params : RenderParams
            Only `enabled` and `audition` are read here; the rest is in the filters.
        filters : RenderFilters

        Returns
        -------
        (max(2, drivers), 480) float32
            Drivers in layout order; with audition the ears on channels 0 and 1, rest silent.
        """
        if not params.enabled:
            chosen = filters.off
        elif params.audition:
            chosen = filters.to_headphones
        else:
            chosen = filters.to_drivers
        return self._convolver.process(scene, chosen)


def stereo_gains(place_deg: float, virtual_deg: float) -> np.ndarray:
    """Gains (left, right) that place a source between loudspeakers at +-`virtual_deg`; positive is left.

    Tangent law, with constant power: tan(place) / tan(virtual) = (L - R) / (L + R), L^2 + R^2 = 1. Places beyond
    the loudspeakers are put at the nearer one.
    """
    limit = math.radians(min(max(virtual_deg, 1.0), 85.0))
    angle = min(max(math.radians(place_deg), -limit), limit)
    side = math.tan(angle) / math.tan(limit)
    gains = np.array([1 + side, 1 - side])
    return gains / np.linalg.norm(gains)


def scene_gains(place_deg: float, virtual_deg: float, portion: float) -> np.ndarray:
    """Gains (left, right, centre) that place one source in the scene; positive is left.

    With `portion` 1 it stands between the centre and the nearer side (tangent law again), with 0 between left and
    right alone. A source needs no upmix to find out where it is, nor the time that this takes. The centre channel
    counts as both sides playing it, as it does after an upmix (left' + centre = left).
    """
    phantom = stereo_gains(place_deg, virtual_deg)
    half = 0.5 * min(max(virtual_deg, 1.0), 85.0)
    side, centre = stereo_gains(min(abs(place_deg), 2 * half) - half, half)
    pair = np.array([side, 0.0]) if place_deg >= 0 else np.array([0.0, side])
    sides = portion * pair + (1 - portion) * phantom
    gains = np.array([*sides, portion * centre * math.sqrt(0.5)])
    # As loud as one source of constant power: what sides and centre share adds up in pressure.
    both = gains[:2] + gains[2]
    return gains / np.linalg.norm(both)


class ScenePlacer:
    """Places a mono talker in the scene of left, right and centre; a new place is reached by a ramp over one hop."""

    latency = 0

    def __init__(self):
        self.reset()

    def reset(self) -> None:
        """Forget the place; the next one is taken at once."""
        self._gains: np.ndarray | None = None

    def process(self, mono: np.ndarray, params: RenderParams) -> np.ndarray:
        """Place one hop: (480,) float32 -> (3, 480) float32, at `params.place_deg`."""
        gains = scene_gains(params.place_deg, params.virtual_deg, centre_portion(params))
        before = gains if self._gains is None else self._gains
        self._gains = gains
        ramp = np.arange(1, HOP + 1) / HOP
        return ((before[:, None] + (gains - before)[:, None] * ramp) * mono).astype(np.float32)
