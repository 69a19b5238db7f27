import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from tests.ui.fakes import RUNNING
from workbench.core.messages import Dropout, LatencyPart
from workbench.ui import theme
from workbench.ui.panels import latency_panel, latency_plots
from workbench.ui.panels.dropout_advice import explain
from workbench.ui.panels.latency_panel import LatencyPanel, LogRow, gathered
from workbench.ui.panels.latency_plots import BudgetStaircase, DriftPlot, nice_step

DROPOUTS = (
    Dropout(10.0, "enhance", own=True, detail="hop took 13.1 of 10 ms"),
    Dropout(20.0, "sound server", own=False, detail="the sound server lost its own deadline"),
    Dropout(30.0, "source", own=False, detail="USB array was lost"),
)
HEALTH = replace(
    RUNNING, elapsed_s=60.0, dropouts=DROPOUTS, drift_ppm=3.2, queue_ms=25.0, measured_ms=71.4, measured_at="12:01"
)


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    window.resize(1280, 1000)
    qtbot.addWidget(window)
    window.show()
    panel = LatencyPanel(window)
    panel.apply_theme(theme.DARK)
    panel.show_at(None)
    panel.show_health(HEALTH)
    yield panel
    panel.dismiss()


def rows(panel):
    return [panel.list.itemAt(k).widget() for k in range(panel.list.count()) if panel.list.itemAt(k).widget()]


def set_clocks(monkeypatch, module, steady_s, clock_s):
    """Both clocks of a module stand still."""
    monkeypatch.setattr(module, "steady_s", lambda: steady_s)
    words = SimpleNamespace(time=lambda: clock_s, strftime=time.strftime, localtime=time.localtime)
    monkeypatch.setattr(module, "time", words)


def test_each_part_starts_where_the_one_before_ends(qtbot):
    budget = BudgetStaircase()
    qtbot.addWidget(budget)
    budget.resize(340, 200)
    parts = (LatencyPart("in", 480, 48000), LatencyPart("none", 0, 48000), LatencyPart("look-ahead", 1440, 48000))
    budget.set_budget(parts, 45.0)
    first, second, total = budget.bars()
    assert first.right() == pytest.approx(second.left()) and total.right() == pytest.approx(second.right())
    assert second.width() == pytest.approx(3 * first.width()) and total.left() == first.left()
    assert budget.total_ms == 40 and "look-ahead 30.0 ms; sum 40.0 ms" in budget.accessibleDescription()
    before = budget.grab().toImage()
    budget.set_budget(parts, 42.0)
    assert budget.grab().toImage() != before


@pytest.mark.parametrize(("longest", "step"), [(70, 20), (5, 1), (101, 50), (0.4, 0.1)])
def test_ticks_are_round(longest, step):
    assert nice_step(longest) == pytest.approx(step)


def test_measured_delay_and_drift_are_said(panel):
    assert panel.measured.text().startswith("71.4") and "1.4" in panel.measured_note.text()
    assert "over, at 12:01" in panel.measured_note.text()
    assert panel.drift.text().startswith("+3.2") and panel.drift_note.text() == "corrected"
    panel.show_health(replace(HEALTH, alarm="far apart", drift_ppm=-950.0))
    assert panel.alarm.isVisible() and panel.alarm.text() == "far apart" and panel.drift_note.text() == "too much"
    assert panel.drift_note.toolTip() == "far apart" and panel.drift.text().startswith("−950.0")
    panel.show_health(replace(HEALTH, drift_ppm=None, measured_ms=None))
    assert (panel.drift.text(), panel.drift_note.text(), panel.measured.text()) == ("–", "one clock", "–")


def test_the_log_says_stage_cause_and_advice_newest_first(panel):
    names = [row.accessibleName() for row in rows(panel) if isinstance(row, LogRow)]
    assert [name.split(":")[0] for name in names] == ["Source", "Sound server", "Enhancement"]
    assert "13.1 of 10 ms" in names[2] and "smaller network" in names[2]
    assert panel.count.text().startswith("3 since")
    panel.filter.setCurrentIndex(1)
    assert [row.accessibleName()[:11] for row in rows(panel) if isinstance(row, LogRow)] == ["Enhancement"]
    panel.filter.setCurrentIndex(2)
    assert sum(isinstance(row, LogRow) for row in rows(panel)) == 2


def test_the_log_is_copied_and_cleared(panel, qtbot):
    qtbot.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].startswith("Latency: in 10.0 + block 10.0") and lines[0].endswith("= 70.0 ms")
    assert lines[1:3] == ["Measured: 71.4 ms at 12:01", "Clock drift: +3.2 ppm"] and lines[3].startswith("Dropouts:")
    assert len(lines[4:]) == 3 and lines[5].split("\t")[1] == "Sound server"
    qtbot.mouseClick(panel.clear, Qt.MouseButton.LeftButton)
    assert not any(isinstance(row, LogRow) for row in rows(panel)) and panel.count.text().startswith("0 since")
    panel.show_health(replace(HEALTH, elapsed_s=60.5, dropouts=(*DROPOUTS, Dropout(61.5, "sink", own=True))))
    assert sum(isinstance(row, LogRow) for row in rows(panel)) == 1


def test_what_the_log_has_forgotten_is_counted(panel, qtbot):
    panel.show_health(replace(HEALTH, noted_dropouts=340))
    assert panel.count.text().startswith("340 since ") and "the newest 3" in panel.count.toolTip()
    qtbot.mouseClick(panel.clear, Qt.MouseButton.LeftButton)
    assert panel.count.text().startswith("0 since ") and not panel.count.toolTip()
    panel.show_health(replace(HEALTH, noted_dropouts=341, dropouts=(*DROPOUTS[1:], Dropout(61.5, "sink", own=True))))
    assert panel.count.text().startswith("1 since ") and not panel.count.toolTip()
    panel.show_health(replace(HEALTH, noted_dropouts=0, dropouts=()))  # started anew
    panel.show_health(replace(HEALTH, elapsed_s=1e4, noted_dropouts=2, dropouts=(Dropout(1e4, "sink", own=True),)))
    assert panel.count.text().startswith("2 since ")


def test_the_buttons_ask_only_where_there_is_a_device(panel, qtbot):
    with qtbot.waitSignal(panel.flush_wanted):
        qtbot.mouseClick(panel.flush, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.reopen_wanted):
        qtbot.mouseClick(panel.reopen, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.measure_wanted):
        qtbot.mouseClick(panel.measure, Qt.MouseButton.LeftButton)
    panel.show_health(replace(HEALTH, queue_ms=None))
    assert not (panel.flush.isEnabled() or panel.measure.isEnabled() or panel.reopen.isEnabled())
    assert "needs a running sound device" in panel.measure.toolTip() and "no playback queue" in panel.flush.toolTip()
    assert not panel.alarm.isVisible()


def test_the_drift_plot_keeps_two_values_a_second_and_marks_dropouts(qtbot, monkeypatch):
    set_clocks(monkeypatch, latency_plots, 1000.0, 1.7e9)  # else its grid moves between two pictures
    plot = DriftPlot()
    qtbot.addWidget(plot)
    plot.resize(340, 132)
    for k in range(100):
        plot.add(900 + 0.1 * k, 40.0)
    assert 18 <= len(plot.points) <= 21
    plot.add(950.0, None)
    assert plot.points[-1][0] < 911
    before = plot.grab().toImage()
    plot.set_dropouts([(905.0, True)])
    ours = plot.grab().toImage()
    plot.set_dropouts([(905.0, False)])
    assert before != ours != plot.grab().toImage() != before
    plot.set_dropouts([(905.0, True), (905.0, False)])  # our own is not hidden
    assert plot.grab().toImage() == ours


def test_a_clock_that_is_set_and_a_computer_that_slept_move_no_dropout(panel, monkeypatch):
    """The log shows when it was, by the clock as it is now; the drift goes on being noted."""
    steady_s, clock_s = latency_panel.steady_s(), time.time()
    set_clocks(monkeypatch, latency_panel, steady_s, clock_s)
    before = [at for at, _ in panel._timed()]
    points = len(panel.drift_plot.points)
    set_clocks(monkeypatch, latency_panel, steady_s + 7200, clock_s - 3600)  # two hours of sleep
    panel.show_health(replace(HEALTH, elapsed_s=60.5))
    assert len(panel.drift_plot.points) == points + 1
    after = [at for at, _ in panel._timed()]
    assert [then - now for then, now in zip(before, after)] == pytest.approx([3600 + 7200] * 3)


def test_what_follows_each_other_closely_is_one_row():
    storm = [(10.0 + 0.1 * k, Dropout(k, "sound server", own=False, detail=str(k))) for k in range(30)]
    own = (11.05, Dropout(0.0, "enhance", own=True))
    timed = sorted([*storm, own, (40.0, Dropout(40.0, "sound server", own=False))], key=lambda item: item[0])
    found = gathered(timed)
    assert [(at, dropout.stage, times) for at, dropout, times in found] == [
        (40.0, "sound server", 1), (11.1, "sound server", 19), (11.05, "enhance", 1), (10.0, "sound server", 11)
    ]  # fmt: skip
    assert found[1][1].detail == "29"  # the newest


def test_what_was_lost_gets_its_own_advice():
    assert "cable" in explain(DROPOUTS[2]).advice and not explain(DROPOUTS[2]).ours
    assert explain(Dropout(0, "mystery", own=True)).stage == "Mystery"


def test_a_measurement_says_how_it_goes(panel, qtbot):
    quiet = replace(HEALTH, measured_ms=None, measured_at="")
    panel.show_health(quiet)
    panel.measure.click()
    assert "listening" in panel.measured_note.text()
    panel.show_health(replace(quiet, message="Measuring the delay with a chirp ..."))
    assert "listening" in panel.measured_note.text()
    panel.show_health(replace(quiet, message="The delay was not measured: nothing came back", failed=True))
    assert panel.measured_note.text() == "no chirp was heard" and "nothing came back" in panel.measured_note.toolTip()
    panel.measure.click()
    panel.show_health(replace(quiet, measured_ms=61.7, measured_at="12:09"))
    assert panel.measured.text().startswith("61.7") and "12:09" in panel.measured_note.text()
