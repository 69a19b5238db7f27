import pytest

from workbench.ui.frequency_scale import LINEAR
from workbench.ui.views.sound_axes import Crosshair, SoundAxes


def test_places_and_times_belong_together():
    axes = SoundAxes()
    axes.set_span(4.0)
    axes.scroll_to(-10.0)
    assert (axes.begin_s, axes.end_s) == (-14.0, -10.0)
    assert axes.x(-12.0, 800) == pytest.approx(400)
    assert axes.offset_at(400, 800) == pytest.approx(-12.0)
    assert axes.offset_at(-50, 800) == -14.0 and axes.offset_at(900, 800) == -10.0


def test_scrolling_ends_at_now_and_at_the_oldest_sound():
    axes = SoundAxes()
    axes.set_depth(30.0)
    axes.scroll_to(-100.0)
    assert (axes.begin_s, axes.end_s) == (-30.0, -22.0)
    axes.scroll_to(5.0)
    assert axes.end_s == 0.0
    axes.set_depth(3.0)
    axes.scroll_to(-2.0)
    assert axes.end_s == 0.0, "less sound than the axis is long: nothing to scroll"


def test_zooming_keeps_the_place_under_the_pointer():
    axes = SoundAxes()
    axes.scroll_to(-20.0)
    axes.step_span(-1, around_s=-22.0)
    assert axes.span_s == 4.0 and axes.x(-22.0, 1.0) == pytest.approx(0.75)
    axes.step_span(1, around_s=-22.0)
    assert axes.span_s == 8.0 and axes.end_s == pytest.approx(-20.0)
    for _ in range(10):
        axes.step_span(1)
    assert axes.span_s == 60.0


def test_a_new_selection_is_not_what_loops():
    axes = SoundAxes()
    axes.select((10, 20))
    axes.set_looping(True)
    axes.select((10, 30))
    assert not axes.looping


def test_the_crosshair_steps_on_the_scale_that_is_shown():
    crosshair = Crosshair()
    crosshair.axes.set_scale(LINEAR)
    crosshair.nudge(-1.0, 1.0)
    assert crosshair.frequency_hz == pytest.approx(1000.0 + (20000 - 40) / 40)
    assert crosshair.offset_s == pytest.approx(-5.0)
