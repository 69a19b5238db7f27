import math

import numpy as np
import pytest

from workbench.ui.frequency_scale import ERB, LINEAR, LOG, SCALES
from workbench.ui.painting import erb_frequency
from workbench.ui.theme import DARK
from workbench.ui.views.axes import AzimuthAxis, FrequencyAxis, StripScale, TimeAxis, azimuth_y, time_marks
from workbench.ui.views.sound_axes import Crosshair


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_labels_have_room_and_lie_where_their_frequencies_do(scale):
    for height in (120, 305, 379, 700):
        labelled = scale.labelled_hz(height)
        y = np.clip(scale.y(np.array(labelled), height), 6, height - 6)
        assert len(labelled) >= 3 and np.diff(y).min() >= 9, height
    assert scale.y(20000, 379) == pytest.approx(0) and scale.y(40, 379) == pytest.approx(379)
    assert scale.at_y(float(scale.y(1234.0, 300)), 300) == pytest.approx(1234.0)
    assert scale.at_y(-5, 300) == pytest.approx(20000)


def test_scales_are_what_they_are_called():
    assert LINEAR.position(10020.0) == pytest.approx(0.5)
    assert LOG.position(np.sqrt(40 * 20000)) == pytest.approx(0.5)
    assert ERB.frequency(0.5) == pytest.approx(float(erb_frequency(0.5)))


def test_time_marks_are_round_and_not_too_many():
    assert time_marks(-8, 0) == [0, -1, -2, -3, -4, -5, -6, -7, -8]
    assert time_marks(-60, 0) == [0, -10, -20, -30, -40, -50, -60]
    assert time_marks(-12.3, -10.3) == [-10.5, -10.75, -11.0, -11.25, -11.5, -11.75, -12.0, -12.25]


def test_time_axis_says_its_unit_once(qtbot):
    crosshair = Crosshair()
    axis = TimeAxis(crosshair)
    qtbot.addWidget(axis)
    assert [label for _, label in axis.labels()][::8] == ["now", "−8\u2009s"]
    crosshair.axes.set_span(2.0)
    crosshair.axes.scroll_to(-20.0)
    assert axis.labels()[0] == (-20.0, "−20.00")


def test_azimuth_axis_has_left_above():
    assert azimuth_y(math.pi, 112) == 0 and azimuth_y(0, 112) == 56
    assert azimuth_y(math.pi / 2, 112) == 28 and azimuth_y(-math.pi / 2, 112) == 84


@pytest.mark.parametrize(("kind", "size"), [(FrequencyAxis, (44, 379)), (TimeAxis, (694, 24))])
def test_the_crosshair_puts_a_tag_on_the_axis(qtbot, kind, size):
    crosshair = Crosshair()
    axis = kind(crosshair)
    qtbot.addWidget(axis)
    axis.apply_theme(DARK)
    axis.resize(*size)

    def light_pixels():
        image = axis.grab().toImage()
        return sum(
            image.pixelColor(x, y).name().upper() == DARK.text1
            for x in range(image.width())
            for y in range(image.height())
        )

    assert light_pixels() < 10
    for offset_s, frequency_hz in ((-1.58, 2290.0), (0.0, 20000.0), (-8.0, 40.0)):
        crosshair.move(offset_s, frequency_hz)
        assert light_pixels() > 200, "the whole tag stays inside the axis"


def test_still_axes_paint(qtbot):
    for axis, size in ((AzimuthAxis(), (44, 112)), (StripScale(), (184, 24))):
        qtbot.addWidget(axis)
        axis.apply_theme(DARK)
        axis.resize(*size)
        image = axis.grab().toImage()
        colors = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        assert len(colors) > 5, "text is there"
