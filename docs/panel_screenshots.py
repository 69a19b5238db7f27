"""Pictures of single panels for the handbook: the real program with the simulated room, and a JACK server if it can.

Called by `make_screenshots.py`; each theme in a process of its own, since Qt starts once.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from workbench.audio.scene_parts import Mismatch
from workbench.core.channel_map import ChannelMap
from workbench.dsp.bands import PEAK_HZ
from workbench.engine.inputs import InputSetup
from workbench.engine.run_marker import CrashedRun, SavedRecording
from workbench.engine.session import Session
from workbench.engine.settings import Settings
from workbench.ui import theme
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow
from workbench.ui.views.sound import SoundView
from workbench.ui.views.space import SpaceView

SERVER = "earshot-pictures"
JACK = "JACK Audio Connection Kit"
DEVICES = (
    ("PipeWire", "USB array, 8 microphones", 8, 2, 48000.0, False),
    ("PipeWire", "Laptop microphone", 2, 0, 48000.0, True),
    ("PipeWire", "Headphones", 0, 2, 48000.0, True),
    ("ALSA", "Interface (hw:2,0)", 10, 8, 96000.0, False),
    (JACK, "system", 2, 2, 48000.0, False),
)
"""What stands in the lists: a machine as many people have it."""
CALIBRATION = """"Sens Factor =-1.378dB, AGain =18dB, SERNO: 7001234"
10 -6.1
20 -2.5
50 -0.6
100 0.1
1000 0
3000 0.4
6000 1.8
9000 3.4
12000 2.2
16000 0.3
20000 -2.9
"""


def _devices() -> list[dict]:
    keys = ("hostapi", "name", "inputs", "outputs", "default_rate_hz")
    return [
        dict(zip(keys, row[:5])) | {"default_input": row[5] and row[2] > 0, "default_output": row[5] and row[3] > 0}
        for row in DEVICES
    ]


class _Jack:
    """A dummy server for the panel of latency; nothing where jackd is not installed."""

    def __init__(self, name: str = SERVER, rate_hz: int = 48000):
        self.process, self.name = None, name
        if shutil.which("jackd"):
            # It dies with us, should we be killed.
            guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
            allowed = subprocess.run(["chrt", "-r", "20", "true"], capture_output=True).returncode == 0
            priority = ["-R", "-P", "20"] if allowed else ["-r"]
            driver = ["-d", "dummy", "-r", str(rate_hz), "-p", "480"]
            command = [*guard, "jackd", "-n", name, *priority, "--no-mlock", *driver]
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1.0)

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """What leads the audio process here."""
        return (("JACK_DEFAULT_SERVER", self.name),)

    def falter(self) -> None:
        """A dropout of the sound server: it stands still for a moment."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(0.15)
            self.process.send_signal(signal.SIGCONT)

    def loop(self) -> None:
        """A cable from our first output to our first input."""
        variables = {**os.environ, **dict(self.variables)}
        listed = subprocess.run(["jack_lsp"], capture_output=True, text=True, env=variables).stdout.split("\n")
        ends = [next((port for port in listed if port.endswith(end)), "") for end in (":out_0", ":in_0")]
        if all(ends):
            subprocess.run(["jack_connect", *ends], env=variables, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        """End the server."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class _Stage:
    """The window, driven as a person would."""

    def __init__(self, app: QApplication, theme_name: str, folder: Path, target: Path):
        self.app, self.theme_name, self.target = app, theme_name, target
        settings = Settings(source="room")
        self.session = Session(settings)
        self.bridge = Bridge(self.session, _devices)
        store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        folders = {name: folder / name for name in ("presets", "recordings", "log")}
        self.window = MainWindow(self.bridge, SoundView(PEAK_HZ), SpaceView(), store, folders)
        self.window.set_theme(theme_name, remember=False)
        self.window.resize(1920, 1080)
        self.window.show()
        self.bridge.begin()
        self.bridge.refresh_devices()
        self.bridge.start()

    def wait(self, seconds: float) -> None:
        """Let it run."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents()
            time.sleep(0.005)

    def take(self, widget, name: str) -> None:
        """A picture of one widget."""
        self.wait(0.3)
        path = self.target / f"{name}-{self.theme_name}.png"
        widget.grab().save(str(path))
        print(path, path.stat().st_size)

    def close(self) -> None:
        """End everything."""
        self.window.close()
        self.bridge.close()


def _pictures(stage: _Stage, jack: _Jack, folder: Path) -> None:
    window, source, session = stage.window, stage.window.source_panel, stage.session
    session.set_room_scene(replace(session.room_scene, mismatch=Mismatch(0.3, 0.0, 0.5, inverted=(5,))))
    stage.wait(4)
    window.panels.microphone_check()
    stage.wait(20)
    source.scroll.verticalScrollBar().setValue(0)
    stage.take(source, "source")
    session.set_inputs(InputSetup(ChannelMap.in_order(8).swapped(1, 4).with_position(5, inverted=True)
                                  .with_position(2, muted=True).with_position(6, gain_db=2.7)))  # fmt: skip
    stage.wait(1)
    stage.take(source.map, "channel-map")
    window.panels.calibration()
    file = folder / "7001234.txt"
    file.write_text(CALIBRATION)
    window.calibration_panel.take_file(file)
    stage.wait(1)
    window.calibration_panel.to_all.click()
    stage.wait(2)
    stage.take(window.calibration_panel, "calibration")
    window.calibration_panel.dismiss()
    source.dismiss()
    window.toolbar.recording_button.click()
    window.recording.toggle()
    window.recording_panel.set_folder(Path("/home/you/Documents/Earshot recordings"))
    stage.wait(2)
    stage.take(window.recording_panel, "recording")
    window.recording.toggle()
    window.recording_panel.dismiss()
    if jack.process is not None:
        session.choose_sink(f"device:{JACK}/system")
        stage.wait(4)
    window.toolbar.sink.click()
    stage.wait(1)
    stage.take(window.sink_panel, "sink")
    window.sink_panel.dismiss()
    if jack.process is not None:
        _latency_pictures(stage, jack)


def _latency_pictures(stage: _Stage, jack: _Jack) -> None:
    """The delay through a cable, measured, with dropouts in the log; then two servers whose clocks differ."""
    window, session = stage.window, stage.session
    session.choose_array(None)
    session.choose_source(f"device:{JACK}/system")
    stage.wait(8)
    jack.loop()
    window.panels.latency()
    stage.wait(2)
    window.latency_panel.measure_wanted.emit()
    end = time.monotonic() + 30
    while session.mailbox.health.measured_ms is None and time.monotonic() < end:
        stage.wait(0.5)
    jack.falter()
    stage.wait(4)
    stage.take(window.latency_panel, "latency")
    other = _Jack(f"{SERVER}-2", 48010)
    try:
        structure = replace(session._structure, source_variables=jack.variables, sink_variables=other.variables)
        session.stop()
        stage.wait(2)
        session._structure = structure
        session.start()
        stage.wait(75)
        stage.take(window.latency_panel, "two-clocks")
        window.latency_panel.dismiss()
    finally:
        session.stop()
        stage.wait(1)
        other.end()


def _enhancer_pictures(stage: _Stage) -> None:
    """Gains, comb strengths and pitch while somebody speaks beside a fan, and the oracle ladder of the same words."""
    window, session = stage.window, stage.session
    session.choose_source("room:talker-beside-fan")
    session.set({"beamformer.method": "superdirective", "beamformer.follow": 1})
    stage.wait(16)
    window.panels.enhancer()
    stage.wait(2)
    window.sound.set_frozen(True)
    stage.take(window.enhancer_control.panel, "enhancer")
    window.enhancer_control.panel.dismiss()
    stage.take(window.sound, "enhancer-sound")
    window.sound.set_frozen(False)
    window.panels.oracle()
    end = time.monotonic() + 60
    while window.oracle_panel.view.report.excerpt is None and time.monotonic() < end:
        stage.wait(0.5)
    stage.wait(1)
    stage.take(window.oracle_panel, "oracle")
    window.oracle_panel.dismiss()


def _comparison_pictures(stage: _Stage) -> None:
    """A and B, a loop of kept sound, the array editor, the plan of the room."""
    window, session = stage.window, stage.session
    stage.wait(3)
    session.set({"beamformer.method": "superdirective", "beamformer.follow": 1, "enhance.strength_percent": 86.0})
    session.ab.choose("b")
    session.set({"enhance.postfilter_beta": 0.05, "enhance.attenuation_limit_db": 20.0})
    stage.wait(9)
    window.toolbar.match_button.click()
    stage.wait(1)
    stage.take(window.ab_switch.panel, "compare")
    window.ab_switch.panel.dismiss()
    stage.wait(6)
    window.toolbar.keep_button.click()
    stage.wait(3)
    stage.take(window.toolbar, "toolbar-loop")
    window.toolbar.keep_button.click()
    window.arrays.show()
    stage.wait(1)
    stage.take(window.arrays.panel, "array-editor")
    window.arrays.panel.dismiss()
    window.rooms.show_plan()
    stage.wait(1)
    stage.take(window.rooms.plan_panel, "room-plan")
    window.rooms.plan_panel.dismiss()


def _session_pictures(stage: _Stage, folder: Path) -> None:
    """A blind test half way, presets with changes, history, jobs, the walk through a room."""
    window, session = stage.window, stage.session
    stage.wait(3)
    window.presets.choose_number(2)
    session.ab.copy("a", "b")
    session.ab.choose("b")
    session.set({"enhance.comb_percent": 40.0})
    session.ab.choose("a")
    stage.wait(8)
    window.toolbar.keep_button.click()
    stage.wait(1)
    window.panels.abx()
    window.abx.begin(16)
    for answer in "abbaba":
        window.abx.listen("x")
        stage.wait(0.2)
        window.abx.answer(answer)
    window.abx.listen("b")
    window.abx.listen("x")
    stage.wait(1)
    stage.take(window.abx.panel, "abx")
    window.abx.panel.dismiss()
    window.toolbar.keep_button.click()
    session.set({"enhance.strength_percent": 86.0})
    session.set({"beamformer.steering_deg": 40.0})
    session.set({"enhance.attenuation_limit_db": 24.0})
    window.panels.presets()
    stage.wait(1)
    stage.take(window.preset_panel, "presets")
    window.preset_panel.dismiss()
    window.panels.history()
    session.undo()
    stage.wait(1)
    stage.take(window.history_panel, "history")
    window.history_panel.dismiss()
    window.jobs.add("Scene two-talkers-fan", ["simulate", "--seconds", "600", "--out", str(folder / "scene")])
    window.jobs.add("Scene crossing", ["simulate", "--seconds", "60", "--out", str(folder / "other")])
    window.panels.jobs()
    stage.wait(12)
    stage.take(window.jobs.panel, "jobs")
    window.jobs.panel.dismiss()
    for job in window.jobs.queue.states:
        window.jobs.queue.cancel(job.number)
    window.panels.adapt()
    window.adapt.begin("My room", 1.5, 10, 4)
    end = time.monotonic() + 45
    while window.adapt.walk.state.mark < 3 and time.monotonic() < end:
        stage.wait(0.5)
    stage.wait(6)
    stage.take(window.adapt.panel, "adapt")
    window.adapt.panel.dismiss()


def _timeline_pictures(stage: _Stage, folder: Path) -> None:
    """A session that was just recorded, playing as it was; what is said at a first start and after a crash."""
    window, session = stage.window, stage.session
    stage.wait(4)
    session.start_recording(folder / "recordings")
    end = time.monotonic() + 60
    while not session.mailbox.health.recording_s and time.monotonic() < end:
        stage.wait(0.1)
    for number, change in enumerate((
        lambda: session.set({"beamformer.method": "superdirective"}),
        lambda: session.mark("Anna begins"),
        lambda: session.set({"beamformer.steering_deg": 40.0}),
        lambda: session.set({"output.gain_db": 12.0}),
        lambda: session.set({"output.gain_db": 0.0}),
        lambda: session.mark("both at once"),
        lambda: session.ab.choose("b"),
        lambda: session.set({"enhance.attenuation_limit_db": 20.0}),
        lambda: session.ab.choose("a"),
    )):  # fmt: skip
        stage.wait(4 if number % 2 else 3)
        change()
    stage.wait(5)
    session.stop_recording()
    while session.mailbox.health.recording_s is not None and time.monotonic() < end + 60:
        stage.wait(0.1)
    recorded = next((folder / "recordings").iterdir())
    window.timeline_control.open(recorded.rename(folder / "Reading test, second take"))
    stage.wait(4)
    session.transport.seek(13.0)
    session.transport.set_region((12.0, 20.0))
    stage.wait(2)
    stage.take(window.timeline_control.strip, "timeline")
    stage.take(window, "session")
    saved = SavedRecording(Path("2026-11-22 10-30-00"), 754.3, 0.6)
    window.crashes._show_last_runs((CrashedRun("2026-11-22T10:28:12", "1.0", (saved,)),))
    stage.take(window.crashes.panel, "crash")
    window.crashes.panel.dismiss()
    session.choose_source("room")
    stage.wait(2)
    window.first_run.begin()
    stage.wait(3)
    window.first_run.panel.show_outputs((("x", "Headphones"),), "x")
    window.first_run.panel.show_level(0.55, "Playing on Headphones, getting louder.")
    window.first_run.timer.stop()
    stage.take(window.first_run.panel, "welcome")


def main() -> int:
    """Take panels in one theme: `panel_screenshots.py THEME FOLDER devices|enhancer|compare|sessions|timeline`."""
    theme_name, target, what = sys.argv[1], Path(sys.argv[2]), (*sys.argv[3:], "devices")[0]
    jack = _Jack()
    os.environ["JACK_DEFAULT_SERVER"] = jack.name
    app = QApplication(["earshot"])
    app.setStyle("Fusion")
    app.setFont(theme.font(13))
    try:
        with tempfile.TemporaryDirectory() as folder:
            stage = _Stage(app, theme_name, Path(folder), target)
            try:
                if what == "devices":
                    _pictures(stage, jack, Path(folder))
                elif what == "compare":
                    _comparison_pictures(stage)
                elif what == "sessions":
                    _session_pictures(stage, Path(folder))
                elif what == "timeline":
                    _timeline_pictures(stage, Path(folder))
                else:
                    _enhancer_pictures(stage)
            finally:
                stage.close()
    finally:
        jack.end()
    sys.stdout.flush()
    os._exit(0)  # Qt's late destructors have crashed interpreters


if __name__ == "__main__":
    main()
