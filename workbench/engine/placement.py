"""Where the enhanced talker stands in the heard scene while its place follows the beam."""

from __future__ import annotations

import dataclasses
import math

from workbench.core.params import Params


def followed_place_deg(azimuth_rad: float, virtual_deg: float) -> float:
    """Place between the virtual loudspeakers of a talker at an azimuth: its sideways share, so that who stands behind
    is heard on the side where they are. Whole degrees, left positive."""
    return float(round(virtual_deg * math.sin(azimuth_rad)))


def placed(params: Params, azimuth_rad: float) -> Params:
    """The parameters with the talker placed where the beam points, if it is to follow; else the same object."""
    render = params.render
    if not render.place_follows:
        return params
    place_deg = followed_place_deg(azimuth_rad, render.virtual_deg)
    if place_deg == render.place_deg:
        return params
    return dataclasses.replace(params, render=dataclasses.replace(render, place_deg=place_deg))
