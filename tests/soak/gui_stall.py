"""The window stands still on purpose; the sound must not notice.

    python -m tests.soak.gui_stall [--rounds 3] [--full]

The real window paints on an X server of its own while a sine goes into a JACK server's device, through the chain
(bypassed) and out again. In each round the GUI thread stalls for two seconds: once asleep, and once in a busy loop,
which keeps the interpreter's lock as long as it can. Neither may cost a sample.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.audio.jack_server import JackServer
from tests.soak import sine
from tests.soak.calm import run_calmly
from tests.soak.screen import Shown, screen
from tests.soak.verdict import FAULT, GOOD, NOT_JUDGED, verdict

DEVICE = "device:JACK Audio Connection Kit/system#channels 1,2"
STALL_S, BETWEEN_S = 2.0, 3.0
SHORT, FULL = 3, 20


def asleep() -> None:
    time.sleep(STALL_S)


def busy() -> None:
    end_s = time.monotonic() + STALL_S
    count = 0
    while time.monotonic() < end_s:
        count += 1


def soak(rounds: int) -> int:
    server = JackServer()
    os.environ.update(server.variables)
    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    session = Session(Settings(source=DEVICE, sink=DEVICE, array="", layout=""))
    with screen(), tempfile.TemporaryDirectory() as folder:
        shown = Shown(session)
        path = {role: str(Path(folder) / f"{role}.npz") for role in ("play", "record")}
        probes = []
        try:
            session.start()
            health = lambda: session.mailbox.health  # noqa: E731
            if not shown.until(lambda: health().state == "running" and health().elapsed_s > 1, 30):
                return verdict(False, f"no sound: {health().message}")
            session.set({"output.bypass": True, "output.muted": False})
            seconds = rounds * 2 * (STALL_S + BETWEEN_S) + 5
            probes.append(sine.start("play", server, seconds + 10, path["play"]))
            shown.spin(6.0)
            probes.append(sine.start("record", server, seconds, path["record"]))
            shown.spin(3.0)  # clients that come shake a JACK server
            runner = session._assembly.runner
            losses = lambda: runner.source.losses + runner.sink.losses  # noqa: E731
            counted = lambda: (runner.dropouts.own, runner.server_dropouts + losses(), runner.sink.missed_samples)  # noqa: E731
            failures = []
            began = counted()
            for number in range(rounds):
                for how in (asleep, busy):
                    before, ticks = counted(), health().elapsed_s
                    how()
                    shown.spin(BETWEEN_S)
                    found = [now - then for now, then in zip(counted(), before)]
                    what = f"{found[0]} own dropouts, {found[1]} of the server, {found[2]} samples missed"
                    sound_s = health().elapsed_s - ticks
                    print(f"round {number + 1}: {how.__name__:6} {STALL_S:g} s: {what}; {sound_s:.1f} s of sound")
                    if found[0]:
                        failures.append(f"round {number + 1}, {how.__name__}: {runner.dropouts.newest[-1]}")
            of_server = counted()[1] - began[1]
            for probe in probes:
                shown.until(lambda probe=probe: probe.poll() is not None, 60)
        finally:
            for probe in probes:
                probe.kill()
            shown.close()
            server.stop()
        if not Path(path["record"]).exists():
            return verdict(NOT_JUDGED, f"the sound server threw the recording client out; {counted()[0]} own dropouts")
        played, recorded = (dict(np.load(path[role])) for role in ("play", "record"))
    weights, rest, _ = sine.fit(recorded["frames"])
    ours = ~sine.not_ours(played, recorded)
    ours[: 2 * sine.RATE_HZ // sine.BLOCK] = False  # clients that come shake a JACK server
    worst_db, weights = sine.beside_db(rest)[ours], weights[:, ours]
    clicks = int((worst_db > sine.CLICK_DB).sum())
    print(f"{len(ours) - ours.sum()} of {len(ours)} blocks of 50 ms are of cycles that server or probes left out")
    level_db = 20 * np.log10(np.hypot(*weights[:2]) / sine.LEVEL + 1e-9)
    if clicks and not of_server:
        failures.append(f"{clicks} blocks of 50 ms have clicks")
    if clicks and of_server:
        print("The sound server left out cycles: this machine is too busy to judge the sine.")
    beside_db = worst_db.max()
    return verdict(
        FAULT if failures else NOT_JUDGED if clicks else GOOD,
        f"{2 * rounds} stalls of {STALL_S:g} s: {counted()[0] - began[0]} own dropouts, {of_server} of the server, "
        f"{clicks} blocks with clicks; sine {level_db.min():+.3f} dB at least, beside it {beside_db:.1f} dB at most",
        failures,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=SHORT)
    parser.add_argument("--full", action="store_true", help=f"{FULL} rounds")
    args = parser.parse_args()
    if (status := run_calmly("tests.soak.gui_stall")) is not None:
        return status
    return soak(FULL if args.full else args.rounds)


if __name__ == "__main__":
    sys.exit(main())
