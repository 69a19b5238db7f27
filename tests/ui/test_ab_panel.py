from dataclasses import replace

import pytest

from tests.ui.fakes import FakeSession
from workbench.core.ab import ABState, Difference
from workbench.ui.ab_switch import ABSwitch
from workbench.ui.bridge import Bridge
from workbench.ui.panels.ab_panel import CELL_PADDING, ABPanel
from workbench.ui.style import style_sheet
from workbench.ui.theme import DARK, LIGHT
from workbench.ui.toolbar import Toolbar, match_text

EQUAL = ABState(shared=("beam", "enhance", "render"))
APART = ABState(shared=("beam",), gain_b_db=-0.8, lufs_a=-24.1, lufs_b=-23.3, measured_s=12.0)


@pytest.fixture
def parts(qtbot):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    window.resize(1600, 960)
    qtbot.addWidget(window)
    session = FakeSession()
    bridge, bar = Bridge(session), Toolbar(window)
    switch = ABSwitch(window, bridge, bar)
    bridge.params_changed.connect(bar.show_params)
    yield session, bridge, bar, switch


def test_words_of_the_toolbar():
    assert match_text(EQUAL) == "A and B are equal"
    assert match_text(APART).replace("\u2009", " ") == "Loudness matched, B −0.8 dB"
    assert match_text(replace(APART, frozen=True)).startswith("Loudness frozen, B")
    assert match_text(replace(APART, matched=False)) == "Loudness not matched"
    assert match_text(replace(APART, gain_a_db=-2.0, gain_b_db=0.0)).replace("\u2009", " ").endswith("A −2.0 dB")


def test_sides_and_bypass_by_key_and_button(parts):
    session, bridge, bar, switch = parts
    switch.keys["B"]()
    bridge.poll()
    assert session.ab.side == "b" and bar.side.value == "b"
    switch.keys["0"]()
    bridge._poll_params()
    assert session.params.output.bypass and bar.side.value == "bypass"
    bar.side.buttons["a"].click()
    bridge._poll_slow(session.mailbox)
    assert session.ab.side == "a" and not session.params.output.bypass and bar.side.value == "a"


def test_the_panel_copies_swaps_and_takes_single_values(parts):
    session, bridge, _, switch = parts
    panel = switch.panel
    panel.show()
    assert not panel.to_b.isEnabled() and panel.count.text() == ""
    bridge.set({"enhance.strength_percent": 40.0, "render.place_deg": 10.0})
    bridge._poll_slow(session.mailbox)
    assert [row.path for row in panel.table.rows] == ["enhance.strength_percent", "render.place_deg"]
    assert panel.shared.text() == "Runs once for both: beam."
    panel.table.buttons["enhance.strength_percent", "a"].click()
    assert session.ab.settings("b").enhance.strength_percent == 40.0
    assert [row.path for row in panel.table.rows] == ["render.place_deg"]
    panel.swap.click()
    assert session.ab.settings("b").render.place_deg == 10.0
    panel.to_a.click()
    assert session.ab.differences() == () and not panel.swap.isEnabled()
    assert panel.shared.text() == "Everything runs once."


def test_the_list_of_differences_is_made_for_an_open_panel_alone(parts, qtbot):
    """A slider that is dragged changes it sixty times a second."""
    session, bridge, _, switch = parts
    bridge.set({"render.place_deg": 10.0})
    bridge._poll_slow(session.mailbox)
    assert not switch.panel.table.rows
    switch.panel.window().show()
    switch.panel.show()
    assert [row.path for row in switch.panel.table.rows] == ["render.place_deg"]
    switch.panel.hide()
    bridge.set({"enhance.strength_percent": 40.0})
    bridge._poll_slow(session.mailbox)
    assert len(switch.panel.table.rows) == 1
    switch.panel.show()
    assert len(switch.panel.table.rows) == 2


def test_taps_matching_and_freezing(parts, qtbot):
    session, bridge, _, switch = parts
    panel = switch.panel
    panel.show()
    panel.tap.chosen.emit("beam")
    panel.freeze.click()
    panel.matched.click()
    bridge._poll_slow(session.mailbox)
    state = session.ab.state
    assert (state.tap, state.matched, state.frozen) == ("beam", False, True)
    assert panel.tap.currentData() == "beam" and not panel.freeze.isEnabled()


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_figures(qtbot, tokens):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    panel = ABPanel(window)
    panel.apply_theme(tokens)
    panel.show_state(APART, (Difference("enhance.strength_percent", "Strength", "40 %", "100 %"),))
    assert panel.figures["a"].text() == "−24.1"
    assert panel.figures["off"].text().replace("\u2009", " ") == "B −0.8 dB"
    assert panel.figures["span"].text().replace("\u2009", " ") == "12 s"
    assert tokens.a in panel.figures["a"].styleSheet()
    panel.show_state(EQUAL, ())
    assert panel.figures["a"].text() == "–"


def test_long_figures_are_shown_whole_and_headings_stand_over_their_columns(qtbot):
    from PySide6.QtWidgets import QLabel, QWidget

    window = QWidget()
    window.setStyleSheet(style_sheet(DARK))
    window.resize(900, 700)
    qtbot.addWidget(window)
    window.show()
    panel = ABPanel(window)
    state = replace(APART, gain_b_db=-10.8, lufs_a=-132.4, lufs_b=-143.3, measured_s=3600.0)
    panel.show_state(state, (Difference("enhance.strength_percent", "Strength", "40 %", "100 %"),))
    panel.show_at(None)
    qtbot.waitUntil(lambda: panel.figures["a"].width() > 0 and panel.table.widget().width() > 300)
    for figure in panel.figures.values():
        assert figure.width() >= figure.sizeHint().width(), figure.text()
    heads = {one.text(): one for one in panel.table.findChildren(QLabel) if one.text() in "AB"}
    for side in "ab":
        cell = panel.table.buttons["enhance.strength_percent", side]
        head = heads[side.upper()]
        assert head.geometry().right() - head.contentsMargins().right() == cell.geometry().right() - CELL_PADDING


def test_sliders_mark_the_other_settings_value(parts, qtbot):
    from workbench.ui.parameter_panel import ParameterPanel

    session, bridge, _, switch = parts
    panel = ParameterPanel()
    qtbot.addWidget(panel)
    bridge.params_changed.connect(lambda params: panel.show_params(params, params))
    switch.other_changed.connect(panel.show_other)
    bridge.set({"enhance.strength_percent": 40.0})
    slider = panel.groups["enhance"].rows["enhance.strength_percent"].slider
    bridge.choose_side("b")
    bridge._poll_slow(session.mailbox)
    assert slider._other == (40.0, "a")
    slider.grab()
    bridge.copy_side("a", "b")
    bridge._poll_slow(session.mailbox)
    assert slider._other is None
