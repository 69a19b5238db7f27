"""A blind ABX test: is X, drawn anew for every trial, the sound of A or of B?

The number of right answers of somebody who only guesses is binomially distributed with p = 1/2; the test is one-sided
(D. Clark, "High-resolution subjective testing using a double-blind comparator", JAES 30(5), 1982).
"""

from __future__ import annotations

import csv
import io
import json
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from workbench.core.ab import SIDES, Difference
from workbench.core.atomic import write_text
from workbench.core.errors import InputError

MOST_TRIALS = 99
USUAL_TRIALS = 16
SIGNIFICANT = 0.05
LETTERS = ("a", "b", "x")


def p_value(right: int, trials: int) -> float:
    """Probability that a guesser has at least so many right answers (one-sided exact binomial test)."""
    return sum(math.comb(trials, count) for count in range(right, trials + 1)) / 2**trials


def fewest_right(trials: int, level: float = SIGNIFICANT) -> int | None:
    """Right answers that are needed for a p-value below `level`; None where even all are too few."""
    return next((right for right in range(trials + 1) if p_value(right, trials) < level), None)


@dataclass(frozen=True, slots=True)
class Trial:
    """One answered trial. `listened` counts how often A, B and X were started; `seconds` is what it took."""

    x: str
    answer: str
    seconds: float
    listened: tuple[int, int, int]

    @property
    def right(self) -> bool:
        return self.x == self.answer


@dataclass
class ABXTest:
    """One test, from the first trial to the last.

    Parameters
    ----------
    trials : int
        1 to 99.
    differences : sequence of Difference
        What differs between the sides: goes into the result.
    offset_db : float
        What was taken off A, less what was taken off B, to match them.
    loop_s : (float, float) or None
        The part of kept sound that was looped.
    draw : random.Random, optional
        Where the order comes from; the system's own randomness by default.

    Raises
    ------
    InputError
        Another number of trials, or the sides do not differ.
    """

    trials: int = USUAL_TRIALS
    differences: Sequence[Difference] = ()
    offset_db: float = 0.0
    loop_s: tuple[float, float] | None = None
    draw: random.Random = field(default_factory=random.SystemRandom, repr=False)
    answered: list[Trial] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.trials <= MOST_TRIALS:
            raise InputError(f"an ABX test has 1 to {MOST_TRIALS} trials, not {self.trials}")
        if not self.differences:
            raise InputError("A and B have the same settings: choose B (key B) and change something first")
        self.begun = datetime.now().astimezone()
        self._next()

    def _next(self) -> None:
        self._x = self.draw.choice(SIDES)
        self._listened = dict.fromkeys(LETTERS, 0)
        self._began_s = time.monotonic()

    @property
    def number(self) -> int:
        """Number of the trial that runs, from 1; that of the last when finished."""
        return min(len(self.answered) + 1, self.trials)

    @property
    def finished(self) -> bool:
        """Every trial is answered."""
        return len(self.answered) == self.trials

    def heard(self, letter: str) -> bool:
        """Whether A, B or X was heard in this trial."""
        return self._listened[letter] > 0

    @property
    def may_answer(self) -> bool:
        """X was heard, and there is a trial to answer."""
        return not self.finished and self.heard("x")

    def listen(self, letter: str) -> str:
        """The side ("a" or "b") that must sound when A, B or X is chosen."""
        if letter not in LETTERS:
            raise InputError(f"{letter!r}: choose a, b or x")
        if not self.finished:
            self._listened[letter] += 1
        return self._x if letter == "x" else letter

    def answer(self, side: str) -> None:
        """X is this side; the next trial begins.

        Raises
        ------
        InputError
            X was not heard yet, or the test is finished.
        """
        if side not in SIDES:
            raise InputError(f"{side!r}: X is a or b")
        if self.finished:
            raise InputError("the test is finished")
        if not self.may_answer:
            raise InputError("listen to X first")
        listened = tuple(self._listened[letter] for letter in LETTERS)
        self.answered.append(Trial(self._x, side, round(time.monotonic() - self._began_s, 2), listened))
        self._next()

    @property
    def right(self) -> int:
        """Right answers. Raises InputError before the last trial is answered: nothing gives the order away."""
        if not self.finished:
            raise InputError(f"the result stays hidden until trial {self.trials}")
        return sum(trial.right for trial in self.answered)

    @property
    def p_value(self) -> float:
        """See `p_value`. Raises InputError before the end."""
        return p_value(self.right, self.trials)

    def as_dict(self) -> dict:
        """The whole result as plain data. Raises InputError before the end."""
        return {
            "earshot_abx": 1,
            "begun": self.begun.isoformat(timespec="seconds"),
            "trials": self.trials,
            "right": self.right,
            "p_value": self.p_value,
            "matched_offset_db": round(self.offset_db, 3),
            "loop_s": None if self.loop_s is None else [round(edge, 4) for edge in self.loop_s],
            "differences": [{"path": row.path, "label": row.label, "a": row.a, "b": row.b} for row in self.differences],
            "answers": [
                {
                    "trial": number,
                    "x": trial.x,
                    "answer": trial.answer,
                    "right": trial.right,
                    "seconds": trial.seconds,
                    **{f"listened_{letter}": count for letter, count in zip(LETTERS, trial.listened)},
                }
                for number, trial in enumerate(self.answered, start=1)
            ],
        }

    def as_csv(self) -> str:
        """One line a trial, with a heading. Raises InputError before the end."""
        rows = self.as_dict()["answers"]
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "right": int(row["right"])} for row in rows)
        return text.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the result: .csv as a table, everything else as JSON.

        Raises
        ------
        InputError
            The test is not finished, or the file cannot be written.
        """
        path = Path(path)
        table = path.suffix.lower() == ".csv"
        text = self.as_csv() if table else json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n"
        try:
            write_text(path, text)
        except OSError as error:
            raise InputError(f"{path}: the result cannot be written here ({error.strerror})") from error
