"""What the window pays, in processor time of its own thread, while a slider of the loudspeakers is dragged.

    python -m tests.ui.panel_cost [--layout NAME] [--path PATH --values FROM,TO] [--size 1920x1080]
                                  [--theme dark|light|contrast] [--profile]

The real window on an X server of its own (Xvfb: software) with the panel open over it, but no engine: designs are made
beforehand and handed over one after the other, between hops of sound. Prints JSON in milliseconds, medians and largest,
for each of the three things that happen in a drag: a value is set, a design arrives, sound is shown; as slot (what is
computed at once) and frame (what is painted for it). And for each widget what painting it takes in one design.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tests.soak.screen import Shown, screen

DESIGNS, BEFORE = 24, 4
"""Of which the first ones are not counted: fonts and pictures are made then."""
HOPS, FRAMES = 3, 2
"""Of sound, between one design and the next."""
WARM = {"render.audition": False, "render.window_deg": 30.0, "render.beam_null_db": 15.0}


def designs(layout_name: str, path: str, ends: tuple[float, float], count: int) -> list[tuple]:
    """(value, response) of drafts along a slider, from one value to another."""
    from workbench.core import params as parameters
    from workbench.core.geometry import load_layout
    from workbench.core.params import Params
    from workbench.engine.design_server import picture
    from workbench.render.effort import Effort
    from workbench.render.renderer import design_render
    from workbench.ui import knobs

    knob, layout, made = parameters.entry(path).knob, load_layout(layout_name), []
    for value in np.linspace(*ends, count):
        value = knobs.clamped(knob, float(value))
        render = parameters.replace(Params(), {**WARM, path: value}).render
        made.append((value, picture(layout, render, design_render(layout, render, effort=Effort(draft=True)))))
    return made


class Painters:
    """Counts what the paint events of the program's widgets take, by class, without what is painted within them."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = defaultdict(float)
        self._within: list[float] = []

    def watch_all(self) -> None:
        """All classes that there are; to be called before any widget is made."""
        from PySide6.QtWidgets import QWidget

        def below(kind: type) -> list[type]:
            return [part for child in type.__subclasses__(kind) for part in (child, *below(child))]

        for kind in set(below(QWidget)):
            if "paintEvent" in vars(kind) and kind.__module__.startswith("workbench."):
                kind.paintEvent = self._timed(kind.paintEvent)

    def _timed(self, paint: Callable) -> Callable:
        def timed(widget, event):
            began_s = time.thread_time()
            self._within.append(0.0)
            paint(widget, event)
            took_s = time.thread_time() - began_s
            self.spent_s[type(widget).__name__] += took_s - self._within.pop()
            if self._within:
                self._within[-1] += took_s

        return timed


class Costs:
    """Processor time of what happens, in ms."""

    def __init__(self) -> None:
        self._taken_ms: dict[str, list[float]] = defaultdict(list)

    def of(self, name: str, slot: Callable[[], object]) -> None:
        """Do it, and let the window paint."""
        from PySide6.QtWidgets import QApplication

        for part, work in (("slot", slot), ("frame", QApplication.processEvents)):
            began_s = time.thread_time()
            work()
            self._taken_ms[f"{name}, {part}"].append(1000 * (time.thread_time() - began_s))

    def clear(self) -> None:
        """Count from here on."""
        self._taken_ms.clear()

    def report(self) -> dict[str, dict[str, float]]:
        """Median and largest of each."""
        return {
            name: {"median": round(float(np.median(taken)), 2), "largest": round(max(taken), 2)}
            for name, taken in self._taken_ms.items()
        }


def measure(made: list[tuple], layout_name: str, path: str, size: tuple[int, int], theme: str, watch: Painters) -> dict:
    """Hand the designs over, one after the other; the first BEFORE of them are not counted."""
    from tests.ui.fakes import RUNNING, FakeSession
    from tests.ui.sound_messages import levels, snapshot
    from workbench.core.geometry import load_layout

    session = FakeSession()
    session.layout_name, session.layout = layout_name, load_layout(layout_name)
    session.array = session.array_name = None
    session.running, session.mailbox.health = True, replace(RUNNING, input_names=("1", "2"), array="")
    session.history.set({**WARM, path: made[0][0]})
    shown = Shown(session, size, theme)
    window, bridge = shown.window, shown.bridge
    window.panels.loudspeakers()
    window.loudspeaker_panel.move(60, 60)
    shown.spin(0.5)
    bridge.timer.stop()  # nothing happens but what is measured
    costs, rng = Costs(), np.random.default_rng(0)
    slider = window.loudspeaker_panel.view.rows[path].slider

    def arrives(response) -> None:
        session.mailbox.loudspeaker_response = response
        bridge.poll()

    for number, (value, response) in enumerate(made):
        if number == BEFORE:
            costs.clear()
            watch.spent_s.clear()
        for _ in range(FRAMES):
            for _ in range(HOPS):
                before, after = (-60 + 15 * rng.standard_normal((2, 481))).astype(np.float32)
                hop = session.mailbox.snapshots.next_sequence
                meter = levels(-20 - 5 * rng.random(), -30 - 5 * rng.random())
                session.mailbox.snapshots.put(snapshot(hop, before, after, input_levels=meter, output_levels=meter))
            costs.of("sound", bridge.poll)
        costs.of("value", lambda value=value: slider._offer(value, "drag"))
        costs.of("design", lambda response=response: arrives(response))
    shown.close()
    counted = max(1, len(made) - BEFORE)
    painted = sorted(watch.spent_s.items(), key=lambda item: -item[1])
    return costs.report() | {"painting": {name: round(1000 * spent_s / counted, 2) for name, spent_s in painted}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layout", default="pair-100mm")
    parser.add_argument("--path", default="render.droop_db", help="of a row with a slider in the panel")
    parser.add_argument("--values", default="0.5,6", help="between which it is dragged")
    parser.add_argument("--size", default="1920x1080", help="of the window, WIDTHxHEIGHT")
    parser.add_argument("--theme", choices=("dark", "light", "contrast"), default="dark")
    parser.add_argument("--profile", action="store_true", help="and where in the program it goes")
    args = parser.parse_args()
    width, height = (int(part) for part in args.size.split("x"))
    begin, end = (float(part) for part in args.values.split(","))
    made = designs(args.layout, args.path, (begin, end), DESIGNS)
    with screen((width, height)):
        import workbench.ui.main_window
        import workbench.ui.views.sound
        import workbench.ui.views.space  # noqa: F401  their classes are watched

        watch, profile = Painters(), cProfile.Profile(time.thread_time)
        watch.watch_all()
        if args.profile:
            profile.enable()
        found = measure(made, args.layout, args.path, (width, height), args.theme, watch)
        if args.profile:
            profile.disable()
            pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(40)
    print(json.dumps(found, indent=1))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
