"""A session of twelve hours in the real window: how soon it is seen, heard and complete, and whether the window waits.

    python -m tests.soak.long_session [--full]

The session is made up: its sound is a hole in a file (66 GB in name for eight channels), its journal has tracks five
times a second and settings every eight seconds. The window runs on an X server of its own while a room plays; then the
session is opened, sought in at random places, zoomed, and looped. A timer of 5 ms measures how long the window does not
answer. Exits with 1 when the timeline, or sound after a seek, did not come at all.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.engine.test_timeline_reader import long_session
from tests.soak.screen import Shown, screen
from tests.soak.verdict import verdict

HOURS = 12.0
LIMIT_S = 120.0
SEEKS = 20


def resident_mb() -> float:
    """Memory of this process now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def watch(folder: Path, seeks: int) -> dict:
    """Open, seek, zoom, loop; what it took."""
    from PySide6.QtCore import QTimer

    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    session = Session(Settings(source="room", sink="none"))
    shown = Shown(session)
    control = shown.window.timeline_control
    stalls: list[float] = []
    last = [time.monotonic()]

    def tick() -> None:
        now = time.monotonic()
        stalls.append(now - last[0])
        last[0] = now

    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(tick)
    try:
        session.start()
        shown.until(lambda: session.mailbox.health.state == "running", LIMIT_S)
        shown.spin(3.0)
        last[0] = time.monotonic()
        timer.start()
        shown.spin(2.0)
        usual_ms = 1000 * max(stalls)
        stalls.clear()
        before_mb, began = resident_mb(), time.monotonic()
        control.open(folder)
        told = {"hours": None, "call_ms": 1000 * (time.monotonic() - began)}
        session.start()

        def when(name: str, what) -> bool:
            came = shown.until(what, LIMIT_S)
            told[name] = round(time.monotonic() - began, 3) if came else None
            return came

        picture = lambda: control.reader.picture  # noqa: E731
        good = when("strip_s", control.strip.isVisible)
        good &= when("first_outline_s", lambda: picture().overview is not None)
        good &= when("sound_s", lambda: session.transport.state.session and session.transport.state.position_s > 0.05)
        good &= when("journal_s", lambda: picture().tracks is not None)
        told["hours"] = picture().duration_s / 3600
        told["longest_stall_open_ms"], told["usual_stall_ms"] = 1000 * max(stalls), usual_ms
        stalls.clear()
        rng, took = random.Random(1), []
        gaps = session.mailbox.health.own_dropouts
        for _ in range(seeks):
            place_s = rng.uniform(0, picture().duration_s - 10)
            asked = time.monotonic()
            session.transport.seek(place_s)
            good &= shown.until(lambda place_s=place_s: 0 < session.transport.state.position_s - place_s < 5, LIMIT_S)
            took.append(time.monotonic() - asked)
            shown.spin(0.2)
        for _ in range(8):
            control.timeline.span.zoom(0.3, session.transport.state.position_s)
            control.timeline._viewed()
            shown.spin(0.3)
        session.transport.set_region((session.transport.state.position_s, session.transport.state.position_s + 2.0))
        shown.spin(3.0)
        told |= {
            "seek_ms": {"median": 1000 * sorted(took)[seeks // 2], "largest": 1000 * max(took)},
            "longest_stall_seeking_ms": 1000 * max(stalls),
            "own_dropouts_while_seeking": session.mailbox.health.own_dropouts - gaps,
            "memory_mb": [round(before_mb), round(resident_mb())],
            "good": bool(good),
        }
        return told
    finally:
        timer.stop()
        shown.close()


def main() -> int:
    """Exit status 1 when something did not come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="60 seeks instead of 20")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, screen():
        folder = long_session(Path(place) / "zwölf hours – 会", HOURS)
        told = watch(folder, 3 * SEEKS if args.full else SEEKS)
    print(json.dumps(told, indent=1))
    figures = (
        f"outline after {told['first_outline_s']} s, sound after {told['sound_s']} s, "
        f"seek {told['seek_ms']['median']:.0f} ms, stall {told['longest_stall_open_ms']:.0f} ms"
    )
    return verdict(told["good"], figures)


if __name__ == "__main__":
    sys.exit(main())
