"""A blind ABX test of 16 trials by keys alone, in the real window with the real engine.

    python -m tests.ui.abx_by_keys [--theme dark|light] [--picture FILE.png]

Starts an X server of its own (Xvfb) and presses keys with xdotool: B, a preset, A, the panel, Begin, and for each
trial X and an answer. The answers are the computer's, which looks at what the engine plays: right in 13 trials, wrong
in three. Prints the result as JSON; exits with 1 unless right answers and p-value are what they must be.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

from scipy import stats

from tests.soak.screen import Shown, screen

TRIALS, WRONG = 16, (2, 5, 11)
LIMIT_S = 60.0


def listen(theme: str, picture: str | None) -> dict:
    """The test itself; DISPLAY names the X server."""
    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    folder = Path(tempfile.mkdtemp())
    session = Session(Settings(source="room", sink="none"))
    shown_window = Shown(session, theme_name=theme)
    window = shown_window.window
    session.start()

    def until(what) -> bool:
        return shown_window.until(what, LIMIT_S)

    def press(key: str, what) -> None:
        """A key, and what it must bring about."""
        subprocess.run(["xdotool", "key", key], check=True)
        if not until(what):
            raise SystemExit(f"{key} did nothing")

    until(lambda: session.mailbox.health.state == "running")
    window.activateWindow()
    window.setFocus()
    until(window.isActiveWindow)
    press("b", lambda: session.ab.side == "b")
    press("ctrl+5", lambda: session.ab.differences())
    press("a", lambda: session.ab.side == "a")
    until(lambda: session.ab.state.measured_s > 4)
    press("shift+x", window.abx.panel.isVisible)
    window.abx.panel.begin.setFocus()
    press("Return", lambda: window.abx.running)
    shown = []
    for trial in range(TRIALS):
        test = window.abx.test
        press("x", lambda test=test: test.may_answer)
        x = session.ab.heard
        shown.append(session.ab.side)
        right = trial not in WRONG
        answer = x if right else {"a": "b", "b": "a"}[x]
        if picture and trial == TRIALS // 2:
            window.grab().save(picture)
        press({"a": "Left", "b": "Right"}[answer], lambda trial=trial, test=test: len(test.answered) == trial + 1)
    test = window.abx.test
    result = folder / "result.json"
    window.abx.save_to(result)
    told = json.loads(result.read_text())
    expected = float(stats.binomtest(TRIALS - len(WRONG), TRIALS, 0.5, alternative="greater").pvalue)
    outcome = {
        "right": told["right"],
        "p_value": told["p_value"],
        "expected_p_value": expected,
        "shown": window.abx.panel.figures["right"].text(),
        "order": "".join(trial["x"] for trial in told["answers"]),
        "only_a_was_shown": set(shown) == {"a"},
        "heard_afterwards": session.ab.heard,
    }
    outcome["as_expected"] = (
        told["right"] == TRIALS - len(WRONG)
        and told["p_value"] == expected
        and outcome["only_a_was_shown"]
        and outcome["heard_afterwards"] == "a"
    )
    shown_window.close()
    return outcome


def main() -> int:
    """The test in an X server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--picture")
    args = parser.parse_args()
    with screen():
        outcome = listen(args.theme, args.picture)
    print(json.dumps(outcome), flush=True)
    os._exit(0 if outcome["as_expected"] else 1)  # Qt's late destructors have crashed interpreters


if __name__ == "__main__":
    main()
