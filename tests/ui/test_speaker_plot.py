"""What is painted when: curves once for each design, handles at every repaint."""

from collections import Counter

import pytest

from tests.ui.test_loudspeaker_panel import LAYOUT, PARAMS, response
from workbench.core import params as parameters
from workbench.core.params import Params
from workbench.ui import theme
from workbench.ui.loudspeaker_panel import LoudspeakerDesignView
from workbench.ui.views.filter_plot import KINDS

PARTS = ("paint_axes", "paint_data", "paint_handles")


@pytest.fixture
def view(qtbot):
    view = LoudspeakerDesignView()
    qtbot.addWidget(view)
    view.resize(1240, 740)
    view.set_layout(LAYOUT)
    view.show_params(PARAMS, Params())
    view.show_response(response())
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def painted(view, monkeypatch):
    """How often each part of each plot is painted from now on."""
    for plot in view.plots:
        plot.repaint()
    count: Counter = Counter()
    for plot in view.plots:
        for part in PARTS:
            paint, name = getattr(plot, part), (type(plot).__name__, part)

            def counting(*args, paint=paint, name=name):
                count[name] += 1
                paint(*args)

            monkeypatch.setattr(plot, part, counting)
    return count


def repaint(view, painted, *parts) -> dict[str, set[str]]:
    """The plots of which each part was painted by one repaint."""
    painted.clear()
    for plot in view.plots:
        plot.repaint()
    return {part: {name for name, of in painted if of == part} for part in (parts or PARTS)}


def everything(view) -> set[str]:
    return {type(plot).__name__ for plot in view.plots}


def test_a_dragged_handle_repaints_no_curves(view, painted):
    for step in range(3):
        view.show_params(parameters.replace(PARAMS, {"render.cancellation_db": 15.0 + step}), Params())
        found = repaint(view, painted)
        assert found["paint_data"] == found["paint_axes"] == set()
        assert found["paint_handles"] == everything(view)


def test_the_window_lines_of_the_beam_are_axes_that_move(view, painted):
    view.show_params(parameters.replace(PARAMS, {"render.window_deg": 30.0}), Params())
    assert repaint(view, painted)["paint_axes"] == {"BeamPolarPlot"}


def test_another_design_repaints_all_curves(view, painted):
    view.show_response(response(parameters.replace(PARAMS, {"render.cancellation_db": 9.0})))
    assert repaint(view, painted)["paint_data"] == everything(view)
    assert repaint(view, painted)["paint_data"] == set()
    view.show_response(None)
    assert repaint(view, painted)["paint_data"] == set()


def test_what_else_shows_in_the_curves_repaints_them(view, painted):
    for plot in view.plots:
        plot.set_input(1)
    assert repaint(view, painted)["paint_data"] == everything(view)
    view.filters.show_kind(KINDS[1].name)
    view.polar.set_frequency(2000.0)
    assert repaint(view, painted)["paint_data"] == {"FilterPlot", "BeamPolarPlot"}
    view.apply_theme(theme.LIGHT)
    assert repaint(view, painted)["paint_data"] == everything(view)
    view.resize(1100, 700)
    assert repaint(view, painted)["paint_data"] == everything(view)


def test_a_hidden_view_keeps_no_pictures(view):
    assert all(plot._layers for plot in view.plots)
    view.hide()
    assert not any(plot._layers for plot in view.plots)


def test_curves_of_an_older_design_are_drawn_at_half_strength(view):
    """Each pixel of a curve is half way to what is behind it."""
    plot = view.gain
    fresh = plot.grab().toImage()
    view.show_response(None)
    empty = plot.grab().toImage()
    view.show_response(response())
    view.show_params(parameters.replace(PARAMS, {"render.null_deg": 80.0}), Params())
    stale = plot.grab().toImage()
    y = next(
        y
        for y in range(round(plot.plot_rect().top()) + 4, round(plot.plot_rect().bottom()))
        if abs(fresh.pixelColor(100, y).lightness() - empty.pixelColor(100, y).lightness()) > 40
        and abs(y - plot._limit_y()) > 20
    )
    strong, behind, weak = (image.pixelColor(100, y) for image in (fresh, empty, stale))
    for part in ("red", "green", "blue"):
        half = 0.5 * (getattr(strong, part)() + getattr(behind, part)())
        assert getattr(weak, part)() == pytest.approx(half, abs=3)
