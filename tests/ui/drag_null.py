"""Drags the null of the loudspeakers' centre beam from 90 to 60 degrees with the mouse, in the real window with the
real engine.

    python -m tests.ui.drag_null [--theme dark|light] [--pictures DIR]

Starts an X server of its own (Xvfb) and moves the pointer with xdotool. The sound is noise from the middle, played to
the drivers; what leaves the engine is recorded while it plays. Prints as JSON, before and after: where the null is
in the parameters, how deep the pattern on show is at 60 and at 90 degrees, and how deep the recorded driver signals are
there, on the axis of a model of the cabinet. Exits with 1 unless pattern and sound went along. How soon they do is
measured by tests.ui.drag_delay.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from tests.soak.screen import Shown, screen

LAYOUT = "sphere5-60mm"
BEGIN_DEG, TARGET_DEG, WINDOW_DEG = 90, 60, 30.0
BAND_HZ = (1000.0, 2500.0)
"""Where five drivers have a null at 60 degrees as well as at 90."""
RECORD_S = 3.0
LIMIT_S = 60.0
PARTS = {"polar": "polar", "image": "beam_map", "sweet-spot": "sweet_spot", "separation": "cancellation"}


def mono_noise(path: Path) -> None:
    """Ten seconds of noise that is the same on both sides: all of it belongs into the middle."""
    noise = 0.1 * np.random.default_rng(0).standard_normal(480_000)
    soundfile.write(path, np.stack([noise, noise], axis=1), 48000, subtype="FLOAT")


def radiated_db(recording: np.ndarray, angles_deg) -> list[float]:
    """Level of driver signals (drivers, N) in directions over the axis, in dB, on a rigid-sphere cabinet."""
    from workbench.core.geometry import load_layout
    from workbench.render.drivers import patterns

    size = 4096
    hz = np.fft.rfftfreq(size, 1 / 48000)
    inside = (hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])
    angles = np.radians([0.0, *(side * angle for angle in angles_deg for side in (-1, 1))])
    pattern = patterns(load_layout(LAYOUT), angles, hz[inside])
    frames = recording[:, : recording.shape[1] // size * size].reshape(len(recording), -1, size)
    spectra = np.fft.rfft(frames * np.hanning(size), axis=-1)[..., inside]
    heard = (np.abs(np.einsum("fai,inf->anf", pattern, spectra)) ** 2).sum(axis=(1, 2))
    level = 10 * np.log10(heard[1:] / heard[0]).reshape(-1, 2).max(axis=1)
    return [round(float(value), 1) for value in level]


def drag(theme: str, pictures: str | None) -> dict:
    """The drag itself; DISPLAY names the X server."""
    from workbench.core import params as parameters
    from workbench.core.params import Params
    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    folder = Path(tempfile.mkdtemp())
    mono_noise(folder / "noise.wav")
    values = {
        "render.audition": False,
        "render.window_deg": WINDOW_DEG,
        "render.beam_null_db": 15.0,
        "enhance.enabled": False,
    }
    session = Session(
        Settings(
            source=f"file:{folder / 'noise.wav'}",
            sink="none",
            array=None,
            layout=LAYOUT,
            params=parameters.replace(Params(), values),
        )
    )
    shown = Shown(session, theme_name=theme)
    window, spin = shown.window, shown.spin
    session.start()

    def wait_for(done) -> bool:
        end_s = time.monotonic() + LIMIT_S
        while not done():
            if time.monotonic() > end_s:
                return False
            spin(0.01)
        return True

    def detail():
        response = session.mailbox.loudspeaker_response
        return response.detail if response is not None else None

    def shown_db(angles_deg) -> list[float]:
        """Mean of the band in the pattern on show, the worse side, over the axis."""
        now = detail()
        inside = (now.beam_hz >= BAND_HZ[0]) & (now.beam_hz <= BAND_HZ[1])
        degrees = np.degrees(now.beam_azimuth_rad)
        power = 10 ** (now.beam_db[inside] / 10)
        at = [[np.abs(degrees - side * angle).argmin() for side in (-1, 1)] for angle in angles_deg]
        return [round(float(10 * np.log10(power[:, two].mean(axis=0).max())), 1) for two in at]

    def recorded(name: str) -> np.ndarray:
        session.start_recording(folder / name)
        wait_for(lambda: (session.mailbox.health.recording_s or 0.0) >= RECORD_S)
        session.stop_recording()
        wait_for(lambda: session.mailbox.health.recording_s is None)
        samples, _ = soundfile.read(next((folder / name).rglob("output.*")), always_2d=True)
        return samples.T[:, 4800:]

    def state(name: str) -> dict:
        angles = (TARGET_DEG, BEGIN_DEG)
        return {
            "null_deg": session.params.render.null_deg,
            "pattern_db": dict(zip(map(str, angles), shown_db(angles))),
            "sound_db": dict(zip(map(str, angles), radiated_db(recorded(name), angles))),
        }

    wait_for(lambda: detail() is not None and session.mailbox.health.state == "running")
    window.panels.loudspeakers()
    window.loudspeaker_panel.move(60, 60)
    wait_for(lambda: detail().depth is not None)
    spin(1.0)
    before = state("before")
    plot = window.loudspeaker_panel.view.polar

    def point(degrees: float) -> tuple[str, str]:
        place = plot._point(math.radians(degrees), plot.plot_rect().width() / 2)
        at = plot.mapToGlobal(place.toPoint())
        return str(at.x()), str(at.y())

    def mouse(*command: str) -> None:
        subprocess.run(["xdotool", *command], check=True)
        spin(0.005)

    mouse("mousemove", *point(BEGIN_DEG))
    spin(0.2)
    mouse("mousedown", "1")
    for degrees in range(BEGIN_DEG - 1, TARGET_DEG - 1, -1):
        mouse("mousemove", *point(degrees))
        wait_for(lambda: detail().params.null_deg == session.params.render.null_deg)
    mouse("mouseup", "1")
    wait_for(lambda: abs(session.params.render.null_deg - TARGET_DEG) <= 1.0)
    wait_for(lambda: detail().params.null_deg == session.params.render.null_deg and not detail().draft)
    spin(0.5)
    after = state("after")
    if pictures:
        save_pictures(window, Path(pictures), theme)
    session.undo()
    wait_for(lambda: session.params.render.null_deg == before["null_deg"])
    undone = session.params.render.null_deg
    shown.close()
    target, begin = str(TARGET_DEG), str(BEGIN_DEG)
    went_along = (
        abs(after["null_deg"] - TARGET_DEG) <= 1.0
        and undone == BEGIN_DEG
        and all(after[what][target] < before[what][target] - 6 for what in ("pattern_db", "sound_db"))
        and all(after[what][begin] > before[what][begin] for what in ("pattern_db", "sound_db"))
        and all(
            abs(one["pattern_db"][at] - one["sound_db"][at]) < 3 for one in (before, after) for at in before["sound_db"]
        )
    )
    return {
        "before": before,
        "after": after,
        "undone_deg": undone,
        "went_along": went_along,
    }


def save_pictures(window, folder: Path, theme: str) -> None:
    """The panel, its plots, and the front of the trade-offs."""
    from PySide6.QtWidgets import QApplication

    folder.mkdir(parents=True, exist_ok=True)
    panel = window.loudspeaker_panel
    panel.grab().save(str(folder / f"loudspeakers-{theme}.png"))
    for name, attribute in PARTS.items():
        getattr(panel.view, attribute).grab().save(str(folder / f"{name}-{theme}.png"))
    window.panels.trades()
    window.trade_panel.toggle()
    end_s = time.monotonic() + LIMIT_S
    trades = window.trade_panel
    while trades.front.trades is None and time.monotonic() < end_s:
        QApplication.processEvents()
        time.sleep(0.02)
    trades.grab().save(str(folder / f"front-{theme}.png"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--pictures", metavar="DIR", help="save pictures of the panel and of its plots afterwards")
    args = parser.parse_args()
    with screen():
        result = drag(args.theme, args.pictures)
    print(json.dumps(result))
    sys.stdout.flush()
    os._exit(0 if result["went_along"] else 1)


if __name__ == "__main__":
    main()
