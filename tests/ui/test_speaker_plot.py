"""What is painted when: curves once for each design, handles at every repaint."""

from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from tests.ui.repaints import Repaints
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


def another(params=PARAMS):
    """A design of which everything that is drawn is a little different."""
    made = response(params)
    lines = [part.name for part in fields(made.detail) if part.name.endswith("_db") and part.type == "np.ndarray"]
    moved = {name: getattr(made.detail, name) + 0.5 for name in (*lines, "impulse", "group_delay_ms", "image_itd_us")}
    return replace(made, detail=replace(made.detail, **moved))


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
    view.show_response(another())
    assert repaint(view, painted)["paint_data"] == everything(view)
    assert repaint(view, painted)["paint_data"] == set()
    view.show_response(None)
    assert repaint(view, painted)["paint_data"] == set()


def test_a_plot_in_which_a_design_changes_nothing_is_not_painted(view):
    shown, painted = another(), Repaints(*view.plots)
    assert painted.after(lambda: view.show_response(shown)) == set(view.plots)
    assert painted.after(lambda: view.show_response(another())) == set()
    louder = replace(shown, detail=replace(shown.detail, input_gain_db=shown.detail.input_gain_db + 1.0))
    assert painted.after(lambda: view.show_response(louder)) == {view.gain}
    turned = replace(louder, detail=replace(louder.detail, beam_db=np.roll(louder.detail.beam_db, 5, axis=1)))
    assert painted.after(lambda: view.show_response(turned)) == {view.polar, view.beam_map}
    softer = {**turned.separation_db, "2 cm": turned.separation_db["2 cm"] - 3.0}
    assert painted.after(lambda: view.show_response(replace(turned, separation_db=softer))) == {view.cancellation}
    assert painted.after(lambda: view.show_response(None)) == set(view.plots)
    assert painted.after(lambda: view.show_response(turned)) == set(view.plots)


@pytest.mark.parametrize(
    "path, value, plots",
    [
        ("render.droop_db", 4.0, set()),
        ("render.cancellation_db", 9.0, {"cancellation"}),
        ("render.null_deg", 70.0, {"polar", "beam_map"}),
        ("render.window_deg", 20.0, {"polar", "beam_map"}),
        ("render.boost_limit_db", 6.0, {"gain"}),
        ("render.head_side_cm", 5.0, {"sweet_spot"}),
        ("render.method", "plain", {"cancellation", "gain"}),
    ],
)
def test_a_parameter_paints_the_plots_that_show_it(view, path, value, plots):
    painted = Repaints(*view.plots)
    moved = parameters.replace(PARAMS, {path: value})
    found = painted.after(lambda: view.show_params(moved, Params()))
    assert found == {getattr(view, name) for name in plots}
    assert painted.after(lambda: view.show_params(moved, Params())) == set()


def test_only_a_design_that_is_late_fades(view, qtbot):
    """Designs that follow a slider come one after the other, each of them older than where the slider is."""
    moved = [parameters.replace(PARAMS, {"render.cancellation_db": 10.0 + step}) for step in range(3)]
    for before, after in pairwise(moved):
        view.show_params(after, Params())
        view.show_response(another(before))
        assert not any(plot.faded for plot in view.plots)
    qtbot.waitUntil(lambda: all(plot.faded for plot in view.plots), timeout=20000)
    view.show_response(another(moved[0]))
    assert all(plot.faded for plot in view.plots)  # still an older one
    view.show_response(another(moved[-1]))
    assert not any(plot.faded for plot in view.plots)
    assert not any(plot._late.isActive() for plot in view.plots)


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


def test_curves_of_an_older_design_are_drawn_at_half_strength(view, qtbot):
    """Each pixel of a curve is half way to what is behind it."""
    plot = view.gain
    fresh = plot.grab().toImage()
    view.show_response(None)
    empty = plot.grab().toImage()
    view.show_response(response())
    view.show_params(parameters.replace(PARAMS, {"render.null_deg": 80.0}), Params())
    qtbot.waitUntil(lambda: plot.faded, timeout=20000)
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
