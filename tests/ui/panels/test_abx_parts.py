"""Letters and squares of the ABX panel: what they say, and what they do not give away."""

import pytest

from workbench.ui.panels.abx_parts import SQUARES_A_ROW, LetterButton, TrialSquares


@pytest.fixture
def squares(qtbot):
    squares = TrialSquares()
    qtbot.addWidget(squares)
    squares.resize(SQUARES_A_ROW * 18, squares.height())
    squares.show()
    return squares


def middles(squares, count):
    image = squares.grab().toImage()
    ratio = image.devicePixelRatio()
    places = [divmod(number, SQUARES_A_ROW) for number in range(count)]
    return [image.pixelColor(round((c * 18 + 7) * ratio), round((r * 18 + 7) * ratio)).name() for r, c in places]


def test_answered_trials_look_alike(squares):
    squares.show_trials(16, 6)
    colors = middles(squares, 16)
    assert len(set(colors[:6])) == 1 and len(set(colors[6:])) == 1 and colors[0] != colors[6]
    assert squares.accessibleName() == "6 of 16 trials answered"


@pytest.mark.parametrize(("trials", "rows"), [(1, 1), (20, 1), (21, 2), (99, 5)])
def test_many_trials_take_more_rows(squares, trials, rows):
    squares.show_trials(trials, trials)
    assert squares.height() == 18 * rows
    squares.resize(SQUARES_A_ROW * 18, squares.height())
    assert len(set(middles(squares, trials))) == 1


def test_a_letter_says_whether_it_sounds(qtbot):
    letter = LetterButton("X")
    qtbot.addWidget(letter)
    letter.resize(90, letter.height())
    silent = letter.grab().toImage()
    letter.show_state("playing", True)
    assert letter.grab().toImage() != silent
    assert (letter.accessibleName(), letter.accessibleDescription()) == ("Listen to X", "playing")
