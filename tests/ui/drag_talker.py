"""Drags a talker of the simulated room around the array with the mouse, in the real window with the real engine.

    python -m tests.ui.drag_talker [--theme dark|light] [--picture FILE.png]

Starts an X server of its own (Xvfb) and moves the pointer with xdotool. Prints, as JSON, where the truth, the track
and the beam that follows it are before and after, how much louder the left output is than the right, and how much
louder the talker is in After than what is left in the talker's pauses; exits with 1 unless all went along: the heard
image from the left to the right, and the spectrum still the talker's.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np

from tests.soak.screen import Shown, screen

START_DEG, TARGET_DEG, TARGET_M = 30.0, -100.0, 1.2
LIMIT_S, STEP_LIMIT_S = 60.0, 6.0
"""What is waited for at most in all, and at each step: for a talker who says nothing just then, or a slow machine."""
HEARD_S = 2.0
"""So much sound is judged."""
BAND = slice(10, 170)
"""Bins of After from 230 Hz to 4 kHz, where speech is."""
STEP_S = 0.3
"""Between two steps of 5° at least: as fast as a person walks around a table, which a track can follow."""
NEAR_DEG = 10.0
"""So near the track is to the talker before the next step is taken, and at the end."""


def drag(theme: str, picture: str | None) -> dict:
    """The drag itself; DISPLAY names the X server."""
    from workbench.core import params as parameters
    from workbench.core.geometry import wrap_deg
    from workbench.core.params import Params
    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    # Ears' signals would be nearly as loud on both sides: the drivers' own show the image plainly.
    placed = {"render.place_follows": True, "render.method": "plain", "render.audition": False}
    session = Session(
        Settings(
            source="room:one-talker-still",
            sink="none",
            array="uca8-100mm",
            layout="pair-100mm",
            params=parameters.replace(Params(), placed),
        )
    )
    shown = Shown(session, theme_name=theme)
    window, spin = shown.window, shown.spin
    session.start()

    def seen() -> dict:
        """Azimuths in degrees of truth, nearest track and beam; None where there is none."""
        localizations = session.mailbox.localizations_since(-1)
        snapshots = session.mailbox.snapshots_since(-1)
        if not localizations or not localizations[-1].truth or not snapshots:
            return {"truth": None, "track": None, "beam": None}
        newest = localizations[-1]
        truth = newest.truth[0]
        tracks = sorted(
            newest.tracks, key=lambda track: abs(wrap_deg(math.degrees(track.azimuth_rad - truth.azimuth_rad)))
        )
        return {
            "truth": round(math.degrees(truth.azimuth_rad), 1),
            "distance_m": round(truth.distance_m, 2),
            "track": round(math.degrees(tracks[0].azimuth_rad), 1) if tracks else None,
            "number": tracks[0].number if tracks else None,
            "beam": round(math.degrees(snapshots[-1].beam_azimuth_rad), 1),
        }

    def heard(seconds: float) -> dict:
        """Of the last seconds: left output over right in dB, and loud columns of After over soft ones."""
        snapshots = session.mailbox.snapshots_since(-1)[-round(100 * seconds) :]
        power = np.array([10 ** (np.asarray(s.output.rms_dbfs[:2], dtype=float) / 10) for s in snapshots])
        after = np.array([s.after_dbfs[BAND].mean() for s in snapshots])
        left, right = np.maximum(power.sum(axis=0), 1e-20)  # far to one side the other is silent
        left_db = 10 * np.log10(left / right)
        loud, soft = np.percentile(after, (90, 5))
        return {"left_over_right_db": round(float(left_db), 1), "speech_over_pauses_db": round(float(loud - soft), 1)}

    def speaks(sound: dict) -> bool:
        """There is speech in it, and pauses are quiet."""
        return sound["speech_over_pauses_db"] > 10.0

    def near(azimuth_deg: float | None, wanted_deg: float, within_deg: float) -> bool:
        return azimuth_deg is not None and abs(wrap_deg(azimuth_deg - wanted_deg)) <= within_deg

    def arrived(now: dict, wanted_deg: float) -> bool:
        """The talker is where the hand is, and found there."""
        return near(now["truth"], wanted_deg, 4.0) and near(now["track"], now["truth"], NEAR_DEG)

    def when(fulfilled: Callable[[dict], bool]) -> dict:
        """What is seen and heard as soon as it is like that, or at last."""
        last: dict = {}

        def look() -> bool:
            last.update(seen() | heard(HEARD_S))
            return fulfilled(last)

        shown.until(look, LIMIT_S)
        return last

    shown.until(lambda: near(seen()["track"], START_DEG, NEAR_DEG), LIMIT_S)
    session.set({"beamformer.follow": seen().get("number") or 0})
    begun_s = session.mailbox.health.elapsed_s
    shown.until(lambda: session.mailbox.health.elapsed_s > begun_s + HEARD_S + 1.0, LIMIT_S)
    before = when(lambda now: now["left_over_right_db"] > 1.0 and speaks(now))

    canvas = window.space.source_map.canvas

    def point(azimuth_deg: float, distance_m: float) -> tuple[str, str]:
        at = canvas.mapToGlobal(canvas.place(math.radians(azimuth_deg), distance_m).toPoint())
        return str(at.x()), str(at.y())

    def mouse(*command: str) -> None:
        subprocess.run(["xdotool", *command], check=True)
        spin(0.02)

    mouse("mousemove", *point(START_DEG, 1.5))
    spin(0.2)
    mouse("mousedown", "1")
    steps = 26
    for step in range(1, steps + 1):
        share = step / steps
        azimuth_deg = START_DEG + share * (TARGET_DEG - START_DEG)
        mouse("mousemove", *point(azimuth_deg, 1.5 + share * (TARGET_M - 1.5)))
        spin(STEP_S)
        shown.until(lambda azimuth_deg=azimuth_deg: arrived(seen(), azimuth_deg), STEP_LIMIT_S)
    mouse("mouseup", "1")

    def there(now: dict) -> bool:
        followed = arrived(now, TARGET_DEG) and near(now["beam"], now["truth"], 12.0)
        return followed and now["left_over_right_db"] < -1.0 and speaks(now)

    after = when(there)
    if picture:
        window.grab().save(picture)
    shown.close()
    went_along = (
        there(after) and after["number"] == before["number"] and before["left_over_right_db"] > 1.0 and speaks(before)
    )
    return {"before": before, "after": after, "went_along": went_along}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--picture", metavar="FILE.png", help="save a picture of the window afterwards")
    args = parser.parse_args()
    with screen():
        result = drag(args.theme, args.picture)
    print(json.dumps(result))
    sys.stdout.flush()
    os._exit(0 if result["went_along"] else 1)


if __name__ == "__main__":
    main()
