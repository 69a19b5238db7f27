"""The sound server and the audio processes are killed again and again; the session must say so and come back.

    python -m tests.soak.recovery [--rounds 50] [--full]

Each round kills either `jackd` or the audio processes with signal 9, in turn with a device at both ends and with the
simulated room as the source. Measured: how long until the loss is said with the device's name, and how long from the
return until sound flows to the device again. At the end nothing may be left: no process, no descriptor, no memory.
Exits with 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from tests.audio.jack_server import JackServer
from tests.soak.calm import run_calmly
from tests.soak.verdict import verdict
from workbench.engine.mailbox import History
from workbench.engine.meters import memory_mb
from workbench.engine.session import Session
from workbench.engine.settings import Settings

DEVICE = "device:JACK Audio Connection Kit/system"
SAID_S, BACK_S = 1.0, 3.0
MEMORY_MB = 8.0
"""What the memory may grow from the end of the first visit of a source to the end of the last one."""
SHORT, FULL = 12, 100
VISIT_ROUNDS = {SHORT: 3, FULL: 10}
"""So many rounds with one source, then as many with the other one."""
WARM_UPS = {SHORT: 2, FULL: 8}
"""Visits of each source before the counting starts: tables are kept for the last eight arrays and rooms."""
SETTLE_S = 2.0


def children(without: int) -> set[int]:
    """Processes whose parent is this one, except the server."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[1] == str(os.getpid()) and fields[0] != "Z":
                found.add(int(entry.name))
    return found - {without}


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def wait(condition, limit_s: float) -> float:
    """Time until `condition` holds; inf when it does not in time."""
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        if condition():
            return time.monotonic() - began
        time.sleep(0.005)
    return float("inf")


class Watcher:
    """A session, and whether sound really flows through it."""

    def __init__(self, session: Session):
        self.session = session

    @property
    def health(self):
        return self.session.mailbox.health

    def choose(self, source: str) -> None:
        """Another source; returns when it is there."""
        before = self.session._assembly
        self.session.choose_source(source)
        wait(lambda: self.session._assembly not in (before, None), 20)
        wait(self.flows, 20)

    def said(self) -> bool:
        return self.health.state == "lost" and "system" in self.health.message and self.health.failed

    def flows(self) -> bool:
        """The device takes samples that were written for it, and the chain runs."""
        assembly = self.session._assembly
        if assembly is None:
            return False
        runner = assembly.runner
        stream = runner.sink._end._stream
        if self.health.state != "running" or stream is None or stream.last is None:
            return False
        taken, missed, hops = stream.last.index, stream.missed, runner.samples_in
        time.sleep(0.1)
        return (
            not stream.ended()
            and stream.last.index > taken
            and stream.missed == missed
            and runner.sink._end._written is not None
            and runner.samples_in > hops
        )


def soak(rounds: int) -> int:
    server = JackServer()
    os.environ.update(server.variables)
    session = Session(Settings(source=DEVICE, sink=DEVICE, array="", layout=""))
    session.mailbox.snapshots = History(100)  # the history of a minute would fill all the while
    watcher = Watcher(session)
    failures = []
    said, back = [], []
    visits_mb: dict[str, list[float]] = {"room": [], DEVICE: []}
    visit_rounds = VISIT_ROUNDS.get(rounds, VISIT_ROUNDS[FULL])
    try:
        session.start()
        if wait(watcher.flows, 30) == float("inf"):
            return verdict(False, f"no sound at the start: {watcher.health.message}")
        for _ in range(WARM_UPS.get(rounds, WARM_UPS[FULL])):
            for source in ("room", DEVICE):
                watcher.choose(source)
                time.sleep(SETTLE_S)
        for number in range(rounds):
            if number and number % visit_rounds == 0:
                watcher.choose("room" if session.source_spec != "room" else DEVICE)
            snapshots = session.mailbox.snapshots.next_sequence
            of_server = number % 2 == 0
            if of_server:
                server.kill()
            else:
                for pid in children(server.pid):
                    os.kill(pid, signal.SIGKILL)
            said.append(wait(watcher.said, 5))
            if of_server:
                time.sleep(0.3 + (number % 5) * 0.3)
                server.start()
            back.append(wait(watcher.flows, 20))
            went_on = session.mailbox.snapshots.next_sequence > snapshots
            what = "jackd" if of_server else "audio processes"
            source = "room" if session.source_spec == "room" else "device"
            print(
                f"round {number + 1:3}: {what:15} source {source:6} said in {said[-1]:.2f} s, "
                f"back after {back[-1]:.2f} s, {descriptors()} descriptors, {memory_mb():.0f} MB",
                flush=True,
            )
            if said[-1] > SAID_S:
                failures.append(f"round {number + 1}: the loss was said after {said[-1]:.2f} s")
            if back[-1] > BACK_S:
                failures.append(f"round {number + 1}: sound was back after {back[-1]:.2f} s")
            if not went_on:
                failures.append(f"round {number + 1}: the views stood still")
            time.sleep(1.0)
            if (number + 1) % visit_rounds == 0:
                visits_mb[session.source_spec].append(memory_mb())
        watcher.choose(DEVICE)
        if len(children(server.pid)) != 2:
            failures.append(f"{len(children(server.pid))} audio processes run, there should be 2")
        # Each source by itself, at the same place of a visit: what is kept of the last minute fills meanwhile.
        grown_mb = max((visits[-1] - visits[0] for visits in visits_mb.values() if visits), default=0.0)
        if grown_mb > MEMORY_MB:
            failures.append(f"memory grew by {grown_mb:.1f} MB")
        open_while_running = descriptors()
        session.stop()
        if wait(lambda: not children(server.pid), 5) == float("inf"):
            failures.append(f"processes were left behind: {children(server.pid)}")
        stopped = descriptors()
        session.start()
        wait(watcher.flows, 20)
        if descriptors() != open_while_running:
            failures.append(f"descriptors: {open_while_running} before a restart, {descriptors()} after it")
    finally:
        session.close()
        server.stop()
    return verdict(
        not failures,
        f"{rounds} kills, {-(-rounds // 2)} of them of jackd: said in {max(said):.2f} s at most "
        f"(median {sorted(said)[len(said) // 2]:.2f}), "
        f"back within {max(back):.2f} s (median {sorted(back)[len(back) // 2]:.2f}); "
        f"{open_while_running} descriptors running, {stopped} stopped; memory {grown_mb:+.1f} MB",
        failures,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=SHORT)
    parser.add_argument("--full", action="store_true", help=f"{FULL} rounds")
    args = parser.parse_args()
    if (status := run_calmly("tests.soak.recovery")) is not None:
        return status
    return soak(FULL if args.full else args.rounds)


if __name__ == "__main__":
    sys.exit(main())
