"""Stand-ins for the window's tests: a session without sound, and views that only write down what they are shown."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.core.errors import InputError
from workbench.core.geometry import load_array, load_layout
from workbench.core.messages import Dropout, Health, LatencyPart, Levels, Localization, Said, Snapshot
from workbench.core.params import Params, entry
from workbench.engine.ab_control import ABControl
from workbench.engine.ab_settings import SideHistory
from workbench.engine.device_store import OutputSetup
from workbench.engine.inputs import InputSetup
from workbench.engine.kept_sound import KeptSoundControl
from workbench.engine.mailbox import Mailbox
from workbench.engine.presets import louder_by_db
from workbench.engine.session import Session
from workbench.engine.transport import TransportControl
from workbench.ui.views.band_history import BandHistory
from workbench.ui.views.sound_axes import Crosshair
from workbench.ui.views.sound_history import SoundHistory

LATENCY = (
    LatencyPart("in", 480, 48000),
    LatencyPart("block", 480, 48000),
    LatencyPart("look-ahead", 1440, 48000),
    LatencyPart("ring", 480, 48000),
    LatencyPart("out", 480, 48000),
)
RUNNING = Health(
    state="running",
    elapsed_s=727.0,
    load=0.14,
    stage_us={"beam": 120.0, "enhance": 600.0},
    latency=LATENCY,
    input_names=tuple("12345678"),
    output_names=("L", "R"),
    array="8-microphone circle, radius 100 mm",
    source="Simulated room",
    sink="Headphones",
)
DEVICES = [
    {
        "hostapi": "PipeWire",
        "name": "USB array, 8 microphones",
        "inputs": 8,
        "outputs": 2,
        "default_rate_hz": 48000.0,
        "default_input": False,
        "default_output": False,
    },
    {
        "hostapi": "PipeWire",
        "name": "Headphones",
        "inputs": 0,
        "outputs": 2,
        "default_rate_hz": 48000.0,
        "default_input": False,
        "default_output": True,
    },
    {
        "hostapi": "ALSA",
        "name": "Laptop microphone",
        "inputs": 2,
        "outputs": 0,
        "default_rate_hz": 44100.0,
        "default_input": True,
        "default_output": False,
    },
]


def snapshot(sequence: int) -> Snapshot:
    """One hop of silence with the beam at 42 degrees."""
    quiet = Levels(np.full(8, -40.0, np.float32), np.full(8, -50.0, np.float32), np.zeros(8, bool))
    column = np.full(481, -80.0, np.float32)
    return Snapshot(sequence, sequence / 100, 50.0, column, column, quiet, quiet, 0.0, None, math.radians(42))


def saying(health: Health, text: str, failed: bool = False) -> Health:
    """The health after the engine has said one more line."""
    number = health.said[-1].number + 1 if health.said else 0
    return replace(health, message=text, failed=failed, said=(*health.said, Said(number, text, failed)))


def localization(sequence: int) -> Localization:
    """One update without talkers."""
    return Localization(sequence, sequence / 5, "srp", None, (), ())


class FakeSession:
    """The session's commands and state without threads or sound; `calls` lists the commands it got."""

    def __init__(self):
        self.mailbox = Mailbox()
        self.history = SideHistory()
        self.preset = Params()
        self.source_spec, self.sink_spec = "room", "none"
        self.array_name, self.layout_name = "uca8-100mm", "pair-100mm"
        self.array, self.layout = load_array("uca8-100mm"), load_layout("pair-100mm")
        self.running = False
        self.calls: list[tuple] = []
        self.gestures: list[str | None] = []
        """Of changes of the room."""
        self.room_scene, self.room_notice = None, ""
        self.kept = KeptSoundControl()
        self.transport = TransportControl(self.history)
        self.ab = ABControl(self.history)

    @property
    def params(self):
        return self.history.params

    @property
    def undo_label(self):
        return self.history.undo_label

    @property
    def redo_label(self):
        return self.history.redo_label

    @property
    def can_undo(self):
        return bool(self.undo_label)

    @property
    def can_redo(self):
        return bool(self.redo_label)

    def look_at_loudspeakers(self, looking):
        self.looking_at_loudspeakers = looking

    def set(self, values, gesture=None):
        self.calls.append(("set", values, gesture))
        self.history.set(values, gesture)

    def reset(self, path):
        self.history.set({path: entry(path).default})

    def undo(self):
        step = self.history.undo()
        if step is not None and step.structure is not None:  # only the source's setup is noted here
            self.inputs = step.structure[0]
        return step

    def redo(self):
        return self.history.redo()

    @property
    def steps(self):
        return self.history.done, self.history.undone

    go_to_step = Session.go_to_step

    recorded_samples = 48000

    def mark(self, text, at_sample=None):
        self.calls.append(("mark", text) if at_sample is None else ("mark", text, at_sample))

    def open_session(self, folder):
        if not (folder / "events.jsonl").is_file():
            raise InputError(f"{folder}: no recording with a journal")
        self.calls.append(("session", str(folder)))
        self.source_spec = f"session:{folder}"
        self.transport.choose(self.source_spec)

    def start(self):
        self.running = True
        self.mailbox.health = RUNNING

    def stop(self):
        self.running = False
        self.mailbox.health = replace(RUNNING, state="stopped")

    def choose_source(self, spec):
        if "missing" in spec:
            raise InputError(f"{spec}: no such file")
        self.calls.append(("source", spec))
        self.source_spec = spec
        self.transport.choose(spec)

    def choose_sink(self, spec):
        self.calls.append(("sink", spec))
        self.sink_spec = spec

    def choose_array(self, name):
        self.calls.append(("array", name))
        self.array_name = name

    def choose_layout(self, name):
        self.calls.append(("layout", name))
        self.layout_name = name

    def move_talker(self, number, azimuth_rad, distance_m, gesture=None):
        self.gestures.append(gesture)
        self.calls.append(("talker", number, azimuth_rad, distance_m))

    def set_room_scene(self, scene, gesture=None):
        self.gestures.append(gesture)
        self.calls.append(("room", scene))
        self.room_scene = scene

    def save_room_scene(self, path):
        self.calls.append(("save room", path))

    def release_talkers(self):
        self.calls.append(("release",))

    knows_clean = True
    oracle_playing = ("", 0.0)
    clean_wanted = False
    methods_ready = ()

    def choose_clean(self, path):
        self.calls.append(("clean", str(path)))

    def measure_oracle(self):
        self.calls.append(("measure",))

    def play_oracle(self, rung, loop):
        self.calls.append(("rung", rung, loop))
        self.oracle_playing = (rung, 0.5)

    def measure_loopback(self):
        self.calls.append(("loopback",))

    def test_output(self, kind, output=0):
        self.calls.append(("test", kind, output))

    listened_to = None

    def listen_to(self, channel):
        self.calls.append(("listen", channel))
        self.listened_to = channel

    def check_microphones(self):
        self.calls.append(("check",))

    inputs, outputs = InputSetup(), OutputSetup()
    source_names: tuple[str, ...] = ()
    levels = None

    def set_inputs(self, setup):
        self.calls.append(("inputs", setup))
        if setup != self.inputs:
            self.history.note_structure("Channel map", self.inputs, setup)
        self.inputs = setup

    def set_outputs(self, setup):
        self.calls.append(("outputs", setup))
        self.outputs = setup

    def input_levels(self, weighting="A", speed="fast"):
        return self.levels

    def end_input_levels(self):
        self.calls.append(("no levels",))

    def stop_microphone_check(self):
        self.calls.append(("stop check",))

    def flush(self):
        self.calls.append(("flush",))

    def show_before(self, channel):
        self.calls.append(("before", channel))

    def show_pair(self, kind, first, second):
        self.pair = (kind, first, second)

    def reset_loudness(self):
        self.calls.append(("reset_loudness",))

    def start_recording(self, folder):
        self.calls.append(("record", folder))
        self.mailbox.health = replace(self.mailbox.health, recording_s=42.7)

    recording_kind = "wav"
    record_talkers = False

    def stop_recording(self):
        self.mailbox.health = replace(self.mailbox.health, recording_s=None)

    def save_settings(self, path):
        self.calls.append(("save", path))
        self.preset = self.params

    def load_settings(self, path):
        self.calls.append(("load", path))
        self.history.replace(replace(Params()), label="Load")
        self.preset = self.params

    def apply_preset(self, preset):
        self.calls.append(("preset", preset.name))
        louder_db = louder_by_db(self.params, preset.apply(self.params))
        self.history.replace(preset.apply(self.params), label=f"Preset {preset.name}")
        self.preset = self.params
        return louder_db

    def mark_saved(self):
        self.preset = self.params

    def drop_out(self):
        """Have two interruptions."""
        drops = (Dropout(61.0, "enhance", True, "13.1 of 10 ms"), Dropout(70.0, "sink", False))
        self.mailbox.health = replace(RUNNING, dropouts=drops, noted_dropouts=2, own_dropouts=1, server_dropouts=1)

    def close(self):
        self.calls.append(("close",))
        self.running = False


class FakeSound(QWidget):
    """Writes down what it is shown."""

    before_tap_changed = Signal(int)
    span_chosen = Signal(float, float)
    save_wanted = Signal(str)
    looks_changed = Signal()
    frozen_changed = Signal(bool)

    def __init__(self):
        super().__init__()
        self.setMinimumWidth(400)
        self.seen: list = []
        self.history = self.shown = SoundHistory()
        self.bands = BandHistory()
        self.crosshair = Crosshair(self)

    def looks(self):
        return {"scale": "erb"}

    def __getattr__(self, name):
        if name.startswith(("show_", "set_", "clear", "apply_", "toggle_")):
            return lambda *args: self.seen.append((name, *args))
        raise AttributeError(name)


class FakeSpace(FakeSound):
    """The same for space, with its signals."""

    steering_changed = Signal(float, bool)
    talker_moved = Signal(int, float, float)
    talker_dropped = Signal()
    follow_requested = Signal(int)
    nulls_changed = Signal(tuple, bool)
    pair_chosen = Signal(str, int, int)
    loudness_reset_wanted = Signal()
    pair = ("output", 0, 1)

    def __init__(self):
        super().__init__()
        self.setMinimumWidth(300)
