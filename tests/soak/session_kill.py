"""`kill -9` at random moments of a session that is recorded: it opens, ends within the last second, and replays.

python -m tests.soak.session_kill [--full] [--seed N]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from tests.soak.verdict import verdict
from workbench.dsp.bands import RATE_HZ
from workbench.engine import recorded_session, replay

PROGRAM = """
import sys, time
from pathlib import Path
from workbench.engine.session import Session
from workbench.engine.settings import Settings
session = Session(Settings(source="file:" + sys.argv[1], array="square4-30mm", layout="pair-100mm"))
session.start()
while session.mailbox.health.state != "running":
    time.sleep(0.02)
session.start_recording(Path(sys.argv[2]))
while session.mailbox.health.recording_s is None:
    time.sleep(0.005)
journal = session._recorder.journal
for number in range(100000):
    print(journal.samples, flush=True)
    session.set({"enhance.strength_percent": float(number % 100), "beamformer.steering_deg": float(number % 90)})
    if number % 7 == 0:
        session.ab.choose("ab"[number // 7 % 2])
    time.sleep(0.05)
"""
LONGEST_S = 8.0
MISSING_S = 1.0


def run_round(folder: Path, noise: Path, kill_after_s: float) -> str:
    """One kill; what is wrong, "" for nothing."""
    folder.mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(noise), str(folder)], stdout=subprocess.PIPE, text=True
    )
    begun, said = 0.0, 0
    for line in program.stdout:
        said, begun = int(line), begun or time.monotonic()
        if time.monotonic() >= begun + kill_after_s:
            break
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    program.stdout.close()
    session = recorded_session.open_session(next(folder.iterdir()))
    found = replay.compare(session)
    length_s = found.samples / RATE_HZ
    if length_s < said / RATE_HZ - MISSING_S:
        return f"{length_s:.2f} s of {said / RATE_HZ:.2f}"
    if found.first_different is not None:
        return f"differs from sample {found.first_different} by {found.largest_difference:.2g}"
    return ""


def main() -> int:
    """Exit status 1 when any round went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="20 kills instead of 3")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng, wrong = random.Random(args.seed), 0
    with tempfile.TemporaryDirectory() as place:
        noise = Path(place) / "noise.wav"
        samples = np.random.default_rng(args.seed).normal(0, 0.1, (10 * RATE_HZ, 4)).astype(np.float32)
        soundfile.write(noise, samples, RATE_HZ, "FLOAT")
        rounds = 20 if args.full else 3
        for number in range(rounds):
            after_s = rng.uniform(1.2, LONGEST_S)
            fault = run_round(Path(place) / f"round {number}", noise, after_s)
            wrong += bool(fault)
            print(f"killed after {after_s:.2f} s: {fault or 'opens, replays bit for bit'}", flush=True)
    return verdict(not wrong, f"{rounds - wrong} of {rounds} sessions open and replay bit for bit")


if __name__ == "__main__":
    sys.exit(main())
