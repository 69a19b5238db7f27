import pytest
from PySide6.QtCore import Qt

from workbench.ui import theme
from workbench.ui.editor import DraftTable, read_number


class Names(DraftTable):
    def __init__(self, named):
        super().__init__(("Name", "Length cm"), named)
        self.parts = [["left", 1.0], ["right", 2.0]]

    def rows(self):
        return [(name, f"{length:.1f}") for name, length in self.parts]

    def take_text(self, row, column, text):
        self.parts[row][column] = text if column == 0 else read_number(text)


@pytest.fixture
def table(qtbot):
    table = Names(named=True)
    qtbot.addWidget(table)
    table.said, table.chosen = [], []
    table.refused.connect(table.said.append)
    table.picked.connect(table.chosen.append)
    table.apply_theme(theme.LIGHT)
    table.show_draft(-1)
    table.show()
    return table


@pytest.mark.parametrize(("text", "value"), [("1,5", 1.5), (" −3 ", -3.0), ("2e1", 20.0)])
def test_numbers_are_read_as_people_write_them(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["", "two", "inf", "nan", "1.2.3"])
def test_what_is_no_number_is_said(text):
    with pytest.raises(ValueError, match="is not a number"):
        read_number(text)


def test_what_is_typed_is_taken_and_shown_as_it_was_taken(table):
    table.item(1, 1).setText("7,25")
    assert table.parts[1] == ["right", 7.25] and table.item(1, 1).text() == "7.2"
    table.item(0, 0).setText("middle")
    assert table.parts[0][0] == "middle" and table.said == []


def test_what_is_refused_is_said_and_the_old_text_comes_back(table):
    table.item(0, 1).setText("far")
    assert table.said == ["'far' is not a number"]
    assert table.parts[0] == ["left", 1.0] and table.item(0, 1).text() == "1.0"


def test_showing_picks_nothing_and_choosing_does(table):
    table.chosen.clear()  # the focus has chosen the first row
    table.show_draft(1)
    assert table.currentRow() == 1 and table.chosen == []
    table.setCurrentCell(0, 1)
    assert table.chosen == [0]
    table.parts.pop()
    table.show_draft(-1)
    assert table.rowCount() == 1 and not table.selectedItems()


def test_a_numbered_first_column_cannot_be_typed(qtbot):
    table = Names(named=False)
    qtbot.addWidget(table)
    table.show_draft(0)
    assert not table.item(0, 0).flags() & Qt.ItemFlag.ItemIsEditable
    assert table.item(0, 1).flags() & Qt.ItemFlag.ItemIsEditable


def test_heads_stand_over_what_is_below_them(qtbot):
    for named in (True, False):
        table = DraftTable(("Driver", "Ahead cm"), named)
        qtbot.addWidget(table)
        table.rows = lambda: [("front", "6.0")]
        table.show_draft(-1)
        for column in range(2):
            assert table.horizontalHeaderItem(column).textAlignment() == table.item(0, column).textAlignment()
