import dataclasses
import itertools
import math

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from tests.ui.repaints import Repaints
from tests.ui.space_messages import SQUARE_MICS_M, cardioid, localization, track, truth
from workbench.ui import theme
from workbench.ui.views import polar
from workbench.ui.views.map_geometry import RIM_M
from workbench.ui.views.source_map import SourceMapView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


class Clock:
    """Time that the test sets."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def view(qtbot, clock):
    view = SourceMapView(theme.DARK, clock=clock)
    qtbot.addWidget(view)
    view.resize(472, 492)
    view.show()
    return view


def steps(signal):
    seen = []
    signal.connect(lambda *values: seen.append(values))
    return seen


def drag(canvas, start, points, modifier=Qt.KeyboardModifier.NoModifier, release=True):
    button = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, button, modifier, start.toPoint())
    for point in points:
        move(canvas, point, modifier)
    if release:
        QTest.mouseRelease(canvas, button, modifier, points[-1].toPoint())


def move(canvas, point, modifier):
    """A move with keys held, which QTest.mouseMove cannot give; sub-pixel places are kept."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    place = QPointF(canvas.mapToGlobal(point))
    QApplication.sendEvent(canvas, QMouseEvent(QEvent.Type.MouseMove, point, place, none, left, modifier))


def rim(canvas, azimuth_deg):
    return polar.to_screen(canvas.center, math.radians(azimuth_deg), canvas.radius + 7)


def test_left_is_on_the_left_and_the_front_is_up(view):
    canvas = view.canvas
    left, right = canvas.place(math.radians(90), 1.0), canvas.place(math.radians(-90), 1.0)
    front = canvas.place(0.0, RIM_M)
    assert left.x() < canvas.center.x() < right.x()
    assert left.x() == pytest.approx(canvas.center.x() - canvas.radius / RIM_M)
    assert (front.x(), front.y()) == pytest.approx((canvas.center.x(), canvas.center.y() - canvas.radius))


def test_unknown_distance_goes_on_a_fixed_ring_and_far_sources_on_the_rim(view):
    canvas = view.canvas
    assert canvas.center.y() - canvas.place(0.0, None).y() == pytest.approx(canvas.radius * 0.8)
    assert canvas.center.y() - canvas.place(0.0, 40.0).y() == pytest.approx(canvas.radius)


def test_the_map_has_the_size_of_the_design(view):
    assert view.canvas.radius == pytest.approx(182, abs=1)
    assert view.canvas.center.x() == pytest.approx(236)


def test_dragging_the_handle_steers_in_whole_degrees_and_ends_once(view):
    view.show_beam(math.radians(42))
    seen = steps(view.steering_changed)
    canvas = view.canvas
    drag(canvas, canvas.handle_place(), [rim(canvas, 42.3), rim(canvas, 50.4), rim(canvas, 60.2)])
    assert seen == [(50.0, False), (60.0, False), (60.0, True)]
    assert canvas.beam_deg == 60.0


def test_shift_drags_in_tenths(view):
    view.show_beam(0.0)
    seen = steps(view.steering_changed)
    canvas = view.canvas
    drag(canvas, canvas.handle_place(), [rim(canvas, 10.43)], Qt.KeyboardModifier.ShiftModifier)
    assert seen == [(10.4, False), (10.4, True)]


def test_ctrl_steers_on_a_grid_of_15_degrees(view):
    view.show_beam(math.radians(42))
    seen = steps(view.steering_changed)
    canvas = view.canvas
    drag(
        canvas,
        canvas.handle_place(),
        [rim(canvas, 51), rim(canvas, 53), rim(canvas, 70)],
        Qt.KeyboardModifier.ControlModifier,
    )
    assert seen == [(45.0, False), (60.0, False), (75.0, False), (75.0, True)]
    for key, expected in ((Qt.Key.Key_Left, 90.0), (Qt.Key.Key_Right, 75.0), (Qt.Key.Key_Right, 60.0)):
        QTest.keyClick(canvas, key, Qt.KeyboardModifier.ControlModifier)
        assert seen[-1] == (expected, True)


def test_dragging_passes_the_back(view):
    view.show_beam(math.radians(178))
    seen = steps(view.steering_changed)
    canvas = view.canvas
    drag(canvas, canvas.handle_place(), [rim(canvas, 180), rim(canvas, -178)])
    assert [value for value, _ in seen] == [180.0, -178.0, -178.0]


def test_a_click_on_the_handle_changes_nothing(view):
    view.show_beam(math.radians(42))
    seen = steps(view.steering_changed)
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=view.canvas.handle_place().toPoint())
    assert seen == []


def test_a_following_beam_is_locked_and_says_why(view):
    view.show_beam(math.radians(42), following=2)
    seen = steps(view.steering_changed)
    canvas = view.canvas
    drag(canvas, canvas.handle_place(), [rim(canvas, 80)])
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert seen == []
    assert "follows T2" in canvas.tip_at(canvas.handle_place())


def test_following_takes_the_handle_out_of_the_hand(view):
    view.show_beam(0.0)
    seen = steps(view.steering_changed)
    canvas = view.canvas
    drag(canvas, canvas.handle_place(), [rim(canvas, 10)], release=False)
    view.show_beam(math.radians(10), following=1)
    move(canvas, rim(canvas, 20), Qt.KeyboardModifier.NoModifier)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=rim(canvas, 20).toPoint())
    assert seen == [(10.0, False), (10.0, True)]


def test_old_steering_does_not_pull_the_handle_back_after_a_drag(view, clock):
    view.show_beam(0.0)
    canvas = view.canvas
    drag(canvas, canvas.handle_place(), [rim(canvas, 30)])
    view.show_beam(math.radians(12))
    assert canvas.beam_deg == 30.0
    clock.now += 2.0
    view.show_beam(math.radians(12))
    assert canvas.beam_deg == pytest.approx(12.0)


def test_arrow_keys_steer_and_the_release_ends_the_step(view):
    view.show_beam(math.radians(10))
    seen = steps(view.steering_changed)
    canvas = view.canvas
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert seen == [(11.0, False), (11.0, True), (10.9, False), (10.9, True)]
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert seen[-1] == (0.0, True)


def test_talkers_can_be_dragged_only_where_they_can_be_moved(view):
    view.show_localization(localization([], [truth(-60, 1.0)]))
    seen = steps(view.talker_moved)
    canvas = view.canvas
    start, goal = canvas.place(math.radians(-60), 1.0), canvas.place(math.radians(-30.3), 2.04)
    drag(canvas, start, [goal])
    assert seen == []
    assert canvas.pan_m != (0.0, 0.0)  # it took hold of the map instead
    canvas.reset_view()
    view.set_talkers_movable(True)
    drag(canvas, start, [goal])
    assert len(seen) == 1
    number, azimuth_rad, distance_m = seen[0]
    assert number == 1
    assert math.degrees(azimuth_rad) == pytest.approx(-30.0)
    assert distance_m == pytest.approx(2.0)
    (_, place, _) = canvas.truth_places()[0]
    wanted = canvas.place(math.radians(-30), 2.0)
    assert (place.x(), place.y()) == pytest.approx((wanted.x(), wanted.y()))


def test_a_talker_cannot_be_dragged_out_of_the_map_or_into_the_array(view):
    view.set_talkers_movable(True)
    view.show_localization(localization([], [truth(0, 1.0)]))
    seen = steps(view.talker_moved)
    canvas = view.canvas
    up = QPointF(canvas.center.x(), 2)
    drag(canvas, canvas.place(0.0, 1.0), [up, canvas.center - QPointF(0, 1)])
    assert [round(distance, 2) for _, _, distance in seen] == [2.5, 0.3]


def test_tab_goes_through_the_handles_and_keys_move_a_talker(view, qtbot):
    view.set_talkers_movable(True)
    view.show_beam(0.0)
    view.show_localization(localization([], [truth(20, 1.0), truth(-60, 1.5)]))
    canvas = view.canvas
    seen = steps(view.talker_moved)
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    canvas.activateWindow()
    qtbot.waitUntil(canvas.hasFocus)
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert [number for number, _, _ in seen] == [2, 2]
    assert math.degrees(seen[0][1]) == pytest.approx(-59.0)
    assert seen[1][2] == pytest.approx(1.6)


def test_labels_cover_neither_markers_nor_each_other(view):
    tracks = [track(1, 40, 1.3), track(2, 44, 1.4), track(3, 36, 1.2), track(4, -170, None)]
    view.show_localization(localization(tracks, [truth(41, 1.35), truth(44, 1.5)], sectors=[0.5] * 8))
    rects = view.canvas.label_rects
    assert sorted(rects) == [1, 2, 3, 4]
    for first, second in itertools.combinations(rects.values(), 2):
        assert not first.intersects(second)
    for entry in tracks:
        marker = polar.rect_around(view.canvas.place(entry.azimuth_rad, entry.distance_m), polar.MARKER_RADIUS)
        assert not any(rect.intersects(marker) for rect in rects.values())


def test_the_sentence_stands_only_while_nobody_is_heard(view):
    assert view.canvas.message == ""
    view.set_running(True)
    view.show_localization(localization())
    assert view.canvas.message == "No talkers heard."
    view.show_localization(localization([track(1, 0)]))
    assert view.canvas.message == ""


def test_the_rate_is_measured_from_the_messages(view, clock):
    view.set_running(True)
    assert view.rate_text == "– updates/s"
    for count in range(12):
        view.show_localization(localization(time_s=0.25 * count, sequence=count))
        clock.now += 0.25
    assert view.rate_text == "4 updates/s"
    for count in range(12, 24):  # two updates arrive together: only the newer is shown, both count
        view.show_localization(localization(time_s=0.5 * count, sequence=2 * count))
        clock.now += 0.25
    assert view.rate_text == "8 updates/s"
    view.set_running(False)
    assert view.rate_text == ""


def test_tails_last_three_seconds_and_end_when_time_jumps_back(view):
    for count in range(40):
        view.show_localization(localization([track(1, count)], time_s=0.2 * count))
    tail = view.canvas.state.tails[1]
    assert tail[-1][0] - tail[0][0] == pytest.approx(3.0, abs=0.21)
    view.show_localization(localization([track(1, 10)], time_s=0.0))
    assert len(view.canvas.state.tails[1]) == 1
    view.show_localization(localization([track(2, 10)], time_s=0.2))
    assert list(view.canvas.state.tails) == [2]


def test_old_pictures_fade(view, qtbot):
    view.show_localization(localization([track(1, 0)], ring=True))
    fresh = view.canvas.grab().toImage()
    view._stale_timer.setInterval(1)
    view._stale_timer.start()
    qtbot.waitUntil(lambda: view.canvas.state.stale, timeout=2000)
    place = view.canvas.place(0.0, 1.5).toPoint()
    stale = view.canvas.grab().toImage()
    assert stale.pixelColor(place).blue() < fresh.pixelColor(place).blue()
    view.show_localization(localization([track(1, 0)], ring=True))
    assert view.canvas.grab().toImage().pixelColor(place) == fresh.pixelColor(place)


def test_the_microphones_are_drawn_as_they_stand(view):
    view.set_array(SQUARE_MICS_M[:1])  # ahead and to the left
    image = view.canvas.grab().toImage()
    center = view.canvas.center.toPoint()
    reach = round(12 / math.sqrt(2))
    mic, none = theme.DARK.color("text2"), theme.DARK.color("plot")
    assert image.pixelColor(center.x() - reach, center.y() - reach) == mic
    assert image.pixelColor(center.x() + reach, center.y() + reach) == none


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("name", theme.THEMES)
def test_both_themes_paint(view, qtbot, name, compact):
    view.apply_theme(theme.THEMES[name])
    view.set_compact(compact)
    view.set_array(SQUARE_MICS_M)
    view.set_running(True)
    for azimuth_deg in (0, 42, 90, 179.9, -90, -135):
        view.show_beam(math.radians(azimuth_deg))
        tracks = [track(1, 42, 1.3), track(2, -68, None, active=False), track(7, 180, 9.0)]
        view.show_localization(localization(tracks, [truth(40)], sectors=[0.1 * k for k in range(8)], ring=True))
        image = view.canvas.grab().toImage()
        color = image.pixelColor(view.canvas.place(math.radians(42), 1.3).toPoint())
        assert color == theme.THEMES[name].color("track1")


def test_switches_hide_the_truth_and_the_ring(view):
    view.show_localization(localization([], [truth(0)], ring=True))
    with_ring = view.canvas.grab().toImage()
    view.truth_button.setChecked(False)
    assert view.canvas.truth_places() == []
    view.srp_button.setChecked(False)
    on_ring = rim(view.canvas, 40).toPoint()
    assert view.canvas.grab().toImage().pixelColor(on_ring) != with_ring.pixelColor(on_ring)


def test_clear_forgets_everything(view):
    view.show_localization(localization([track(1, 0)], [truth(0)]))
    view.clear()
    assert view.canvas.label_rects == {}
    assert view.canvas.truth_places() == []


# ---------------------------------------------------------------------------------------- nulls, zoom, room, lines


def wheel(canvas, notches):
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    none, center = Qt.MouseButton.NoButton, canvas.center
    place = QPointF(canvas.mapToGlobal(center))
    plain = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        center, place, QPoint(), QPoint(0, 120 * notches), none, plain, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(canvas, event)


def double_click(canvas, point):
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=point.toPoint())


def test_a_null_is_put_dragged_and_taken_away(view):
    view.show_beam(0.0)
    view.set_nulls((), True)
    seen = steps(view.nulls_changed)
    canvas = view.canvas
    double_click(canvas, rim(canvas, -68))
    assert seen == [((-68.0,), True)]
    drag(canvas, canvas.null_places()[0], [rim(canvas, -75.2), rim(canvas, -80.1)])
    assert seen[1:] == [((-75.0,), False), ((-80.0,), False), ((-80.0,), True)]
    assert canvas.nulls_deg == (-80.0,)
    double_click(canvas, canvas.null_places()[0])
    assert seen[-1] == ((), True) and canvas.nulls_deg == ()


def test_three_nulls_are_the_most(view):
    view.set_nulls((90.0, -90.0, 180.0), True)
    seen = steps(view.nulls_changed)
    double_click(view.canvas, rim(view.canvas, 45))
    assert seen == []


def test_a_null_on_a_talker_is_taken_over_by_dragging_it(view):
    view.show_beam(0.0)
    view.set_nulls((), True)
    pattern = dataclasses.replace(cardioid(), nulls_rad=(math.radians(-68), math.radians(120)))
    view.show_pattern(pattern)
    canvas = view.canvas
    assert canvas.nulls_deg == (-68.0, 120.0)
    seen = steps(view.nulls_changed)
    double_click(canvas, canvas.null_places()[0])  # these follow the talkers and cannot be taken away
    assert seen == []
    drag(canvas, canvas.null_places()[0], [rim(canvas, -60)])
    assert seen[-1] == ((-60.0, 120.0), True)


def test_nulls_are_hidden_without_lcmv(view):
    view.set_nulls((30.0,), False)
    seen = steps(view.nulls_changed)
    assert view.canvas.nulls_deg == () and view.canvas.null_places() == []
    double_click(view.canvas, rim(view.canvas, 45))
    assert seen == []


def test_tab_and_arrow_keys_reach_the_nulls(view, qtbot):
    view.show_beam(0.0)
    view.set_nulls((90.0,), True)
    canvas = view.canvas
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(canvas.hasFocus)
    assert canvas.focusNextPrevChild(True)
    seen = steps(view.nulls_changed)
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert seen == [((91.0,), False), ((91.0,), True)]
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert seen[-1] == ((), True)
    assert not canvas.focusNextPrevChild(True) or not canvas.hasFocus()


def test_the_wheel_changes_the_scale_within_bounds(view):
    canvas = view.canvas
    near = canvas.center.y() - canvas.place(0.0, 1.0).y()
    wheel(canvas, 1)
    assert canvas.rim_m == 1.5
    assert canvas.center.y() - canvas.place(0.0, 1.0).y() == pytest.approx(near * RIM_M / 1.5)
    wheel(canvas, -20)
    assert canvas.rim_m == 10.0
    wheel(canvas, 20)
    assert canvas.rim_m == 1.0
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.rim_m == 1.5


def test_the_walls_are_drawn_where_they_stand(view):
    before = view.canvas.grab().toImage()
    view.set_room([[-1.0, -1.5], [2.0, -1.5], [2.0, 1.0], [-1.0, 1.0]])
    after = view.canvas.grab().toImage()
    canvas = view.canvas
    wall = QPointF(canvas.center.x() + 40, canvas.center.y() - 2.0 / RIM_M * canvas.radius).toPoint()
    inside = QPointF(canvas.center.x() + 40, canvas.center.y() - 1.9 / RIM_M * canvas.radius).toPoint()
    near = [(wall.x() + dx, wall.y() + dy) for dx in range(10) for dy in (-1, 0, 1)]  # longer than a dash's gap
    assert any(before.pixelColor(*at) != after.pixelColor(*at) for at in near)
    assert before.pixelColor(inside) == after.pixelColor(inside)
    view.set_room(None)
    assert view.canvas.grab().toImage() == before


def test_errors_are_written_while_the_truth_is_shown(view):
    view.show_localization(localization([track(1, 42.0), track(2, -68.0)], [truth(40.0), truth(-70.3)]))
    assert view.canvas.error_text == "error T1 2.0°, T2 2.3°"
    place = view.canvas.place(math.radians(42.0), 1.5)
    assert "2.0° off" in view.canvas.tip_at(place + QPointF(8, 8)) or "true position" in view.canvas.tip_at(place)
    view.truth_button.setChecked(False)
    assert view.canvas.error_text == ""


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=lambda t: t.name)
def test_an_array_on_a_line_shows_both_directions(view, tokens):
    view.apply_theme(tokens)
    view.set_array([[0.0, 0.05 * k, 0.0] for k in range(4)])
    view.show_beam(math.radians(30))
    assert view.canvas.mirror_deg == pytest.approx(150.0)
    view.set_nulls((20.0,), True)
    assert not view.canvas.grab().isNull()
    there = polar.to_screen(view.canvas.center, math.radians(150), view.canvas.radius + 7)
    assert "on a line" in view.canvas.tip_at(there)
    view.set_array([[0.0, 0.0, 0.0]])
    assert view.canvas.mirror_deg is None and not view.canvas.grab().isNull()
    view.set_array(SQUARE_MICS_M)
    assert view.canvas.mirror_deg is None


def shown(canvas, point):
    """(azimuth in degrees, distance in metres) of a point of the map, as the array has it."""
    azimuth_rad, distance_m = canvas._geometry.seen_from_array(point)
    return math.degrees(azimuth_rad), distance_m


def test_the_background_drags_the_map_and_a_double_click_puts_it_back(view):
    canvas = view.canvas
    view.show_beam(math.radians(-90))
    metre = canvas.radius / RIM_M
    start = canvas.place(math.radians(30), 1.2)
    drag(canvas, start, [start + QPointF(metre, metre / 2)])  # to the right and down: shows what is left and ahead
    ahead_m, left_m = canvas.pan_m
    assert (ahead_m, left_m) == pytest.approx((0.5, 1.0), abs=0.01)
    assert shown(canvas, canvas.center) == pytest.approx(
        (math.degrees(math.atan2(1.0, 0.5)), math.hypot(1, 0.5)), abs=1
    )
    far = canvas.place(math.radians(90), 3.3)
    assert far.x() == pytest.approx(canvas.center.x() - 2.3 * metre, abs=2)  # was drawn on the rim before
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.place(math.radians(30), 1.2).toPoint())
    assert canvas.pan_m == (0.0, 0.0)


def test_the_cursor_says_what_can_be_dragged(view):
    canvas = view.canvas
    view.show_beam(0.0)
    none = Qt.KeyboardModifier.NoModifier
    move(canvas, canvas.place(math.radians(30), 1.2), none)
    assert canvas.cursor().shape() == Qt.CursorShape.SizeAllCursor
    move(canvas, canvas.handle_place(), none)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    move(canvas, QPointF(3, 3), none)
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert "Drag moves the map" in canvas.tip_at(canvas.place(math.radians(30), 1.2))


def test_keys_move_the_map_and_put_it_back(view):
    canvas = view.canvas
    alt = Qt.KeyboardModifier.AltModifier
    QTest.keyClick(canvas, Qt.Key.Key_Up, alt)
    QTest.keyClick(canvas, Qt.Key.Key_Left, alt)
    QTest.keyClick(canvas, Qt.Key.Key_Left, alt)
    assert canvas.pan_m == pytest.approx((0.25, 0.5))
    assert "Alt+Home" in canvas.accessibleDescription()
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.rim_m < RIM_M
    QTest.keyClick(canvas, Qt.Key.Key_Home, alt)
    assert (canvas.pan_m, canvas.rim_m) == ((0.0, 0.0), RIM_M)


def test_the_wheel_moves_the_map_with_shift_and_sideways(view):
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QWheelEvent

    canvas = view.canvas

    def turn(x, y, modifier):
        place = canvas.center
        buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        canvas.wheelEvent(QWheelEvent(place, place, QPoint(), QPoint(x, y), buttons, modifier, phase, False))

    turn(0, 240, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.pan_m == pytest.approx((0.5, 0.0))
    turn(60, 0, Qt.KeyboardModifier.NoModifier)  # a touchpad's small turns
    turn(60, 0, Qt.KeyboardModifier.NoModifier)
    assert canvas.pan_m == pytest.approx((0.5, 0.25))
    assert canvas.rim_m == RIM_M


def test_the_array_stays_on_the_map_however_far_it_is_dragged(view):
    canvas = view.canvas
    canvas.pan(100.0, -40.0)
    assert math.hypot(*canvas.pan_m) == pytest.approx(0.75 * RIM_M)
    canvas.zoom(2)  # half as much is shown: the array would be off the disc
    assert math.hypot(*canvas.pan_m) == pytest.approx(0.75 * canvas.rim_m)


def test_a_beam_is_steered_by_its_handle_where_it_stands_on_a_moved_map(view):
    canvas = view.canvas
    view.show_beam(math.radians(20))
    canvas.pan(0.8, -1.0)
    seen = steps(view.steering_changed)
    goal = canvas._geometry.on_ring(math.radians(-50))
    drag(canvas, canvas.handle_place(), [goal])
    assert seen[-1] == (-50.0, True)
    view.show_beam(math.radians(-50))
    away = canvas.handle_place() - goal
    assert math.hypot(away.x(), away.y()) < 0.5


def test_a_talker_is_dragged_to_a_place_that_was_beyond_the_rim(view):
    view.show_localization(localization([], [truth(0, 2.0)]))
    view.set_talkers_movable(True)
    canvas = view.canvas
    canvas.pan(1.5, 0.0)
    seen = steps(view.talker_moved)
    drag(canvas, canvas.place(0.0, 2.0), [canvas.place(0.0, 3.6)])
    assert seen[-1] == (1, pytest.approx(0.0, abs=0.01), pytest.approx(3.6, abs=0.051))


def test_nulls_that_are_shown_already_paint_nothing(view):
    view.set_nulls((30.0,), True)
    painted = Repaints(view.canvas)
    assert painted.after(lambda: view.set_nulls((30.0,), True)) == set()
    assert painted.after(lambda: view.set_nulls((30.0, 60.0), True)) == {view.canvas}
