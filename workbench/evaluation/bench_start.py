"""How long the program takes to start: from the process's begin to its window, its first sound, its first picture."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.audio.stream import program
from workbench.core.errors import EarshotError

START = "start"
STARTS = 5
START_PATIENCE_S = 120.0


def _start() -> dict[str, float]:
    """Times of one start of the program with the simulated room, in a window on Qt's own offscreen platform."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "start.json")
        done = subprocess.run(
            [*program(), "--fresh", "--source", "room", "--sink", "none", "--start-times", str(told)],
            # Nobody's settings, and nobody's runs: one of those that crashed would be looked after first.
            env={
                **os.environ,
                "QT_QPA_PLATFORM": "offscreen",
                "XDG_CONFIG_HOME": folder,
                "XDG_STATE_HOME": folder,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_PATIENCE_S,
            check=False,
        )
        if done.returncode or not told.is_file():
            raise EarshotError(f"The program did not start: {done.stderr.strip()[-300:] or done.returncode}")
        return json.loads(told.read_text(encoding="utf-8"))


def start_rows(starts: int = STARTS, start: Callable[[], dict[str, float]] = _start) -> list[dict]:
    """Rows of the `bench` contract for starting the window, warm: from the process's begin to what the case names.

    Median and slowest of the starts, after one that is not counted; `core_percent` is the processor time until the
    first column is seen, over the time that passed.
    """
    start()
    times = [start() for _ in range(starts)]
    busy = float(np.mean([100 * one["cpu_s"] / one["column_s"] for one in times]))
    rows = []
    for key, case in (("window_s", "window painted"), ("sound_s", "first sound"), ("column_s", "first column seen")):
        typical_us, slowest_us = (1e6 * float(found([one[key] for one in times])) for found in (np.median, np.max))
        rows.append(
            {
                "stage": START,
                "case": f"{case}, warm, room",
                "p50_us": typical_us,
                "p99_us": slowest_us,
                "paced_p50_us": typical_us,
                "paced_p99_us": slowest_us,
                "core_percent": busy,
                "load_s": 0.0,
                "growth_mb": 0.0,
                "reference": None,
            }
        )
    return rows
