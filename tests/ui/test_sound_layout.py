import itertools

import pytest

from workbench.dsp.bands import PEAK_HZ
from workbench.ui.views.sound import SoundView


@pytest.fixture
def view(qtbot):
    view = SoundView(PEAK_HZ)
    qtbot.addWidget(view)
    view.set_layout(compact=False, lane=True)
    view.resize(1080, 976)
    view.show()
    return view


def test_the_grid_has_the_designs_sizes(view):
    def box(widget):
        rect = widget.geometry()
        return rect.x(), rect.y(), rect.width(), rect.height()

    assert box(view.input_meters) == (13, 37, 108, 379)
    assert box(view.before_axis) == (129, 37, 44, 379)
    assert box(view.before) == (181, 37, 694, 379)
    assert box(view.level_strip) == (883, 37, 184, 379)
    assert box(view.after) == (181, 452, 694, 379)
    assert box(view.gain_strip) == (883, 452, 184, 379)
    assert box(view.time_axis) == (181, 831, 694, 24)
    assert box(view.lane) == (181, 855, 694, 112)


def test_the_small_windows_grid(view):
    view.set_layout(compact=True, lane=False)
    view.resize(924, 704)
    assert view.before.geometry().getRect() == (163, 33, 616, 305)
    assert view.after.geometry().getRect() == (163, 370, 616, 305)
    assert view.level_strip.geometry().getRect() == (787, 33, 128, 305)
    assert view.input_meters.x() + view.input_meters.bars()[0][0] == 35
    assert not view.lane.isVisible() and not view.bands_toggle.isVisible()
    assert view.pitch_toggle.isVisible() and view.difference_toggle.isVisible() and view.gain_strip.isVisible()


@pytest.mark.parametrize("width", [640, 700, 760, 900, 1080, 1700])
def test_headers_never_overlap(view, width):
    view.set_taps([f"Microphone {number}" for number in range(1, 9)], ["Enhanced beam", "Output"])
    view.resize(width, 900)
    rows = (
        [view.before_title, view.before_chooser, view.read_out, view.level_title],
        [
            view.after_title,
            view.after_chooser,
            view.pitch_toggle,
            view.bands_toggle,
            view.difference_toggle,
            view.color_bar,
            view.gain_title,
        ],
    )
    for row in rows:
        shown = [part.geometry() for part in row if part.isVisible() and part.width() > 0]
        for left, right in itertools.pairwise(shown):
            assert left.right() < right.left(), width
