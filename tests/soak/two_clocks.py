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
        played, recorded = (np.load(paths[role]) for role in ("play", "record"))
        return judge(report, played["times"], recorded["times"], recorded["frames"])


def print_steps(seconds: np.ndarray, delay_ms: np.ndarray) -> None:
    """When the latency became another one, and what it was from then on (by the median of ten seconds)."""
    part = round(10 / (sine.BLOCK / RATE_HZ))
    levels = [np.median(delay_ms[k : k + part]) for k in range(0, len(delay_ms) - part + 1, part)]
    shown = None
    for number, level in enumerate(levels):
        if shown is None or abs(level - shown) > LATENCY_MS / 2:
            print(f"latency {level - levels[0]:+.2f} ms from {seconds[number * part]:.0f} s on")
            shown = level


def judge(report: dict, played: np.ndarray, recorded: np.ndarray, frames: np.ndarray) -> int:
    """Print what was found; gives the exit status."""
    weights, rest, omega = sine.fit(frames)
    between_ppm = 1e6 * (omega / (2 * np.pi * TONE_HZ / RATE_HZ) - 1)
    level = np.hypot(*weights[:2])
    rest_db = sine.beside_db(rest)
    phase = np.arctan2(weights[1], weights[0])
    centre = (np.arange(len(rest)) + 0.5) * sine.BLOCK
    at_s = when(recorded, centre)
    counts = played[:, 0]
    sent = np.interp(at_s, when(played, counts), counts)  # sample that the player sends at that moment
    delay_ms = 1000 * np.unwrap(2 * np.pi * TONE_HZ / RATE_HZ * sent - phase) / (2 * np.pi * TONE_HZ)
    spread_ms = np.ptp(delay_ms)
    usual_ms = np.ptp(np.percentile(delay_ms, (1, 99)))
    dropouts = report["dropouts"]
    if spread_ms >= LATENCY_MS and not dropouts["server"]:  # cycles that a server left out blur its own clock
        print_steps(at_s - at_s[0], delay_ms)
    own = [dropout for dropout in dropouts["own"] if dropout["time_s"] > WARM_UP_S + SETTLE_S]
    clicks = int((rest_db > CLICK_DB).sum())
    print(f"clocks {between_ppm:+.1f} ppm apart; drift found {report['drift_ppm']:+.1f} ppm")
    print(f"{len(frames) / RATE_HZ:.0f} s recorded, level {20 * np.log10(level.min() / 0.5 + 1e-9):+.3f} dB at least")
    print(f"beside the sine: {rest_db.max():.1f} dB at most, {np.median(rest_db):.1f} dB median")
    print(f"{clicks} of {len(rest_db)} blocks of 50 ms above {CLICK_DB:g} dB")
    print(f"latency varied by {spread_ms:.3f} ms ({usual_ms:.3f} from 1 to 99 %); queue {report['queue_ms']:.2f} ms")
    before = len(dropouts["own"]) - len(own)
    print(f"dropouts: {len(own)} own {own} ({before} before the recording), {dropouts['server']} of the sound servers")
    good = clicks == 0 and spread_ms < LATENCY_MS and not own
    found = GOOD if good else FAULT
    if not good and dropouts["server"] and not own:
        print("The sound servers themselves left out cycles: this machine is too busy to judge the program.")
        found = NOT_JUDGED
    return verdict(
        found,
        f"{len(frames) / RATE_HZ / 60:.1f} min at {between_ppm:+.1f} ppm: {clicks} blocks with clicks, {len(own)} own "
        f"dropouts, latency within {spread_ms:.3f} ms, {dropouts['server']} dropouts of the servers",
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
