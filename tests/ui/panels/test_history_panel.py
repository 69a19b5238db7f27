import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.engine.history import ParameterHistory
from workbench.ui.panels.history_panel import HistoryPanel


@pytest.fixture
def parts(qtbot):
    window = QWidget()
    window.resize(900, 700)
    qtbot.addWidget(window)
    window.show()
    panel = HistoryPanel(window)
    history = ParameterHistory()
    history.set({"enhance.strength_percent": 50.0})
    history.note_structure("Source: take.wav", "room", "file")
    history.set({"enhance.comb_percent": 10.0})
    history.undo()
    panel.show_steps(history.done, history.undone)
    panel.show_at(None)
    yield panel, history


def test_steps_are_listed_with_their_time_and_what_is_undone_is_marked(parts):
    panel, history = parts
    rows = [(row.choice.text, row.choice.tag, row.current) for row in panel.rows]
    assert rows == [
        ("Beginning", "", False),
        ("Strength 50 %", "", False),
        ("Source: take.wav", "", True),
        ("Comb strength 10 %", "undone", False),
    ]
    assert panel.rows[1].choice.columns == (history.done[0].clock,)
    assert panel.note.text() == "2 steps"


def test_another_list_is_seen_at_once(parts):
    """Not a frame later: a list that is empty for a moment flickers with every change."""
    panel, history = parts
    history.redo()
    panel.show_steps(history.done, history.undone)
    assert all(row.isVisible() for row in panel.rows)
    tops = [row.y() for row in panel.rows]
    assert tops == sorted(set(tops)) and len(tops) == 4


def test_only_steps_that_there_are_can_be_taken(parts):
    panel, history = parts
    assert panel.undo.isEnabled() and panel.redo.isEnabled()
    history.redo()
    panel.show_steps(history.done, history.undone)
    assert panel.undo.isEnabled() and not panel.redo.isEnabled()
    while history.done:
        history.undo()
    panel.show_steps(history.done, history.undone)
    assert not panel.undo.isEnabled() and panel.redo.isEnabled()


def test_choosing_a_line_asks_for_that_many_steps(parts, qtbot):
    panel, _ = parts
    wanted = []
    panel.step_chosen.connect(wanted.append)
    qtbot.mouseClick(panel.rows[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.rows[3], Qt.MouseButton.LeftButton)
    qtbot.keyClick(panel.rows[1], Qt.Key.Key_Return)
    assert wanted == [0, 3, 1] and panel.isVisible()


def test_a_long_history_shows_its_newest_steps(parts):
    panel, history = parts
    for number in range(150):
        history.set({"enhance.strength_percent": float(number % 90)})
    panel.show_steps(history.done, history.undone)
    assert "earlier steps" in panel.rows[0].choice.text and len(panel.rows) == 101
    assert panel.rows[-1].current
