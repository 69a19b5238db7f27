"""The progress line, on a clock of its own."""

import io

import pytest

from workbench.commands.progress import ProgressLine, duration_text


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (40, "40 s"), (89, "89 s"), (200, "3 min"), (3900, "65 min"), (7500, "2 h 05 min")],
)
def test_durations(seconds, text):
    assert duration_text(seconds) == text


def test_in_a_terminal_one_line_is_written_over():
    now, stream = [0.0], Terminal()
    line = ProgressLine(stream, clock=lambda: now[0])
    for at, text, share in ((10, "one of four", 0.25), (10.1, "too soon", 0.3), (20, "two", 0.5), (20.1, "all", 1.0)):
        now[0] = at
        line.show(text, share)
    said = stream.getvalue()
    assert said.startswith("\rone of four\rtwo, 20 s left") and said.rstrip(" \n").endswith("\rall")
    assert "too soon" not in said and said.endswith("\n")


def test_elsewhere_a_line_every_ten_seconds_and_the_last():
    now, stream = [100.0], io.StringIO()
    line = ProgressLine(stream, clock=lambda: now[0])
    for at in range(31):  # the first hundred seconds were for something else
        now[0] = 100.0 + at
        line.show(f"at {at}", at / 30)
    assert stream.getvalue().splitlines() == ["at 0", "at 10, 20 s left", "at 20, 10 s left", "at 30"]
