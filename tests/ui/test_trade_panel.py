import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workbench.core import params as parameters
from workbench.core.geometry import load_layout
from workbench.core.params import Params
from workbench.core.trades import BeamChoice, CentreZone, LimitTrade, Trades
from workbench.ui.theme import DARK, LIGHT
from workbench.ui.trade_panel import TradePanel

BEAMS = (
    BeamChoice(20.3, 2.9, -20.9, -12.3, 2.9, 0.0, 4.5, True),
    BeamChoice(8.0, 2.0, -8.4, -7.4, 2.0, 2.0, 4.9, True),
    BeamChoice(30.0, 9.0, -30.0, -4.0, 9.0, -8.0, 5.0, False),
)


def _trades(params):
    limits = LimitTrade(np.array([0.0, 10.0]), np.array([10.0, 22.0]), np.array([6.0, 11.0]), np.array([-15.0, np.nan]))
    zone = CentreZone(np.array([-25.0, 0.0, 25.0]), {"plain stereo": np.array([-9.0, 0.0, 9.0])})
    return Trades("sphere5-60mm", params, BEAMS, limits, zone)


class _Job:
    def __init__(self, layout, params):
        self.part, self.running, self.result, self.error, self.cancelled = 0.25, True, None, "", False
        self.params = params

    def cancel(self):
        self.cancelled = True


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    window.resize(1280, 900)
    qtbot.addWidget(window)
    panel = TradePanel(window, _Job)
    panel.changes, panel.errors = [], []
    panel.changed.connect(panel.changes.append)
    panel.refused.connect(panel.errors.append)
    panel.apply_theme(DARK)
    panel.set_layout(load_layout("sphere5-60mm"))
    panel.show_params(Params())
    window.show()
    panel.show_at(None)
    panel.window_kept = window  # else it is collected, and the panel with it
    return panel


def _finish(panel):
    panel.toggle()
    job = panel.job
    job.result, job.running = _trades(job.params), False
    panel.poll()


def test_computing_says_how_far_it_is_and_can_be_cancelled(panel):
    panel.run_button.click()
    job = panel.job
    assert "25 %" in panel.state.text() and panel.run_button.text() == "Cancel"
    panel.run_button.click()
    assert job.cancelled and panel.job is None and panel.run_button.text() == "Compute"


def test_a_clicked_beam_is_taken(panel):
    _finish(panel)
    assert "click a beam" in panel.state.text()
    QTest.mouseClick(panel.front, Qt.MouseButton.LeftButton, pos=panel.front.place(BEAMS[1]).toPoint())
    assert panel.changes == [{"render.beam_null_db": 8.0, "render.beam_even_db": 2.0}]
    QTest.mouseClick(panel.front, Qt.MouseButton.LeftButton, pos=QPoint(60, 300))
    assert len(panel.changes) == 1


def test_arrow_keys_go_along_the_front(panel):
    _finish(panel)
    assert panel.front.chosen() is BEAMS[0]
    panel.front.setFocus()
    QTest.keyClick(panel.front, Qt.Key.Key_Left)
    assert panel.changes[-1]["render.beam_null_db"] == 8.0


def test_a_click_sets_the_boost_limit(panel):
    _finish(panel)
    place = panel.limits.point(12.0, 10.0).toPoint()
    QTest.mouseClick(panel.limits, Qt.MouseButton.LeftButton, pos=place)
    assert panel.changes[-1]["render.boost_limit_db"] == pytest.approx(12.0, abs=0.5)


def test_other_settings_make_it_stale_and_another_layout_empties_it(panel):
    _finish(panel)
    panel.show_params(parameters.replace(Params(), {"render.null_deg": 70.0}))
    assert panel.stale and "compute again" in panel.state.text()
    panel.set_layout(load_layout("pair-100mm"))
    assert panel.front.trades is None and not panel.stale


def test_failures_are_told(panel):
    panel.toggle()
    panel.job.error, panel.job.running = "no such plant", False
    panel.poll()
    assert panel.errors == ["no such plant"] and panel.job is None
    panel.set_layout(None)
    panel.toggle()
    assert "no loudspeakers" in panel.errors[-1]


def test_closing_gives_up(panel):
    panel.toggle()
    job = panel.job
    panel.dismiss()
    assert job.cancelled


def test_it_paints_in_both_themes_empty_and_full(panel):
    for tokens in (DARK, LIGHT):
        panel.apply_theme(tokens)
        assert not panel.grab().isNull()
    _finish(panel)
    assert not panel.grab().isNull()
    assert "2 beams on the front" in panel.front.accessibleDescription()
