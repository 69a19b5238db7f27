"""`kill -9` on the program while it records: the next start says that the recording is safe, and opens it.

    python -m tests.soak.window_kill [--full] [--seed N] [--picture FILE.png]

The program is started as a person starts it, on an X server of its own (Xvfb) with a fresh home; R is pressed by
xdotool. After a random time it is killed. Then: its audio processes must be gone within seconds (no sound is left
running), the next start must show the panel with that recording, its Open button must play it as a session, and the
start after that must say nothing any more. Exits with 1 unless all of it came.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.soak.screen import screen
from tests.soak.verdict import verdict

LIMIT_S = 90.0
CHILD_PATIENCE_S = 5.0


def start(home: Path, *more: str) -> subprocess.Popen:
    """The program in a home of its own, watched from within: it prints what is seen, one JSON object a line."""
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_DOCUMENTS_DIR")
    variables = {**os.environ, **{name: str(home) for name in names}}
    command = [sys.executable, "-m", "tests.soak.window_kill", "--inside", *more]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
    process.lines = queue.SimpleQueue()

    def read() -> None:
        for line in process.stdout:
            process.lines.put(line)
        process.lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return process


def inside(picture: str | None, press_open: bool) -> None:
    """The program, with a timer that looks at the window and tells of it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QPushButton

    from workbench.ui import app as program
    from workbench.ui.main_window import MainWindow

    said: list[dict] = []
    opened = []

    def look() -> None:
        found = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]
        if not found:
            return
        window = found[0]
        if not said:
            window.activateWindow()  # there is no window manager that would
            window.setFocus()
        health, state = window.bridge.health, window.bridge.session.transport.state
        panel = window.crashes.panel
        seen = {
            "state": health.state,
            "recording_s": None if health.recording_s is None else int(health.recording_s),
            "panel": panel.accessibleName() if panel.isVisible() else "",
            "session": Path(state.path).name if state.session and state.position_s > 0.1 else "",
        }
        if not said or seen != said[-1]:
            said.append(seen)
            print(json.dumps(seen), flush=True)
        if press_open and panel.isVisible() and not opened:
            opened.append(True)
            if picture:
                window.grab().save(picture)
            buttons = [one for one in panel.findChildren(QPushButton) if one.text() == "Open"]
            for one in buttons[:1]:
                one.click()

    application = QApplication(["earshot"])
    timer = QTimer(application)
    timer.timeout.connect(look)
    timer.start(100)
    program.main(["--source", "room", "--sink", "none"])
    os._exit(0)  # Qt's late destructors have crashed interpreters


def until(process: subprocess.Popen, wanted) -> dict | None:
    """What is seen when it is as wanted; None when the program ended or time is up."""
    end_s = time.monotonic() + LIMIT_S
    while (left_s := end_s - time.monotonic()) > 0:
        try:
            line = process.lines.get(timeout=left_s)
        except queue.Empty:
            return None
        if not line:
            return None
        if line.startswith("{") and wanted(seen := json.loads(line)):
            return seen
    return None


def children_of(pid: int) -> list[int]:
    """Processes that a process has started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(one) for one in found]


def alive(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (OSError, IndexError):
        return False


def run_round(home: Path, after_s: float, picture: str | None) -> str:
    """One kill; what is wrong, "" for nothing."""
    process = start(home)
    if until(process, lambda seen: seen["state"] == "running") is None:
        return "never ran"
    time.sleep(1.0)
    subprocess.run(["xdotool", "key", "r"], check=True)
    if until(process, lambda seen: (seen["recording_s"] or 0) >= 1) is None:
        return "never recorded"
    time.sleep(after_s)
    children = children_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    end_s = time.monotonic() + CHILD_PATIENCE_S
    while any(map(alive, children)) and time.monotonic() < end_s:
        time.sleep(0.05)
    if any(map(alive, children)):
        return "a process of it goes on"
    (recorded,) = sorted(path for path in home.rglob("events.jsonl"))[-1:]
    again = start(home, "--open", *(["--picture", picture] if picture else []))
    try:
        seen = until(again, lambda seen: seen["panel"])
        if seen is None or "safe" not in seen["panel"]:
            return f"the panel did not come: {seen}"
        seen = until(again, lambda seen: seen["session"])
        if seen is None or seen["session"] != recorded.parent.name:
            return f"the session did not open: {seen}"
    finally:
        again.send_signal(signal.SIGTERM)
        again.wait(timeout=60)
    third = start(home)
    try:
        seen = until(third, lambda seen: seen["state"] == "running" or seen["panel"])
        return f"it is said a second time: {seen}" if seen is None or seen["panel"] else ""
    finally:
        third.send_signal(signal.SIGTERM)
        third.wait(timeout=60)


def main() -> int:
    """Exit status 1 when any round went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="20 kills instead of 1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--open", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        inside(args.picture, args.open)
    rng, wrong, rounds = random.Random(args.seed), 0, 20 if args.full else 1
    with screen():
        for _ in range(rounds):
            after_s = rng.uniform(0.5, 4.0)
            with tempfile.TemporaryDirectory() as place:
                fault = run_round(Path(place), after_s, args.picture)
            wrong += bool(fault)
            print(f"killed {after_s:.1f} s into a recording: {fault or 'said, opened, and said once'}", flush=True)
    return verdict(not wrong, f"{rounds - wrong} of {rounds} kills said, opened, and said once")


if __name__ == "__main__":
    sys.exit(main())
