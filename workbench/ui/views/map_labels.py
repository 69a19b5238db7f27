"""Where the words on the source map stand, so that none lies over another.

Talkers' labels come first and find a place that covers no marker, and nothing else if they can. What they cover all
the same is not written; the walls' name goes elsewhere along a wall.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from workbench.core.geometry import SECTORS
from workbench.ui import painting, theme
from workbench.ui.views import map_marks, polar
from workbench.ui.views.map_geometry import HUB, RIM, MapGeometry
from workbench.ui.views.map_scene import MapScene, label_text


@dataclass(frozen=True)
class AngleLabel:
    """An angle at the rim: its text, and perhaps a word below it; `whole` holds both."""

    degrees: int
    text: str
    below: str
    rect: QRectF
    whole: QRectF


def angle_labels(geometry: MapGeometry) -> list[AngleLabel]:
    """The angles that are written around the map."""
    metrics = QFontMetricsF(theme.font(11))
    outer = geometry.radius + RIM
    angles = (0, 90, -90, 180) if geometry.compact else (0, 45, -45, 90, -90, 135, -135, 180)
    below = {} if geometry.compact else {90: "left", -90: "right"}
    gap = 4 if geometry.compact else 10
    labels = []
    for degrees in angles:
        text = "180°" if degrees == 180 else painting.number(degrees, signed=True) + "°"
        text += " front" if degrees == 0 else ""
        width = metrics.horizontalAdvance(text) + 2
        azimuth_rad = geometry.turn_rad(math.radians(degrees))
        left, ahead = math.sin(azimuth_rad), math.cos(azimuth_rad)
        anchor = polar.to_screen(geometry.center, azimuth_rad, outer + (2 if degrees in (0, 180) else gap))
        rect = QRectF(anchor.x() - width / 2 * (1 + left), anchor.y() - 8 * (1 + ahead), width, 16)
        word = below.get(degrees, "")
        whole = rect.united(rect.translated(0, 16)) if word else rect
        labels.append(AngleLabel(degrees, text, word, rect, whole))
    return labels


def sector_boxes(scene: MapScene) -> list[QRectF]:
    """Where the sectors' probabilities are written; empty where they are not."""
    shown = scene.state.localization
    if shown is None or shown.sectors is None or scene.geometry.compact:
        return []
    return [scene.geometry.sector_text_rect(sector) for sector in range(SECTORS)]


def free_of_labels(scene: MapScene, box: QRectF) -> bool:
    """Whether no talker's label lies over a box."""
    return not any(box.intersects(rect) for rect, _ in scene.labels.values())


def free_distances(scene: MapScene) -> list[tuple[QRectF, str]]:
    """The rings' distances that are written."""
    sentence = message_box(scene)
    return [
        (box, text)
        for box, text in scene.geometry.ring_labels()
        if free_of_labels(scene, box) and (sentence is None or not box.intersects(sentence))
    ]


def free_sectors(scene: MapScene) -> list[tuple[int, QRectF]]:
    """The sectors whose probabilities are written: number and place."""
    taken = [box for box, _ in free_distances(scene)]  # they come near where the map is small, or was moved
    if (sentence := message_box(scene)) is not None:
        taken.append(sentence)
    found: list[tuple[int, QRectF]] = []
    for sector, box in enumerate(sector_boxes(scene)):
        others = [*taken, *(other for _, other in found)]
        if free_of_labels(scene, box) and not any(box.intersects(other) for other in others):
            found.append((sector, box))
    return found


def free_angles(scene: MapScene) -> list[AngleLabel]:
    """The angles that are written: not those under another label, or under the beam's handle."""
    taken = [rect for rect, _ in scene.labels.values()]
    if (beam_deg := scene.state.beam_deg) is not None:
        taken += [scene.geometry.beam_label(beam_deg)[0], scene.geometry.handle_rect(math.radians(beam_deg))]
    found = []
    for angle in sorted(angle_labels(scene.geometry), key=lambda angle: angle.degrees % 90 != 0):
        if not any(angle.whole.intersects(other) for other in taken):
            found.append(angle)
            taken.append(angle.whole)
    return found


def message_box(scene: MapScene) -> QRectF | None:
    """Where the empty map's sentence stands."""
    if not scene.state.message:
        return None
    width = QFontMetricsF(theme.font(13)).horizontalAdvance(scene.state.message) + 24
    center = scene.geometry.center
    return QRectF(center.x() - width / 2, center.y() - 0.36 * scene.geometry.radius - 14, width, 28)


def arrange_labels(scene: MapScene) -> dict[int, tuple[QRectF, int]]:
    """Places of the talkers' labels, near where they were before: number to (rectangle, choice)."""
    state, geometry = scene.state, scene.geometry
    tracks = state.tracks
    if not tracks:
        return {}
    bold, plain = QFontMetricsF(theme.font(12, 600)), QFontMetricsF(theme.font(12, 500))
    labels, markers = [], []
    for track in tracks:
        name, text = label_text(track, geometry.compact)
        width = math.ceil(7 + bold.horizontalAdvance(name) + 7 + plain.horizontalAdvance(text) + 8)
        place = geometry.place(track.azimuth_rad, track.distance_m)
        labels.append((track.number, place, QSizeF(width, 22)))
        markers.append(polar.rect_around(place, polar.MARKER_RADIUS + 3))
    markers += [polar.rect_around(place, polar.TRUTH_RADIUS + 2) for _, place, _ in scene.truth_places()]
    if state.beam_deg is not None:
        markers.append(geometry.beam_label(state.beam_deg)[0])
    avoid = [polar.rect_around(geometry.origin, HUB), *(box for box, _ in geometry.ring_labels())]
    avoid += [label.whole for label in angle_labels(geometry)]
    for tail in state.tails.values():
        avoid += [polar.rect_around(geometry.place(azimuth, distance), 4) for _, azimuth, distance in list(tail)[:-1:2]]
    avoid += sector_boxes(scene)
    if scene.wall is not None:
        avoid.append(scene.wall)
    bounds = polar.rect_around(geometry.center, geometry.radius)
    before = {number: choice for number, (_, choice) in scene.labels.items()}
    return polar.place_labels(labels, markers, avoid, bounds, before)


def written(scene: MapScene) -> list[tuple[str, QRectF]]:
    """All words within the disc and at its rim, and where they stand; what is left out is not among them."""
    state, geometry = scene.state, scene.geometry
    words = [(" ".join(label_text(track, geometry.compact)), scene.labels[track.number][0]) for track in state.tracks]
    words += [(text, box) for box, text in free_distances(scene)]
    words += [(f"sector {sector}", box) for sector, box in free_sectors(scene)]
    words += [(angle.text, angle.whole) for angle in free_angles(scene)]
    if state.beam_deg is not None:
        box, text = geometry.beam_label(state.beam_deg)
        words.append((text, box))
    if scene.wall is not None:
        words.append((map_marks.WALL_NAME, scene.wall))
    if (sentence := message_box(scene)) is not None:
        words.append((state.message, sentence))
    return words


def place_wall_name(scene: MapScene) -> QRectF | None:
    """Where the walls' name stands: where it was before (`scene.wall`), if it can still stand there, else at the best
    place that is free; None where there are no walls, or none has room. In the small map nothing has."""
    state, geometry = scene.state, scene.geometry
    if state.room_xy_m is None or geometry.compact:
        return None
    corners = state.room_xy_m - geometry.pan_m
    places = map_marks.wall_name_places(geometry.center, geometry.radius, geometry.rim_m, corners)
    taken = [rect for rect, _ in scene.labels.values()]
    taken += [
        polar.rect_around(geometry.place(one.azimuth_rad, one.distance_m), polar.MARKER_RADIUS + 3)
        for one in state.tracks
    ]
    taken += [polar.rect_around(place, polar.TRUTH_RADIUS + 2) for _, place, _ in scene.truth_places()]
    taken += [polar.rect_around(geometry.origin, HUB), *(box for box, _ in geometry.ring_labels())]
    taken += sector_boxes(scene)
    if (sentence := message_box(scene)) is not None:
        taken.append(sentence)
    free = [box for box in places if not any(box.adjusted(-3, -3, 3, 3).intersects(other) for other in taken)]
    return scene.wall if scene.wall in free else next(iter(free), None)
