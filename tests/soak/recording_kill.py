"""The program is killed while it records, again and again: every file must open, at most the last second missing.

    python -m tests.soak.recording_kill [--rounds 4] [--full]

Each round starts the session in a process of its own with the simulated room, records, and kills the process with
signal 9 at a random moment. What the process had said of the recording's length just before tells what the files must
hold; input and output must be of the same length, and hold sound.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from tests.soak.verdict import verdict

MISSING_S = 1.0
SHORT, FULL = 4, 20
KINDS = ("wav", "flac")


def record(folder: str, kind: str) -> None:
    """The process that is killed: records, and says how much has been recorded."""
    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    session = Session(Settings(source="room", sink="none", layout=""))
    session.recording_kind = kind
    session.start()
    while session.mailbox.health.elapsed_s < 0.3:
        time.sleep(0.02)
    session.start_recording(folder)
    while True:
        recorder = session._recorder
        if recorder is not None:
            print(json.dumps({"pushed_s": session.mailbox.health.recording_s or 0.0}), flush=True)
        time.sleep(0.02)


def one_round(number: int, rng: random.Random) -> tuple[list[str], float]:
    """What is wrong after one kill, and how many seconds are missing in the shorter file."""
    kind = KINDS[number % len(KINDS)]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.recording_kill", "--record", folder, kind], stdout=subprocess.PIPE
        )
        end_s = None
        live_s = rng.uniform(0.0, 5.0)
        said_s = 0.0
        for line in process.stdout:
            said_s = json.loads(line)["pushed_s"]
            end_s = end_s or (time.monotonic() + live_s if said_s else None)
            if end_s is not None and time.monotonic() >= end_s:
                break
        process.kill()
        process.stdout.close()
        process.wait()
        faults, lengths = [], []
        files = sorted(path for path in Path(folder).rglob(f"*.{kind}"))
        for path in files:
            try:
                samples, rate_hz = soundfile.read(path, dtype="float32")
            except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
                faults.append(f"{path.name} does not open: {error}")
                continue
            lengths.append(len(samples) / rate_hz)
            if said_s - lengths[-1] > MISSING_S:
                faults.append(f"{path.name}: {lengths[-1]:.2f} s of {said_s:.2f} s")
            if lengths[-1] > 1 and not np.abs(samples[-rate_hz // 2 :]).max() > 0:
                faults.append(f"{path.name}: silence at the end")
        if not files:
            faults.append(f"no {kind} files")
        held = f"{min(lengths):.2f} s" if lengths else "nothing"
        print(f"round {number + 1:2}: {kind:4} killed at {said_s:.2f} s, {len(files)} files hold {held}", flush=True)
        return [f"round {number + 1}: {fault}" for fault in faults], said_s - min(lengths, default=0.0)


def main() -> int:
    if sys.argv[1:2] == ["--record"]:
        record(*sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=SHORT)
    parser.add_argument("--full", action="store_true", help=f"{FULL} rounds")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    rounds = [one_round(number, rng) for number in range(FULL if args.full else args.rounds)]
    faults = [fault for found, _ in rounds for fault in found]
    missing_s = max(missing for _, missing in rounds)
    return verdict(not faults, f"{len(rounds)} kills: {len(faults)} faults, {missing_s:.2f} s missing at most", faults)


if __name__ == "__main__":
    sys.exit(main())
