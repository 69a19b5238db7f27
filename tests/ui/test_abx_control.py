import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from tests.ui.fakes import FakeSession
from workbench.core.ab import ABState
from workbench.core.kept import KeptSound
from workbench.ui.abx_control import ABXControl
from workbench.ui.bridge import Bridge
from workbench.ui.panels.loop_bar import COLUMNS


@pytest.fixture
def parts(qtbot, monkeypatch):
    window = QWidget()
    window.resize(1200, 950)
    qtbot.addWidget(window)
    window.show()
    session = FakeSession()
    bridge = Bridge(session)
    asked = []
    control = ABXControl(window, bridge, lambda *what: asked.append(what))
    monkeypatch.setattr(type(bridge), "ab", property(lambda self: ABState(gain_b_db=-0.8, measured_s=12.0)))
    bridge.poll()
    session.ab.choose("b")
    session.set({"enhance.comb_percent": 40.0})
    session.ab.choose("a")
    session.start()
    bridge._poll_slow(session.mailbox)
    control.panel.show_at(None)
    control.refresh()
    yield session, bridge, control, asked


def sounding(session):
    return session.ab.heard


def begin(qtbot, control, trials=4):
    control.panel.trials.setValue(trials)
    qtbot.mouseClick(control.panel.begin, Qt.MouseButton.LeftButton)
    assert control.running


def test_a_test_by_mouse_from_begin_to_result(parts, qtbot, tmp_path):
    session, _bridge, control, asked = parts
    panel = control.panel
    assert panel.names["a"].text() == "Comb strength 80 %" and "B −0.8\u2009dB" in panel.match_note.text()
    begin(qtbot, control)
    for number in range(4):
        assert panel.trial_note.text() == f"{number + 1} of 4"
        assert not panel.answers["a"].isEnabled()
        qtbot.mouseClick(panel.letters["x"], Qt.MouseButton.LeftButton)
        assert panel.letters["x"].playing and panel.playing_note.text() == "X plays"
        qtbot.mouseClick(panel.answers[sounding(session)], Qt.MouseButton.LeftButton)
    assert panel.figures["right"].text() == "4 of 4" and panel.figures["p"].text() == "0.062"
    assert session.ab.heard == session.ab.side == "a"
    qtbot.mouseClick(panel.save, Qt.MouseButton.LeftButton)
    assert asked[-1][0] == "Save the result"
    control.save_to(tmp_path / "r.csv")
    assert len(list(csv.DictReader((tmp_path / "r.csv").open()))) == 4


def texts(panel):
    """All that a screen or a screen reader could show."""
    widgets = [panel, *panel.findChildren(QWidget)]
    shown = [
        (w.accessibleName(), w.accessibleDescription(), w.toolTip(), w.isEnabled(), w.isVisible()) for w in widgets
    ]
    return shown + [w.text() for w in panel.findChildren(QLabel)]


def test_nothing_that_can_be_read_depends_on_x(parts, qtbot):
    """Every state that a trial goes through looks the same whether X is A or B."""
    session, _, control, _ = parts
    begin(qtbot, control, trials=30)
    seen = {"a": set(), "b": set()}
    while control.running:
        control.listen("x")
        x = sounding(session)
        state = [line for line in map(str, texts(control.panel)) if "of 30" not in line]
        seen[x].add(tuple(state))
        picture = control.panel.letters["x"].grab().toImage()
        seen[x].add(bytes(picture.constBits()))
        control.answer("a")
    assert seen["a"] == seen["b"] and len(seen["a"]) == 2
    assert session.params == session.ab.settings("a")


def test_the_result_is_hidden_until_the_last_trial(parts, qtbot):
    _, _, control, _ = parts
    begin(qtbot, control)
    for _ in range(3):
        control.listen("x")
        control.answer("b")
        assert control.panel.figures["right"].text() == control.panel.figures["p"].text() == "–"
    assert control.panel.result_note.text() == "hidden until trial 4"


def test_an_answer_before_x_was_heard_is_refused(parts, qtbot):
    _, bridge, control, _ = parts
    said = []
    bridge.noticed.connect(said.append)
    begin(qtbot, control)
    control.listen("a")
    control.answer("a")
    assert "Listen to X first" in said[-1] and control.test.number == 1


def test_a_change_of_a_or_b_ends_the_test(parts, qtbot):
    session, bridge, control, _ = parts
    said = []
    bridge.failed.connect(said.append)
    begin(qtbot, control)
    control.listen("b")
    bridge.set({"output.muted": True})
    assert control.running
    bridge.set({"enhance.strength_percent": 10.0})
    assert not control.running and "was changed" in said[-1]
    assert session.ab.heard == "a"


def test_equal_sides_and_stopped_sound_are_refused(parts, qtbot):
    session, bridge, control, _ = parts
    said = []
    bridge.failed.connect(said.append)
    session.ab.copy("a", "b")
    assert not control.begin(16) and "same settings" in said[-1]
    session.stop()
    assert not control.begin(16) and "Start the sound first" in said[-1]


def test_closing_the_panel_discards(parts, qtbot):
    session, _, control, _ = parts
    begin(qtbot, control)
    control.listen("b")
    assert session.ab.heard == "b"
    control.panel.dismiss()
    assert control.test is None and session.ab.heard == "a"


def test_the_loop_has_a_picture_while_the_panel_is_open(parts, monkeypatch):
    session, bridge, control, _ = parts
    asked = []

    def spectra(columns):
        asked.append(columns)
        return np.full((columns, 1025), -60.0, np.float32)

    monkeypatch.setattr(session.kept, "spectra", spectra)
    looping = KeptSound(looping=True, kept_s=8.0, frozen_s=8.0, origin_time_s=3.0)
    bar = control.panel.loop
    bridge.kept_changed.emit(KeptSound(kept_s=8.0))
    assert asked == []
    for position_s in (0.1, 0.2):
        bridge.kept_changed.emit(replace(looping, position_s=position_s))
    assert asked == [COLUMNS] and bar._levels_dbfs is not None
    bridge.kept_changed.emit(replace(looping, origin_time_s=11.0))  # another sound
    assert len(asked) == 2
    bridge.kept_changed.emit(KeptSound(kept_s=8.0))
    assert bar._levels_dbfs is None
    control.panel.hide()
    bridge.kept_changed.emit(looping)
    assert len(asked) == 2  # nobody looks
