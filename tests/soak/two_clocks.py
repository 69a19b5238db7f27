"""Input and output on two sound servers whose clocks differ: no click, no dropout, latency within a millisecond.

    python -m tests.soak.two_clocks [--minutes 2] [--full]

A sine goes into the first server (`jackd -d dummy -r 48000`), through `workbench live --bypass` and out of the second
(`-r 48010`). Where it is cut or jumps, a click would be heard: what is left beside the sine must stay below -60 dB of
it. The sine's phase against the clocks of both servers tells how constant the latency is.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.audio.jack_server import JackServer
from workbench.audio.server import ask_for_priority

RATE_HZ = 48000
TONE_HZ = 997.0
DEVICE = "device:JACK Audio Connection Kit/system"
SETTLE_S = 15.0
FULL_MINUTES = 30.0
CLICK_DB, LATENCY_MS = -60.0, 1.0


def client(role: str, server: str, seconds: float, path: str) -> None:
    """Plays the tone into our first input, or records our first output, and notes when which sample was due."""
    import jack

    end = jack.Client("probe-" + role, servername=server, no_start_server=True)
    times, frames, position = [], np.zeros(int(seconds * end.samplerate), np.float32), 0
    port = (end.outports if role == "play" else end.inports).register("tone")
    step = 2 * np.pi * TONE_HZ / RATE_HZ

    @end.set_process_callback
    def process(samples):
        nonlocal position
        if position == 0:
            ask_for_priority()
        times.append((position, time.perf_counter()))
        data = port.get_array()
        if role == "play":
            data[:] = 0.5 * np.sin(step * (position + np.arange(samples)))
        elif position < len(frames):
            part = frames[position : position + samples]
            part[:] = data[: len(part)]
        position += samples

    with end:
        ours = [p for p in end.get_ports("PortAudio.*:" + ("in_0" if role == "play" else "out_0"))]
        if role == "play":
            end.connect(port, ours[0])
        else:
            end.connect(ours[0], port)
        time.sleep(seconds + (4 if role == "play" else 0.5))
    np.savez(path, times=np.array(times), frames=frames)


def clock(times: np.ndarray) -> tuple[float, float]:
    """Line (offset, seconds per sample) along the earliest callbacks: late ones say nothing of the clock."""
    index, when = times.T
    parts = np.array_split(np.arange(len(index)), max(len(index) // 100, 2))
    slope, offset = np.polyfit(index, when, 1)
    best = [part[np.argmin(when[part] - offset - slope * index[part])] for part in parts]
    slope, offset = np.polyfit(index[best], when[best], 1)
    return offset, slope


def soak(minutes: float) -> bool:
    servers = JackServer(rate_hz=48000, realtime=True), JackServer(rate_hz=48010, realtime=True)
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
            time.sleep(6.0)
            for role, server in zip(("play", "record"), servers):
                if role == "record":
                    time.sleep(SETTLE_S)
                length = seconds + (SETTLE_S if role == "play" else 0)
                arguments = ["--client", role, server.name, str(length), paths[role]]
                probes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "tests.soak.two_clocks", *arguments],
                        env={**os.environ, **server.variables},
                    )
                )
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


def judge(report: dict, played: np.ndarray, recorded: np.ndarray, frames: np.ndarray) -> bool:
    (in_s, in_step), (out_s, out_step) = clock(played), clock(recorded)
    between_ppm = 1e6 * (out_step / in_step - 1)
    block = 2400
    blocks = frames[: len(frames) // block * block].reshape(-1, block)
    local = np.arange(block) - block / 2
    omega = 2 * np.pi * TONE_HZ / RATE_HZ * out_step / in_step
    basis = np.stack([np.sin(omega * local), np.cos(omega * local)]).T
    weights = np.linalg.lstsq(basis, blocks.T.astype(float), rcond=None)[0]
    level = np.hypot(*weights)
    rest_db = 20 * np.log10(np.abs(blocks - (basis @ weights).T).max(axis=1) / 0.5 + 1e-12)
    centre = (np.arange(len(blocks)) + 0.5) * block
    phase = np.arctan2(weights[1], weights[0])
    sent = (out_s + out_step * centre - in_s) / in_step  # sample that the player sends at that moment
    delay = 2 * np.pi * TONE_HZ / RATE_HZ * sent - phase
    # Known to whole periods: between two blocks it moves by far less than one.
    delay_ms = 1000 * np.unwrap(delay) / (2 * np.pi * TONE_HZ)
    spread_ms = np.ptp(delay_ms)
    dropouts = report["dropouts"]
    print(f"clocks {between_ppm:+.1f} ppm apart; drift found {report['drift_ppm']:+.1f} ppm")
    print(f"{len(frames) / RATE_HZ:.0f} s recorded, level {20 * np.log10(level.min() / 0.5 + 1e-9):+.3f} dB at least")
    print(f"beside the sine: {rest_db.max():.1f} dB at most, {np.median(rest_db):.1f} dB median")
    print(f"latency varied by {spread_ms:.3f} ms; queue {report['queue_ms']:.2f} ms")
    print(f"dropouts: {len(dropouts['own'])} own {dropouts['own']}, {dropouts['server']} of the sound servers")
    good = rest_db.max() < CLICK_DB and spread_ms < LATENCY_MS and not dropouts["own"]
    print("good" if good else "FAULT")
    return good


def main() -> int:
    if sys.argv[1:2] == ["--client"]:
        role, server, seconds, path = sys.argv[2:]
        client(role, server, float(seconds), path)
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--full", action="store_true", help=f"{FULL_MINUTES:g} minutes")
    args = parser.parse_args()
    return 0 if soak(FULL_MINUTES if args.full else args.minutes) else 1


if __name__ == "__main__":
    sys.exit(main())
