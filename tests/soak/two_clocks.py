"""Input and output on two sound servers whose clocks differ: no click, no dropout, latency within a millisecond.

    python -m tests.soak.two_clocks [--minutes 2] [--full]

A sine goes into the first server (`jackd -d dummy -r 48000`), through `workbench live --bypass` and out of the second
(`-r 48010`). Where it is cut or jumps, a click would be heard: what is left beside the sine must stay below -60 dB of
it. The sine's phase against the clocks of both servers tells how constant the latency is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.audio.jack_server import JackServer
from tests.soak import sine
from tests.soak.calm import run_calmly
from tests.soak.sine import CLICK_DB, RATE_HZ, TONE_HZ
from tests.soak.verdict import FAULT, GOOD, NOT_JUDGED, verdict

DEVICE = "device:JACK Audio Connection Kit/system"
WARM_UP_S, SETTLE_S = 6.0, 15.0
"""Until the tone is fed in, and until it is recorded: clients that come shake a JACK server."""
FULL_MINUTES = 30.0
LATENCY_MS = 1.0
RECOVERY_S, STRETCH_S = 120.0, 30.0
LEAST_SEEN = 0.5
"""Part of the time over which the latency must have been judged."""


def when(times: np.ndarray, index: np.ndarray, part: int = 100) -> np.ndarray:
    """Time of samples by the earliest callbacks of each second: late ones say nothing of the clock."""
    counts, seconds = times.T
    slope, offset = np.polyfit(counts, seconds, 1)
    late = seconds - offset - slope * counts
    best = [k + int(np.argmin(late[k : k + part])) for k in range(0, len(counts) - part, part)]
    return offset + slope * index + np.interp(index, counts[best], late[best])


def soak(minutes: float, period: int) -> int:
    servers = tuple(JackServer(rate_hz, period) for rate_hz in (48000, 48010))
    seconds = 60 * minutes
    with tempfile.TemporaryDirectory() as folder:
        paths = {role: str(Path(folder) / f"{role}.npz") for role in ("play", "record")}
        environments = [f"--{end}-env=JACK_DEFAULT_SERVER={s.name}" for end, s in zip(("source", "sink"), servers)]
        live = subprocess.Popen(
            [
                *(sys.executable, "-m", "workbench", "live", "--bypass", "--json"),
                *("--source", DEVICE + "#channels 1,2", "--sink", DEVICE),
                *("--seconds", str(seconds + SETTLE_S + 12), *environments),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        probes = []
        try:
            time.sleep(WARM_UP_S)
            for role, server in zip(("play", "record"), servers):
                if role == "record":
                    time.sleep(SETTLE_S)
                length = seconds + (SETTLE_S if role == "play" else 0)
                probes.append(sine.start(role, server, length, paths[role]))
            for probe in probes:
                probe.wait(seconds + 60)
            report = json.loads(live.communicate(timeout=60)[0])
        finally:
            for process in (live, *probes):
                if process.poll() is None:
                    process.kill()
            for server in servers:
                server.stop()
        return judge(report, *(dict(np.load(paths[role])) for role in ("play", "record")))


def stretches(left_out: np.ndarray) -> list[slice]:
    """Blocks between cycles that servers left out, each from when the queue has found back to its length.

    A server that leaves out a cycle of one clock moves the other's sound by as much: the resampler makes up for it so
    slowly that nobody hears it.
    """
    block_s = sine.BLOCK / RATE_HZ
    edges = np.concatenate([[-RECOVERY_S / block_s], np.flatnonzero(left_out), [len(left_out)]]).astype(int)
    found = [slice(max(begin + round(RECOVERY_S / block_s), 0), end) for begin, end in pairwise(edges.tolist())]
    return [part for part in found if (part.stop - part.start) * block_s >= STRETCH_S]


def judge(report: dict, played: Mapping[str, np.ndarray], recorded: Mapping[str, np.ndarray]) -> int:
    """Print what was found; gives the exit status."""
    frames = recorded["frames"]
    weights, rest, omega = sine.fit(frames)
    between_ppm = 1e6 * (omega / (2 * np.pi * TONE_HZ / RATE_HZ) - 1)
    level = np.hypot(*weights[:2])
    rest_db = sine.beside_db(rest)
    phase = np.arctan2(weights[1], weights[0])
    centre = (np.arange(len(rest)) + 0.5) * sine.BLOCK
    at_s = when(recorded["times"], centre)
    counts = played["times"][:, 0]
    sent = np.interp(at_s, when(played["times"], counts), counts)  # sample that the player sends at that moment
    delay_ms = 1000 * np.unwrap(2 * np.pi * TONE_HZ / RATE_HZ * sent - phase) / (2 * np.pi * TONE_HZ)
    left_out = sine.not_ours(played, recorded)
    parts = stretches(left_out)
    spread_ms = max((np.ptp(delay_ms[part]) for part in parts), default=np.nan)
    dropouts = report["dropouts"]
    own = [dropout for dropout in dropouts["own"] if dropout["time_s"] > WARM_UP_S + SETTLE_S]
    clicks = int((rest_db[~left_out] > CLICK_DB).sum())
    print(f"clocks {between_ppm:+.1f} ppm apart; drift found {report['drift_ppm']:+.1f} ppm")
    least_db = 20 * np.log10(level[~left_out].min() / 0.5 + 1e-9)
    print(f"{len(frames) / RATE_HZ:.0f} s recorded, level {least_db:+.3f} dB at least")
    print(f"beside the sine: {rest_db[~left_out].max():.1f} dB at most, {np.median(rest_db):.1f} dB median")
    print(f"{clicks} of {len(rest_db)} blocks of 50 ms above {CLICK_DB:g} dB, {left_out.sum()} near cycles left out")
    for part in parts:
        from_s, to_s = at_s[part][[0, -1]] - at_s[0]
        print(f"latency varied by {np.ptp(delay_ms[part]):.3f} ms from {from_s:.0f} to {to_s:.0f} s")
    print(f"queue {report['queue_ms']:.2f} ms")
    before = len(dropouts["own"]) - len(own)
    print(f"dropouts: {len(own)} own {own} ({before} before the recording), {dropouts['server']} of the sound servers")
    seen = sum(part.stop - part.start for part in parts) / len(rest_db)
    good = clicks == 0 and spread_ms < LATENCY_MS and not own
    found = GOOD if good else FAULT
    if not own and not clicks and seen < LEAST_SEEN:
        print("The sound servers left out so many cycles that this machine is too busy to judge the latency.")
        found = NOT_JUDGED
    return verdict(
        found,
        f"{len(frames) / RATE_HZ / 60:.1f} min at {between_ppm:+.1f} ppm: {clicks} blocks with clicks, {len(own)} own "
        f"dropouts, latency within {spread_ms:.3f} ms over {100 * seen:.0f} % of the time, {dropouts['server']} of the "
        "servers",
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--full", action="store_true", help=f"{FULL_MINUTES:g} minutes")
    parser.add_argument("--period", type=int, default=480, help="samples in a block of both servers")
    args = parser.parse_args()
    if (status := run_calmly("tests.soak.two_clocks")) is not None:
        return status
    return soak(FULL_MINUTES if args.full else args.minutes, args.period)


if __name__ == "__main__":
    sys.exit(main())
