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
import time

import numpy as np

from tests.soak.screen import Shown, screen

START_DEG, TARGET_DEG, TARGET_M = 30.0, -100.0, 1.2
SETTLE_S, LIMIT_S = 3.0, 20.0
BAND = slice(10, 170)
"""Bins of After from 230 Hz to 4 kHz, where speech is."""
STEP_S = 0.3
"""Between two steps of 5°: as fast as a person walks around a table, which a track can follow."""


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
        left_db = 10 * np.log10(power[:, 0].sum() / max(power[:, 1].sum(), 1e-20))
        loud, soft = np.percentile(after, (90, 5))
        return {"left_over_right_db": round(float(left_db), 1), "speech_over_pauses_db": round(float(loud - soft), 1)}

    def near(azimuth_deg: float | None, wanted_deg: float, within_deg: float) -> bool:
        return azimuth_deg is not None and abs(wrap_deg(azimuth_deg - wanted_deg)) <= within_deg

    end_s = time.monotonic() + LIMIT_S
    while not near(seen()["track"], START_DEG, 10.0) and time.monotonic() < end_s:
        spin(0.2)
    before = seen()
    if before.get("number"):
        session.set({"beamformer.follow": before["number"]})
    spin(1.0)
    spin(2.0)
    before = seen() | heard(2.0)

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
        mouse("mousemove", *point(START_DEG + share * (TARGET_DEG - START_DEG), 1.5 + share * (TARGET_M - 1.5)))
        spin(STEP_S)
    mouse("mouseup", "1")
    spin(SETTLE_S)
    after = seen() | heard(2.0)
    if picture:
        window.grab().save(picture)
    shown.close()
    went_along = (
        near(after["truth"], TARGET_DEG, 4.0)
        and near(after["track"], after["truth"], 10.0)
        and near(after["beam"], after["truth"], 12.0)
        and after["number"] == before["number"]
        and before["left_over_right_db"] > 1.0
        and after["left_over_right_db"] < -1.0
        and min(before["speech_over_pauses_db"], after["speech_over_pauses_db"]) > 10.0
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
