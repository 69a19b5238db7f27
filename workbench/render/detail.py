"""What the loudspeakers' view shows of live filters: figures and pictures, computed from the filters themselves.

Whatever hangs on the layout alone (plants at many places, directivities) is kept, so that a moved slider costs a few
matrix products.
"""

from __future__ import annotations

import dataclasses
import math
from functools import lru_cache
from typing import Any

import numpy as np

from workbench.core.content import Content
from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerDetail, frozen
from workbench.core.params import RenderParams
from workbench.dsp.bands import RATE_HZ
from workbench.render import hrtf, plants
from workbench.render.crosstalk import drive_db, separation_db
from workbench.render.designs import plain_stereo, target_db
from workbench.render.drivers import both_sides, patterns
from workbench.render.measured import plant_response
from workbench.render.plants import HeadPose
from workbench.render.region import FREQUENCY_HZ
from workbench.render.renderer import RESPONSE_HZ, UNREAD, RenderFilters, filter_response, live_design, shown_plant

SWEET_HZ = np.geomspace(300.0, 8000.0, 28)
SIDES_CM = np.linspace(-30.0, 30.0, 25)
BACK_M = np.linspace(-0.3, 0.3, 9)
BEAM_HZ = np.geomspace(100.0, 16000.0, 72)
AZIMUTH_RAD = np.radians(np.arange(-180.0, 181.0, 3.0))
TRIALS = 24
"""Loudspeakers and heads drawn for what is uncertain; always the same ones."""

GAIN_ERROR_DB, PHASE_ERROR_RAD = 0.5, math.radians(5.0)
_HEADS = ((1.0, 0.0), (0.93, 0.0), (1.07, 0.0), (1.0, -0.01), (1.0, 0.01))
"""Relative sizes and sideways places (m) of the uncertain head."""

_FAR_M = 1.4
"""Distance of the sphere's own source."""

_IMPULSE_MS = (-1.0, 4.0)
_BEAM_BAND_HZ = (400.0, 3000.0)
_SPHERE_POINTS = 240
_PROGRAMME_DBFS = -20.0
_CREST_DB = 12.0
"""Music's peaks over its level (RMS)."""


@lru_cache(maxsize=4)
def _condition_db(layout: SpeakerLayout) -> np.ndarray:
    sigma = np.linalg.svd(shown_plant(layout), compute_uv=False)
    return frozen(20 * np.log10(sigma[:, 0] / np.maximum(sigma[:, 1], 1e-12)))


@lru_cache(maxsize=4)
def _uncertain_plants(layout: SpeakerLayout) -> np.ndarray:
    """(heads, F, 2, drivers)"""
    return frozen(
        np.stack(
            [
                plant_response(
                    layout,
                    RESPONSE_HZ,
                    pose=HeadPose(offset_m=(0.0, side, 0.0)),
                    head_radius_m=size * layout.head_radius_m,
                )
                for size, side in _HEADS
            ]
        )
    )


@lru_cache(maxsize=4)
def _sweet_plants(layout: SpeakerLayout) -> tuple[np.ndarray, np.ndarray]:
    """Distances (Y,) at which a head fits, and plants (Y, X, F, 2, drivers) there.

    A layout that is its own mirror image needs half of them.
    """
    distance_m, rows = [], []
    for back_m in BACK_M:
        try:
            row = [
                plants.listener_plant(layout, SWEET_HZ, HeadPose(offset_m=(back_m, 0.01 * side, 0.0)))
                for side in SIDES_CM
            ]
        except InputError:  # there a driver would be inside the head
            continue
        distance_m.append(layout.listener_distance_m + back_m)
        rows.append(row)
    return frozen(np.array(distance_m)), frozen(np.array(rows))


@lru_cache(maxsize=4)
def _directivity(layout: SpeakerLayout) -> tuple[np.ndarray, np.ndarray]:
    """Each driver around the horizon (B, A, drivers), and its mean power over the sphere (B, drivers, drivers)."""
    around = patterns(layout, AZIMUTH_RAD, BEAM_HZ)
    height = 1 - (2 * np.arange(_SPHERE_POINTS) + 1) / _SPHERE_POINTS
    azimuth = np.pi * (1 + np.sqrt(5)) * np.arange(_SPHERE_POINTS)
    sphere = patterns(layout, azimuth, BEAM_HZ, np.arcsin(height))
    return frozen(around), frozen(np.einsum("fai,faj->fij", sphere.conj(), sphere, optimize=True) / _SPHERE_POINTS)


@lru_cache(maxsize=8)
def _errors(drivers: int) -> np.ndarray:
    """Relative gains of unequal drivers, (trials, drivers) complex."""
    random = np.random.default_rng(0)
    gain = 10 ** (random.normal(0.0, GAIN_ERROR_DB, (TRIALS, drivers)) / 20)
    return frozen(gain * np.exp(1j * random.normal(0.0, PHASE_ERROR_RAD, (TRIALS, drivers))))


@lru_cache(maxsize=4)
def _spread_db(layout: SpeakerLayout, response: Content) -> np.ndarray:
    ears = response.array
    heads, errors = _uncertain_plants(layout), _errors(len(layout.drivers))
    found = np.stack(
        [separation_db(heads[trial % len(heads)], ears * errors[trial][:, None]) for trial in range(len(errors))]
    )
    return frozen(np.percentile(found, (10, 90), axis=0))


def group_delay_ms(response: np.ndarray) -> np.ndarray:
    """(2, drivers, F) from responses (F, drivers, 2), by differences of the phase."""
    step = response[1:] * response[:-1].conj()
    delay = -np.angle(step) / (2 * np.pi * np.diff(RESPONSE_HZ))[:, None, None]
    delay = np.concatenate([delay[:1], delay])
    delay[np.abs(response) < 0.01 * np.abs(response).max()] = np.nan
    return 1000 * delay.transpose(2, 1, 0)


@lru_cache(maxsize=4)
def _beam(
    layout: SpeakerLayout, nulls_rad: tuple[float, ...], window_deg: float, response: Content
) -> dict[str, np.ndarray]:
    weights = response.array
    around, power = _directivity(layout)
    unequal = np.einsum("bai,tbi->tba", around, weights * _errors(weights.shape[1])[:, None], optimize=True)
    heard = np.einsum("bai,bi->ba", around, weights)
    ahead = len(AZIMUTH_RAD) // 2

    def level_db(pattern: np.ndarray) -> np.ndarray:
        return 20 * np.log10(np.maximum(np.abs(pattern) / np.abs(pattern[..., [ahead]]), 1e-4))

    nominal, spread = level_db(heard), level_db(unequal)
    degrees = np.degrees(AZIMUTH_RAD)
    nulls_deg = np.degrees(both_sides(nulls_rad))
    sides = [int(np.abs(degrees - at).argmin()) for at in nulls_deg]
    window = np.abs(degrees) <= window_deg + 0.1
    radiated = np.einsum("bi,bij,bj->b", weights.conj(), power, weights).real
    on_axis = np.abs(heard[:, ahead]) ** 2
    return {
        "beam_db": nominal,
        "beam_spread_db": np.percentile(spread, 90, axis=0),
        "null_db": nominal[:, sides].max(axis=1),
        "null_95_db": np.percentile(spread[..., sides].max(axis=2), 95, axis=0),
        "unevenness_db": np.abs(nominal[:, window]).max(axis=1),
        "directivity_db": 10 * np.log10(on_axis / radiated),
        "white_noise_gain_db": 10 * np.log10(on_axis / (np.abs(weights) ** 2).sum(axis=1)),
    }


def sweet_spot_db(layout: SpeakerLayout, filters: RenderFilters) -> tuple[np.ndarray, np.ndarray]:
    """Distances (Y,) in metres at which a head fits, and separation (Y, X) there and at `SIDES_CM`: mean of 300 Hz to 8
    kHz, each frequency counting at most 30 dB."""
    return _sweet_spot_db(layout, Content(filter_response(filters.ears_fir, SWEET_HZ, filters.latency_samples)))


@lru_cache(maxsize=4)
def _sweet_spot_db(layout: SpeakerLayout, response: Content) -> tuple[np.ndarray, np.ndarray]:
    distance_m, grid = _sweet_plants(layout)
    places = grid.shape[0] * grid.shape[1]
    sweet = separation_db(grid.reshape(-1, 2, grid.shape[-1]), np.tile(response.array, (places, 1, 1)))
    return distance_m, frozen(np.minimum(sweet.reshape(*grid.shape[:3]), 30.0).mean(axis=2))


def error_db(filters: RenderFilters) -> np.ndarray:
    if filters.error_db is None:
        return np.full(len(RESPONSE_HZ), np.nan)
    power = np.interp(RESPONSE_HZ, FREQUENCY_HZ, 10 ** (filters.error_db / 10))
    return 10 * np.log10(power)


@lru_cache(maxsize=4)
def _far_over_near(virtual_deg: float, head_radius_m: float) -> tuple[np.ndarray, np.ndarray]:
    """The far ear's response over the near one's at `RESPONSE_HZ`: as a virtual loudspeaker is asked for, and on a
    rigid sphere."""
    angle = math.radians(virtual_deg)
    cosine = np.cos([math.pi / 2 - angle, math.pi / 2 + angle])
    near, far = plants.rigid_sphere(head_radius_m, np.array(_FAR_M), cosine, RESPONSE_HZ)
    return frozen(hrtf.contralateral(angle, RESPONSE_HZ, head_radius_m)), frozen(far / near)


def image_differences(layout: SpeakerLayout, virtual_deg: float | None, ears: np.ndarray) -> dict[str, np.ndarray]:
    """Interaural differences of the virtual left loudspeaker at `RESPONSE_HZ`, (3, F): as heard, asked for, and on a
    rigid sphere; NaN without one. `ears`: (F, 2 ears, 2 inputs), what is heard."""
    if virtual_deg is None:
        nothing = np.full((3, len(RESPONSE_HZ)), np.nan)
        return {"image_ild_db": nothing, "image_itd_us": nothing}
    ratios = np.stack([ears[:, 1, 0] / ears[:, 0, 0], *_far_over_near(virtual_deg, layout.head_radius_m)])
    # Unwrapped from the lowest frequency, where the phase is all but none.
    late_s = -np.unwrap(np.angle(ratios), axis=1) / (2 * np.pi * RESPONSE_HZ)
    return {"image_ild_db": -20 * np.log10(np.abs(ratios)), "image_itd_us": 1e6 * late_s}


def _headroom_db(filters: RenderFilters) -> float:
    """How far a driver's peaks stay below full scale when unlike pink music at -20 dBFS is on either input."""
    power = (np.abs(filter_response(filters.driver_fir[:2], RESPONSE_HZ, filters.latency_samples)) ** 2).sum(axis=2)
    pink = np.gradient(np.log(RESPONSE_HZ))
    level = 10 * np.log10((power * pink[:, None]).sum(axis=0).max() / pink.sum())
    return -(_PROGRAMME_DBFS + _CREST_DB + float(level))


def loudspeaker_detail(layout: SpeakerLayout, params: RenderParams, filters: RenderFilters) -> LoudspeakerDetail:
    """Everything of `LoudspeakerDetail`; the rigid sphere hears it, or the plant that the layout names.

    What hangs on one part of the filters is kept: a slider moves the beam or the cancellation, seldom both.
    """
    nominal = shown_plant(layout)
    late = filters.latency_samples
    ears = filter_response(filters.ears_fir, RESPONSE_HZ, late)
    driver = filter_response(filters.driver_fir[:2], RESPONSE_HZ, late)
    plain = plain_stereo(layout)
    input_gain = []
    for ear in range(2):
        # The other input counts as plain stereo, whose drive is 0 dB: the larger of both is this one's.
        alone = np.broadcast_to(plain, driver.shape).astype(complex)
        alone[:, :, 1 - ear] = 1e-9 * alone[:, :, 1 - ear]
        alone[:, :, ear] = driver[:, :, ear]
        input_gain.append(drive_db(nominal, alone, plain, RESPONSE_HZ).T)
    distance_m, sweet = sweet_spot_db(layout, filters)
    virtual_deg = params.virtual_deg if params.method == "crosstalk" and params.target == "speakers" else None
    taps = filters.driver_fir.shape[-1]
    first = max(0, late + round(1e-3 * _IMPULSE_MS[0] * RATE_HZ))
    last = min(taps, late + round(1e-3 * _IMPULSE_MS[1] * RATE_HZ))
    centre = filters.driver_fir[2:] if len(filters.driver_fir) == 3 else filters.driver_fir.sum(axis=0, keepdims=True)
    arrays = {
        "target_db": target_db(params.cancellation_db, params.cancellation_shape, RESPONSE_HZ),
        "spread_db": _spread_db(layout, Content(ears)),
        "input_gain_db": np.stack(input_gain),
        "group_delay_ms": group_delay_ms(driver),
        "impulse": filters.driver_fir[:2, :, first:last].copy(),
        "impulse_ms": 1000 * (np.arange(first, last) - late) / RATE_HZ,
        "side_cm": SIDES_CM.copy(),
        "distance_m": distance_m,
        "sweet_db": sweet,
        "beam_hz": BEAM_HZ.copy(),
        "beam_azimuth_rad": AZIMUTH_RAD.copy(),
        "condition_db": _condition_db(layout),
        "error_db": error_db(filters),
        **image_differences(layout, virtual_deg, nominal @ driver),
        **_beam(
            layout,
            live_design(params).beam_goal().null_rad,
            params.window_deg,
            Content(filter_response(centre, BEAM_HZ, late)[..., 0]),
        ),
    }
    read = tuple(field.name for field in dataclasses.fields(RenderParams) if field.name not in UNREAD)
    frozen_arrays: dict[str, Any] = {name: frozen(np.asarray(value)) for name, value in arrays.items()}
    return LoudspeakerDetail(
        params=params,
        params_read=read,
        headroom_db=_headroom_db(filters),
        taps=taps,
        latency_samples=filters.latency_samples,
        nulls_deg=live_design(params).nulls_deg,
        draft=filters.draft,
        **frozen_arrays,
    )
