"""The loop's bar: picture, handles, axis, by mouse."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from workbench.core.kept import KeptSound, LoopRegion
from workbench.ui import theme
from workbench.ui.painting import colormap
from workbench.ui.panels.loop_bar import EDGE, PICTURE, TOP, LoopBar

BINS, BIN_HZ = 1025, 48000 / 2048


@pytest.fixture
def bar(qtbot):
    bar = LoopBar()
    qtbot.addWidget(bar)
    bar.resize(EDGE * 2 + 300, bar.height())
    bar.regions = []
    bar.region_wanted.connect(bar.regions.append)
    bar.show_kept(KeptSound(looping=True, kept_s=10.0, frozen_s=10.0, position_s=9.5))
    bar.show()
    return bar


def color_at(bar, second, share):
    """Of the pixel at a time and a share of the picture's height, from its top."""
    image = bar.grab().toImage()
    ratio = image.devicePixelRatio()
    x, y = EDGE + (bar.width() - 2 * EDGE) * second / bar.kept.kept_s, TOP + share * PICTURE
    return image.pixelColor(round(x * ratio), round(y * ratio))


def test_loud_times_are_bright_and_what_does_not_play_is_dimmed(bar):
    levels_dbfs = np.full((100, BINS), -120.0, np.float32)
    levels_dbfs[30:50] = -30.0  # from 3 to 5 s
    bar.show_spectra(levels_dbfs, BIN_HZ)
    dark, bright = color_at(bar, 2.0, 0.3), color_at(bar, 4.0, 0.3)
    assert bright.lightness() > dark.lightness() + 100
    bar.show_kept(KeptSound(looping=True, kept_s=10.0, region=LoopRegion(288000, 384000), position_s=7.0))
    assert dark.lightness() < color_at(bar, 4.0, 0.3).lightness() < bright.lightness() - 60
    bar.show_spectra(None)
    assert color_at(bar, 6.5, 0.3).rgb() == int(colormap("magma")[0])


def test_high_frequencies_are_above_low_ones(bar):
    levels_dbfs = np.full((10, BINS), -120.0, np.float32)
    levels_dbfs[:, round(8000 / BIN_HZ) : round(12000 / BIN_HZ)] = -30.0
    bar.show_spectra(levels_dbfs, BIN_HZ)
    assert color_at(bar, 4.0, 0.2).lightness() > color_at(bar, 4.0, 0.8).lightness() + 100


def test_handles_are_dragged_and_the_pointer_says_so(bar):
    bar.show_kept(KeptSound(looping=True, kept_s=10.0, region=LoopRegion(96000, 240000)))
    x = [round(EDGE + 300 * second / 10) for second in (2.0, 3.0, 7.5)]
    QTest.mouseMove(bar, QPoint(x[2], 30))
    QTest.mouseMove(bar, QPoint(x[0], 30))
    assert bar.cursor().shape() == Qt.CursorShape.SizeHorCursor
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(x[0], 30))
    QTest.mouseMove(bar, QPoint(x[1], 30))
    assert bar.regions == []  # the loop is changed once, at the end
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(x[1], 30))
    (region,) = bar.regions
    assert region.begin_s == pytest.approx(3.0, abs=0.05) and region.end_s == 5.0
    QTest.mouseMove(bar, QPoint(x[2], 30))
    assert bar.cursor().shape() == Qt.CursorShape.ArrowCursor
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(x[2], 30))
    assert len(bar.regions) == 1


@pytest.mark.parametrize("kept_s", [0.5, 3.0, 10.0, 20.0, 60.0])
@pytest.mark.parametrize("width", [160, 308])
def test_the_axis_has_a_few_times_from_0_on(bar, kept_s, width):
    bar.resize(width, bar.height())
    bar.show_kept(KeptSound(looping=True, kept_s=kept_s))
    ticks_s = bar.ticks_s()
    assert ticks_s[0] == 0 and ticks_s[-1] <= kept_s and len(ticks_s) <= width / 25
    assert len(ticks_s) >= 2
    bar.grab()


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_with_nothing_to_loop_it_says_what_to_do(bar, tokens):
    bar.apply_theme(tokens)
    bar.show_kept(KeptSound(kept_s=4.0, capacity_s=20.0))
    assert not bar.isEnabled() and "K keeps" in bar.accessibleDescription()
    colors = {color_at(bar, second, 0.5).name() for second in np.linspace(0.9, 3.1, 120)}
    assert len(colors) > 3  # words are written
