import math

import numpy as np
import pytest

from workbench.ui.painting import frequency_y
from workbench.ui.theme import DARK
from workbench.ui.views.axes import AzimuthAxis, FrequencyAxis, StripScale, TimeAxis, axis_frequencies, azimuth_y
from workbench.ui.views.plot import Crosshair


def test_labels_have_room():
    for height in (120, 305, 379, 700):
        y = np.clip(frequency_y(np.array(axis_frequencies(height)), height), 6, height - 6)
        if height >= 305:
            assert np.diff(y).min() >= 9, height


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
