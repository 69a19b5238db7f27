"""How long the program's own other threads hold a hop up: with the window painting, and without a window.

    python -m tests.soak.held_hops [--seconds 30] [--size 1920x1080] [--switch-ms 0.1] [--who]

Everything runs as in the hour (simulated room, beam, enhancement, localization, loudspeakers into a JACK server's
device). For each hop the time by the clock, less what the hop computed and what it waited for a processor, is what
other threads held it up for: mostly the interpreter's lock. Prints percentiles; exits with 1 when threads that computed
meanwhile held a hop up for longer than the queue lasts (10 ms). (A thread that has the lock and gets no processor holds
hops up too: that is the machine's doing.) `--who` tells what the other threads were at when a hop had lasted 9 ms.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import re
import sys
import tempfile
from collections import Counter

import numpy as np

from tests.audio.jack_server import JackServer
from tests.soak.calm import run_calmly
from tests.soak.live_hour import DEVICE
from tests.soak.screen import Shown, screen
from tests.soak.verdict import verdict

LONGEST_MS = 10.0
LONG_S, SHOWN = 0.009, 20
MOST_OF_IT = 0.5
SHORT_S, FULL_S = 30.0, 600.0


class Witness:
    """Writes down what all threads are at when a hop lasts long: by faulthandler's own thread, which needs no lock."""

    def __init__(self, meter):
        self._file = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by `places`
        begin, end = meter.begin, meter.end

        def watched_begin():
            begin()
            faulthandler.dump_traceback_later(LONG_S, file=self._file)

        def watched_end(stage):
            faulthandler.cancel_dump_traceback_later()
            return end(stage)

        meter.begin, meter.end = watched_begin, watched_end

    def places(self) -> Counter:
        """The innermost places of the threads that did not wait, and how often each was seen."""
        faulthandler.cancel_dump_traceback_later()
        self._file.seek(0)
        told, found = self._file.read(), Counter()
        self._file.close()
        for thread in told.split("\n\n"):
            frames = re.findall(r'File "[^"]*?([^/"]+)", line (\d+) in (\S+)', thread)
            if frames and not re.match("wait|acquire|select|get|sleep|_run$", frames[0][2]):
                found[" < ".join(f"{name}:{line} {where}" for name, line, where in frames[:3])] += 1
        return found


def measure(
    seconds: float, size: tuple[int, int] | None, switch_s: float | None, who: bool = False
) -> tuple[np.ndarray, int]:
    """(4, hops) in ms: held up, computed, waited for a processor, computed by other threads; and own dropouts."""
    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    session, costs = Session(Settings(source="room", sink=DEVICE)), []
    shown = Shown(session, size or (800, 600))
    if size is None:
        shown.window.hide()
        shown.bridge.timer.stop()
    try:
        session.start()
        if not shown.until(lambda: session.mailbox.health.state == "running", 60):
            raise RuntimeError(session.mailbox.health.message)
        session.set({"output.muted": False})
        shown.spin(5.0)
        runner = session._assembly.runner
        if switch_s is not None:
            sys.setswitchinterval(switch_s)
        witness = Witness(runner._meter) if who else None
        end, before = runner._meter.end, runner.dropouts.own
        runner._meter.end = lambda stage: (costs.append(end(stage)), costs[-1])[1]
        shown.spin(seconds)
        own = runner.dropouts.own - before
        if witness is not None:
            session.stop()
            shown.until(lambda: session.mailbox.health.state == "stopped", 20)
            for place, times in witness.places().most_common(SHOWN):
                print(f"{times:5} times {place}")
    finally:
        shown.close()
    found = [(cost.held_s, cost.computing_s, cost.waited_s, cost.others_s) for cost in costs]
    return 1000 * np.array(found).T, own


def report(name: str, hops_ms: np.ndarray, own: int) -> float:
    """Print the percentiles; gives the longest, in ms, for which threads that really computed held a hop up."""
    held, computed, waited, others = hops_ms
    ours = held * (others >= MOST_OF_IT * held)
    at = lambda row: "  ".join(f"{value:6.2f}" for value in np.percentile(row, (50, 99, 99.9, 100)))  # noqa: E731
    print(f"{name}: {len(held)} hops, {own} own dropouts; ms at 50, 99, 99.9 and 100 %", flush=True)
    rows = (
        ("held up", held),
        ("by threads that computed", ours),
        ("computed", computed),
        ("had no processor", waited),
    )
    for words, row in rows:
        print(f"    {words:25} {at(row)}", flush=True)
    return float(ours.max())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SHORT_S)
    parser.add_argument("--size", default="1920x1080", help="of the window")
    parser.add_argument("--who", action="store_true", help="what the other threads do while hops last long")
    parser.add_argument("--full", action="store_true", help=f"{FULL_S:g} seconds")
    parser.add_argument("--switch-ms", type=float, help="the interpreter's switch interval, for comparison")
    args = parser.parse_args()
    if (status := run_calmly("tests.soak.held_hops")) is not None:
        return status
    server = JackServer()
    os.environ.update(server.variables)
    switch_s = None if args.switch_ms is None else args.switch_ms / 1000
    args.seconds = FULL_S if args.full else args.seconds
    size = tuple(map(int, args.size.split("x")))
    try:
        with screen():
            report("no window", *measure(args.seconds, None, switch_s))
            longest_ms = report(f"window of {args.size}", *measure(args.seconds, size, switch_s, args.who))
    finally:
        server.stop()
    return verdict(longest_ms < LONGEST_MS, f"threads that computed held a hop up for {longest_ms:.1f} ms at most")


if __name__ == "__main__":
    sys.exit(main())
