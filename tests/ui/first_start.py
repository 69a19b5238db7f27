"""A first start from a fresh home: how long until there is sound, with no hand on it. Prints JSON.

    python -m tests.ui.first_start [--picture FILE.png] [--theme dark|light]

The program is started as a person starts it, on an X server of its own (Xvfb), with a home that nobody has used and
with whatever sound devices the machine has. What goes out is read from a tap on the sink of the running chain. Exits
with 1 unless sound came within a minute, rose without a jump, and the welcome does not come a second time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_S = 60.0
SETTLED_S = 10.0
LARGEST_STEP_DB = 3.0
"""Between two tenths of a second: the sound begins at −40 dB and rises by less than 1 dB in that time."""


def watch(started_s: float, picture: str | None, theme: str) -> dict:
    """Run the window in this process, look at it from a timer, and close it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from workbench.ui import app as program
    from workbench.ui.main_window import MainWindow

    told: dict = {"window_s": None, "running_s": None, "sound_s": None, "gains_db": [], "welcome": False, "sink": ""}

    def look() -> None:
        found = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]
        if not found:
            return
        window, now_s = found[0], time.time() - started_s
        told["window_s"] = told["window_s"] or now_s
        told["welcome"] |= window.first_run.panel.isVisible()
        mailbox = window.bridge.session.mailbox
        if mailbox.health.state == "running":
            told["running_s"] = told["running_s"] or now_s
            told["sink"] = window.bridge.session.sink_spec
            gain_db = window.bridge.params.output.gain_db
            if not told["gains_db"] or gain_db != told["gains_db"][-1]:
                told["gains_db"].append(gain_db)
            newest = mailbox.snapshots_since(mailbox.snapshots.next_sequence - 2)
            peaks = [float(one.output.peak_dbfs.max()) for one in newest]
            if told["sound_s"] is None and max(peaks, default=-200.0) > -90.0:
                told["sound_s"] = now_s
        settled = told["sound_s"] is not None and now_s > told["sound_s"] + SETTLED_S
        if settled or now_s > LIMIT_S + SETTLED_S:
            if picture:
                window.grab().save(picture)
            window.first_run.panel.dismiss()
            window.close()

    application = QApplication(["earshot"])
    timer = QTimer(application)
    timer.timeout.connect(look)
    timer.start(50)
    program.main(["--theme", theme])
    return told


def inside(args: argparse.Namespace) -> int:
    """One start; JSON on stdout."""
    print(json.dumps(watch(float(args.inside), args.picture, args.theme)), flush=True)
    os._exit(0)  # Qt's late destructors have crashed interpreters


def run_once(args: argparse.Namespace, home: Path, picture: str | None) -> dict:
    """A start of the program in a home."""
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    variables = {**os.environ, **{name: str(home) for name in names}}
    command = [sys.executable, "-m", "tests.ui.first_start", "--theme", args.theme, "--inside", repr(time.time())]
    command += ["--picture", picture] if picture else []
    done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, timeout=300)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    """Two starts in a fresh home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theme", default="dark", choices=("dark", "light"))
    parser.add_argument("--picture")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return inside(args)
    from tests.soak.screen import screen

    with tempfile.TemporaryDirectory() as place, screen():
        first = run_once(args, Path(place), args.picture)
        second = run_once(args, Path(place), None)
    gains_db = first.pop("gains_db")
    largest_db = max((b - a for a, b in itertools.pairwise(gains_db)), default=0.0)
    outcome = {
        "first": {**first, "began_db": gains_db[:1], "ended_db": gains_db[-1:], "largest_step_db": largest_db},
        "second": {"window_s": second["window_s"], "sound_s": second["sound_s"], "welcome": second["welcome"]},
    }
    good = first["sound_s"] is not None and first["sound_s"] < LIMIT_S and first["welcome"] and not second["welcome"]
    good = good and gains_db[0] <= -35.0 and gains_db[-1] == 0.0 and largest_db <= LARGEST_STEP_DB
    outcome["as_expected"] = bool(good)
    print(json.dumps(outcome))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
