"""What the real window holds in memory while the room plays, process by process, and what it is made of.

    python -m tests.soak.memory [--seconds 90] [--full] [--size 1920x1080] [--source room] [--sink none] [--parts]

Starts the program itself on an X server of its own. RSS counts shared pages in each process, PSS shares them out; the
files named by `--parts` are libraries that lie in memory once for everybody who uses them. Exits with 1 above 400 MB.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.soak.screen import screen

MOST_MB = 400.0
SAMPLE_S, FULL_S = 10.0, 1200.0
_HEAD = re.compile(r"^[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+\s*(.*)$")


def rollup_mb(pid: int) -> dict[str, float]:
    """RSS, PSS and anonymous memory of a process; empty when it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return {}
    found = {line.split()[0][:-1]: int(line.split()[1]) / 1024 for line in text.splitlines()[1:]}
    return {name: found[name] for name in ("Rss", "Pss", "Anonymous")}


def parts_mb(pid: int) -> Counter:
    """RSS by what is mapped: the heap, other memory without a file, and each file."""
    parts: Counter = Counter()
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if head := _HEAD.match(line):
            name = Path(head[2]).name or "without a file"
        elif line.startswith("Rss:"):
            parts[name] += int(line.split()[1]) / 1024
    return parts


def children(pid: int) -> list[int]:
    """The processes that this one and its children have started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *children(child)]
    return found


def watch(program: subprocess.Popen, seconds: float) -> float:
    """Print the memory of a running program for so long; the largest sum of RSS seen."""
    highest, began_s = 0.0, time.monotonic()
    while (passed_s := time.monotonic() - began_s) < seconds:
        time.sleep(min(SAMPLE_S, seconds - passed_s))
        readings = {pid: rollup_mb(pid) for pid in (program.pid, *children(program.pid))}
        total = sum(reading.get("Rss", 0.0) for reading in readings.values())
        highest = max(highest, total)
        told = ", ".join(
            f"{pid}: RSS {r['Rss']:.1f} PSS {r['Pss']:.1f} anonymous {r['Anonymous']:.1f}"
            for pid, r in readings.items()
            if r
        )
        print(f"{time.monotonic() - began_s:6.0f} s  {total:6.1f} MB  ({told})", flush=True)
        if program.poll() is not None:
            raise SystemExit(f"the program ended: {program.returncode}")
    return highest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--full", action="store_true", help=f"{FULL_S:g} seconds")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--source", default="room")
    parser.add_argument("--sink", default="none")
    parser.add_argument("--parts", action="store_true", help="print what the memory is made of")
    args = parser.parse_args()
    with screen(), tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "workbench", "--source", args.source, "--sink", args.sink]
        program = subprocess.Popen(
            [*command, "--size", args.size, "--fresh"], env={**os.environ, "XDG_CONFIG_HOME": home}
        )
        try:
            highest = watch(program, FULL_S if args.full else args.seconds)
            if args.parts:
                for name, megabytes in parts_mb(program.pid).most_common(40):
                    print(f"{megabytes:8.1f} MB  {name}")
        finally:
            program.terminate()
            program.wait(20)
    print(f"at most {highest:.1f} MB: {'good' if highest < MOST_MB else 'FAULT'}")
    return 0 if highest < MOST_MB else 1


if __name__ == "__main__":
    sys.exit(main())
