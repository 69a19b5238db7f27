import math

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.ui.sound_messages import snapshot
from workbench.core.messages import Loudness, PairScope
from workbench.ui.theme import DARK, THEMES
from workbench.ui.views.goniometer import figure_points
from workbench.ui.views.loudness_bars import LoudnessBars, loudness_fraction
from workbench.ui.views.meters import MetersView, channel_pairs

TONE = np.sin(2 * np.pi * np.arange(240) / 60)


def scope(first, second, correlation=0.0, balance_db=0.0, kind="output", pair=(0, 1)):
    return PairScope(kind, *pair, np.stack((first, second)).astype(np.float32), correlation, balance_db)


def loud(momentary=-20.0, short=-22.0, integrated=-24.0, extent=6.0, peak=-3.0, highest=-2.0, seconds=75.0):
    return Loudness(momentary, short, integrated, extent, peak, highest, seconds)


@pytest.fixture
def view(qtbot):
    view = MetersView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.tools)
    view.resize(472, 340)
    view.show()
    return view


def hop(sequence, scope=None, loudness=None):
    message = snapshot(sequence)
    object.__setattr__(message, "scope", scope)
    object.__setattr__(message, "loudness", loudness)
    return message


def test_mono_is_upright_opposite_is_level_and_one_channel_a_diagonal():
    x, y = figure_points(np.stack((TONE, TONE)))
    assert np.abs(x).max() < 1e-9 and np.abs(y).max() == pytest.approx(1.0)
    x, y = figure_points(np.stack((TONE, -TONE)))
    assert np.abs(y).max() < 1e-9 and np.abs(x).max() == pytest.approx(1.0)
    x, y = figure_points(np.stack((TONE, np.zeros(240))))
    np.testing.assert_allclose(x, -y, atol=1e-9)


def test_soft_sound_is_nearer_to_the_centre_and_silence_in_it():
    radius = [np.hypot(*figure_points(np.stack((a * TONE, a * TONE)))).max() for a in (1.0, 0.1, 0.01, 1e-4)]
    assert radius == pytest.approx([1.0, 1 - 20 / 48, 1 - 40 / 48, 0.0])
    assert np.all(np.array(figure_points(np.zeros((2, 5)))) == 0)


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_the_figure_lights_up_where_the_sound_is(view, tokens):
    view.apply_theme(tokens)
    view.grab()
    before = view.goniometer.grab().toImage()
    view.show_snapshots([hop(0, scope(TONE, TONE, 1.0))])
    after = view.goniometer.grab().toImage()
    figure = view.goniometer._figure().toRect()
    changed = [
        (x, y)
        for x in range(figure.left(), figure.right())
        for y in range(figure.top(), figure.bottom(), 3)
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert changed and all(abs(x - figure.center().x()) <= 2 for x, _ in changed)


def test_correlation_is_said(view):
    view.show_snapshots([hop(0, scope(TONE, -TONE, -0.873, 2.34))])
    assert view.goniometer.accessibleDescription() == "correlation −0.87, balance R +2.3\u2009dB"
    view.show_snapshots([hop(1, scope(0 * TONE, 0 * TONE, math.nan, math.nan))])
    assert view.goniometer.accessibleDescription() == "silent"


def test_light_fades_and_another_pair_begins_in_the_dark(view):
    view.show_snapshots([hop(0, scope(TONE, TONE))])
    bright = view.goniometer._light.max()
    for number in range(1, 20):
        view.show_snapshots([hop(number, scope(0 * TONE, 0 * TONE))])
    assert view.goniometer._light.max() < 0.05 * bright
    view.show_snapshots([hop(20, scope(TONE, TONE))])
    view.show_snapshots([hop(21, scope(0 * TONE, 0 * TONE, pair=(2, 3)))])
    assert view.goniometer._light.max() == 0


def test_figures_say_loudness_and_warn_of_true_peaks(view):
    view.show_snapshots([hop(0, loudness=loud())])
    texts = [str(entry) for entry in view.figures.statistics()]
    assert texts == [
        "Short-term −22.0\u2009LUFS",
        "Integrated −24.0\u2009LUFS",
        "Range 6.0\u2009LU",
        "True peak −2.0\u2009dBTP",
        "Since 1:15",
    ]
    view.show_snapshots([hop(1, loudness=loud(highest=-0.4, integrated=-math.inf, extent=math.nan))])
    entries = view.figures.statistics()
    assert entries[3].tone == "clip" and entries[1].text == "–" and entries[2].text == "–"
    view.clear()
    assert {entry.text for entry in view.figures.statistics()} == {"–"}


def test_the_scale_is_that_of_ebu_plus_18():
    assert loudness_fraction(-59) == 0 and loudness_fraction(-5) == 1 and loudness_fraction(-math.inf) == 0
    assert loudness_fraction(-32) == pytest.approx(0.5) and loudness_fraction(math.nan) == 0


def test_the_highest_momentary_loudness_is_held_for_three_seconds(qtbot):
    bars = LoudnessBars()
    qtbot.addWidget(bars)
    bars.apply_theme(DARK)
    bars.resize(bars.width(), 300)
    bars.show_loudness(loud(momentary=-15.0), 0.1)
    bars.show_loudness(loud(momentary=-30.0), 2.9)
    assert bars.held_lufs == -15.0
    bars.show_loudness(loud(momentary=-31.0), 0.2)
    assert bars.held_lufs == -31.0
    bars.grab()


def test_pairs_of_channels(view, qtbot):
    assert channel_pairs(3, 2) == [("output", 0, 1), ("input", 0, 1), ("input", 0, 2)]
    view.set_channels([f"Mic {number}" for number in range(1, 9)], ["left", "right"])
    assert view.pair_chooser.choices[:2] == ("Output L and R", "Input 1 and 2")
    with qtbot.waitSignal(view.pair_chosen) as chosen:
        view.pair_chooser.choose(3)
    assert chosen.args == ["input", 0, 3] and view.goniometer.names == ("1", "4")
    with qtbot.waitSignal(view.pair_chosen) as chosen:
        view.set_channels(["Mic 1"], ["left", "right"])
    assert chosen.args == ["output", 0, 1], "a pair that has gone gives way to the output"


def test_integrated_loudness_can_be_begun_anew(view, qtbot):
    with qtbot.waitSignal(view.reset_wanted):
        qtbot.mouseClick(view.reset_button, Qt.MouseButton.LeftButton)


def test_hops_count_once(view):
    view.show_snapshots([hop(0, loudness=loud(momentary=-10.0)), hop(1, loudness=loud())])
    view.show_snapshots([hop(1, loudness=loud(momentary=-1.0))])
    assert view.bars.loudness.momentary_lufs == -20.0
