"""How much faster `workbench batch` is with several processes: `python docs/measure_batch.py`.

Makes noisy speech-like files in a temporary folder, runs the same recipe over them with one process and with several,
in turns, and prints the best of each: the whole command by the clock, its start and end included. The processors have
to be idle otherwise; the last column says how many of them were used.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 48000
RECIPE = 'earshot_recipe = 1\n[params.enhance]\nmethod = "percepnet-small"\n'


def make_files(folder: Path, count: int, seconds: float) -> None:
    """Buzzes with gliding pitch and pauses, in noise."""
    folder.mkdir()
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    for number in range(count):
        rng = np.random.default_rng(number)
        phase = 2 * np.pi * np.cumsum(rng.uniform(90, 200) + 30 * np.sin(2 * np.pi * rng.uniform(0.3, 1) * t)) / RATE_HZ
        voice = sum(np.sin(k * phase) / k for k in range(1, 20)) * (np.sin(2 * np.pi * 0.7 * t) > -0.4)
        sound = 0.1 * voice + 0.03 * rng.standard_normal(len(t))
        soundfile.write(folder / f"{number:04}.flac", sound, RATE_HZ)


def run(program: list[str], folder: Path, jobs: int) -> tuple[float, float]:
    """Seconds by the clock and of the processors that one run takes."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    words = ["batch", str(folder / "recipe.toml"), str(folder / "in"), "--out", str(out), "--jobs", str(jobs)]
    subprocess.run([*program, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each (default 20)")
    parser.add_argument("--jobs", type=int, default=4, help="processes to compare with one (default 4)")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--program", help="packaged program, e.g. dist/earshot/earshot (default: this checkout)")
    args = parser.parse_args()
    program = [args.program] if args.program else [sys.executable, "-m", "workbench"]
    best: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(folder / "in", args.files, args.seconds)
        (folder / "recipe.toml").write_text(RECIPE)
        run(program, folder, args.jobs)  # the files into the system's cache, the inner loops into the program's
        for _ in range(args.rounds):
            for jobs in (1, args.jobs):
                best[jobs] = min(run(program, folder, jobs), best.get(jobs, (np.inf, np.inf)))
    sound_s = args.files * args.seconds
    print(f"{args.files} files of {args.seconds:g} s, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for jobs, (wall_s, cpu_s) in best.items():
        speed, used = sound_s / wall_s, cpu_s / wall_s
        print(f"{jobs:3} processes: {wall_s:7.1f} s, {speed:6.0f} x real time, {used:4.1f} processors used")
    one, several = best[1][0], best[args.jobs][0]
    print(f"{args.jobs} against 1: {one / several:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
