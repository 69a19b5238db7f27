import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from workbench.core.channel_map import ChannelMap, Position
from workbench.core.messages import InputLevels
from workbench.ui import theme
from workbench.ui.dialogs.map_matrix import HEAD, LABEL, ROW, MapMatrix

NAMES = tuple(f"in {number}" for number in range(1, 5))


@pytest.fixture
def matrix(qtbot):
    made = MapMatrix()
    qtbot.addWidget(made)
    made.show_map(ChannelMap.in_order(4), NAMES)
    made.resize(260, made.height())
    made.show()
    return made


def said(signal):
    heard = []
    signal.connect(lambda *values: heard.append(values))
    return heard


def click(qtbot, matrix, row, column):
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.point_of(row, column))


def test_a_click_connects_a_channel_with_a_microphone(qtbot, matrix):
    heard = said(matrix.assigned)
    click(qtbot, matrix, 2, 0)
    assert heard == [(0, 2)] and matrix.current == 0
    click(qtbot, matrix, 1, 1)  # it is there already: chosen, nothing else
    assert heard == [(0, 2)] and matrix.current == 1
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert len(heard) == 1


def test_a_rows_number_and_l_ask_for_that_channel_alone(qtbot, matrix):
    heard, assigned = said(matrix.listen_wanted), said(matrix.assigned)
    before = matrix.grab().toImage()
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(LABEL // 2, HEAD + 2 * ROW + ROW // 2))
    qtbot.keyClick(matrix, Qt.Key.Key_Up)
    qtbot.keyClick(matrix, Qt.Key.Key_L)
    assert heard == [(2,), (1,)] and not assigned
    assert matrix.row_of_number(QPointF(LABEL / 2, HEAD - 2)) is None
    assert matrix.row_of_number(QPointF(LABEL / 2, HEAD + 4 * ROW + 1)) is None
    matrix.show_listened(1)
    assert matrix.grab().toImage() != before
    assert "heard alone" in matrix.listen_tip(1) and "Click: hear in 3 alone" in matrix.listen_tip(2)


def test_a_mark_can_be_dragged(qtbot, matrix):
    heard = said(matrix.assigned)
    qtbot.mousePress(matrix, Qt.MouseButton.LeftButton, pos=matrix.point_of(1, 1))
    qtbot.mouseMove(matrix, matrix.point_of(3, 1))
    qtbot.mouseRelease(matrix, Qt.MouseButton.LeftButton, pos=matrix.point_of(3, 1))
    assert heard == [(1, 3)]
    qtbot.mousePress(matrix, Qt.MouseButton.LeftButton, pos=matrix.point_of(0, 0))
    qtbot.mouseRelease(matrix, Qt.MouseButton.LeftButton, pos=matrix.point_of(0, 2))
    assert heard[1] == (2, 0)  # the other microphone hears that channel now


def test_everything_by_keyboard(qtbot, matrix):
    assigned, inverted, muted = said(matrix.assigned), said(matrix.invert_wanted), said(matrix.mute_wanted)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_I, Qt.Key.Key_X,
                Qt.Key.Key_Delete):  # fmt: skip
        qtbot.keyClick(matrix, key)
    assert assigned == [(1, 2), (1, None)] and inverted == [(1,)] and muted == [(1,)]


def test_a_double_click_inverts(qtbot, matrix):
    inverted = said(matrix.invert_wanted)
    qtbot.mouseDClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.point_of(2, 2))
    assert inverted == [(2,)]


def test_places_and_tips(matrix):
    assert matrix.place_at(QPointF(LABEL + 1, HEAD + ROW + 1)) == (1, 0)
    assert matrix.place_at(QPointF(LABEL - 1, HEAD + 1)) is None
    assert "hears in 3" in matrix.tip(2, 0)
    matrix.show_map(ChannelMap((Position(0, -2.5, True, True), Position(1), Position(2), Position(3))), NAMES)
    assert "inverted, muted" in matrix.tip(0, 0) and "−2.5 dB" in matrix.tip(0, 0)
    assert "inverted, muted" in matrix.accessibleDescription()


def test_it_paints_in_both_themes_with_and_without_levels(matrix):
    levels = np.array([-3.0, -20.0, -200.0, 0.0])
    matrix.show_map(ChannelMap((Position(0, -2.5, True), Position(1, muted=True), Position(9), Position(None))), NAMES)
    pictures = []
    for tokens in (theme.DARK, theme.LIGHT):
        matrix.apply_theme(tokens)
        for shown in (None, InputLevels(levels, levels - 6, levels, "A", "fast")):
            matrix.show_levels(shown)
            pictures.append(matrix.grab().toImage())
    assert pictures[0] != pictures[1] and pictures[0] != pictures[2]
    assert matrix.loudest() == 3


def test_many_microphones_get_narrow_columns(qtbot):
    matrix = MapMatrix()
    qtbot.addWidget(matrix)
    matrix.show_map(ChannelMap.in_order(32), tuple(f"in {n}" for n in range(1, 33)))
    assert matrix.least_width() > 500 and matrix.minimumWidth() == matrix.least_width()
    matrix.grab()
