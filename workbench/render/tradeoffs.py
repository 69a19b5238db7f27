"""What a design may be traded for: the front of a beam's nulls against evenness and white-noise gain, what the boost
limit buys, and how far a centre source follows the head."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, SpeakerLayout
from workbench.core.messages import frozen
from workbench.core.params import RenderParams
from workbench.core.trades import BeamChoice, CentreZone, LimitTrade, Trades
from workbench.render.crosstalk import separation_db
from workbench.render.design import design_from_params
from workbench.render.designs import beam_filters, crosstalk_filters, plain_stereo
from workbench.render.drivers import (
    both_sides,
    directivity_db,
    mismatched_null_db,
    patterns,
    speaker_beam,
    white_noise_gain_db,
)
from workbench.render.measured import plant_response
from workbench.render.plants import HeadPose
from workbench.render.region import FREQUENCY_HZ

NULLS_DB = (8.0, 12.0, 16.0, 20.3, 25.0, 30.0)
EVENNESS_DB = (1.0, 2.0, 2.9, 4.0, 6.0, 9.0)
LIMITS_DB = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0)
SIDES_CM = np.linspace(-25.0, 25.0, 21)
_BAND_HZ = np.geomspace(400.0, 3000.0, 24)
_WINDOW_STEPS = 13
_SEPARATION = (FREQUENCY_HZ >= 300) & (FREQUENCY_HZ <= 8000)
_CAP_DB = 30.0
_DOMINATES_DB = 0.05

Progress = Callable[[float], None]


def trades(layout: SpeakerLayout, params: RenderParams, progress: Progress = lambda part: None) -> Trades:
    """All trades of a layout with the other parameters as they are.

    Parameters
    ----------
    progress : called with the part that is done, 0 to 1, between steps; what it raises ends the work
    """
    beams = beam_front(layout, params, lambda part: progress(0.5 * part))
    limits = limit_trade(layout, params, lambda part: progress(0.5 + 0.4 * part))
    zone = centre_zone(layout, params)
    progress(1.0)
    return Trades(layout.name, params, beams, limits, zone)


def beam_front(layout: SpeakerLayout, params: RenderParams, progress: Progress = lambda part: None):
    """Beams for every combination of `NULLS_DB` and `EVENNESS_DB`, a tuple of BeamChoice; those that the layout cannot
    have at the boost limit are left out."""
    null_rad = design_from_params(params).beam_goal().null_rad
    at_nulls = both_sides(null_rad)
    window = np.linspace(-1, 1, _WINDOW_STEPS) * math.radians(params.window_deg)
    seen = patterns(layout, np.array([0.0, *at_nulls, *window]), _BAND_HZ)
    found = []
    for number, null_db in enumerate(NULLS_DB):
        for even_db in EVENNESS_DB:
            progress((number + EVENNESS_DB.index(even_db) / len(EVENNESS_DB)) / len(NULLS_DB))
            asked = dataclasses.replace(params, beam_null_db=null_db, beam_even_db=even_db)
            try:
                weights = speaker_beam(layout, _BAND_HZ, design_from_params(asked).beam_goal())
            except InputError:
                continue
            heard = np.abs(np.einsum("fai,fi->fa", seen, weights))
            level = 20 * np.log10(np.maximum(heard / heard[:, :1], 1e-6))
            found.append(
                BeamChoice(
                    null_db=null_db,
                    unevenness_db=even_db,
                    found_null_db=float(level[:, 1 : 1 + len(at_nulls)].max()),
                    found_null_95_db=float(mismatched_null_db(layout, weights, _BAND_HZ, null_rad, trials=60).max()),
                    found_unevenness_db=float(np.abs(level[:, 1 + len(at_nulls) :]).max()),
                    white_noise_gain_db=float(white_noise_gain_db(layout, weights, _BAND_HZ).min()),
                    directivity_db=float(directivity_db(layout, weights, _BAND_HZ).mean()),
                )
            )
    return mark_best(found)


def mark_best(choices: Sequence[BeamChoice]) -> tuple[BeamChoice, ...]:
    """The same choices, `best` set where no other is as good in all and better in one of: null of unlike drivers,
    evenness, white-noise gain."""
    if not choices:
        return ()
    cost = np.array(
        [(choice.found_null_95_db, choice.found_unevenness_db, -choice.white_noise_gain_db) for choice in choices]
    )
    no_worse = (cost[:, None] <= cost[None] + _DOMINATES_DB).all(axis=-1)
    better = (cost[:, None] < cost[None] - _DOMINATES_DB).any(axis=-1)
    beaten = (no_worse & better).any(axis=0)
    lost = np.atleast_1d(beaten)
    return tuple(dataclasses.replace(choice, best=not bool(lost[at])) for at, choice in enumerate(choices))


def limit_trade(layout: SpeakerLayout, params: RenderParams, progress: Progress = lambda part: None) -> LimitTrade:
    """Separation on and off centre, and the beam's null, over the boost limit; NaN where there is no such design."""
    some = np.flatnonzero(_SEPARATION)[::4]
    hz = FREQUENCY_HZ[some]
    places = {side: plant_response(layout, hz, pose=HeadPose(offset_m=(0.0, side, 0.0))) for side in (0.0, 0.05)}
    at_nulls = both_sides(design_from_params(params).beam_goal().null_rad)
    band = (FREQUENCY_HZ >= 400) & (FREQUENCY_HZ <= 3000)
    seen = patterns(layout, np.array([0.0, *at_nulls]), FREQUENCY_HZ[band])
    weight = 1 / hz
    table = np.full((3, len(LIMITS_DB)), np.nan)
    for number, limit_db in enumerate(LIMITS_DB):
        progress(number / len(LIMITS_DB))
        # As much cancellation as the limit allows: it is the limit's worth that is asked for.
        asked = dataclasses.replace(params, boost_limit_db=limit_db, cancellation_db=30.0, cancellation_shape="")
        design = design_from_params(asked, target="ears")
        filters = crosstalk_filters(layout, design)[some]
        for row, plant in enumerate(places.values()):
            level = np.minimum(separation_db(plant, filters), _CAP_DB)
            table[row, number] = (weight * level).sum() / weight.sum()
        try:
            beam = beam_filters(layout, dataclasses.replace(design, centre="beam"))[band]
        except InputError:
            continue
        heard = np.abs(np.einsum("fai,fi->fa", seen, beam))
        table[2, number] = 20 * np.log10(np.maximum((heard[:, 1:] / heard[:, :1]).max(), 1e-6))
    return LimitTrade(frozen(np.array(LIMITS_DB)), *(frozen(row.copy()) for row in table))


def centre_zone(layout: SpeakerLayout, params: RenderParams) -> CentreZone:
    """Where a centre source is heard over the head's place: by the beam, as a phantom, and in plain stereo."""
    band = np.flatnonzero((FREQUENCY_HZ >= 200) & (FREQUENCY_HZ <= 1500))
    hz = FREQUENCY_HZ[band]
    design = design_from_params(params)
    paths = {"plain stereo": np.broadcast_to(plain_stereo(layout).sum(axis=1), (len(band), len(layout.drivers)))}
    if params.method == "crosstalk":
        paths["phantom, cancelled"] = crosstalk_filters(layout, design)[band].sum(axis=2)
    with contextlib.suppress(InputError):  # a beam that cannot be: the design itself says so
        paths["beam"] = beam_filters(layout, design)[band]
    lateral: dict[str, list[float]] = {name: [] for name in paths}
    for side_cm in SIDES_CM:
        plant = plant_response(layout, hz, pose=HeadPose(offset_m=(0.0, 0.01 * side_cm, 0.0)))
        for name, weights in paths.items():
            ears = np.einsum("fed,fd->fe", plant, weights)
            lateral[name].append(lateral_deg(ears, hz, layout.head_radius_m))
    return CentreZone(frozen(SIDES_CM.copy()), {name: frozen(np.array(row)) for name, row in lateral.items()})


def lateral_deg(ears: np.ndarray, frequency_hz: np.ndarray, head_radius_m: float) -> float:
    """Direction of a sound from straight ahead by its interaural time difference, positive to the left.

    The time is where the phase-only cross-correlation of the ears is largest; it becomes an angle by the mean of what
    holds for high frequencies, a/c (sin + angle) (Woodworth), and for low ones, 3a/c sin (Kuhn 1977).

    Parameters
    ----------
    ears : (F, 2) complex
    frequency_hz : (F,) evenly spaced
    """
    cross = ears[:, 1] * ears[:, 0].conj()  # a source on the left comes late to the right ear
    delays_s = np.linspace(-1.2e-3, 1.2e-3, 961)
    match = (np.exp(2j * np.pi * np.outer(delays_s, frequency_hz)) @ (cross / np.maximum(np.abs(cross), 1e-12))).real
    itd_s = float(delays_s[int(match.argmax())])
    angle = np.linspace(-math.pi / 2, math.pi / 2, 361)
    low = 3 * head_radius_m / SPEED_OF_SOUND_M_S * np.sin(angle)
    high = head_radius_m / SPEED_OF_SOUND_M_S * (np.sin(angle) + angle)
    return float(np.degrees(np.interp(itd_s, 0.5 * (low + high), angle)))
