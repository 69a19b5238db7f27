"""A training that is killed again and again and goes on, beside one that is not: the same weights, the same curve.

    python -m tests.soak.train_kill [--batches 24] [--kills 2] [--work DIR]

The sounds are made from the voices and noises that come with the program. Ends with 1 if anything differs.
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
import soxr

from workbench.audio.noises import make_noise
from workbench.core.resources import resource

RATE_HZ = 48000
SPEEDS = (0.88, 1.0, 1.13)
NOISES = ("fan", "babble", "traffic", "keyboard")
NOISE_S = 75


def make_sounds(folder: Path) -> None:
    """Ten minutes: each voice at three speeds, and four noises."""
    for name in ("speech", "noise"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for path in sorted(resource("voices").glob("*.flac")):
        voice, rate_hz = soundfile.read(path, dtype="float32")
        for number, speed in enumerate(SPEEDS):
            sound = soxr.resample(voice, rate_hz, RATE_HZ / speed)
            soundfile.write(folder / "speech" / f"{path.stem}{number}.wav", sound, RATE_HZ, "PCM_16")
    for kind in NOISES:
        source = make_noise(kind, 1, 3, RATE_HZ // 10)
        sound = np.concatenate([source.next()[0] for _ in range(10 * NOISE_S)])
        soundfile.write(folder / "noise" / f"{kind}.wav", 0.3 * sound / np.abs(sound).max(), RATE_HZ, "PCM_16")


def command(folder: Path, out: Path, batches: int, *more: str) -> list[str]:
    """The training as a person would start it."""
    words = ["train", "enhance", "--speech", str(folder / "speech"), "--noise", str(folder / "noise")]
    return [sys.executable, "-m", "workbench", *words, "--out", str(out), "--batches", str(batches), *more]


def killed_run(folder: Path, out: Path, batches: int, kills: int) -> None:
    """Start, kill some time after a checkpoint was written, go on; `kills` times."""
    checkpoint = out.with_name(out.name + ".training") / "checkpoint.pt"
    more: tuple[str, ...] = ()
    for number in range(kills):
        process = subprocess.Popen(command(folder, out, batches, *more), stderr=subprocess.DEVNULL)
        before = checkpoint.stat().st_mtime if checkpoint.exists() else 0.0
        while process.poll() is None and not (checkpoint.exists() and checkpoint.stat().st_mtime > before):
            time.sleep(0.2)
        if process.poll() is not None:
            print("ended before it could be killed: more batches are needed")
            break
        time.sleep(random.uniform(0, 20))
        process.send_signal(signal.SIGKILL)
        process.wait()
        print(f"kill {number + 1}", flush=True)
        more = ("--resume",)
    subprocess.run(command(folder, out, batches, "--resume"), check=True, stderr=subprocess.DEVNULL)


def main() -> int:
    """Train twice and compare."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=24)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--work", type=Path, default=None)
    args = parser.parse_args()
    folder = args.work or Path(tempfile.mkdtemp())
    make_sounds(folder)
    os.environ["OMP_NUM_THREADS"] = "1"
    whole, broken = folder / "whole.onnx", folder / "broken.onnx"
    begin = time.monotonic()
    subprocess.run(command(folder, whole, args.batches), check=True, stderr=subprocess.DEVNULL)
    print(f"unbroken: {time.monotonic() - begin:.0f} s", flush=True)
    killed_run(folder, broken, args.batches, args.kills)
    one, other = (
        torch.load(path.with_name(path.name + ".training") / "checkpoint.pt", weights_only=True)
        for path in (whole, broken)
    )
    curves = [[(point["batch"], point["validation_loss"]) for point in state["curve"]] for state in (one, other)]
    print("curves", curves)
    same = curves[0] == curves[1] and all(torch.equal(one["network"][k], other["network"][k]) for k in one["network"])
    same &= whole.read_bytes() == broken.read_bytes()
    print("the same weights, curve and exported model" if same else "DIFFERENT")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
