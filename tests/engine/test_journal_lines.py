"""What is seen of many lines at once is what reading each of them gives."""

import json
import random

import numpy as np
import pytest

from workbench.engine.journal_lines import looked_at

NAMES = {b"tracks": 4, b"params": 0, b"limiter_db": 7, b"clocks": 9}


def slowly(line: bytes) -> tuple[int, int]:
    """Sample and kind by reading the line."""
    event = json.loads(line)
    first, *others = event
    at, name = event[first], others[0] if others else ""
    kind = NAMES.get(name.encode(), -1) if first == "at" and isinstance(at, int) and 0 <= at < 10**18 else -1
    return (at, kind) if kind >= 0 else (0, -1)


def check(lines):
    at, kind, begins, ends = looked_at(b"".join(lines), NAMES)
    assert at.dtype == np.int64 and len(at) == len(lines)
    assert [bytes(b"".join(lines)[begin:end]) for begin, end in zip(begins, ends)] == lines
    assert list(zip(at.tolist(), kind.tolist())) == [slowly(line) for line in lines]


def test_random_lines_as_a_journal_has_them():
    rng = random.Random(5)
    lines = []
    for _ in range(3000):
        at = rng.choice((0, 7, rng.randrange(10**4), rng.randrange(10**12), 10**18 - 1, 10**18, 10**25, -480))
        kind = rng.choice((*map(bytes.decode, NAMES), "marker", "track", "tracks_", "paramsparamsparams"))
        value = rng.choice(([], {}, 1.5, "ein „Wort“, 会", [{"at": 3, "tracks": 4}]))
        lines.append((json.dumps({"at": at, kind: value}, ensure_ascii=rng.random() < 0.5) + "\n").encode())
    check(lines)


@pytest.mark.parametrize(
    "line",
    [
        b'{"at": 5}\n',
        b'{"tracks": [], "at": 5}\n',
        b'{"at":5,"tracks":[]}\n',
        b' {"at": 5, "tracks": []}\n',
        b'{"at": 5, "tracks": []} \n',
        b'{"at": 5.0, "tracks": []}\n',
        b'{"at": true, "tracks": []}\n',
        b'{"at": "5", "tracks": []}\n',
        b'{"at": 5,  "tracks": []}\n',
    ],
)
def test_lines_of_another_form_are_left_to_be_read(line):
    usual = b'{"at": 480, "tracks": []}\n'
    for lines in ([line], [usual, line, usual], [line, line]):
        text = b"".join(lines)
        at, kind, *_ = looked_at(text, NAMES)
        assert kind.tolist() == [4 if each == usual else -1 for each in lines]
        assert at.tolist() == [480 if each == usual else 0 for each in lines]


SHORT = [b"\n", b"{\n", b'{"at": \n', b'{"at": 5\n', b'{"at": 5, "tra\n', b'{"at": 5, "tracks"\n']


@pytest.mark.parametrize("line", SHORT)
def test_a_line_that_ends_early_takes_nothing_from_the_next(line):
    at, kind, begins, ends = looked_at(line + b'{"at": 77, "tracks": 1}\n' + line, NAMES)
    assert kind.tolist() == [-1, 4, -1] and at.tolist() == [0, 77, 0]
    assert (ends - begins).tolist() == [len(line), 24, len(line)]


def test_nothing_is_nothing():
    assert [len(found) for found in looked_at(b"", NAMES)] == [0, 0, 0, 0]
