"""The line of the status bar: nothing that the engine says goes unseen."""

from dataclasses import replace

import pytest

from tests.ui.fakes import RUNNING, saying
from workbench.ui import notice
from workbench.ui.notice import EARLIER, Notice

RECORDED = "Recorded 3.1 s to /home/me/2026-11-22 10-30-00"
LATE = "Hops came late, so the playback queue is 10 ms longer now"


@pytest.fixture
def line(qtbot):
    made = Notice()
    qtbot.addWidget(made)
    return made


def pass_time(line: Notice) -> None:
    """As if all that is timed were over."""
    line._expiry.stop()
    line._reading.stop()
    line._go_on()


def test_two_lines_that_come_between_two_looks_are_both_seen(line):
    line.take(saying(saying(RUNNING, RECORDED), LATE))
    assert line.text == RECORDED
    pass_time(line)
    assert line.text == LATE and line.earlier == (RECORDED,)
    pass_time(line)
    assert line.text == LATE


def test_the_next_line_comes_by_itself_when_the_one_before_could_be_read(qtbot, line, monkeypatch):
    shown = []
    line.changed.connect(lambda: shown.append(line.text))
    line._reading.setInterval(1)
    health = saying(RUNNING, RECORDED)
    line.take(health)
    line.take(saying(health, LATE))
    qtbot.waitUntil(lambda: shown[-1] == LATE)
    assert shown[:2] == [RECORDED, LATE]
    monkeypatch.setattr(notice, "NOTICE_MS", 1)
    line.say("Saved fan.toml", error=False)
    assert line.text == "Saved fan.toml"
    qtbot.waitUntil(lambda: line.text == LATE)


def test_what_was_said_before_a_start_is_seen_though_the_start_empties_the_message(line):
    line.take(replace(saying(RUNNING, RECORDED), message=""))
    assert line.text == RECORDED
    pass_time(line)
    assert line.text == ""


def test_an_error_comes_at_once_and_what_it_pushed_aside_comes_again(line):
    health = saying(RUNNING, RECORDED)
    line.take(health)
    line.take(saying(health, "The disk is full", failed=True))
    assert (line.text, line.token) == ("The disk is full", "clip")
    pass_time(line)
    assert (line.text, line.token) == (RECORDED, "text2")
    pass_time(line)
    assert line.text == "The disk is full"  # the newest stays


def test_an_answer_to_a_persons_hand_comes_at_once_and_lets_the_engine_wait(line):
    line.take(saying(RUNNING, LATE))
    line.say("Saved fan.toml", error=False)
    assert line.text == "Saved fan.toml"
    line.take(saying(saying(RUNNING, LATE), RECORDED))
    assert line.text == "Saved fan.toml"
    pass_time(line)
    assert line.text == RECORDED


def test_the_tooltip_recalls_what_stood_there_before_but_not_each_step_of_a_saving(line):
    for number in range(EARLIER + 3):
        line.say(f"Line {number}", error=False)
    line.say("Saving a.csv: 40 %", error=False, keep=False)
    recalled = [f"Line {number}" for number in range(EARLIER + 2, 2, -1)]
    assert line.toolTip().splitlines() == ["Saving a.csv: 40 %", "", "Before:", *recalled]
    line.say("Saved a.csv", error=False)
    assert line.toolTip().splitlines()[3:] == recalled
    pass_time(line)
    assert line.text == "" and line.toolTip().splitlines()[:2] == ["Before:", "Saved a.csv"]


def test_what_is_said_again_and_again_is_recalled_once(line):
    for _ in range(3):
        line.say("Marked", error=False)
    assert line.earlier == () and line.toolTip() == "Marked"
