"""Plants on the grid on which filters are designed: at the nominal position, and where a design keeps them in mind."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import frozen
from workbench.dsp.bands import RATE_HZ
from workbench.dsp.splines import CubicSpline
from workbench.render.design import Design
from workbench.render.measured import plant_response
from workbench.render.plants import NOMINAL, HeadPose

FFT_SIZE = 4096
FREQUENCY_HZ = np.fft.rfftfreq(FFT_SIZE, 1 / RATE_HZ)
FREQUENCY_HZ.setflags(write=False)

COARSE = slice(None, None, 4)
"""Plants are computed at every fourth frequency and interpolated: with the bulk delay out, their phase turns by less
than 0.3 rad between two of them."""

_SIDE_STEPS = (-1.0, -0.4, 0.4, 1.0)


def _plant(layout: SpeakerLayout, plant: str, pose: HeadPose, head_radius_m: float | None = None) -> np.ndarray:
    coarse = FREQUENCY_HZ[COARSE]
    found = plant_response(layout, coarse, plant, pose=pose, head_radius_m=head_radius_m)
    return CubicSpline(coarse, found)(FREQUENCY_HZ)


@lru_cache(maxsize=64)
def plant_at(layout: SpeakerLayout, plant: str = "", pose: HeadPose = NOMINAL, size: float = 1.0) -> np.ndarray:
    """Drivers to ears on `FREQUENCY_HZ`, (F, 2, drivers), read-only; `size`: of the head, relative to the layout's."""
    return frozen(_plant(layout, plant, pose, None if size == 1.0 else size * layout.head_radius_m))


def region_plants(layout: SpeakerLayout, design: Design) -> np.ndarray:
    """Plants at the positions that a design keeps in mind, (positions, F, 2, drivers).

    The nominal position comes first, then steps sideways, to and fro, heads of other sizes, and turned ones.
    """
    poses = [HeadPose(offset_m=(0.0, step * design.region_m, 0.0)) for step in _SIDE_STEPS if design.region_m]
    poses += [HeadPose(offset_m=(side * design.region_back_m, 0.0, 0.0)) for side in (-1, 1) if design.region_back_m]
    turn = math.radians(design.region_yaw_deg)
    poses += [HeadPose(yaw_rad=side * turn) for side in (-1, 1) if turn]
    spread = design.region_size_percent / 100
    found = [plant_at(layout, design.plant)]
    found += [plant_at(layout, design.plant, pose) for pose in poses]
    found += [plant_at(layout, design.plant, size=1 + side * spread) for side in (-1, 1) if spread]
    return np.stack(found)
