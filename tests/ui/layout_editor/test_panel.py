import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workbench.core.geometry import load_layout
from workbench.core.resources import shipped_names
from workbench.ui.layout_editor import LayoutPanel
from workbench.ui.theme import DARK


@pytest.fixture
def panel(qtbot, tmp_path):
    window = QWidget()
    window.resize(1280, 900)
    qtbot.addWidget(window)
    folder = tmp_path / "layouts"

    def choices():
        own = sorted(folder.glob("*.toml")) if folder.is_dir() else ()
        return (*((name, name) for name in shipped_names("layouts")), *((str(path), path.stem) for path in own))

    panel = LayoutPanel(window, folder, choices)
    panel.errors = []
    panel.refused.connect(panel.errors.append)
    panel.apply_theme(DARK)
    window.show()
    panel.show_at(None)
    panel.begin_with(load_layout("pair-100mm"), "pair-100mm")
    yield panel


def _drag(plot, start, end):
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.3, 0.7, 1.0):
        QTest.mouseMove(plot, start + (end - start) * part)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)


def _place(plot, number):
    return plot.place(plot.draft.layout.drivers[number].xyz_m).toPoint()


def test_it_opens_with_the_layout_in_use(panel):
    assert panel.name.text() == "pair-100mm" and panel.table.rowCount() == 2
    assert panel.table.item(0, 2).text() == "−5.0" and not panel.finding.isVisible()
    assert panel.note.text() == ""


def test_a_dragged_driver_moves_and_one_undo_takes_it_back(panel):
    plot = panel.plot
    before = panel.draft.layout
    start, scale = _place(plot, 1), plot.scale
    _drag(plot, start, start + QPoint(30, 20))
    x, y, _ = panel.draft.layout.drivers[1].xyz_m
    assert (x, y) == (pytest.approx(20 / scale, abs=0.002), pytest.approx(0.05 + 30 / scale, abs=0.002))
    assert panel.table.item(1, 2).text() == f"{100 * y:.1f}" and panel.table.currentRow() == 1
    QTest.keyClick(panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.draft.layout is before


def test_on_a_sphere_drivers_slide_around_it(panel):
    panel.cabinet.buttons["sphere"].click()
    assert panel.draft.layout.cabinet_radius_m == pytest.approx(0.06)
    plot = panel.plot
    start = _place(plot, 1)
    _drag(plot, start, start + QPoint(-40, 90))
    place = np.array(panel.draft.layout.drivers[1].xyz_m)
    assert np.linalg.norm(place) == pytest.approx(0.06, abs=1e-4) and place[0] > 0.02
    assert panel.draft.layout.drivers[1].facing_deg == pytest.approx(np.degrees(np.arctan2(*place[1::-1])), abs=0.1)


def test_the_dragged_head_changes_the_distance(panel):
    head = panel.plot.head().toPoint()
    _drag(panel.plot, head, head + QPoint(0, -50))
    assert panel.draft.layout.listener_distance_m == pytest.approx(1.0, abs=0.03)


def test_numbers_are_typed(panel):
    panel.table.item(0, 1).setText("2,5")
    assert panel.draft.layout.drivers[0].xyz_m[0] == pytest.approx(0.025)
    panel.table.item(0, 6).setText("3")
    assert panel.draft.layout.drivers[0].gain_limit_db == 3.0
    panel.table.item(0, 6).setText("")
    assert panel.draft.layout.drivers[0].gain_limit_db is None
    panel.table.item(0, 1).setText("far")
    assert "not a number" in panel.errors[-1] and panel.table.item(0, 1).text() == "2.5"
    panel.table.item(0, 6).setText("99")
    assert "limit" in panel.errors[-1]


def test_problems_are_said_and_hinder_saving(panel):
    panel.table.item(1, 2).setText("-5")
    assert "same place" in panel.finding.text() and not panel.save_button.isEnabled()
    panel.draft.undo()
    assert panel.save_button.isEnabled()
    panel._typed("distance", "5")
    assert panel.errors


def test_drivers_come_and_go_by_keys(panel):
    QTest.keyClick(panel.plot, Qt.Key.Key_Insert)
    assert panel.table.rowCount() == 3 and panel.plot.current == 2
    QTest.keyClick(panel.plot, Qt.Key.Key_Delete)
    assert panel.table.rowCount() == 2
    QTest.keyClick(panel.plot, Qt.Key.Key_PageDown)
    chosen = panel.plot.current
    x = panel.draft.layout.drivers[chosen].xyz_m[0]
    QTest.keyClick(panel.plot, Qt.Key.Key_Down)
    assert panel.draft.layout.drivers[chosen].xyz_m[0] == pytest.approx(x + 0.001)


def test_saved_under_its_own_name_and_used(panel, qtbot):
    panel.save()
    assert not panel.errors  # a shipped layout's name is free among one's own
    QTest.keyClicks(panel.name, " wide")
    panel.name.clearFocus()
    panel.table.item(1, 2).setText("12")
    with qtbot.waitSignal(panel.use_wanted) as used:
        panel.use_button.click()
    again = load_layout(used.args[0])
    assert again.name == "pair-100mm wide" and again.drivers[1].xyz_m[1] == pytest.approx(0.12)
    assert panel.note.text() == ""
    panel.open_named("sphere5-60mm")
    panel.draft.rename("pair-100mm wide")
    assert not panel.save() and "exists already" in panel.errors[-1]


def test_a_held_key_is_one_step_and_shift_a_tenth_of_it(panel):
    plot, draft = panel.plot, panel.draft
    QTest.keyClick(plot, Qt.Key.Key_PageDown)
    before = draft.layout.drivers[plot.current].xyz_m
    for repeated in (False, True, True):
        plot.keyPressEvent(
            QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, autorep=repeated)
        )
    after = draft.layout.drivers[plot.current].xyz_m
    moved_m = 1000 * max(abs(a - b) for a, b in zip(before, after, strict=True))
    QTest.keyClick(plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    finer = draft.layout.drivers[plot.current].xyz_m
    assert 1000 * max(abs(a - b) for a, b in zip(after, finer, strict=True)) == pytest.approx(moved_m / 30, rel=0.2)
    draft.undo()
    draft.undo()
    assert draft.layout.drivers[plot.current].xyz_m == before
