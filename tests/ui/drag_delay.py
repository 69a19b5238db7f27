"""How soon the loudspeaker views follow a slider that is dragged, in the real window with the real engine.

    python -m tests.ui.drag_delay [--case NAME ...] [--size 1920x1080] [--seconds 4] [--theme dark|light]

Starts an X server of its own (Xvfb: software) and drags with the mouse, a new place every 20 ms, to and fro; the sound
is noise from the middle, played to the drivers. For each value that the slider takes: how long until a frame shows the
design of it, or of a later one. Prints JSON, for each case the median and the longest of these delays, the longest time
between two frames of the window while it was dragged, how often the views were drawn, how long after the last move the
design itself took the place of the draft, how many dropouts of its own the sound had from the first move on, and
whether the delays and frames were within the limits: 100 ms for two drivers, 400 ms for five, 50 ms between frames.
Exits with 1 where they were not. Timings are those of the machine: it should have nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.soak.calm import run_calmly
from tests.soak.screen import Shown, screen
from tests.ui.drag_null import mono_noise
from tests.ui.pointer import Pointer

MOVE_S = 0.02
FRAME_MS = 50.0
LIMIT_S = 60.0


@dataclass(frozen=True)
class Case:
    """What is dragged: a row's slider or, for the null, the handle of the polar plot; from one value to another."""

    layout: str
    path: str
    begin: float
    end: float
    limit_ms: float


CASES = {
    "pair": Case("pair-100mm", "render.droop_db", 0.5, 6.0, 100.0),
    "pair-region": Case("pair-100mm", "render.region_cm", 4.0, 8.0, 100.0),
    "five": Case("sphere5-60mm", "render.droop_db", 0.5, 6.0, 400.0),
    "five-null": Case("sphere5-60mm", "render.null_deg", 90.0, 60.0, 400.0),
}


def delays_ms(asked: list[tuple[float, float]], shown: list[tuple[float, float]]) -> list[float]:
    """From each value that was asked for to the first frame that shows its design, or that of a later value.

    Parameters
    ----------
    asked, shown : (seconds, value) in order
        A value that was asked for more than once counts as the newest of these before the frame.
    """
    found, reached = [], 0
    for at_s, value in shown:
        known = [number for number, (asked_s, one) in enumerate(asked) if one == value and asked_s <= at_s]
        if known and known[-1] >= reached:
            found += [1000 * (at_s - asked_s) for asked_s, _ in asked[reached : known[-1] + 1]]
            reached = known[-1] + 1
    return found


def drag(case: Case, size: tuple[int, int], seconds: float, theme: str) -> dict:
    """One case; DISPLAY names the X server."""
    from PySide6.QtCore import QEvent, QObject, QPointF, QTimer

    from workbench.core import params as parameters
    from workbench.core.params import Params
    from workbench.engine.session import Session
    from workbench.engine.settings import Settings

    folder = Path(tempfile.mkdtemp())
    mono_noise(folder / "noise.wav")
    values = {
        "render.audition": False,
        "render.window_deg": 30.0,
        "render.beam_null_db": 15.0,
        "enhance.enabled": False,
        case.path: case.begin,
    }
    params = parameters.replace(Params(), values)
    source = f"file:{folder / 'noise.wav'}"
    session = Session(Settings(source=source, sink="none", array=None, layout=case.layout, params=params))
    shown = Shown(session, size, theme)
    window = shown.window
    session.start()

    def detail():
        response = session.mailbox.loudspeaker_response
        return response.detail if response is not None else None

    def value_of(params) -> float:
        return getattr(params.render if hasattr(params, "render") else params, case.path.partition(".")[2])

    shown.until(lambda: detail() is not None and session.mailbox.health.state == "running", LIMIT_S)
    window.panels.loudspeakers()
    window.loudspeaker_panel.move(60, 60)
    shown.until(lambda: detail().depth is not None, LIMIT_S)
    shown.spin(2.0)
    view = window.loudspeaker_panel.view
    asked: list[tuple[float, float]] = []
    painted: list[tuple[float, float, bool]] = []
    frames: list[float] = []
    view.edited.connect(lambda path, value, gesture: asked.append((time.perf_counter(), float(value))))
    view.changed.connect(lambda changes, gesture: asked.append((time.perf_counter(), float(changes[case.path]))))
    # The plot that is painted last of those on show: its frame is the one that shows the design.
    watched = view.polar if case.path == "render.null_deg" else view.cancellation

    class Frames(QObject):
        """Notes when the window has painted, and which design the plot has then."""

        def eventFilter(self, target, event):
            if event.type() == QEvent.Type.Paint and target is watched:
                response = watched.response
                QTimer.singleShot(0, lambda: self.note(response.detail))
            elif event.type() == QEvent.Type.UpdateRequest and target is window:
                frames.append(time.perf_counter())
            return False

        def note(self, of) -> None:
            value, draft = float(value_of(of.params)), bool(getattr(of, "draft", False))
            if not painted or painted[-1][1:] != (value, draft):
                painted.append((time.perf_counter(), value, draft))

    filters = Frames()
    window.installEventFilter(filters)
    watched.installEventFilter(filters)

    pointer = Pointer()
    if case.path == "render.null_deg":
        plot = view.polar

        def place(value: float) -> QPointF:
            return plot._point(np.radians(value), plot.plot_rect().width() / 2)
    else:
        from workbench.ui import knobs

        plot = view.settings.rows[case.path].slider

        def place(value: float) -> QPointF:
            return QPointF(plot._x_of(knobs.fraction_of(plot.knob, value)), plot.height() / 2)

    def at(now_s: float) -> float:
        """To and fro, once in two seconds, beginning at the first value."""
        return case.begin + (case.end - case.begin) * 0.5 * (1 - np.cos(np.pi * now_s))

    pointer.move(plot, place(case.begin))
    shown.spin(0.3)
    pointer.press()
    shown.spin(0.3)
    asked.clear()
    painted.clear()
    frames.clear()
    own_before = session.mailbox.health.own_dropouts
    mover, began = QTimer(), time.perf_counter()
    mover.setInterval(round(1000 * MOVE_S))
    mover.timeout.connect(lambda: pointer.move(plot, place(at(time.perf_counter() - began))))
    mover.start()
    shown.spin(seconds)
    mover.stop()
    ended, during = time.perf_counter(), len(frames)
    # The last design itself, painted.
    shown.until(lambda: bool(painted) and painted[-1][1:] == (value_of(session.params), False), LIMIT_S)
    pointer.release()
    shown.spin(0.2)
    rest_ms = next(
        (1000 * (at_s - asked[-1][0]) for at_s, _, draft in painted if at_s > asked[-1][0] and not draft), None
    )
    pointer.close()
    health = session.mailbox.health
    shown.close()
    delays = delays_ms(asked, [(at_s, value) for at_s, value, _ in painted]) or [np.inf]
    gaps = 1000 * np.diff(frames[:during])
    drawn = sum(at_s <= ended for at_s, *_ in painted)
    result = {
        "values": len(asked),
        "drawn_per_s": round(drawn / seconds, 1),
        "delay_ms": {"median": round(float(np.median(delays)), 0), "longest": round(max(delays), 0)},
        "frames": {"per_s": round(during / seconds, 1), "longest_gap_ms": round(float(gaps.max()))},
        "gaps_over_50_ms": int((gaps > FRAME_MS).sum()),
        "design_after_ms": None if rest_ms is None else round(rest_ms),
        "own_dropouts": health.own_dropouts - own_before,
    }
    result["within_limits"] = max(delays) <= case.limit_ms and float(gaps.max()) <= FRAME_MS
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", choices=CASES, action="append", help="one or more; all without")
    parser.add_argument("--size", default="1920x1080", help="of the window, WIDTHxHEIGHT")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each drag")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    args = parser.parse_args()
    if (status := run_calmly("tests.ui.drag_delay")) is not None:
        return status
    width, height = (int(part) for part in args.size.split("x"))
    with screen((width, height)):
        found = {name: drag(CASES[name], (width, height), args.seconds, args.theme) for name in args.case or CASES}
    print(json.dumps(found, indent=1))
    sys.stdout.flush()
    os._exit(0 if all(result["within_limits"] for result in found.values()) else 1)


if __name__ == "__main__":
    main()
