import math

import numpy as np
import pytest
from PySide6.QtGui import QColor

from tests.ui.space_messages import response
from workbench.core.geometry import load_layout
from workbench.ui import painting, theme
from workbench.ui.views.loudspeaker_parts import driver_dashes, driver_sides, frequency_fraction, mean_separation_db
from workbench.ui.views.loudspeaker_plan import device_extent
from workbench.ui.views.loudspeakers import EMPTY, LoudspeakersView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def view(qtbot):
    view = LoudspeakersView(theme.DARK)
    qtbot.addWidget(view)
    qtbot.addWidget(view.tools)
    view.resize(472, 352)
    view.show()
    return view


def test_the_axis_runs_from_100_hz_to_20_khz_in_erbs():
    assert frequency_fraction(100.0) == pytest.approx(0.0)
    assert frequency_fraction(20000.0) == pytest.approx(1.0)
    middle = painting.erb_to_hz((painting.erb_number(100.0) + painting.erb_number(20000.0)) / 2)
    assert frequency_fraction(middle) == pytest.approx(0.5)


def test_the_mean_weighs_erbs_and_not_bins():
    linear_hz = np.linspace(0.0, 24000.0, 4801)
    erb = painting.erb_number(linear_hz)
    low, high = painting.erb_number(300.0), painting.erb_number(8000.0)
    assert mean_separation_db(linear_hz, erb) == pytest.approx((low + high) / 2, abs=0.02)
    step = np.where(linear_hz < 8000.0 + 1, 10.0, 99.0)
    assert mean_separation_db(linear_hz, step) == pytest.approx(10.0)
    assert math.isnan(mean_separation_db(np.array([50.0]), np.array([3.0])))


def test_the_left_driver_has_negative_y_and_the_left_colour():
    layout = load_layout("sphere5-60mm")
    sides = driver_sides(layout, layout.driver_names)
    assert sides == ["centre", "left", "right", "left", "right"]
    dashes = driver_dashes(sides, np.arange(5.0)[:, None] * np.ones(7))
    assert dashes[1] != dashes[3] and dashes[0] == dashes[1] == dashes[2]
    assert driver_sides(None, ("left", "right")) == ["left", "right"]


def test_a_line_that_covers_another_is_broken():
    gain_db = np.array([[3.0, 4.0], [3.1, 4.1]])
    left, right = driver_dashes(["left", "right"], gain_db)
    assert left == () and len(right) == 2
    assert driver_dashes(["left", "right"], np.add(gain_db, [[0.0], [3.0]])) == [(), ()]


def test_the_device_is_as_large_as_its_cabinet_or_its_drivers_are_apart():
    assert device_extent(load_layout("sphere3-60mm")) == pytest.approx(0.12)
    assert device_extent(load_layout("pair-100mm")) == pytest.approx(0.1)


def test_figures(view):
    view.show_response(response())
    texts = [str(entry) for entry in view.canvas.statistics()]
    assert texts == [
        "Separation 20.0\u2009dB",
        "2 cm off 15.0\u2009dB",
        "5 cm off 10.0\u2009dB",
        "Peak drive +6.5\u2009dB",
    ]
    assert view.tools.text() == "pair-100mm"


def test_the_empty_state(view):
    assert view.canvas.accessibleDescription() == EMPTY
    assert [entry.text for entry in view.canvas.statistics()] == ["–"] * 4
    view.show_response(response())
    view.show_response(None)
    assert view.canvas.accessibleDescription() == EMPTY
    view.grab()


@pytest.mark.parametrize("layout", ["pair-100mm", "stereo-60deg", "sphere5-60mm", "line4-60mm"])
@pytest.mark.parametrize("name", theme.THEMES)
def test_both_themes_paint_every_layout(view, name, layout):
    tokens = theme.THEMES[name]
    view.apply_theme(tokens)
    layout = load_layout(layout)
    view.set_layout(layout)
    view.show_response(response(layout.driver_names, layout.name))
    image = view.grab().toImage()
    upper, _ = view.canvas.plot_rects()
    y = upper.top() + (33.0 - 20.0) / 36.0 * upper.height()
    x = round(upper.center().x())
    assert any(image.pixelColor(x, round(y) + shift) == QColor(tokens.accent) for shift in (-1, 0))
    plan = view.canvas.plan_rect()
    pixels = {
        image.pixel(x, y)
        for x in range(round(plan.left()), round(plan.right()))
        for y in range(round(plan.top()), round(plan.bottom()))
    }
    assert QColor(tokens.left).rgb() in pixels and QColor(tokens.right).rgb() in pixels


def test_infinite_and_unknown_levels_are_drawn_without_fault(view):
    odd = response()
    odd.separation_db["nominal"] = np.where(odd.frequency_hz > 5000, np.inf, np.nan)
    view.show_response(odd)
    view.grab()
    assert view.canvas.statistics()[0].text == "–"
