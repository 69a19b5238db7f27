"""How often the window's views repaint, and what that costs: no engine and no sound, hand-made messages at their pace.

    python -m tests.soak.repaints [--size 1920x1080] [--seconds 10] [--page 0|1|2] [--theme dark]

Starts an X server of its own (Xvfb: software, as the goal asks). Prints JSON: repaints a second of the spectrograms,
the thread time of all painting as a share of one core, and how long after a new beam pattern came its picture was
painted. On a machine that others keep busy look at `thread_ms_per_repaint`: it says what one core could do.
Exits with 1 when the goals are missed: 50 a second at 1920x1080 and 30 at 3840x2160, 60 % of a core, 50 ms.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.screen import screen

HOP_S = 0.01


def _messages():
    """A round of hops (8 s), a function from time to a localization, and one from steering to a pattern."""
    import numpy as np

    from tests.ui.sound_messages import levels
    from tests.ui.space_messages import cardioid
    from workbench.core.messages import EnhancementState, Localization, Loudness, PairScope, SpatialSpectrum, Track

    rng = np.random.default_rng(1)
    bins, bin_hz = 1025, 48000 / 2048
    shape = -40 - 30 * np.log10(1 + np.arange(bins) * bin_hz / 300)

    def hop(number: int) -> dict:
        t = number * HOP_S
        voice = 12 * math.sin(2 * math.pi * 3 * t) * np.cos(np.arange(bins) * bin_hz / (90 + 30 * math.sin(t)))
        before = (shape + voice + rng.normal(0, 5, bins)).astype(np.float32)
        state = EnhancementState(
            np.clip(0.5 + 0.5 * np.sin(t * 4 + np.arange(34) / 5), 0, 1).astype(np.float32),
            np.clip(0.5 + 0.4 * np.cos(t * 3 + np.arange(34) / 7), 0, 1).astype(np.float32),
            120 + 40 * math.sin(t) if math.sin(5 * t) > -0.3 else 0.0,
            10.0,
        )
        stereo = rng.normal(0, 0.1, (2, 240)).astype(np.float32)
        return {
            "before_dbfs": before,
            "after_dbfs": before - 15 - 10 * rng.random(bins, dtype=np.float32),
            "input": levels(-20 + 10 * math.sin(9 * t), -30 + 8 * math.sin(7 * t), channels=8),
            "output": levels(-18 + 10 * math.sin(8 * t), -28 + 8 * math.sin(6 * t)),
            "gain_reduction_db": max(0.0, 3 * math.sin(t)),
            "enhancement": state,
            "loudness": Loudness(-23 + 5 * math.sin(3 * t), -23 + 3 * math.sin(t), -23.0, 6.0, -9.0, -6.0, t),
            "scope": PairScope("output", 0, 1, stereo, math.sin(t), math.cos(t)),
        }

    def localization(number: int):
        t = number / 5
        azimuth_rad = np.linspace(-math.pi, math.pi, 360, endpoint=False)
        spectrum = SpatialSpectrum(azimuth_rad, -12 + 12 * np.cos(azimuth_rad - 0.5 * math.sin(t)))
        tracks = tuple(
            Track(
                one, math.remainder(one * 1.6 + 0.3 * math.sin(t + one), math.tau), 0.9, 1.0 + 0.3 * one, True, t, 0.0
            )
            for one in (1, 2, 3)
        )
        sectors = np.clip(np.cos(np.arange(8) + t), 0, 1).astype(np.float32)
        return Localization(number, t, "srp", spectrum, (), tracks, sectors)

    return [hop(number) for number in range(800)], bin_hz, localization, cardioid


def measure(size: tuple[int, int], seconds: float, page: int, theme_name: str) -> dict:
    """Show the window for some seconds; DISPLAY names the X server."""
    from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from tests.ui.fakes import FakeSession
    from workbench.core.messages import Snapshot
    from workbench.dsp.bands import PEAK_HZ
    from workbench.ui import theme
    from workbench.ui.bridge import Bridge
    from workbench.ui.main_window import MainWindow
    from workbench.ui.pace import PacedTimer
    from workbench.ui.views.sound import SoundView
    from workbench.ui.views.space import SpaceView

    app = QApplication([])
    app.setStyle("Fusion")
    app.setFont(theme.font(13))
    folder = Path(tempfile.mkdtemp())
    store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    folders = {name: folder / name for name in ("presets", "recordings", "log")}
    window = MainWindow(Bridge(FakeSession()), SoundView(PEAK_HZ), SpaceView(), store, folders)
    window.set_theme(theme_name)
    window.resize(*size)
    window.show()
    window.space.show_lower_page(page)
    window.sound.set_channels([f"Mic {number}" for number in range(1, 9)], ["left", "right"])
    window.sound.set_running(True)
    window.space.set_running(True)
    hops, bin_hz, localization, pattern = _messages()

    class Paints(QObject):
        """Counts repaints of the parts of the window."""

        def __init__(self):
            super().__init__()
            self.count: dict[int, int] = {}
            self.waiting: float | None = None
            self.delays_ms: list[float] = []

        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint:
                self.count[id(watched)] = self.count.get(id(watched), 0) + 1
                if watched is window.space.beam.canvas and self.waiting is not None:
                    begun, self.waiting = self.waiting, None
                    QTimer.singleShot(0, lambda: self.delays_ms.append(1000 * (time.perf_counter() - begun)))
            return False

    paints = Paints()
    watched = {
        "before": window.sound.before,
        "after": window.sound.after,
        "level": window.sound.level_strip,
        "gain": window.sound.gain_strip,
        "input meters": window.sound.input_meters,
        "map": window.space.source_map.canvas,
        "beam": window.space.beam.canvas,
        "goniometer": window.space.meters.goniometer,
    }
    for part in watched.values():
        part.installEventFilter(paints)
    state = {"hop": 0, "map": 0, "begun": time.monotonic(), "pattern": 0}

    def snapshot(number: int) -> Snapshot:
        return Snapshot(
            sequence=number, time_s=number * HOP_S, bin_hz=bin_hz, beam_azimuth_rad=0.3, **hops[number % 800]
        )

    def tick() -> None:
        due = int((time.monotonic() - state["begun"]) / HOP_S)
        new = [snapshot(number) for number in range(state["hop"], due)]
        state["hop"] = due
        if new:
            window.sound.show_snapshots(new)
            window.space.show_snapshots(new)
            window.space.show_beam(0.3, 0)
        while state["map"] < due // 20:
            found = localization(state["map"])
            window.sound.show_localizations([found])
            window.space.show_localization(found)
            state["map"] += 1

    def steer() -> None:
        state["pattern"] += 3
        made = pattern(state["pattern"] % 360 - 180)
        paints.waiting = time.perf_counter()
        window.space.show_pattern(made)

    timer, steering = PacedTimer(tick), QTimer()
    timer.start()
    steering.timeout.connect(steer)
    if page == 0:
        steering.start(100)

    def spin(length_s: float) -> None:
        from PySide6.QtCore import QEventLoop

        loop = QEventLoop()
        QTimer.singleShot(round(1000 * length_s), loop.quit)
        loop.exec()

    spin(2.0)
    paints.count.clear()
    paints.delays_ms.clear()
    begun, cpu = time.perf_counter(), time.thread_time()
    spin(seconds)
    wall = time.perf_counter() - begun
    cpu = time.thread_time() - cpu
    interval_ms = timer.interval()
    timer.stop()
    steering.stop()
    rates = {name: round(paints.count.get(id(part), 0) / wall, 1) for name, part in watched.items()}
    delays = sorted(paints.delays_ms)
    result = {
        "size": f"{window.width()}x{window.height()}",
        "repaints_per_s": rates,
        "core_percent": round(100 * cpu / wall, 1),
        "interval_ms": interval_ms,
        "thread_ms_per_repaint": round(1000 * cpu / max(1, paints.count.get(id(window.sound.before), 1)), 1),
        "pattern_ms": {"median": round(delays[len(delays) // 2], 1), "largest": round(delays[-1], 1)}
        if delays
        else None,
    }
    window.close()
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--page", type=int, default=0, help="of the lower panel: 0 beam, 1 loudspeakers, 2 meters")
    parser.add_argument("--theme", default="dark")
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    with screen((width, height)):
        result = measure((width, height), args.seconds, args.page, args.theme)
    wanted = 50 if width <= 1920 else 30
    result["met"] = (
        min(result["repaints_per_s"]["before"], result["repaints_per_s"]["after"]) >= wanted
        and result["core_percent"] < 60
        and (result["pattern_ms"] is None or result["pattern_ms"]["median"] <= 50)
    )
    print(json.dumps(result, indent=1))
    sys.stdout.flush()
    os._exit(0 if result["met"] else 1)


if __name__ == "__main__":
    main()
