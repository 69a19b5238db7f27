import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from workbench.core.geometry import load_array
from workbench.core.resources import shipped_names
from workbench.ui.array_editor import ArrayPanel
from workbench.ui.theme import DARK


@pytest.fixture
def panel(qtbot, tmp_path):
    window = QWidget()
    window.resize(1280, 900)
    qtbot.addWidget(window)
    asked = []
    folder = tmp_path / "arrays"
    panel = ArrayPanel(
        window,
        folder,
        lambda: (
            *((name, name) for name in shipped_names("arrays")),
            *((str(path), path.stem) for path in sorted(folder.glob("*.toml"))),
        ),
        lambda title, filters, action: asked.append(action),
    )
    panel.asked, panel.errors = asked, []
    panel.refused.connect(panel.errors.append)
    panel.apply_theme(DARK)
    window.show()
    panel.show_at(None)
    panel.begin_with("uca8-100mm")
    yield panel


def test_it_opens_with_the_array_in_use(panel):
    assert panel.name.text() == "uca8-100mm" and panel.table.rowCount() == 8
    assert panel.table.item(0, 1).text() == "100.0" and panel.table.item(2, 5).text() == "90.0"
    assert panel.figures["aperture"].text().startswith("200")
    assert not panel.finding.isVisible()


def test_a_microphone_is_dragged_in_whole_millimetres(panel):
    plot = panel.plot
    begin = plot.point_of(0.1, 0.0).toPoint()
    target = plot.point_of(0.06, 0.03).toPoint()
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(plot, (begin + target) / 2)
    QTest.mouseMove(plot, target)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=target)
    x, y, _ = panel.draft.places[0]
    assert (x, y) == (pytest.approx(0.06, abs=0.0015), pytest.approx(0.03, abs=0.0015))
    assert 1000 * x == pytest.approx(round(1000 * x))
    assert panel.table.item(0, 1).text() == f"{1000 * x:.1f}"
    panel.undo.click()
    assert panel.draft.places[0][0] == pytest.approx(0.1)


def test_add_move_and_remove_by_keyboard(panel):
    plot = panel.plot
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Insert)
    assert len(panel.draft.places) == 9 and plot.current == 8
    QTest.keyClick(plot, Qt.Key.Key_Up)
    QTest.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert panel.draft.places[8] == pytest.approx((0.001, 0.0001, 0.0))
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert len(panel.draft.places) == 8
    QTest.keyClick(plot, Qt.Key.Key_PageDown)
    assert panel.table.currentRow() == plot.current


def test_double_click_adds(panel):
    QTest.mouseDClick(panel.plot, Qt.MouseButton.LeftButton, pos=panel.plot.point_of(0.02, -0.03).toPoint())
    assert panel.draft.places[8] == pytest.approx((0.02, -0.03, 0.0), abs=0.0015)


def test_numbers_are_typed_in_both_coordinates(panel):
    panel.table.item(0, 3).setText("12,5")
    assert panel.draft.places[0] == pytest.approx((0.1, 0.0, 0.0125))
    panel.table.item(0, 4).setText("50")
    panel.table.item(0, 5).setText("−90")
    assert panel.draft.places[0] == pytest.approx((0.0, -0.05, 0.0125), abs=1e-6)
    panel.table.item(0, 1).setText("five")
    assert "not a number" in panel.errors[-1] and panel.table.item(0, 1).text() == "0.0"


@pytest.mark.parametrize(
    ("shape", "values", "mics", "word"),
    [
        ("circle", {"mics": "6", "size": "45"}, 6, ""),
        ("line", {"mics": "4", "size": "50"}, 4, "front and back"),
        ("grid", {"rows": "8", "mics": "8", "size": "20"}, 64, ""),
        ("circle", {"mics": "1", "size": "45"}, 1, "single microphone"),
    ],
)
def test_shapes(panel, shape, values, mics, word):
    panel._on_shape(shape)
    for key, text in values.items():
        panel.boxes[key].committed.emit(text)
    panel.place_button.click()
    assert len(panel.draft.places) == mics == panel.table.rowCount()
    assert word in panel.finding.text() and panel.finding.isVisible() == bool(word)


def test_a_table_is_read_and_a_bad_one_changes_nothing(panel, tmp_path):
    panel._on_shape("csv")
    panel.place_button.click()
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("10,0\n0,10\n-10,0\n")
    bad.write_text("10,zero\n")
    panel.asked[0](good)
    np.testing.assert_allclose(panel.draft.xyz_m, [[0.01, 0, 0], [0, 0.01, 0], [-0.01, 0, 0]])
    panel.asked[0](bad)
    assert "line 1" in panel.errors[-1] and len(panel.draft.places) == 3


def test_it_is_saved_among_ones_own_and_used(panel, qtbot):
    panel.name.setText("Mein Tisch")
    panel.name.textEdited.emit("Mein Tisch")
    panel.draft.remove([7])
    with qtbot.waitSignal(panel.use_wanted) as used:
        panel.use_button.click()
    path = panel.folder / "Mein Tisch.toml"
    assert used.args == [str(path)] and load_array(path).mics == 7
    assert panel.note.text() == "" and panel.open.currentData() == str(path)
    panel.draft.remove([6])
    panel.save_button.click()
    assert load_array(path).mics == 6
    panel.open_named("uca8-100mm")
    panel.name.setText("Mein Tisch")
    panel.name.textEdited.emit("Mein Tisch")
    panel.save_button.click()
    assert "exists already" in panel.errors[-1] and load_array(path).mics == 6


def test_coincident_microphones_cannot_be_saved(panel):
    panel.table.item(0, 4).setText("0")
    panel.table.item(1, 4).setText("0")
    assert not panel.save_button.isEnabled() and "1 and 2" in panel.finding.text()


def test_undo_within_the_panel_is_of_the_array(panel):
    panel.draft.remove([0])
    panel.plot.setFocus()
    QTest.keyClick(panel.plot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(panel.draft.places) == 8
    QTest.keyClick(panel.plot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert len(panel.draft.places) == 7


def test_the_wheel_zooms_about_what_is_seen(panel):
    far = panel.plot.point_of(0.1, 0.0)
    panel.plot._reach_m *= 2
    assert panel.plot.point_of(0.1, 0.0).y() > far.y()
    panel.plot.fit()
    assert panel.plot.microphone_at(panel.plot.point_of(0.1, 0.0) + QPoint(3, 3)) == 0
