"""What the source map's tooltips say."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF

from workbench.ui import painting
from workbench.ui.views import map_marks
from workbench.ui.views.map_geometry import HUB, RIM, length
from workbench.ui.views.map_scene import MapScene, label_text


def tip_at(scene: MapScene, point: QPointF, target: int | None) -> str:
    """What the tooltip says at a place where `target` can be taken."""
    state, geometry = scene.state, scene.geometry
    if target == 0:
        if state.following:
            return f"The beam follows T{state.following}. Press Following in the table to steer by hand."
        return "Steers the beam. Drag, or use the arrow keys: 1° steps, with Shift 0.1°, with Ctrl 15°. Home: 0°."
    if target is not None and target < 0:
        if state.hand_nulls_deg:
            return "Null of the beam. Drag, or use the arrow keys; double-click or Delete takes it away."
        return "Null on a talker, placed by itself. Drag it to place the nulls by hand."
    if target is not None:
        name = state.localization.truth[target - 1].name
        return f"{name}: true position. Drag to move the simulated talker."
    for track in state.tracks:
        if length(point - geometry.place(track.azimuth_rad, track.distance_m)) <= 12:
            doing = "speaking" if track.active else f"silent {painting.with_unit(f'{track.silent_s:.1f}', 's')}"
            confidence = painting.format_probability(track.confidence)
            unknown = ", distance unknown" if track.distance_m is None else ""
            error = map_marks.track_errors_rad(state.tracks, state.localization.truth)
            off = f", {painting.number(math.degrees(error[track.number]), 1)}° off" if track.number in error else ""
            return f"{' '.join(label_text(track, geometry.compact))}{unknown}, {doing}, confidence {confidence}{off}"
    if length(point - geometry.origin) <= HUB and state.mic_xyz_m is not None:
        extent_m = float(np.hypot(state.mic_xyz_m[:, 0], state.mic_xyz_m[:, 1]).max())
        largest = painting.with_unit(f"{1000 * extent_m:.0f}", "mm")
        return f"{len(state.mic_xyz_m)} microphones, enlarged; the outermost is {largest} from the centre."
    radius = length(point - geometry.center)
    if state.mirror_deg is not None and length(point - geometry.on_ring(math.radians(state.mirror_deg))) <= 10:
        return "Heard like the beam's direction: the microphones stand on a line."
    if state.srp and geometry.radius < radius < geometry.radius + RIM + 4:
        return "Power from each direction (SRP), −24 to 0 dB."
    if radius <= geometry.radius:
        return (
            "Drag moves the map (keys: Alt and arrows; wheel with Shift), the wheel or + and − change its scale, a "
            "double click (Alt+Home) puts the array back into the middle."
        )
    return ""
