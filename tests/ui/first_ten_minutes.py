"""Follows the handbook's first ten minutes, step by step, in the program itself, and checks each stated result.

    python -m tests.ui.first_ten_minutes [--theme dark|light] [--pictures FOLDER] [--json]

The program is started as a person starts it, with a home of its own and on an X server of its own (Xvfb); xdotool
presses the keys and clicks. The steps are those of docs/first-ten-minutes.md: one that the page has and this script has
not, or the other way round, is a failure. With --pictures the page's pictures are taken on the way. Exits with 1 unless
every result was reached; says how long each took.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.soak.screen import screen

PAGE = Path(__file__).parents[2] / "docs" / "first-ten-minutes.md"
LIMIT_S = 60.0
"""What a result is waited for at most: a loaded machine is slow."""
AGAIN_S = 3.0
"""After so long without an effect a button is pressed again: it may just have moved from under the pointer."""
SIZE = (1680, 1000)


def steps_of_the_page(text: str) -> dict[str, str]:
    """Title of each numbered step, and its stated result."""
    steps = {}
    for title, body in re.findall(r"^## (\d+\. .+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S):
        results = re.findall(r"^> (.*?)(?=\n\n|\Z)", body, re.M | re.S)
        steps[title] = " ".join(line.removeprefix("> ") for each in results for line in each.split("\n"))
    return steps


class NotReached(Exception):
    """A stated result that did not come."""


class Person:
    """Sees the window and uses keys and mouse, from a thread of its own; Qt is only touched in its own thread."""

    def __init__(self, app, bridge_to_qt, pictures: Path | None, theme: str, home: Path):
        self._app, self._to_qt = app, bridge_to_qt
        self.pictures, self.theme, self.home = pictures, theme, home
        self.window = None

    def see(self, look: Callable):
        """What `look` returns, called in Qt's thread."""
        return self._to_qt(look)

    def until(self, what: str, look: Callable, limit_s: float = LIMIT_S):
        """Wait for something to be seen; returns it.

        Raises
        ------
        NotReached
            It was not there in time.
        """
        end_s = time.monotonic() + limit_s
        while not (found := self.see(look)):
            if time.monotonic() > end_s:
                raise NotReached(what)
            time.sleep(0.05)
        return found

    def repeat(self, what: str, act: Callable[[], None], look: Callable) -> None:
        """Do something until it has an effect. Raises NotReached: it had none in time."""
        end_s = time.monotonic() + LIMIT_S
        while not self.see(look):
            if time.monotonic() > end_s:
                raise NotReached(what)
            act()

    def key(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            subprocess.run(["xdotool", "key", key], check=True)
            time.sleep(0.1)

    def type(self, text: str) -> None:
        """Type a text."""
        subprocess.run(["xdotool", "type", "--delay", "30", text], check=True)

    def point(self, find: Callable) -> bool:
        """Move the pointer to the middle of a widget; False where there is none (any more)."""
        place = self.see(lambda: (widget := find()) and widget.mapToGlobal(widget.rect().center()))
        if place:
            subprocess.run(["xdotool", "mousemove", str(place.x()), str(place.y())], check=True)
        return bool(place)

    def click(self, find: Callable) -> None:
        """Click into the middle of a widget."""
        if self.point(find):
            subprocess.run(["xdotool", "click", "1"], check=True)
            time.sleep(0.1)

    def enter(self, path: str, text: str) -> None:
        """Type a number into a parameter's box."""
        group = path.partition(".")[0]
        self.click(lambda: self.window.parameters.groups[group].rows[path].box)
        self.key("ctrl+a")
        self.type(text)
        self.key("Return")

    def box(self, path: str) -> str:
        """The text in a parameter's box."""
        return self.window.parameters.groups[path.partition(".")[0]].rows[path].box.text()

    def picture(self, name: str, find: Callable) -> None:
        """Save what a widget shows as one of the page's pictures."""
        if self.pictures is not None:
            path = self.pictures / f"first-{name}-{self.theme}.png"
            self.see(lambda: find().grab().save(str(path)))


def _number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", "").rstrip("°"))


def _start(person: Person) -> None:
    def windows():
        from workbench.ui.main_window import MainWindow

        return [each for each in person._app().topLevelWidgets() if isinstance(each, MainWindow) and each.isVisible()]

    person.window = person.until("the window", windows)[0]
    window = person.window
    person.until("Stop on the left button", lambda: window.toolbar.start_button.text().strip() == "Stop")
    person.until("Running at the lower right", lambda: window.status.state_text.text() == "Running")
    person.until("Source: Simulated room", lambda: window.toolbar.source.value.startswith("Simulated room"))
    mailbox = window.bridge.session.mailbox
    before = person.until("a first column", lambda: mailbox.snapshots_since(-1))[-1].sequence
    person.until("columns that go on", lambda: mailbox.snapshots_since(before + 50))
    person.see(window.activateWindow)
    person.until("the keys", window.isActiveWindow)
    person.until("the welcome", lambda: window.first_run.panel.isVisible())
    person.key("Escape")
    person.until("no welcome", lambda: not window.first_run.panel.isVisible())
    person.until("the sound at its level", lambda: window.bridge.params.output.gain_db == 0.0)


def _hear(person: Person) -> None:
    window = person.window

    def levels_db(count: int) -> tuple[float, float]:
        """Of the output and of microphone 1, over the newest hops."""
        newest = window.bridge.session.mailbox.snapshots_since(-1)[-count:]
        power = (
            [10 ** (each.output.rms_dbfs[0] / 10) for each in newest],
            [10 ** (each.input.rms_dbfs[0] / 10) for each in newest],
        )
        import math

        return tuple(10 * math.log10(sum(each) / len(each) + 1e-12) for each in power)

    person.key("0")
    person.until("Bypass lit", lambda: window.toolbar.side.value == "bypass")
    person.until("microphone 1 as it is at the output", lambda: abs(levels_db(40)[0] - levels_db(40)[1]) < 1.0)
    at = person.see(lambda: window.bridge.session.mailbox.snapshots_since(-1)[-1].sequence)
    person.key("a")
    person.until("A lit", lambda: window.toolbar.side.value == "a")
    person.until("a quieter output", lambda: levels_db(60)[0] < levels_db(60)[1] - 3.0)
    hops = person.see(lambda: [each.sequence for each in window.bridge.session.mailbox.snapshots_since(at)])
    if hops != list(range(hops[0], hops[0] + len(hops))):
        raise NotReached("a picture that never stopped")


def _find(person: Person) -> None:
    window = person.window

    def near_the_truth():
        found = window.bridge.session.mailbox.localizations_since(-1)
        if not found or not found[-1].tracks or not found[-1].truth:
            return False
        truths = [each.azimuth_rad for each in found[-1].truth]
        off = [
            min(abs((track.azimuth_rad - each + 3.14159) % 6.28318 - 3.14159) for each in truths)
            for track in found[-1].tracks
            if track.active
        ]
        return len(found[-1].tracks) >= 2 and off and max(off) < 0.26  # 15°

    person.until("two talkers near the cross-hairs", near_the_truth)
    rows = person.until("rows with azimuths", lambda: window.space.table.row_texts())
    if not all(row[1].endswith("°") for row in rows):
        raise NotReached("an azimuth in each row")
    person.picture("map", lambda: window.space.source_map.parentWidget())


def _follow(person: Person) -> None:
    window = person.window
    table = window.space.table

    def followed() -> int:
        return window.bridge.params.beamformer.follow

    def row_of(number: int):
        """The talker's row while the talker is heard."""
        row = next((row for row in table.row_texts() if row[0] == f"T{number}"), None)
        return row if row is not None and row[1].endswith("°") else None

    def button():
        """Of the first talker who is heard."""
        names = [name for name, azimuth, *_ in table.row_texts() if azimuth.endswith("°")]
        return table.follow_button(int(names[0][1:])) if names else None

    def press_follow() -> None:
        """Somebody who falls silent takes the row away, and that may be just when the pointer gets there."""
        person.until("a talker", button)
        person.click(button)
        with contextlib.suppress(NotReached):
            person.until("somebody followed", followed, AGAIN_S)

    def points_at_the_talker():
        row = row_of(followed())
        steering = _number(person.box("beamformer.steering_deg"))
        return row and abs((steering - _number(row[1]) + 180) % 360 - 180) <= 15

    person.repeat("a talker who is followed", press_follow, followed)
    pressed = lambda: table.follow_button(followed())  # noqa: E731 - None for a moment, if the talker has just gone
    person.until("Following on the button", lambda: (one := pressed()) and one.text() == "Following")
    person.until("steering at the talker", points_at_the_talker)
    first = person.see(lambda: person.box("beamformer.steering_deg"))
    person.until("steering that goes along", lambda: person.box("beamformer.steering_deg") != first)


def _steer(person: Person) -> None:
    window = person.window
    person.enter("beamformer.steering_deg", "60")
    handle = window.space.source_map.canvas
    person.until("the handle at +60°", lambda: round(handle.beam_deg, 1) == 60.0)
    person.until("nobody followed", lambda: window.bridge.params.beamformer.follow == 0)
    time.sleep(1.0)
    if person.see(lambda: _number(person.box("beamformer.steering_deg"))) != 60.0:
        raise NotReached("a beam that stays")


def _sharpen(person: Person) -> None:
    window = person.window
    canvas = window.space.beam.canvas
    before = person.until("figures of the beam", lambda: canvas.figures)
    person.click(lambda: window.parameters.groups["beamformer"].method)
    person.key("Down", "Return")
    person.until("Superdirective", lambda: window.bridge.params.beamformer.method == "superdirective")
    person.until(
        "directivity higher by decibels",
        lambda: canvas.figures and canvas.figures.directivity_db > before.directivity_db + 2.0,
    )
    after = person.see(lambda: canvas.figures)
    if not after.width_rad < before.width_rad:
        raise NotReached("a narrower main lobe")
    person.picture("beam", lambda: window.space.beam.parentWidget())


def _move(person: Person) -> None:
    window = person.window
    path = "enhance.attenuation_limit_db"

    def lowest_gain_db() -> float:
        import math

        newest = window.bridge.session.mailbox.snapshots_since(-1)[-20:]
        return min(20 * math.log10(float(each.enhancement.gain.min()) + 1e-9) for each in newest)

    person.until("gains below −10 dB", lambda: lowest_gain_db() < -11)
    person.enter(path, "10")
    person.until("no gain below −10 dB", lambda: lowest_gain_db() > -10.1)
    person.key("ctrl+z")
    person.until("30 dB again", lambda: person.box(path) == "30")
    person.until("gains below −10 dB again", lambda: lowest_gain_db() < -11)


def _search(person: Person) -> None:
    groups = person.window.parameters.groups

    def shown() -> list[str]:
        return [path for group in groups.values() for path, row in group.rows.items() if row.isVisible()]

    every = person.see(shown)
    person.key("ctrl+f")
    person.until("the cursor in the field", lambda: person.window.parameters.search.hasFocus())
    person.type("comb")
    person.until("comb strength alone", lambda: shown() == ["enhance.comb_percent"])
    person.key("ctrl+a", "BackSpace")
    person.until("all rows again", lambda: shown() == every)
    person.see(lambda: person.window.setFocus())


def _compare(person: Person) -> None:
    window = person.window
    path = "enhance.attenuation_limit_db"
    panel = window.ab_switch.panel
    person.key("c")
    person.until("the panel", panel.isVisible)
    person.until("Copy A to B can be pressed", panel.to_b.isEnabled)
    person.click(lambda: panel.to_b)
    person.until("equal settings", lambda: not window.bridge.session.ab.differences())
    person.key("b")
    person.until("B", lambda: window.toolbar.side.value == "b")
    person.enter(path, "50")
    person.until("50 dB in B", lambda: person.box(path) == "50")
    person.see(lambda: window.setFocus())
    person.key("a")
    person.until("30 dB in A", lambda: window.toolbar.side.value == "a" and person.box(path) == "30")
    person.key("c")
    person.until("the panel", panel.isVisible)
    person.until("one difference", lambda: panel.table.rows and len(panel.table.rows) == 1)
    if person.see(lambda: panel.table.rows[0].path) != path:
        raise NotReached("the difference that was made")
    person.until("a measured loudness", lambda: window.bridge.session.ab.state.measured_s > 1)
    person.picture("compare", lambda: panel)


def _keep(person: Person) -> None:
    window = person.window
    person.key("c")
    person.until("the panel closed", lambda: not window.ab_switch.panel.isVisible())
    person.key("k")
    person.until("the loop's length", lambda: re.search(r"Loop .* / \d", window.toolbar.keep_button.text()))
    person.key("k")
    person.until("live sound", lambda: "Loop" not in window.toolbar.keep_button.text())


def _record(person: Person) -> None:
    import soundfile

    window = person.window
    person.key("r")
    person.until("a counting button", lambda: re.search(r"\d:\d\d", window.toolbar.record_button.accessibleName()))
    person.until("some seconds", lambda: (window.bridge.health.recording_s or 0) > 2)
    person.key("r")
    person.until("the end of the recording", lambda: window.bridge.health.recording_s is None)
    folder = window.recording.folder
    settings = person.until("settings.toml", lambda: sorted(folder.glob("*/settings.toml")))[-1]

    def named() -> bool:
        """In the line, or in one before: on a busy machine there is more to say."""
        lines = (*window.status.notice.earlier, window.status.notice.text)
        return any(line.startswith("Recorded") and settings.parent.name in line for line in lines)

    person.until("its name in the status bar", named)
    sound = soundfile.info(settings.with_name("input.wav"))
    if sound.channels != 8 or sound.duration < 2 or not settings.with_name("output.wav").is_file():
        raise NotReached("input.wav with eight channels, and output.wav")


def _loudspeakers(person: Person) -> None:
    window = person.window
    panel = window.loudspeaker_panel
    person.key("l")
    person.until("the panel", panel.isVisible)
    person.until("figures", lambda: any(re.search(r"\d", value) for _, value, *_ in panel.view.strip.entries))
    person.picture("loudspeakers", lambda: panel)
    person.key("l")
    person.until("the panel closed", lambda: not panel.isVisible())


def _read_on(person: Person) -> None:
    window = person.window
    person.point(lambda: window.parameters.groups["enhance"].rows["enhance.comb_percent"])
    person.key("F1")
    person.until("the keys", window.keys_panel.isVisible)
    person.key("F1")
    opened = person.home / "opened"
    person.until("a browser", lambda: opened.is_file() and opened.read_text().endswith("\n"))
    turn = Path(opened.read_text().strip().removeprefix("file://"))
    if "parameters.html?theme=" not in (text := turn.read_text()) or "#enhance.comb_percent" not in text:
        raise NotReached("the page on what was under the pointer")


def _stop(person: Person) -> None:
    window = person.window
    person.see(lambda: window.setFocus())
    person.key("space")
    person.until("Start on the left button", lambda: window.toolbar.start_button.text().strip() == "Start")


STEPS: dict[str, Callable[[Person], None]] = {
    "1. Start it": _start,
    "2. Hear the difference": _hear,
    "3. Find the talkers": _find,
    "4. Follow one": _follow,
    "5. Steer by hand": _steer,
    "6. Make the beam sharper": _sharpen,
    "7. Move a slider, and take it back": _move,
    "8. Find a parameter": _search,
    "9. Compare two settings": _compare,
    "10. Keep the last words": _keep,
    "11. Record": _record,
    "12. See the loudspeakers": _loudspeakers,
    "13. Read on": _read_on,
    "14. Stop": _stop,
}


def follow(person: Person, report: list[dict]) -> None:
    """Take all steps; the report gets a row for each."""
    stated = steps_of_the_page(PAGE.read_text(encoding="utf-8"))
    if list(stated) != list(STEPS):
        raise SystemExit(f"the page's steps are {list(stated)}, this script's {list(STEPS)}")
    for title, act in STEPS.items():
        began_s = time.monotonic()
        row = {"step": title, "stated": stated[title], "reached": True}
        try:
            act(person)
        except NotReached as missing:
            row |= {"reached": False, "missing": str(missing)}
            if person.window is not None:
                row["status_bar"] = person.see(lambda: person.window.status.notice.text)
        row["seconds"] = round(time.monotonic() - began_s, 1)
        report.append(row)
        if title == "1. Start it" and row["reached"]:
            time.sleep(8.0 if person.pictures else 0.0)  # until the spectrograms are full
            person.picture("start", lambda: person.window)
        if not row["reached"]:
            return


def inside(theme: str, pictures: Path | None) -> int:
    """The program, with a person at it; HOME and DISPLAY are already its own."""
    from PySide6.QtCore import QObject, Qt, Signal
    from PySide6.QtWidgets import QApplication

    from workbench.ui.app import main as open_window

    class ToQt(QObject):
        """Calls functions in Qt's thread for another thread."""

        wanted = Signal(object)

        def __init__(self):
            super().__init__()
            self.wanted.connect(lambda call: call(), Qt.ConnectionType.QueuedConnection)

        def __call__(self, look: Callable):
            done, found = threading.Event(), []

            def call() -> None:
                try:
                    found.append((look(), None))
                except Exception as error:  # told in the thread that asked
                    found.append((None, error))
                done.set()

            self.wanted.emit(call)
            if not done.wait(LIMIT_S):
                raise NotReached("an answer of the window")
            value, error = found[0]
            if error is not None:
                raise error
            return value

    app = QApplication(["earshot"])
    to_qt = ToQt()
    report: list[dict] = []
    failure: list[str] = []
    person = Person(lambda: app, to_qt, pictures, theme, Path(os.environ["HOME"]))

    def run() -> None:
        try:
            follow(person, report)
        except BaseException as error:  # told below, and the window must close
            failure.append(f"{type(error).__name__}: {error}")
        if person.window is not None:
            to_qt(lambda: person.window.close())
        else:
            app.quit()

    threading.Thread(target=run, daemon=True).start()
    code = open_window(["--theme", theme, "--size", f"{SIZE[0]}x{SIZE[1]}"])
    result = {"steps": report, "exit_code": code, "failure": failure[0] if failure else None}
    result["as_stated"] = not failure and code == 0 and len(report) == len(STEPS) and all(r["reached"] for r in report)
    print(json.dumps(result, ensure_ascii=False), flush=True)
    os._exit(0 if result["as_stated"] else 1)  # Qt's late destructors have crashed interpreters


def main() -> int:
    """The steps on an X server of their own, in a home of their own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--pictures", type=Path, help="folder for the page's pictures (docs/screenshots)")
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return inside(args.theme, args.pictures)
    subprocess.run([sys.executable, "-m", "docs.handbook"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder, screen() as display:
        home = Path(folder)
        browser = home / "bin" / "xdg-open"  # what opens pages here writes down what it was asked for
        browser.parent.mkdir()
        browser.write_text(f'#!/bin/sh\necho "$1" > {home}/opened\n')
        browser.chmod(0o755)
        own = {"HOME": folder, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"}
        variables = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | own
        variables["PATH"] = f"{browser.parent}:{variables['PATH']}"
        command = [sys.executable, "-m", "tests.ui.first_ten_minutes", *sys.argv[1:], "--inside"]
        done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True)
    if not done.stdout:
        print(f"the program ended with {done.returncode} and said nothing", file=sys.stderr)
        return 1
    result = json.loads(done.stdout.splitlines()[-1])
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
        return done.returncode
    for row in result["steps"]:
        if row.get("status_bar"):
            print(f"the status bar says: {row['status_bar']}")
        print(
            f"{'reached' if row['reached'] else 'MISSING: ' + row['missing']:10} {row['seconds']:5.1f} s  {row['step']}"
        )
    if result["failure"]:
        print(result["failure"])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
