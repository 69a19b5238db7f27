from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSettings

from tests.ui.fakes import RUNNING, FakeSession
from workbench.core import params as parameters
from workbench.core.kept import LoopRegion
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.ui.bridge import Bridge
from workbench.ui.kept_control import KeptControl
from workbench.ui.style import style_sheet
from workbench.ui.theme import DARK
from workbench.ui.toolbar import Toolbar


@pytest.fixture
def parts(qtbot, tmp_path):
    session = FakeSession()
    bridge = Bridge(session)
    bar = Toolbar()
    qtbot.addWidget(bar)
    store = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    return session, bridge, bar, KeptControl(bar, bridge, bar, store), store


def play(session, seconds, bridge):
    """Run the fake session's keeper for a while."""
    keeper = session.kept.keeper_for("room", 1)
    noise = np.random.default_rng(0).standard_normal((1, HOP)).astype(np.float32)
    for hop in range(round(seconds * RATE_HZ / HOP)):
        keeper.process(Block(noise, hop * HOP, hop * HOP / RATE_HZ))
    bridge.poll()
    bridge._poll_slow(session.mailbox)


def test_one_click_loops_and_the_next_is_live_again(parts, qtbot):
    session, bridge, bar, _control, _ = parts
    refusals = []
    bridge.failed.connect(refusals.append)
    bar.keep_button.click()
    assert "press Start" in refusals[-1] and not bridge.kept.looping
    play(session, 12, bridge)
    assert bar.keep_button.text() == " Keep 20 s" and "12 s" in bar.keep_button.toolTip()
    bar.keep_button.click()
    play(session, 1, bridge)
    assert bar.keep_button.property("state") == "running"
    assert bar.keep_button.text() == " Loop 1.0 / 12.0 s"
    bar.keep_button.click()
    play(session, 1, bridge)
    assert bar.keep_button.property("state") == "" and bar.keep_button.text() == " Keep 20 s"


def test_the_loop_is_cut_where_it_plays_and_made_whole_again(parts):
    session, bridge, bar, control, _ = parts
    play(session, 12, bridge)
    bar.keep_button.click()
    play(session, 3, bridge)
    control.keys["["]()
    play(session, 2, bridge)
    control.keys["]"]()
    play(session, 0.5, bridge)
    assert bridge.kept.region == LoopRegion(3 * RATE_HZ, 5 * RATE_HZ)
    assert bar.keep_button.text() == " Loop 0.5 / 2.0 s"
    control.keys["\\"]()
    play(session, 0.1, bridge)
    assert bridge.kept.region is None
    bar.keep_button.click()
    play(session, 0.1, bridge)
    control.keys["Shift+K"]()
    play(session, 0.1, bridge)
    assert bridge.kept.looping


def test_the_menu_offers_what_is_possible_and_remembers_the_length(parts):
    _session, bridge, bar, control, store = parts
    control.refresh()
    assert not control.again_action.isEnabled() and not control.begin_action.isEnabled()
    assert control.length_actions[20].isChecked()
    control.length_actions[60].trigger()
    control.refresh()
    assert control.length_actions[60].isChecked() and bar.keep_button.text() != ""
    assert float(store.value("keep_s")) == 60
    KeptControl(bar, bridge, bar, store)
    assert bridge.kept.capacity_s == 60


def test_compact_toolbar_has_room(parts):
    session, bridge, bar, _control, _ = parts
    bar.setStyleSheet(style_sheet(DARK))
    bar.apply_theme(DARK)
    bar.set_compact(True)
    bar.show()
    assert bar.keep_button.text() == "" and bar.keep_button.accessibleName() == "Keep 20 s"
    play(session, 12, bridge)
    bar.keep_button.click()
    play(session, 1, bridge)
    assert bar.keep_button.text() == " Loop 1 / 12 s" and bar.keep_button.accessibleName() == "Loop 1.0 / 12.0 s"
    assert bar.minimumSizeHint().width() <= 1280
    bar.show_params(parameters.replace(Params(), {"output.muted": True}))
    assert bar.keep_button.text() == "" and bar.keep_button.property("state") == "running"
    bar.show_health(replace(RUNNING, recording_s=3602.7, recording_left_s=1750.0))
    assert bar.minimumSizeHint().width() <= 1280
    bar.show_params(Params())
    bar.show_health(RUNNING)
    assert "Loop" in bar.keep_button.text()
