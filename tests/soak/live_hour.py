"""An hour live with the window painting: no dropout of the program's own, and memory that does not grow.

    python -m tests.soak.live_hour [--minutes 4] [--full]

Everything runs: the simulated room with its microphone array, beam, enhancement, localization and loudspeaker filters
into a JACK server's device, and the real window on an X server of its own. Memory is that of the program and its audio
processes; the slope is a straight line through the minutes after the first ones, in which what the window keeps of the
past fills (the drift's picture holds a quarter of an hour) and the program still loads things.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time

import numpy as np

from tests.audio.jack_server import JackServer
from tests.soak.calm import run_calmly
from tests.soak.screen import Shown, screen
from tests.soak.verdict import verdict
from workbench.core.system_files import text_of

DEVICE = "device:JACK Audio Connection Kit/system"
SAMPLE_S = 5.0
SLOPE_MB_H = 1.0
SHORT_MINUTES, FULL_MINUTES = 4.0, 60.0
WARM_UP_PART, WARM_UP_MOST_S = 0.4, 1020.0
LEAST_FOR_SLOPE_MINUTES = 30.0
"""In less time a megabyte an hour cannot be told from the noise of one allocation."""


def slope_mb_h(seconds: np.ndarray, megabytes: np.ndarray) -> tuple[float, float]:
    """Slope of a straight line, and its standard error, in MB/h."""
    centred = seconds - seconds.mean()
    slope = centred @ megabytes / (centred @ centred)
    rest = megabytes - megabytes.mean() - slope * centred
    # Successive values hang together: as many independent ones as there are minutes.
    independent = max((seconds[-1] - seconds[0]) / 60 - 2, 1)
    error = np.sqrt((rest @ rest) / len(rest) / independent / centred.var())
    return 3600 * slope, 3600 * error


def anonymous_mb() -> float:
    """The part of the resident memory that no file stands behind; NaN where the system does not tell."""
    try:
        return int(re.search(r"RssAnon:\s*(\d+) kB", text_of("/proc/self/status"))[1]) / 1024
    except (OSError, TypeError):
        return float("nan")


def soak(minutes: float) -> int:
    server = JackServer()
    os.environ.update(server.variables)
    from workbench.engine.meters import memory_mb
    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    session = Session(Settings(source="room", sink=DEVICE))
    with screen():
        shown = Shown(session)
        try:
            session.start()
            health = lambda: session.mailbox.health  # noqa: E731
            if not shown.until(lambda: health().state == "running" and health().elapsed_s > 1, 60):
                return verdict(False, f"no sound: {health().message}")
            session.set({"output.muted": False})
            shown.spin(10.0)
            runner = session._assembly.runner
            before = runner.dropouts.own, runner.server_dropouts, runner.dropouts.noted
            told, readings, began_s = before[2], [], time.monotonic()
            while (passed_s := time.monotonic() - began_s) < 60 * minutes:
                readings.append((passed_s, memory_mb()))
                shown.spin(SAMPLE_S)
                newest, noted = list(runner.dropouts.newest), runner.dropouts.noted
                for dropout in newest[len(newest) - min(noted - told, len(newest)) :]:
                    whose = "OWN" if dropout.own else "not own"
                    print(f"{dropout.time_s:8.2f} s {whose} {dropout.stage}: {dropout.detail}")
                told = noted
                if len(readings) % round(60 / SAMPLE_S) == 0:
                    print(
                        f"{passed_s / 60:5.1f} min: {readings[-1][1]:.2f} MB, {anonymous_mb():.2f} of them anonymous, "
                        f"load {health().load:.2f}",
                        flush=True,
                    )
            own = runner.dropouts.own - before[0]
            of_server = runner.server_dropouts - before[1]
        finally:
            shown.close()
            server.stop()
    seconds, megabytes = np.array(readings).T
    settled = seconds > min(WARM_UP_PART * 60 * minutes, WARM_UP_MOST_S)
    slope, error = slope_mb_h(seconds[settled], megabytes[settled])
    good = own == 0
    if minutes >= LEAST_FOR_SLOPE_MINUTES:
        good = good and slope < SLOPE_MB_H
    else:
        print(f"too short to judge the slope ({LEAST_FOR_SLOPE_MINUTES:g} minutes and more do)")
    return verdict(
        good,
        f"{minutes:g} minutes: {own} own dropouts, {told - before[2]} in all, {of_server} of the sound server; "
        f"memory {megabytes[settled][0]:.1f} to {megabytes[-1]:.1f} MB, slope {slope:+.2f} ± {error:.2f} MB/h",
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=SHORT_MINUTES)
    parser.add_argument("--full", action="store_true", help=f"{FULL_MINUTES:g} minutes")
    args = parser.parse_args()
    if (status := run_calmly("tests.soak.live_hour")) is not None:
        return status
    return soak(FULL_MINUTES if args.full else args.minutes)


if __name__ == "__main__":
    sys.exit(main())
