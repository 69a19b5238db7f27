"""All soaks one after the other, each in a process of its own, and a table of what they found.

    python -m tests.soak [--full] [NAME ...]        (make soak SOAK=--full)

A short round takes a quarter of an hour, a full one three hours; NAMEs choose some of them. Exits with 1 when one found
a fault, and with 3 when the machine was too busy to judge one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from tests.soak.verdict import FAULT, GOOD, NOT_JUDGED, STATUS

SOAKS = {
    "recovery": "the audio server and the audio processes killed: said in 1 s, back in 3 s, nothing left behind",
    "two_clocks": "two sound servers 208 ppm apart: no click, no dropout, latency within 1 ms",
    "gui_stall": "the window stands still for 2 s: the sound does not notice",
    "held_hops": "no hop is held up for 10 ms by threads that compute",
    "recording_kill": "the program killed while it records: every file opens, at most a second missing",
    "memory": "the real window with the room playing holds less than 400 MB",
    "live_hour": "live with the window painting: no dropout of its own, memory grows by less than 1 MB/h",
    "microphone_check": "faulty recordings named rightly, healthy ones without alarm",
    "session_kill": "the program killed while it records a session: it replays bit for bit",
    "window_kill": "the window killed while it records: the next start says what is safe, and opens it",
    "long_session": "a session of twelve hours opens at once, and is sought, zoomed and looped",
    "fuzzed_files": "damaged presets and journals are read or refused with a reason",
    "first_ten_minutes": "a newcomer's first ten minutes in the real window, as the handbook has them",
}
ELSEWHERE = {"first_ten_minutes": "tests.ui.first_ten_minutes"}
"""Modules that are not in this package, and have one length only."""


def run(name: str, options: list[str]) -> tuple[int, str]:
    """Exit status of a soak, and the last line that it said."""
    said = ""
    words = [ELSEWHERE[name]] if name in ELSEWHERE else [f"tests.soak.{name}", *options]
    process = subprocess.Popen([sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        print("   ", line, end="", flush=True)
        said = line.strip() or said
    return process.wait(), said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="as long as the goals say")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SOAKS))
    args = parser.parse_args()
    unknown = set(args.names) - set(SOAKS)
    if unknown:
        parser.error(f"no soak {', '.join(sorted(unknown))}; there are {', '.join(SOAKS)}")
    rows = []
    for name in args.names or SOAKS:
        print(f"{name}: {SOAKS[name]}", flush=True)
        began_s = time.monotonic()
        status, said = run(name, ["--full"] if args.full else [])
        rows.append((name, status, (time.monotonic() - began_s) / 60, said))
    print()
    words = {STATUS[word]: word for word in (GOOD, NOT_JUDGED)}
    for name, status, minutes, said in rows:
        found = words.get(status, FAULT)
        print(f"{name:17} {found:10} {minutes:6.1f} min  {said.removeprefix(found + ': ')}")
    return max((status if status in STATUS.values() else 1 for _, status, _, _ in rows), key=lambda s: (s == 1, s))


if __name__ == "__main__":
    sys.exit(main())
