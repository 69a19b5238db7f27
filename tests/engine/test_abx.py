import csv
import io
import json
import random

import pytest
from scipy import stats

from workbench.core.ab import Difference
from workbench.core.errors import InputError
from workbench.engine.abx import ABXTest, fewest_right, p_value

ROWS = (Difference("enhance.comb_percent", "Comb strength", "100 %", "40 %"),)


def run(test, answer):
    """Answer all trials; `answer` gets what X sounds like."""
    while not test.finished:
        x = test.listen("x")
        test.answer(answer(x))


@pytest.mark.parametrize("right", range(17))
def test_p_value_is_that_of_the_exact_binomial_test(right):
    expected = stats.binomtest(right, 16, 0.5, alternative="greater").pvalue
    assert p_value(right, 16) == pytest.approx(expected, rel=1e-13)


def test_twelve_of_sixteen_are_needed():
    assert fewest_right(16) == 12
    assert p_value(12, 16) == pytest.approx(0.0384, abs=5e-5)
    assert fewest_right(4) is None and fewest_right(5) == 5


def test_an_ear_that_hears_it_is_always_right():
    test = ABXTest(16, ROWS)
    run(test, lambda x: x)
    assert test.right == 16 and test.p_value == pytest.approx(0.5**16)


def test_a_guesser_is_right_half_of_the_time():
    test = ABXTest(99, ROWS, draw=random.Random(1))
    run(test, lambda x: "a")
    assert 35 < test.right < 65


def test_the_order_is_another_every_time():
    orders = set()
    for _ in range(20):
        test = ABXTest(16, ROWS)
        run(test, lambda x: "a")
        orders.add(tuple(trial.x for trial in test.answered))
    assert len(orders) == 20


def test_nothing_is_told_before_the_end():
    test = ABXTest(2, ROWS)
    test.listen("x")
    test.answer("a")
    for told in (lambda: test.right, lambda: test.p_value, test.as_dict, test.as_csv):
        with pytest.raises(InputError, match="hidden until trial 2"):
            told()


def test_an_answer_waits_until_x_was_heard_in_this_trial():
    test = ABXTest(2, ROWS)
    assert (test.listen("a"), test.listen("b")) == ("a", "b")
    with pytest.raises(InputError, match="listen to X first"):
        test.answer("a")
    assert not test.may_answer
    test.listen("x")
    test.answer("a")
    assert not test.may_answer and not test.heard("a")


def test_x_stays_the_same_within_a_trial():
    test = ABXTest(20, ROWS)
    while not test.finished:
        assert len({test.listen("x") for _ in range(5)}) == 1
        test.answer("b")


def test_what_makes_no_test_is_refused():
    with pytest.raises(InputError, match="1 to 99"):
        ABXTest(100, ROWS)
    with pytest.raises(InputError, match="same settings"):
        ABXTest(16, ())
    with pytest.raises(InputError, match="a, b or x"):
        ABXTest(1, ROWS).listen("c")


def test_the_result_as_json_and_csv(tmp_path):
    test = ABXTest(5, ROWS, offset_db=-0.8, loop_s=(1.04, 3.16))
    test.listen("a")
    run(test, lambda x: "a")
    test.save(tmp_path / "result.json")
    told = json.loads((tmp_path / "result.json").read_text())
    assert (told["trials"], told["right"], told["p_value"]) == (5, test.right, test.p_value)
    assert told["differences"][0]["b"] == "40 %" and told["loop_s"] == [1.04, 3.16]
    assert told["answers"][0]["listened_a"] == 1
    test.save(tmp_path / "result.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "result.csv").read_text())))
    assert [row["x"] for row in rows] == [trial.x for trial in test.answered]
    assert sum(int(row["right"]) for row in rows) == test.right
    with pytest.raises(InputError, match="cannot be written"):
        test.save(tmp_path / "nowhere" / "result.json")
