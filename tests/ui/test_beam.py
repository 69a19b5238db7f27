import dataclasses
import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from tests.ui.space_messages import cardioid, track
from workbench.core.messages import BeamGain
from workbench.ui import painting, theme
from workbench.ui.views.beam import BeamView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def view(qtbot):
    view = BeamView(theme.DARK)
    qtbot.addWidget(view)
    qtbot.addWidget(view.tools)
    view.resize(472, 352)
    view.show()
    view.tools.show()
    return view


def test_places_in_the_image(view):
    canvas = view.canvas
    image = canvas.image_rect()
    assert canvas.azimuth_x(math.pi) == pytest.approx(image.left())
    assert canvas.azimuth_x(0.0) == pytest.approx(image.center().x())
    assert canvas.azimuth_x(math.radians(90)) < canvas.azimuth_x(math.radians(-90))
    view.show_pattern(cardioid())
    assert canvas.frequency_y(100.0) == pytest.approx(image.bottom())
    assert canvas.frequency_y(16000.0) == pytest.approx(image.top())
    assert image.width() == pytest.approx(180)


def test_a_click_on_the_image_chooses_the_frequency(view):
    view.show_pattern(cardioid())
    canvas = view.canvas
    place = QPointF(canvas.image_rect().center().x(), canvas.frequency_y(3150.0))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert view.chooser.frequency_hz == 3150.0


def test_figures_are_written_with_true_minus_and_units(view):
    view.show_pattern(cardioid(42))
    view.show_beam(0.0, following=1)
    view.show_tracks([track(1, 42), track(2, -48)])
    texts = [str(entry) for entry in view.canvas.statistics()]
    assert texts[1] == "White-noise gain −0.7\u2009dB"
    assert texts[3] == "Null at −48° −6.0\u2009dB"
    assert texts[2].startswith("Width, −3 dB 13") and texts[2].endswith("°")


def test_without_following_the_talker_in_the_beam_is_not_the_null(view):
    view.show_pattern(cardioid(42))
    view.show_tracks([track(1, 44), track(2, -48)])
    assert math.degrees(view.canvas.figures.null_azimuth_rad) == pytest.approx(-48)


def test_the_empty_state_keeps_axes_and_says_what_to_do(view):
    assert view.canvas.accessibleDescription().endswith("Load an array to see the beam.")
    assert [entry.text for entry in view.canvas.statistics()] == ["–"] * 4
    image = view.canvas.grab().toImage()
    assert image.pixelColor(view.canvas.image_rect().center().toPoint()) == QColor(theme.DARK.plot)


def test_the_empty_state_says_why_there_is_nothing(view):
    """Who has an array and has not started is not sent to look for arrays."""
    says = lambda: view.canvas.accessibleDescription().partition(": ")[2]  # noqa: E731
    view.show_reason(True, False)
    assert says() == "Stopped. Press Start (Space)."
    stopped = view.canvas.grab().toImage()
    view.show_reason(True, True)
    assert says() == "The beam is being computed…" and view.canvas.grab().toImage() != stopped
    view.show_pattern(cardioid(0))
    assert "computed" not in view.canvas.accessibleDescription()
    view.show_pattern(None)
    view.show_reason(False, True)
    assert says() == "Load an array to see the beam."


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("name", theme.THEMES)
def test_both_themes_paint(view, name, compact):
    tokens = theme.THEMES[name]
    view.apply_theme(tokens)
    view.set_compact(compact)
    view.resize(330 if compact else 472, 300)
    view.show_pattern(cardioid(90))
    view.show_tracks([track(1, 90), track(2, -90)])
    image = view.grab().toImage()
    center, radius = view.canvas.polar_geometry()
    assert image.pixelColor(QPointF(center.x() - radius, center.y()).toPoint()) == tokens.color("track1")
    assert image.pixelColor(QPointF(center.x() + radius, center.y()).toPoint()) == tokens.color("track2")
    middle = view.canvas.image_rect().center()
    brightest = painting.colormap("viridis")[-1]
    place = QPointF(view.canvas.azimuth_x(math.radians(90)), middle.y() + 20).toPoint()
    assert image.pixel(place) == brightest
    view.tools.grab()


def _gain(**more):
    values = {"sequence": 1, "time_s": 3.0, "azimuth_rad": 0.7, "input_db": -1.98, "output_db": 5.3}
    return BeamGain(**(values | {"array_gain_db": 12.0, "span_s": 3.0} | more))


def test_the_measured_gain_is_a_fifth_figure_and_the_tip_says_of_what(view):
    view.show_pattern(cardioid())
    view.show_gain(_gain())
    assert str(view.canvas.statistics()[-1]) == "SI-SDR gain +7.3\u2009dB" and len(view.canvas.statistics()) == 5
    tip = view.canvas.tip_at(QPointF(40, view.canvas.height() - 20))
    assert "microphone 1 −2.0" in tip and "beam 5.3" in tip and "Array gain in the talker's pauses 12.0" in tip
    view.show_gain(_gain(array_gain_db=math.nan))
    assert "Array gain" not in view.canvas.tip_at(QPointF(40, view.canvas.height() - 20))
    view.set_compact(True)
    assert [entry.label for entry in view.canvas.statistics()][-1] == "SI-SDR gain" and len(
        view.canvas.statistics()
    ) == 4
    for unknown in (_gain(input_db=math.nan), None):
        view.show_gain(unknown)
        assert all(entry.label != "SI-SDR gain" for entry in view.canvas.statistics())


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=lambda t: t.name)
def test_curves_take_the_place_of_the_image(view, tokens):
    view.apply_theme(tokens)
    view.show_pattern(dataclasses.replace(cardioid(), nulls_rad=(1.0,)))
    image = view.canvas.grab().toImage()
    view.curves_button.setChecked(True)
    curves = view.canvas.grab().toImage()
    assert image != curves and not view.color_bar.isVisibleTo(view.tools)
    # Directivity runs from 2 to 4.3 dB: its colour is found there and not at -10 dB.
    box = view.canvas.image_rect()
    accent = QColor(tokens.accent)

    def found(level_db):
        x = round(view.canvas.curve_x(level_db))
        column = [curves.pixelColor(x, y) for y in range(round(box.top()) + 40, round(box.bottom()) - 2)]
        return any(
            abs(c.red() - accent.red()) + abs(c.green() - accent.green()) + abs(c.blue() - accent.blue()) < 60
            for c in column
        )

    assert found(3.0) and not found(-10.0)
    view.show_pattern(None)
    assert not view.canvas.grab().isNull()
    view.curves_button.setChecked(False)
    assert view.color_bar.isVisibleTo(view.tools)


def test_a_high_panel_has_the_polar_plot_above_the_image(view):
    view.resize(472, 660)
    center, radius = view.canvas.polar_geometry()
    image = view.canvas.image_rect()
    assert center.y() + radius < image.top() and image.width() > 400
    assert radius > 120 and center.y() - radius > 16


def test_the_cursor_reads_the_level_in_both_pictures(qtbot):
    view = BeamView()
    qtbot.addWidget(view)
    view.resize(472, 352)
    view.show()
    view.show_pattern(cardioid())
    canvas = view.canvas
    center, radius = canvas.polar_geometry()
    canvas.set_cursor(None)
    qtbot.mouseMove(canvas, QPoint(round(center.x() - 0.7 * radius), round(center.y())))
    assert canvas.cursor_level_db == pytest.approx(-6.02, abs=0.1)
    assert str(canvas.statistics()[3]).startswith("+90°, 1.00k −6.0")
    image = canvas.image_rect()
    qtbot.mouseMove(canvas, QPoint(round(canvas.azimuth_x(0.0)), round(image.center().y())))
    assert canvas.cursor_level_db == pytest.approx(0.0, abs=0.02)
    qtbot.mouseMove(canvas, QPoint(2, canvas.height() - 5))
    assert canvas.cursor_level_db is None and canvas.statistics()[3].label.startswith("Null")


def test_the_cursor_moves_by_keys(qtbot):
    view = BeamView()
    qtbot.addWidget(view)
    view.resize(472, 352)
    view.show()
    view.show_pattern(cardioid(30.0))
    qtbot.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.canvas.cursor_level_db == pytest.approx(0.0, abs=0.01)
    for _ in range(18):
        qtbot.keyClick(view.canvas, Qt.Key.Key_Left)
    assert view.canvas.cursor_level_db == pytest.approx(-6.02, abs=0.05)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Up)
    assert view.chooser.frequency_hz == 1250.0 and "1.25" in view.canvas.statistics()[3].label
    qtbot.keyClick(view.canvas, Qt.Key.Key_Escape)
    assert view.canvas.cursor_level_db is None
