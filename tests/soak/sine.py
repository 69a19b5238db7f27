"""A sine through a JACK server's device, played and recorded by clients in processes of their own.

    python -m tests.soak.sine play|record SERVER SECONDS FILE.npz

The recording tells whether the sound was cut or jumped: what is left beside the sine must stay far below it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping

import numpy as np

from workbench.audio.server import ask_for_priority

RATE_HZ = 48000
TONE_HZ = 997.0
LEVEL = 0.5
BLOCK = 2400
CLICK_DB = -60.0
FRAME_TIMES = 1 << 32
SPREAD_S = 0.5
"""How long it may take from the player to the recording."""
PATIENCE_S = 30.0
"""For the program's ports to appear."""


def start(role: str, server, seconds: float, path: str) -> subprocess.Popen:
    """The client of a `JackServer` as a process; "play" goes on a few seconds longer."""
    command = [sys.executable, "-m", "tests.soak.sine", role, server.name, str(seconds), path]
    return subprocess.Popen(command, env={**os.environ, **server.variables})


def client(role: str, server: str, seconds: float, path: str) -> None:
    """Plays the tone into our first input, or records our first output, and notes when which sample was due."""
    import jack

    end = jack.Client("probe-" + role, servername=server, no_start_server=True)
    times, frames, position = [], np.zeros(int(seconds * end.samplerate), np.float32), 0
    skipped, due = [], None
    port = (end.outports if role == "play" else end.inports).register("tone")
    step = 2 * np.pi * TONE_HZ / RATE_HZ

    @end.set_process_callback
    def process(samples):
        nonlocal position, due
        if position == 0:
            ask_for_priority()
        if due is not None and end.last_frame_time != due:
            skipped.append(position)  # cycles that the server left out, or that this client came too late for
        due = (end.last_frame_time + samples) % FRAME_TIMES
        times.append((position, time.perf_counter()))
        data = port.get_array()
        if role == "play":
            data[:] = LEVEL * np.sin(step * (position + np.arange(samples)))
        elif position < len(frames):
            part = frames[position : position + samples]
            part[:] = data[: len(part)]
        position += samples

    with end:
        pattern, limit_s = "PortAudio.*:" + ("in_0" if role == "play" else "out_0"), time.monotonic() + PATIENCE_S
        while not (ours := end.get_ports(pattern)) and time.monotonic() < limit_s:
            time.sleep(0.1)
        if role == "play":
            end.connect(port, ours[0])
        else:
            end.connect(ours[0], port)
        time.sleep(seconds + (4 if role == "play" else 0.5))
    np.savez(path, times=np.array(times), frames=frames, skipped=np.array(skipped, dtype=int))


def fit(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The sine in each block of 50 ms: weights (4, blocks) of sine, cosine and both tilted, the largest sample beside
    it (blocks,), and the tone's frequency in rad a sample as this clock sees it."""
    blocks = frames[: len(frames) // BLOCK * BLOCK].reshape(-1, BLOCK)
    local = np.arange(BLOCK) - BLOCK / 2
    omega = 2 * np.pi * TONE_HZ / RATE_HZ

    def weigh():
        # The ratio follows the queue by some ppm: the last two terms are the tone's frequency within a block.
        sine, cosine, tilt = np.sin(omega * local), np.cos(omega * local), 2 * local / BLOCK
        basis = np.stack([sine, cosine, tilt * sine, tilt * cosine]).T
        weights = np.linalg.lstsq(basis, blocks.T.astype(float), rcond=None)[0]
        return weights, np.abs(blocks - (basis @ weights).T).max(axis=1)

    for _ in range(3):  # whatever the servers left out now and then
        weights, _ = weigh()
        phase = np.arctan2(weights[1], weights[0])
        advance = np.angle(np.exp(1j * (np.diff(phase) - omega * BLOCK)))
        omega += np.median(advance) / BLOCK
    return *weigh(), omega


def not_ours(
    played: Mapping[str, np.ndarray], recorded: Mapping[str, np.ndarray], spread_s: float = SPREAD_S
) -> np.ndarray:
    """Which blocks of a recording hold cycles that servers or probes left out, (blocks,) bool: what is heard in them
    says nothing of the program.

    Parameters
    ----------
    played, recorded : what the probes wrote
    spread_s : how far about such a cycle
    """
    blocks = len(recorded["frames"]) // BLOCK
    starts = recorded["times"]
    found = np.zeros(blocks, dtype=bool)
    begin_s = np.interp(np.arange(blocks + 1) * BLOCK, *starts.T)
    for probe in (played, recorded):
        for at_s in np.interp(probe["skipped"], *probe["times"].T):
            found |= (begin_s[:-1] < at_s + spread_s) & (begin_s[1:] > at_s - spread_s)
    return found


def beside_db(rest: np.ndarray) -> np.ndarray:
    """What is beside the sine, over its amplitude."""
    return 20 * np.log10(rest / LEVEL + 1e-12)


if __name__ == "__main__":
    client(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4])
