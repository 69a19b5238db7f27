"""The timeline as a view: what is drawn where, and what pointer and keys ask for."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from workbench.core.timeline import Marker, Overview, TimelineEvents, TimelinePicture, TrackPoints
from workbench.core.transport import TransportState
from workbench.ui.theme import DARK, THEMES
from workbench.ui.views import timeline_canvas
from workbench.ui.views.timeline import Timeline
from workbench.ui.views.timeline_canvas import EVENTS, GUTTER, RULER, TRACKS, WAVE


def made_picture(duration_s=100.0, columns=200):
    high = np.full(columns, 0.1, np.float32)
    high[columns // 2 :] = 0.8
    return TimelinePicture(
        path="/a session",
        duration_s=duration_s,
        overview=Overview(0.0, duration_s, -high, high, exact=True),
        events=TimelineEvents(
            settings_s=np.array([10.0, 11.0]), gaps_s=np.array([50.0]), limiter_s=np.array([[70.0, 80.0]])
        ),
        tracks=TrackPoints(
            np.full(50, 1), np.arange(50) * 0.2 + 20, np.full(50, np.pi / 2), np.ones(50, bool)
        ),
    )  # fmt: skip


@pytest.fixture
def timeline(qtbot):
    view = Timeline()
    view.resize(GUTTER + 1000 + 8, 200)
    qtbot.addWidget(view)
    view.apply_theme(DARK)
    view.show_state(TransportState("/a session", session=True, position_s=30.0, duration_s=100.0))
    view.show_picture(made_picture())
    view.show()
    return view


def colors(view, x, top, height):
    image = view.grab().toImage()
    return {image.pixelColor(round(x), y).name().upper() for y in range(top, top + height)}


def test_what_happened_is_drawn_where_it_happened(timeline):
    x = lambda time_s: GUTTER + time_s * 10  # noqa: E731
    assert DARK.accent.upper() in colors(timeline, x(30), RULER, WAVE)
    assert DARK.clip in colors(timeline, x(50), RULER + WAVE, EVENTS)
    assert DARK.warning in colors(timeline, x(75), RULER + WAVE, EVENTS)
    assert DARK.warning not in colors(timeline, x(85), RULER + WAVE, EVENTS)
    assert DARK.track1 in colors(timeline, x(25), RULER + WAVE + EVENTS, TRACKS)
    image = timeline.grab().toImage()

    def ink(time_s):
        names = [image.pixelColor(round(x(time_s)), y).name().upper() for y in range(RULER, RULER + WAVE)]
        return names.count(DARK.before)

    loud, soft = ink(62.3), ink(12.3)
    assert loud > 2 * soft > 0


def test_every_theme_and_an_empty_timeline_paint(timeline):
    for tokens in THEMES.values():
        timeline.apply_theme(tokens)
        assert not timeline.grab().isNull()
    timeline.show_state(TransportState())
    timeline.show_picture(TimelinePicture())
    image = timeline.grab().toImage()
    assert DARK.accent.upper() not in {image.pixelColor(x, 40).name().upper() for x in range(image.width())}


def test_a_click_seeks_and_a_drag_scrubs(timeline, qtbot):
    asked = []
    timeline.seek_wanted.connect(asked.append)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 400, RULER + 20))
    assert asked == [pytest.approx(40.0, abs=0.2)]
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 100, RULER + 20))
    for x in (150, 300, 2000):
        qtbot.mouseMove(timeline, QPoint(GUTTER + x, RULER + 20))
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 2000, RULER + 20))
    assert asked[-1] == 100.0 and pytest.approx(15.0, abs=0.2) in asked
    before = list(asked)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(10, RULER + 20))
    assert asked == before  # the lanes' names


def test_shift_and_drag_ask_for_a_loop_whose_ends_can_be_moved(timeline, qtbot):
    asked = []
    timeline.region_wanted.connect(asked.append)
    shift, left = Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton
    qtbot.mousePress(timeline, left, shift, QPoint(GUTTER + 600, RULER + 20))
    qtbot.mouseMove(timeline, QPoint(GUTTER + 200, RULER + 20))
    qtbot.mouseRelease(timeline, left, shift, QPoint(GUTTER + 200, RULER + 20))
    assert asked[-1] == (pytest.approx(20.0, abs=0.2), pytest.approx(60.0, abs=0.2))
    timeline.show_state(TransportState("/a session", True, 30.0, 100.0, region_s=(20.0, 60.0)))
    qtbot.mousePress(timeline, left, pos=QPoint(GUTTER + 600, RULER + 20))
    qtbot.mouseMove(timeline, QPoint(GUTTER + 800, RULER + 20))
    qtbot.mouseRelease(timeline, left, pos=QPoint(GUTTER + 800, RULER + 20))
    assert asked[-1] == (20.0, pytest.approx(80.0, abs=0.2))
    timeline.setFocus()
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    assert asked[-1] is None


def test_the_keys(timeline, qtbot):
    asked, moved, deleted = [], [], []
    timeline.seek_wanted.connect(asked.append)
    timeline.marker_moved_to.connect(moved.append)
    timeline.delete_wanted.connect(lambda: deleted.append(1))
    keys, shift, control = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    for key, modifier in (
        (keys.Key_Right, Qt.KeyboardModifier.NoModifier), (keys.Key_Left, shift), (keys.Key_Home, shift),
        (keys.Key_End, shift), (keys.Key_PageDown, shift),
    ):  # fmt: skip
        qtbot.keyClick(timeline, key, modifier)
    assert asked == [35.0, 29.5, 0.0, 99.0, 40.0]
    qtbot.keyClick(timeline, keys.Key_Right, control)
    qtbot.keyClick(timeline, keys.Key_Left, control)
    qtbot.keyClick(timeline, keys.Key_Delete)
    assert moved == [1, -1] and deleted == [1]
    length_s = timeline.span.length_s
    qtbot.keyClick(timeline, keys.Key_Plus)
    assert timeline.span.length_s < length_s and timeline.span.begin_s < 30.0 < timeline.span.end_s
    qtbot.keyClick(timeline, keys.Key_Minus)
    assert timeline.span.whole


def test_a_zoomed_view_follows_the_place(timeline):
    looked = []
    timeline.view_changed.connect(lambda begin_s, end_s: looked.append((begin_s, end_s)))
    timeline.span.zoom(0.1, 30.0)
    timeline.show_state(TransportState("/a session", True, 80.0, 100.0))
    assert looked and looked[-1][0] <= 80.0 <= looked[-1][1] and timeline.span.length_s == pytest.approx(10.0)
    assert "1:20" in timeline.accessibleDescription()


def test_the_tooltip_says_what_is_near(timeline):
    timeline.show_markers((Marker(50.0, "door"),))
    events_y = RULER + WAVE + 4
    text = timeline.text_at(QPointF(GUTTER + 500, events_y))
    assert "0:50.0" in text and "Marker" in text and "door" in text and "Gap" in text
    assert "limiter" in timeline.text_at(QPointF(GUTTER + 750, events_y))
    assert timeline.text_at(QPointF(5, events_y)) == ""


def test_a_click_on_a_flag_goes_to_the_marker_itself(timeline, qtbot):
    timeline.show_markers((Marker(50.03, "door"),))
    asked = []
    timeline.seek_wanted.connect(asked.append)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 502, RULER - 6))
    assert asked == [50.03]


def test_a_plain_file_has_no_lanes_for_what_happened(qtbot):
    view = Timeline()
    qtbot.addWidget(view)
    tall = (view.show_state(TransportState("/s", session=True)), view.height())[1]
    low = (view.show_state(TransportState("/a.wav")), view.height())[1]
    assert tall - low == EVENTS + TRACKS


def test_a_markers_flag_does_not_stand_in_a_time(timeline, monkeypatch):
    labels, drawn = [], timeline_canvas.draw_text

    def draw(painter, x, y, text, *rest):
        labels.append(text)
        return drawn(painter, x, y, text, *rest)

    def times():
        labels.clear()
        timeline.invalidate()
        timeline.grab()
        return {text for text in labels if ":" in text}

    monkeypatch.setattr(timeline_canvas, "draw_text", draw)
    plain = times()
    assert "0:50" in plain
    timeline.show_markers((Marker(50.5, "here"), Marker(57.0, "between")))
    assert plain - times() == {"0:50"}
