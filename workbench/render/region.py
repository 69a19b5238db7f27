"""Plants on the grid on which filters are designed: at the nominal position, and where a design keeps them in mind."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from workbench.core.content import Content
from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import frozen
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.splines import CubicSpline
from workbench.render.design import Design
from workbench.render.effort import EXACT, Effort
from workbench.render.measured import plant_response
from workbench.render.plants import NOMINAL, HeadPose

FFT_SIZE = 4096
FREQUENCY_HZ = np.fft.rfftfreq(FFT_SIZE, 1 / RATE_HZ)
FREQUENCY_HZ.setflags(write=False)

COARSE = slice(None, None, 4)
"""Plants are computed at every fourth frequency and interpolated: with the bulk delay out, their phase turns by less
than 0.3 rad between two of them."""

DRAFT = np.concatenate([np.arange(0, 64, 2), np.arange(64, 280, 4), np.arange(280, FFT_SIZE // 2 + 1, 16)])
"""Drafts are designed at these frequencies alone, the nearer to each other the more limits bend a response: every 23 Hz
up to 750 Hz, every 47 Hz up to 3.3 kHz, and every 188 Hz above."""
BEAM_DRAFT = np.concatenate([np.arange(0, 280, 4), np.arange(280, FFT_SIZE // 2 + 1, 16)])
"""The same of beams, which are `COARSE` as long as they have a goal."""
for _indices in (DRAFT, BEAM_DRAFT):
    _indices.setflags(write=False)

_SIDE_STEPS = (-1.0, -0.4, 0.4, 1.0)


def _plant(layout: SpeakerLayout, plant: str, pose: HeadPose, head_radius_m: float | None = None) -> np.ndarray:
    coarse = FREQUENCY_HZ[COARSE]
    found = plant_response(layout, coarse, plant, pose=pose, head_radius_m=head_radius_m)
    return CubicSpline(coarse, found)(FREQUENCY_HZ)


@lru_cache(maxsize=64)
def plant_at(layout: SpeakerLayout, plant: str = "", pose: HeadPose = NOMINAL, size: float = 1.0) -> np.ndarray:
    """Drivers to ears on `FREQUENCY_HZ`, (F, 2, drivers), read-only; `size`: of the head, relative to the layout's."""
    return frozen(_plant(layout, plant, pose, None if size == 1.0 else size * layout.head_radius_m))


@lru_cache(maxsize=64)
def _draft_plant(layout: SpeakerLayout, plant: str, pose: HeadPose, size: float) -> np.ndarray:
    radius_m = None if size == 1.0 else size * layout.head_radius_m
    return frozen(plant_response(layout, FREQUENCY_HZ[DRAFT], plant, pose=pose, head_radius_m=radius_m))


def design_plant(
    layout: SpeakerLayout, plant: str = "", pose: HeadPose = NOMINAL, size: float = 1.0, effort: Effort = EXACT
) -> np.ndarray:
    """`plant_at` on the frequencies at which designs are made, `FREQUENCY_HZ` or those of `DRAFT`."""
    return (_draft_plant if effort.draft else plant_at)(layout, plant, pose, size)


@lru_cache(maxsize=2)
def _spline(indices: Content) -> np.ndarray:
    """Cubic splines from some of the frequencies to all of them, as a matrix."""
    return frozen(CubicSpline(FREQUENCY_HZ[indices.array], np.eye(len(indices.array)))(FREQUENCY_HZ))


def everywhere(draft: np.ndarray, indices: np.ndarray = DRAFT) -> np.ndarray:
    """Responses (drafts, ...) complex at some of the frequencies, interpolated to `FREQUENCY_HZ`."""
    flat = np.ascontiguousarray(draft, dtype=complex).reshape(len(draft), -1)
    found = _spline(Content(indices)) @ flat.view(float)
    return found.view(complex).reshape(len(FREQUENCY_HZ), *draft.shape[1:])


def region_plants(layout: SpeakerLayout, design: Design, effort: Effort = EXACT) -> np.ndarray:
    """Plants at the positions that a design keeps in mind, (positions, F, 2, drivers).

    The nominal position comes first, then steps sideways, to and fro, heads of other sizes, and turned ones.
    """
    poses = [HeadPose(offset_m=(0.0, step * design.region_m, 0.0)) for step in _SIDE_STEPS if design.region_m]
    poses += [HeadPose(offset_m=(side * design.region_back_m, 0.0, 0.0)) for side in (-1, 1) if design.region_back_m]
    turn = math.radians(design.region_yaw_deg)
    poses += [HeadPose(yaw_rad=side * turn) for side in (-1, 1) if turn]
    spread = design.region_size_percent / 100
    found = [design_plant(layout, design.plant, effort=effort)]
    found += [design_plant(layout, design.plant, pose, effort=effort) for pose in poses]
    found += [design_plant(layout, design.plant, size=1 + side * spread, effort=effort) for side in (-1, 1) if spread]
    return np.stack(found)
