from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from workbench.core import params as parameters
from workbench.core.geometry import load_layout
from workbench.core.messages import LoudspeakerDetail, LoudspeakerResponse, RoomDepth
from workbench.core.params import Params, parse_angles, parse_curve
from workbench.ui import theme
from workbench.ui.loudspeaker_figures import figures
from workbench.ui.loudspeaker_panel import LoudspeakerDesignView, LoudspeakerPanel
from workbench.ui.loudspeaker_settings import GROUPS, SETTINGS
from workbench.ui.views.filter_plot import KINDS
from workbench.ui.views.speaker_plot import SHAPE, frequency_at, frequency_fraction, is_stale

F, B, A = 60, 20, 121
FREQUENCY_HZ = np.geomspace(50, 20000, F)
LAYOUT = load_layout("pair-100mm")
PARAMS = parameters.replace(Params(), {"render.cancellation_db": 18.0})


def detail(params: Params = PARAMS) -> LoudspeakerDetail:
    """A made-up design: numbers that are easy to tell apart."""
    flat = np.zeros(F)
    azimuth = np.radians(np.linspace(-180, 180, A))
    side = np.linspace(-30, 30, 25)
    return LoudspeakerDetail(
        params=params.render,
        params_read=("cancellation_db", "cancellation_shape", "null_deg", "boost_limit_db"),
        target_db=flat + 18,
        spread_db=np.stack([flat + 8, flat + 16]),
        input_gain_db=np.stack([[flat + 3, flat - 5], [flat - 5, flat + 3]]),
        group_delay_ms=np.zeros((2, 2, F)),
        impulse=np.random.default_rng(0).standard_normal((2, 2, 240)),
        impulse_ms=np.linspace(-1, 4, 240),
        side_cm=side,
        distance_m=np.linspace(1.2, 1.8, 9),
        sweet_db=np.tile(20 * np.exp(-((side / 8) ** 2)), (9, 1)),
        beam_hz=np.geomspace(100, 16000, B),
        beam_azimuth_rad=azimuth,
        beam_db=np.tile(20 * np.log10(np.maximum(np.abs(np.cos(azimuth)), 1e-3)), (B, 1)),
        beam_spread_db=np.tile(np.maximum(20 * np.log10(np.maximum(np.abs(np.cos(azimuth)), 0.1)), -20), (B, 1)),
        null_db=np.full(B, -24.0),
        null_95_db=np.full(B, -13.0),
        unevenness_db=np.linspace(1, 3, B),
        directivity_db=np.full(B, 5.0),
        white_noise_gain_db=np.full(B, -4.0),
        condition_db=np.full(F, 20.0),
        error_db=np.full(F, -40.0),
        image_ild_db=np.tile([[5.0], [6.0], [7.0]], (1, F)),
        image_itd_us=np.tile([[250.0], [260.0], [270.0]], (1, F)),
        headroom_db=4.4,
        taps=960,
        latency_samples=240,
        nulls_deg=(90.0,),
    )


def response(params: Params = PARAMS) -> LoudspeakerResponse:
    return LoudspeakerResponse(
        layout="pair-100mm",
        driver_names=("left", "right"),
        frequency_hz=FREQUENCY_HZ,
        separation_db={"nominal": np.full(F, 18.0), "2 cm": np.full(F, 14.0), "5 cm": np.full(F, 9.0)},
        plain_separation_db=np.full(F, 1.0),
        driver_gain_db=np.full((2, F), 3.0),
        detail=detail(params),
    )


@pytest.fixture
def view(qtbot):
    view = LoudspeakerDesignView()
    qtbot.addWidget(view)
    view.resize(1240, 740)
    view.set_layout(LAYOUT)
    view.show_params(PARAMS, Params())
    view.show_response(response())
    view.show()
    return view


def drag(widget, start: QPointF, end: QPointF) -> None:
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start.toPoint())
    QTest.mouseMove(widget, ((start + end) / 2).toPoint())
    QTest.mouseMove(widget, end.toPoint())
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end.toPoint())


@pytest.fixture
def changes(view):
    """What the view asked for: (values, gesture)."""
    asked = []

    def take(values, gesture):
        asked.append((values, gesture))
        view.show_params(parameters.replace(PARAMS, {**asked[-1][0]}), Params())

    view.changed.connect(take)
    return asked


def test_it_says_whether_anybody_looks(qtbot):
    """So that what follows a slider is kept ready."""
    view, said = LoudspeakerDesignView(), []
    qtbot.addWidget(view)
    view.looked_at.connect(said.append)
    view.show()
    view.hide()
    assert said == [True, False]


def test_the_frequency_axis_inverts():
    for frequency_hz in (100.0, 1234.0, 20000.0):
        assert frequency_at(float(frequency_fraction(frequency_hz))) == pytest.approx(frequency_hz, rel=1e-6)


def test_a_point_of_the_target_is_dragged_in_one_gesture(view, changes):
    plot = view.cancellation
    point = plot.points()[2]
    start = plot.place(point)
    drag(plot, start, start + QPointF(20, -30))
    assert len({gesture for _, gesture in changes}) == 1
    moved = parse_curve(SHAPE, changes[-1][0][SHAPE])
    assert len(moved) == len(plot.points())
    assert moved[2][0] > point[0] and moved[2][1] > 1
    assert moved[1] == pytest.approx(plot.points()[1])


def test_points_keep_their_order_and_range(view, changes):
    plot = view.cancellation
    start = plot.place(plot.points()[1])
    drag(plot, start, start + QPointF(500, -2000))
    moved = parse_curve(SHAPE, changes[-1][0][SHAPE])
    frequencies = [frequency_hz for frequency_hz, _ in moved]
    assert frequencies == sorted(frequencies)
    assert max(18.0 + offset for _, offset in moved) <= 30.0


def test_a_double_click_adds_and_removes_a_point(view, changes):
    plot = view.cancellation
    QTest.mouseDClick(
        plot, Qt.MouseButton.LeftButton, pos=QPoint(int(plot.x_of(1600.0)), int(plot.plot_rect().top()) + 40)
    )
    assert len(parse_curve(SHAPE, changes[-1][0][SHAPE])) == 7
    QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=plot.place(plot.points()[3]).toPoint())
    assert len(parse_curve(SHAPE, changes[-1][0][SHAPE])) == 6


def test_points_follow_the_keys(view, changes, qtbot):
    plot = view.cancellation
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert parse_curve(SHAPE, changes[-1][0][SHAPE])[1][1] == pytest.approx(0.5)
    qtbot.keyClick(plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert parse_curve(SHAPE, changes[-1][0][SHAPE])[1][1] == pytest.approx(0.4)


def test_the_head_is_dragged_and_brought_back(view, changes):
    plot = view.sweet_spot
    start = plot.place(0.0, 1.5)
    drag(plot, start, plot.place(10.0, 1.6))
    values = changes[-1][0]
    assert values["render.head_side_cm"] == pytest.approx(10.0, abs=0.5)
    assert values["render.head_back_cm"] == pytest.approx(10.0, abs=0.7)
    QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=start.toPoint())
    assert changes[-1][0] == {"render.head_side_cm": 0.0, "render.head_back_cm": 0.0}


@pytest.mark.parametrize(("target_deg", "want"), [(60.0, 60.0), (20.0, 50.0), (170.0, 170.0)])
def test_nulls_are_dragged_and_stay_outside_of_the_window(view, changes, target_deg, want):
    plot = view.polar
    radius = plot.plot_rect().width() / 2
    drag(plot, plot._point(np.radians(90.0), radius), plot._point(np.radians(target_deg), radius))
    assert changes[-1][0] == {"render.null_deg": pytest.approx(want, abs=1.5)}


def test_the_boost_limit_is_dragged(view, changes):
    plot = view.gain
    start = QPointF(plot.plot_rect().center().x(), plot._limit_y())
    drag(plot, start, start - QPointF(0, 20))
    assert changes[-1][0]["render.boost_limit_db"] > 11


def test_a_click_on_the_map_chooses_the_frequency(view):
    rect = view.beam_map.plot_rect()
    QTest.mouseClick(view.beam_map, Qt.MouseButton.LeftButton, pos=QPoint(int(rect.center().x()), int(rect.top()) + 5))
    assert view.polar.frequency_hz > 10000
    assert "kHz" in view.polar.note


def test_a_click_goes_on_to_the_next_picture_of_the_filters(view):
    plot, pictures = view.filters, []
    for kind in KINDS:
        assert plot.kind is kind and view.filter_kind.currentText() == kind.label
        pictures.append(plot.grab().toImage())
        QTest.keyClick(plot, Qt.Key.Key_Return)
    assert plot.kind is KINDS[0]
    assert all(one != other for number, one in enumerate(pictures) for other in pictures[:number])
    view.filter_kind.chosen.emit("error")
    assert plot.kind.name == "error" and "−40.0" in plot.accessibleDescription()
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.plot_rect().center().toPoint())
    assert plot.kind.name == "level"


def test_the_image_is_not_drawn_where_there_is_none(view):
    nothing = np.full((3, F), np.nan)
    view.filters.show_kind("time")
    with_image = view.filters.grab().toImage()
    view.show_response(replace(response(), detail=replace(detail(), image_ild_db=nothing, image_itd_us=nothing)))
    assert view.filters.grab().toImage() != with_image


def test_more_nulls_are_added_moved_and_taken_away(view, changes):
    plot = view.polar
    radius = plot.plot_rect().width() / 2
    at = plot._point(np.radians(-130.0), radius).toPoint()
    QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=at)
    assert parse_angles("render.more_nulls", changes[-1][0]["render.more_nulls"]) == pytest.approx((130.0,), abs=1.5)

    two = parameters.replace(PARAMS, {"render.more_nulls": "130"})
    view.show_params(two, Params())
    drag(plot, plot._point(np.radians(130.0), radius), plot._point(np.radians(150.0), radius))
    assert parse_angles("render.more_nulls", changes[-1][0]["render.more_nulls"]) == pytest.approx((150.0,), abs=1.5)
    assert len({gesture for values, gesture in changes[1:]}) == 1
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert changes[-1][0] == {"render.more_nulls": "149"}
    QTest.keyClick(plot, Qt.Key.Key_N)
    QTest.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert changes[-1][0] == {"render.null_deg": pytest.approx(90.1)}
    view.show_params(two, Params())
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert changes[-1][0] == {"render.null_deg": 130.0, "render.more_nulls": ""}
    QTest.keyClick(plot, Qt.Key.Key_Insert)
    assert parse_angles("render.more_nulls", changes[-1][0]["render.more_nulls"])
    view.show_params(two, Params())
    view.settings.nulls.less.click()
    assert changes[-1][0] == {"render.more_nulls": ""}
    view.settings.nulls.more.click()
    assert parse_angles("render.more_nulls", changes[-1][0]["render.more_nulls"])

    view.show_params(PARAMS, Params())
    count = len(changes)
    QTest.keyClick(plot, Qt.Key.Key_Delete)  # one pair always stays
    assert len(changes) == count


def test_more_nulls_are_typed(view):
    asked, refused = [], []
    view.edited.connect(lambda *what: asked.append(what))
    view.refused.connect(refused.append)
    field = view.settings.nulls.field
    for text in ("120, 150", "120 122", "left"):
        field.setText(text)
        field.editingFinished.emit()
    assert [what[:2] for what in asked] == [("render.more_nulls", "120 150")]
    assert len(refused) == 2 and "degrees" in refused[1]
    assert field.text() == ""


def test_the_room_is_said_in_numbers(view):
    assert view.settings.depth.cells[0, 0].text() == "–"
    depth = RoomDepth(3.1, 2.4, 0.61, 1.2, 1.9, 0.48, 0.5, 2.5)
    view.show_response(replace(response(), detail=replace(detail(), depth=depth)))
    cells = view.settings.depth.cells
    assert [cells[row, 0].text() for row in range(3)] == ["3.1\u2009dB", "2.40\u2009m", "0.61"]
    assert [cells[row, 1].text() for row in range(3)] == ["1.2\u2009dB", "1.90\u2009m", "0.48"]
    assert view.strip.entries[-1][:2] == ("Direct sound", "1.9")


def test_every_setting_is_on_a_page_of_its_subject(view):
    view.settings.show_group("room")
    assert view.settings.tabs.value == "room"
    assert view.settings.pages.currentWidget().isAncestorOf(view.rows["render.room_rt60_s"])
    view.show_params(parameters.replace(PARAMS, {"render.audition": False}), Params())
    assert view.rows["render.room"].dimmed


def test_curves_are_stale_until_the_design_follows():
    moved = replace(PARAMS.render, cancellation_db=10.0)
    harmless = replace(PARAMS.render, place_deg=10.0)
    assert is_stale(response(), moved)
    assert not is_stale(response(), harmless)
    assert not is_stale(None, moved)


def test_stale_curves_are_fainter(view, qtbot):
    plot = view.cancellation
    spot = QPoint(int(plot.x_of(3000.0)), int(plot.plot_rect().top() + (33 - 18) / 36 * plot.plot_rect().height()))

    def brightness() -> int:
        picture = plot.grab().toImage()
        return max(picture.pixelColor(spot + QPoint(0, dy)).green() for dy in range(-3, 4))

    view.show_params(parameters.replace(PARAMS, {"render.method": "plain"}), Params())  # no target over the curve
    fresh = brightness()
    view.show_params(parameters.replace(PARAMS, {"render.method": "plain", "render.null_deg": 80.0}), Params())
    qtbot.waitUntil(lambda: plot.faded, timeout=20000)
    assert brightness() < 0.75 * fresh


def test_figures_are_written_with_their_remarks():
    found = {label: (number, remark) for label, number, _, remark in figures(response())}
    assert found["Nulls at ±90°"] == ("−24.0", "95 %: under −13.0\u2009dB")
    assert found["Headroom"][0] == "4.4"
    assert found["Drive"] == ("3.0", "highest of any driver")
    limited = replace(response(), driver_gain_db=np.full((2, F), 9.9))
    assert {label: remark for label, _, _, remark in figures(limited)}["Drive"] == "at the limit"
    assert all(number == "–" for _, number, _, _ in figures(None))


def test_settings_are_shown_edited_and_dimmed(view):
    assert set(view.rows) == set(SETTINGS)
    asked = []
    view.edited.connect(lambda *what: asked.append(what))
    view.rows["render.upmix"].switch.click()
    assert asked[-1][:2] == ("render.upmix", False)
    off = parameters.replace(PARAMS, {"render.upmix": False, "render.null_deg": 80.0})
    view.show_params(off, Params())
    assert view.rows["render.null_deg"].dimmed and view.rows["render.null_deg"].differs
    assert not view.rows["render.region_cm"].dimmed
    wanted = []
    view.reset_requested.connect(wanted.append)
    assert not view.reset_button.isEnabled()
    view.show_params(parameters.replace(PARAMS, {SHAPE: "1000:3"}), Params())
    view.reset_button.click()
    assert wanted == [SHAPE]


def test_export_is_asked_for(view, qtbot):
    with qtbot.waitSignal(view.export_wanted):
        view.export_button.click()


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT])
def test_everything_paints_with_and_without_a_design(view, tokens):
    view.apply_theme(tokens)
    full = view.grab().toImage()
    view.input_choice.chosen.emit("right")
    assert view.grab().toImage() != full
    view.show_response(None)
    view.set_layout(None)
    assert not view.grab().isNull()


def test_the_panel_says_what_it_shows(qtbot):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    panel = LoudspeakerPanel(window)
    panel.show_response(response())
    assert panel.note.text().startswith("pair-100mm, 960 taps, latency 5.0")
    assert "draft" not in panel.note.text()
    panel.show_response(replace(response(), detail=replace(detail(), draft=True)))
    assert panel.note.text().endswith(", draft")
    panel.show_response(response())
    panel.show_response(None)
    assert "press Start" in panel.note.text()


def test_where_there_is_room_every_page_of_settings_is_seen_whole(qtbot):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1920, 1000)
    window.show()
    panel = LoudspeakerPanel(window)
    panel.show_at(None)
    for group in GROUPS:
        panel.view.settings.show_group(group)
        page = panel.view.settings.pages.currentWidget()
        qtbot.waitUntil(lambda page=page: page.widget().height() > 0 and page.verticalScrollBar().maximum() == 0)


def test_in_a_low_window_the_settings_scroll_and_all_plots_can_be_read(qtbot):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 640)
    window.show()
    panel = LoudspeakerPanel(window)
    panel.view.settings.show_group("centre")
    panel.show_at(None)
    qtbot.waitUntil(lambda: panel.view.settings.pages.currentWidget().verticalScrollBar().maximum() > 0)
    assert panel.height() <= 640
    for plot in panel.view.plots:
        assert plot.height() >= 190, plot.accessibleName()
    last = panel.view.rows["render.beam_wng_db"]
    last.slider.setFocus(Qt.FocusReason.TabFocusReason)
    panel.view.settings.pages.currentWidget().ensureWidgetVisible(last)
    assert panel.view.settings.rect().contains(last.mapTo(panel.view.settings, last.rect().bottomLeft()))
