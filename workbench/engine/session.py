"""The live session: what the window and the scripts command. No call here waits for a device or a file.

Commands are carried out one after the other on the session's own control thread, which also looks after the
running chain: it says how it is, notices a lost device and takes it again when it is back.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.audio.device_watch import DeviceWatch
from workbench.audio.file_source import FileSource
from workbench.audio.scene import Scene
from workbench.audio.scene_files import save_scene
from workbench.core.errors import DeviceUnavailable, EarshotError, InputError
from workbench.core.geometry import MicrophoneArray, SpeakerLayout, load_layout
from workbench.core.messages import Health, InputLevels, MicrophoneReport
from workbench.core.params import Params, entry
from workbench.dsp import kernels
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import memory
from workbench.engine import settings as settings_files
from workbench.engine.ab_control import ABControl
from workbench.engine.ab_settings import SideHistory
from workbench.engine.assembly import Assembly, Structure, assemble, fitted
from workbench.engine.design_export import export_filters
from workbench.engine.design_report import write_report
from workbench.engine.device_store import DeviceStore, OutputSetup
from workbench.engine.history import Step
from workbench.engine.input_meter import InputMeter
from workbench.engine.inputs import InputSetup
from workbench.engine.kept_sound import KeptSoundControl
from workbench.engine.latency import clocks, latency_budget
from workbench.engine.loopback import LoopbackProbe, total_ms
from workbench.engine.mailbox import Mailbox
from workbench.engine.mapped_source import MappedSource
from workbench.engine.meters import StolenMeter
from workbench.engine.microphone_check import MicrophoneCheck
from workbench.engine.output_test import OutputTest
from workbench.engine.patience import Patience
from workbench.engine.presets import JUMP_DB, Preset, louder_by_db
from workbench.engine.recording import Recording, begin_recording, disk_left_s
from workbench.engine.room import RoomControl
from workbench.engine.runner import Runner, lost_ends
from workbench.engine.settings import Settings
from workbench.engine.stand_ins import ENDS, Wishes, in_words, name_of, stand_ins
from workbench.engine.structure_steps import structure_label
from workbench.engine.walk_recorder import WalkRecorder
from workbench.engine.worker import Worker
from workbench.render.designs import design_from_params
from workbench.render.renderer import make_filters

log = logging.getLogger(__name__)

HEALTH_PERIOD_S = 0.1
KERNELS_PATIENCE_S = 1.5
HOWL_DROP_DB = 20.0
DISK_WARNING_S = 600.0
LISTING_PATIENCE_S = 3.0
HOWL_NOTICE = "Muted: live microphones and a loudspeaker could howl. Unmute with M."


class Session:
    """One chain under command.

    Parameters
    ----------
    settings : Settings, optional
        What to begin with; nothing starts by itself.
    devices : DeviceStore, optional
        What is remembered of each device.
    """

    def __init__(self, settings: Settings | None = None, devices: DeviceStore | None = None):
        memory.settle()
        settings = settings or Settings()
        self._devices = devices or DeviceStore()
        self.mailbox = Mailbox()
        self._history = SideHistory(settings.params)
        self.ab = ABControl(self._history)
        """Two settings, compared by ear: `params`, `set`, `undo` and the like are those of the shown side."""
        self._structure = Structure(
            settings.source,
            settings.sink,
            settings.array or None,
            settings.layout or None,
            loop=True,
            inputs=self._devices.inputs_of(settings.source, settings.inputs),
            outputs=self._devices.outputs(settings.sink),
        )
        self._preset = settings.params
        self._assembly: Assembly | None = None
        self._worker: Worker | None = None
        self._recorder: Recording | None = None
        self.recording_kind = "wav"
        """"wav" or "flac": what the next recording is written as."""
        self._room = RoomControl()
        self.kept = KeptSoundControl()
        """The last seconds of the input, which can be looped through the chain."""
        self._wanted = False
        self._lost: tuple[str, ...] = ()
        self._silent: tuple[str, ...] = ()
        self._wishes, self._patience = Wishes(), Patience()
        self._watch: DeviceWatch | None = None
        self._muted: tuple[int, ...] = ()
        self._stolen = StolenMeter()
        self._recording_left_s: float | None = None
        self._measuring = False
        self._measured: tuple[float | None, str] = (None, "")
        self._message, self._failed = "", False
        self._commands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        # Loading them holds the interpreter for moments that sound would notice, so the first start waits a little;
        # on a first run they take longer to compile, and the chain changes over when they are there.
        self._kernels = threading.Thread(target=kernels.load, name="kernels", daemon=True)
        self._kernels.start()
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)
        self._thread.start()

    # ---- parameters ----------------------------------------------------------------------------------------

    @property
    def params(self) -> Params:
        """The parameters in force."""
        return self._history.params

    @property
    def preset(self) -> Params:
        """The parameters as last loaded or saved: what a row's dot compares with."""
        return self._preset

    def set(self, values: dict[str, Any], gesture: object | None = None) -> None:
        """Change parameters by path; one `gesture` is one undo step. Raises InputError; then nothing changed."""
        self._history.set(values, gesture)

    def reset(self, path: str) -> None:
        """A parameter back to its default."""
        self._history.set({path: entry(path).default})

    def undo(self) -> bool:
        """Take back the newest step; False when there is none."""
        step = self._history.undo()
        if step is not None and step.structure is not None:
            self._put_structure_back(*reversed(step.structure))
        return step is not None

    def redo(self) -> bool:
        """Apply again what was taken back; False when there is nothing."""
        step = self._history.redo()
        if step is not None and step.structure is not None:
            self._put_structure_back(*step.structure)
        return step is not None

    @property
    def steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """Steps that can be undone, oldest first, and those that can be done again, the next one first."""
        return self._history.done, self._history.undone

    def go_to_step(self, count: int) -> None:
        """Undo or redo until `count` steps are done."""
        done, undone = self.steps
        for _ in range(len(done) - count):
            self.undo()
        for _ in range(min(count - len(done), len(undone))):
            self.redo()

    def _put_structure_back(self, now: Structure, wanted: Structure) -> None:
        names = [one.name for one in fields(Structure) if getattr(now, one.name) != getattr(wanted, one.name)]
        self._commands.put(self._restructuring({name: getattr(wanted, name) for name in names}, noted=False))

    @property
    def can_undo(self) -> bool:
        return bool(self._history.undo_label)

    @property
    def can_redo(self) -> bool:
        return bool(self._history.redo_label)

    @property
    def undo_label(self) -> str:
        return self._history.undo_label

    @property
    def redo_label(self) -> str:
        return self._history.redo_label

    # ---- structure -----------------------------------------------------------------------------------------

    @property
    def source_spec(self) -> str:
        return self._structure.source

    @property
    def sink_spec(self) -> str:
        return self._structure.sink

    @property
    def array_name(self) -> str | None:
        return self._structure.array

    @property
    def layout_name(self) -> str | None:
        return self._structure.layout

    @property
    def array(self) -> MicrophoneArray | None:
        """The array in use; None when the channels are independent or nothing runs."""
        assembly = self._assembly
        return assembly.array if assembly else None

    @property
    def layout(self) -> SpeakerLayout | None:
        """The layout in use."""
        assembly = self._assembly
        return assembly.layout if assembly else None

    def choose_source(self, spec: str) -> None:
        """`room[:SCENE]`, `file:PATH` or `device:HOSTAPI/NAME[#channels …]`; a running chain goes on with it."""
        self._restructure(source=spec, inputs=self._devices.inputs(spec))

    def choose_sink(self, spec: str) -> None:
        """`none`, `file:PATH` or `device:HOSTAPI/NAME[#channels …]`."""
        self._restructure(sink=spec, outputs=self._devices.outputs(spec))

    def choose_array(self, name: str | None) -> None:
        """A shipped name or a TOML path; None: the channels are independent."""
        self._restructure(array=name)

    def choose_layout(self, name: str | None) -> None:
        """A shipped name or a TOML path; None: no rendering."""
        self._restructure(layout=name)

    def _restructure(self, label: str = "", **changes: Any) -> None:
        self._commands.put(self._restructuring(changes, label=label))

    def _restructuring(self, changes: dict[str, Any], noted: bool = True, label: str = "") -> Callable[[], None]:
        """The command that changes the structure, and takes the change back if sound cannot start with it.

        `noted`: it is a step that can be undone; `label` names it, if not what changed.
        """

        def change() -> None:
            nonlocal changes
            if "source" in changes:
                changes = {"clean": None, **changes}  # a clean recording belongs to one file
            before, wishes = self._structure, self._wishes
            self._wishes = wishes.without(changes)
            self._structure = fitted(replace(before, **changes), before)
            if {"source", "array"} & set(changes):
                self.mailbox.microphones = MicrophoneReport()  # what was found is of another array
            if not (self._wanted or self._worker):
                if "source" in changes:
                    self._room.forget()
                self._remember_devices()
                self._note_structure(before, noted, label)
                return
            if self._go_over_from(before):
                self._remember_devices()
                self._note_structure(before, noted, label)
            else:
                self._wishes = wishes

        return change

    def _note_structure(self, before: Structure, noted: bool, label: str) -> None:
        changed = structure_label(before, self._structure)
        if noted and changed:
            self._history.note_structure(label or changed, before, self._structure)

    def _go_over_from(self, before: Structure) -> bool:
        """Stop, and start with the structure as it is now. If that fails, the sound that was there before goes on; if
        that fails as well, everything stands still, the new choice stays, and both errors are said."""
        self._stop()
        edits = self._room.set_aside() if self._structure.source != before.source else None
        try:
            self._start()
        except EarshotError as error:
            chosen, self._structure = self._structure, before
            if edits is not None:
                self._room.put_back(edits)
            try:
                self._start()
            except EarshotError as second:
                self._structure, self._wanted = chosen, False
                self._complain(f"{error}. Going back to what played before failed as well: {second}")
            else:
                self._complain(str(error))
            return False
        return True

    def _remember_devices(self) -> None:
        self._devices.keep_inputs(self._structure.source, self._structure.inputs)
        self._devices.keep_outputs(self._structure.sink, self._structure.outputs)

    # ---- channels of the source ------------------------------------------------------------------------------

    @property
    def inputs(self) -> InputSetup:
        """Channel map, calibration, rate and block of the source."""
        return self._structure.inputs

    @property
    def outputs(self) -> OutputSetup:
        """Rate and block of the sink."""
        return self._structure.outputs

    @property
    def source_names(self) -> tuple[str, ...]:
        """Names of the source's own channels, before the channel map; empty while nothing runs."""
        assembly = self._assembly
        return getattr(assembly.runner.source, "source_names", ()) if assembly else ()

    def set_inputs(self, setup: InputSetup) -> None:
        """Another channel map, calibration, rate or block: at once and crossfaded where that can be, else the source
        is opened anew. It is remembered with the device. What is wrong with it is said in health."""

        def change() -> None:
            source = self._assembly.runner.source if self._assembly else None
            channels = getattr(source, "source_channels", 0)
            if source is None or setup.structure(channels) != self._structure.inputs.structure(channels):
                restructure()
                return
            source.apply(setup)
            self._structure = replace(self._structure, inputs=setup)
            self._show_calibration()
            self._devices.keep_inputs(self._structure.source, setup)

        restructure = self._restructuring({"inputs": setup})
        self._commands.put(change)

    def _show_calibration(self) -> None:
        """Put the calibration of the microphone that Before shows on its spectrum, where that is wanted."""
        assembly = self._assembly
        if assembly and isinstance(assembly.runner.source, MappedSource):
            chain = assembly.runner.chain
            chain.before_curve_db = assembly.runner.source.curve_db(chain.before_channel)

    def set_outputs(self, setup: OutputSetup) -> None:
        """Another rate or block of the sink's device."""
        self._restructure(outputs=setup)

    def input_levels(self, weighting: str = "A", speed: str = "fast") -> InputLevels | None:
        """Levels of the source's own channels; the first call, or one with another weighting, begins to measure."""
        assembly = self._assembly
        source = assembly.runner.source if assembly else None
        if not isinstance(source, MappedSource):
            return None
        meter = source.meter
        if meter is None or (meter.weighting, meter.speed) != (weighting, speed):
            source.meter = meter = InputMeter(source.source_channels, weighting, speed)
        return meter.levels

    def end_input_levels(self) -> None:
        """Nobody looks at the levels any more."""
        assembly = self._assembly
        if assembly and isinstance(assembly.runner.source, MappedSource):
            assembly.runner.source.meter = None

    # ---- transport -----------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether sound is meant to flow (also while a lost device is awaited)."""
        return self._wanted

    def start(self) -> None:
        """Start; what goes wrong is said in `mailbox.health`."""
        self._wanted = True
        self._commands.put(self._start_if_stopped)

    def stop(self) -> None:
        """Stop."""
        self._wanted = False
        self._commands.put(self._stop)

    def seek(self, time_s: float) -> None:
        """Jump in a file source."""
        self._on_source("seek", time_s)

    def move_talker(self, number: int, azimuth_rad: float, distance_m: float) -> None:
        """Put a talker of the simulated room (numbers from 1) somewhere else."""
        self._on_source("move_talker", number, azimuth_rad, distance_m)

    @property
    def room_scene(self) -> Scene | None:
        """The simulated room's scene as it was chosen and changed since; None with another source."""
        assembly = self._assembly
        return self._room.scene(assembly.runner.source if assembly else None, self._structure.source)

    def set_room_scene(self, scene: Scene) -> None:
        """Change the simulated room while it plays (or before it does). Raises InputError."""
        assembly = self._assembly
        self._room.set_scene(assembly.runner.source if assembly else None, scene)

    @property
    def room_notice(self) -> str:
        """What the running room has to say, such as a reverberation time that cannot be had; else empty."""
        assembly = self._assembly
        return getattr(assembly.runner.source, "notice", "") if assembly else ""

    def release_talkers(self) -> None:
        """Everybody who was dragged goes back to the own path."""
        scene = self.room_scene
        for number in range(1, len(scene.talkers) + 1 if scene else 1):
            self._on_source("release_talker", number)

    def save_room_scene(self, path: str | Path) -> None:
        """Write the scene as it is now, with everybody where they were dragged; what goes wrong is said in health."""

        def save() -> None:
            assembly = self._assembly
            source = assembly.runner.source if assembly else None
            scene = source.scene_now() if hasattr(source, "scene_now") else self.room_scene
            if scene is None:
                return
            save_scene(replace(scene, name=Path(path).stem), path)
            self._say(f"Saved {Path(path).name}")

        self._commands.put(save)

    def show_before(self, channel: int) -> None:
        """Choose the input channel (from 0) shown as Before."""
        assembly = self._assembly
        if assembly and 0 <= channel < assembly.runner.source.channels:
            assembly.runner.chain.before_channel = channel
            self._show_calibration()

    def show_pair(self, kind: str, first: int, second: int) -> None:
        """Hold two channels (from 0) of the "output" or the "input" against each other in `Snapshot.scope`."""
        assembly = self._assembly
        if assembly and assembly.runner.chain.pair:
            assembly.runner.chain.pair.pair = (kind, first, second)

    def reset_loudness(self) -> None:
        """Begin integrated loudness, its range and the highest true peak anew."""
        assembly = self._assembly
        if assembly and assembly.runner.chain.loudness:
            assembly.runner.chain.loudness.reset_wanted = True

    # ---- the oracle ladder ---------------------------------------------------------------------------------

    def measure_oracle(self) -> None:
        """Climb the oracle ladder with what was just heard; `mailbox.oracle` gets the result, or health the reason
        why not."""
        assembly = self._assembly
        if assembly and assembly.oracle:
            assembly.oracle.measure(self.params.enhance)

    def choose_clean(self, path: str | Path) -> None:
        """Name the clean recording to the file that plays, which begins anew with it. Raises InputError: the source is
        no file, or the two do not fit together."""
        kind, _, noisy = self._structure.source.partition(":")
        if kind != "file":
            raise InputError("A clean recording belongs to a file as source: choose the noisy file first")
        FileSource(noisy, clean=path).close()
        self._restructure(clean=str(path))

    @property
    def clean_wanted(self) -> bool:
        """Whether a clean recording can be named: the source is a file."""
        return self._structure.source.startswith("file:")

    @property
    def methods_ready(self) -> tuple[str, ...]:
        """Methods and networks that the running enhancer can use now; empty while nothing runs."""
        assembly = self._assembly
        return assembly.runner.chain.enhancers[0].methods if assembly else ()

    def play_oracle(self, rung: str, loop: bool = True) -> None:
        """Play a rung of the measured excerpt in place of the live sound ("" goes back to that). Raises InputError."""
        assembly = self._assembly
        if assembly:
            assembly.runner.chain.oracle.loop = loop
            assembly.runner.chain.oracle.play(rung)

    @property
    def knows_clean(self) -> bool:
        """Whether the oracle ladder has something to climb with; True while that is not known yet."""
        assembly = self._assembly
        return assembly is None or assembly.runner.samples_in < RATE_HZ or assembly.runner.chain.ladder_tap.hops > 0

    @property
    def oracle_playing(self) -> tuple[str, float]:
        """The rung that plays ("" for the live sound) and the place in the excerpt, in seconds."""
        assembly = self._assembly
        if assembly is None:
            return "", 0.0
        return assembly.runner.chain.oracle.playing, assembly.runner.chain.oracle.position_s

    def _on_source(self, method: str, *arguments: Any) -> None:
        assembly = self._assembly
        call = getattr(assembly.runner.source, method, None) if assembly else None
        if call is not None:
            call(*arguments)

    def measure_loopback(self, output: int = 0) -> None:
        """Play a chirp on an output channel (from 0) in the sound's place and listen for it: the whole delay then
        stands in `mailbox.health`, or the reason why it was not found."""

        def begin() -> None:
            runner = self._assembly.runner if self._assembly else None
            if runner is None or not (runner.source.live and runner.sink.live):
                raise EarshotError("Measuring the delay needs a running device on both sides")
            if runner.loopback is None or runner.loopback.done:
                runner.loopback = LoopbackProbe(runner.source.channels, output)
                self._measuring = True
                self._say("Measuring the delay with a chirp ...")

        self._commands.put(begin)

    def _note_loopback(self, runner: Runner) -> None:
        probe = runner.loopback
        if not self._measuring or probe is None or not probe.done:
            return
        self._measuring, runner.loopback = False, None
        try:
            self._measured = (total_ms(probe, runner.chain.latency), datetime.now().strftime("%H:%M"))
        except EarshotError as error:
            self._say(f"The delay was not measured: {error}", failed=True)
        else:
            self._say(f"Measured: {self._measured[0]:.1f} ms from the air to the air")

    def test_output(self, kind: str, output: int = 0) -> None:
        """Play "tone" or "pink" on one output (from 0) in the sound's place, muted at first; "" ends it.
        Raises InputError."""
        assembly = self._assembly
        if assembly is None:
            return
        runner = assembly.runner
        if not kind:
            runner.output_test = None
            return
        test = OutputTest(kind, output)
        if runner.output_test is None:
            self._history.set({"output.muted": True})
            self._say("Test signal, muted: turn the amplifier down, then unmute with M")
        runner.output_test = test

    def check_microphones(self) -> None:
        """Listen for ten seconds, then say what is wrong with the channels: dead, inverted, swapped, other gain."""

        def begin() -> None:
            assembly = self._assembly
            if assembly is None or assembly.array is None:
                raise EarshotError("The microphone check needs a running source and its microphone array")
            runner = assembly.runner
            if runner.check is not None and runner.check.running:
                return
            names = tuple(runner.source.channel_names)
            tell = lambda report: setattr(self.mailbox, "microphones", report)  # noqa: E731
            runner.check = MicrophoneCheck(assembly.array, names, self._say, changed=tell)
            self._say("Checking the microphones: talk for ten seconds, from several sides ...")

        self._commands.put(begin)

    def stop_microphone_check(self) -> None:
        """Give the microphone check up."""

        def end() -> None:
            runner = self._assembly.runner if self._assembly else None
            if runner is not None and runner.check is not None:
                check, runner.check = runner.check, None
                check.close()

        self._commands.put(end)

    # ---- walking through the room --------------------------------------------------------------------------

    def begin_walk(self, folder: str | Path, distance_m: float, marks: int, wanted: int) -> WalkRecorder:
        """Collect labelled samples of the room from what the array hears; paused at first. Raises InputError."""
        assembly = self._assembly
        if assembly is None or assembly.array is None:
            raise InputError("Walking needs a running source and its microphone array: press Start")
        walk = WalkRecorder(folder, assembly.array.mics, distance_m, marks, wanted)
        assembly.runner.walk = walk
        return walk

    def end_walk(self) -> None:
        """Collect no more."""
        assembly = self._assembly
        if assembly is not None:
            assembly.runner.walk = None

    # ---- devices -------------------------------------------------------------------------------------------

    @property
    def device_watch(self) -> DeviceWatch:
        """The list of devices, kept fresh from the first use on."""
        if self._watch is None:
            self._watch = DeviceWatch()
        return self._watch

    @property
    def wishes(self) -> dict[str, str]:
        """Devices that were not there at the start and will be taken when they appear, by end ("source", "sink")."""
        return dict(self._wishes.specs)

    def reopen_devices(self) -> None:
        """End the streams of the devices, though they seem to run, and open them anew."""
        assembly = self._assembly
        for end in (assembly.runner.source, assembly.runner.sink) if assembly else ():
            if hasattr(end, "reopen_now"):
                end.reopen_now()

    def flush(self) -> None:
        """Bring an inflated playback queue back to its length, crossfaded."""
        assembly = self._assembly
        if assembly is not None and hasattr(assembly.runner.sink, "flush"):
            assembly.runner.sink.flush()

    def start_recording(self, folder: str | Path) -> None:
        """Record what the source gives and what goes out, as `recording_kind` says, in a new folder under `folder`."""

        def begin() -> None:
            if self._assembly is None or self._recorder is not None:
                return
            self._recorder = begin_recording(
                folder,
                self._assembly.runner,
                self.recording_kind,
                self._settings_now(self._structure),
                self.mailbox.localizations_since,
            )
            self._say(f"Recording to {self._recorder.folder}")

        self._commands.put(begin)

    def mark(self, text: str = "") -> None:
        """A marker with a note in the recording that runs. Raises InputError where none does."""
        recording = self._recorder
        if recording is None or recording.journal is None:
            raise InputError("Markers belong to a recording: press R first")
        recording.journal.mark(text)

    def stop_recording(self) -> None:
        """Finish the recording."""
        self._commands.put(self._end_recording)

    # ---- settings ------------------------------------------------------------------------------------------

    def save_settings(self, path: str | Path) -> None:
        """Write everything to a settings file. Raises InputError."""
        wishes = self._wishes.specs
        structure = self._structure
        wanted = replace(
            structure, source=wishes.get("source", structure.source), sink=wishes.get("sink", structure.sink)
        )
        settings_files.save(self._settings_now(wanted), path)
        self.mark_saved()

    def mark_saved(self) -> None:
        """The parameters as they are now have been written: what a row's dot compares with."""
        self._preset = self.params

    def _settings_now(self, structure: Structure) -> Settings:
        """All that a settings file holds."""
        return Settings(
            self.params,
            structure.source,
            structure.sink,
            structure.array or "",
            structure.layout or "",
            structure.inputs,
        )

    def export_design(self, folder: str | Path) -> None:
        """Write the loudspeakers' filters into a folder, as they are now; `mailbox.health` says when it is done."""
        name, params = self._structure.layout, self.params.render

        def export() -> None:
            if not name:
                raise InputError("There are no loudspeakers to export: choose a layout")
            layout, design = load_layout(name), design_from_params(params)
            filters = make_filters(layout, design)
            write_report(layout, design, filters, export_filters(layout, design, folder, filters))
            self._say(f"Filters, report and plots exported to {folder}")

        self._commands.put(export)

    def load_settings(self, path: str | Path) -> None:
        """Take everything from a settings file. Raises InputError; then nothing changed."""
        self.apply_settings(settings_files.load(path), label=f"Load {Path(path).stem}")

    def apply_settings(self, settings: Settings, label: str = "Load settings") -> None:
        """Take parameters (one undo step) and structure."""
        self._history.replace(settings.params, label=label)
        self._preset = settings.params
        self._restructure(
            label,
            source=settings.source,
            sink=settings.sink,
            array=settings.array or None,
            layout=settings.layout or None,
            inputs=self._devices.inputs_of(settings.source, settings.inputs),
            outputs=self._devices.outputs(settings.sink),
        )

    def apply_preset(self, preset: Preset) -> float:
        """Take a preset's stages (one undo step); gives by how many decibels it is louder.

        One that is louder by more than `presets.JUMP_DB` begins muted.
        """
        before, after = self.params, preset.apply(self.params)
        louder_db = louder_by_db(before, after)
        self._history.replace(after, label=f"Preset {preset.name}")
        self._preset = after
        if louder_db > JUMP_DB and self._worker is not None:
            self._history.set({"output.muted": True})
        return louder_db

    def close(self) -> None:
        """Stop and end the session; waits for the control thread, at most a few seconds."""
        self._wanted = False
        self._commands.put(self._stop)
        self._commands.put(None)
        self._thread.join(timeout=10)
        if self._watch is not None:
            self._watch.close()

    # ---- the control thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                command = self._commands.get(timeout=HEALTH_PERIOD_S)
            except queue.Empty:
                command = self._look_after
            if command is None:
                return
            try:
                command()
            except EarshotError as error:
                self._say(str(error), failed=True)
            except Exception as error:
                log.exception("a command failed")
                self._wanted = self._worker is not None
                self._say(f"Something went wrong: {error} (the log has the details)", failed=True)
            self._publish()

    def _start_if_stopped(self) -> None:
        if self._worker is not None:
            for end in (self._worker.runner.source, self._worker.runner.sink):
                if getattr(end, "lost", False):
                    end.retry()
        else:
            try:
                self._start_or_stand_in()
            except BaseException:
                self._wanted = False
                raise

    def _start_or_stand_in(self) -> None:
        """Start; what takes the place of a device that is not there plays until that appears."""
        for end, spec in self._wishes.specs.items():
            self._put(end, spec)
        said: list[str] = []
        tried: dict[str, tuple[str, ...]] = {}
        while True:
            try:
                self._start()
                break
            except DeviceUnavailable as error:
                end = ENDS[error.direction]
                missed = getattr(self._structure, end)
                if end not in tried:
                    self._wishes = self._wishes.plus(end, missed)
                    listing = self.device_watch.wait_for_first(LISTING_PATIENCE_S)
                    if error.cause != "missing":  # it stands in the list, but cannot be had: no reason to try again
                        self._wishes.come_true(self.device_watch.serial, listing)
                    tried[end] = stand_ins(end, missed, listing)
                    said.append(f"{error}; ")
                if not tried[end]:
                    raise
                stand_in, *rest = tried[end]
                tried[end] = tuple(rest)
                self._put(end, stand_in)
        for end in tried:
            said.append(f"{in_words(getattr(self._structure, end))}. ")
        if said:
            self._complain("".join(said) + f"{' and '.join(self._wishes.names)} will be taken on appearing.")

    def _put(self, end: str, spec: str) -> None:
        """Another source or sink, with what is remembered of it."""
        setup = {"inputs": self._devices.inputs(spec)} if end == "source" else {"outputs": self._devices.outputs(spec)}
        self._structure = replace(self._structure, **{end: spec}, **setup)
        if end == "source":
            self._room.forget()

    def _take_wishes(self) -> None:
        """Go over to a device that was wished for and has appeared; not while a recording runs, which would end."""
        if not self._wishes.specs or self._recorder is not None:
            return
        watch = self.device_watch
        for end in self._wishes.come_true(watch.serial, watch.listing):
            before, spec = self._structure, self._wishes.specs[end]
            self._put(end, spec)
            if self._go_over_from(before):
                self._wishes = self._wishes.without((end,))
                self._say(f"{name_of(spec)} is there and was taken.")

    def _start(self) -> None:
        self._message, self._failed = "", False
        self._publish("starting")
        self._kernels.join(KERNELS_PATIENCE_S)
        assembly = assemble(self._structure, self._history, self.mailbox, self._say, complain=self._complain)
        complaint = self._room.apply(assembly.runner.source)
        if complaint:
            self._complain(complaint)
        self.ab.attach(assembly.runner.chain)
        assembly.runner.keeper = self.kept.keeper_for(self._structure.source, assembly.runner.source.channels)
        worker = Worker(assembly.runner)
        if assembly.runner.source.live and assembly.runner.sink.live:
            self._history.set({"output.muted": True})
            self._say(HOWL_NOTICE)
        try:
            worker.start()
        except BaseException:
            assembly.close(complete=False)
            raise
        self._assembly, self._worker = assembly, worker
        self._show_calibration()
        self._wanted = True
        self._lost = self._silent = ()
        self._patience = Patience()
        self._measuring, self._measured = False, (None, "")
        self._muted = ()

    def _stop(self) -> None:
        self._end_recording()
        worker, assembly = self._worker, self._assembly
        self._worker = self._assembly = None
        self.ab.attach(None)
        if worker is not None:
            worker.close()
            if worker.runner.check is not None:
                worker.runner.check.close()
        if assembly is not None:
            assembly.close()
            self._room.keep(assembly.runner.source)
            del worker, assembly
            memory.give_back()

    def _end_recording(self) -> None:
        recorder, self._recorder = self._recorder, None
        self._recording_left_s = None
        if recorder is None:
            return
        if self._assembly is not None:
            self._assembly.runner.taker = None
        recorder.stop()
        clipped = recorder.clipped_samples
        note = f"; {clipped} samples beyond full scale were clipped, which .wav would have held" if clipped else ""
        self._say(f"Recorded {recorder.seconds:.1f} s to {recorder.folder}{note}", failed=bool(clipped))

    def _look_after(self) -> None:
        if self._worker is None:
            return
        runner = self._worker.runner
        notice = self._room.news(runner.source)
        if notice:
            self._say(notice)
        self._note_lost(runner)
        self._take_wishes()
        if self._worker is None or self._worker.runner is not runner:
            return
        self._note_loopback(runner)
        self._note_faults(runner)
        if not self._worker.alive:
            error = self._worker.error
            self._stop()
            self._wanted = False
            self._say(f"The chain stopped: {error}" if error else "The file has ended.", failed=error is not None)
        elif self._recorder is not None and self._recorder.error:
            error = self._recorder.error
            self._end_recording()
            self._say(str(error), failed=True)

    def _note_faults(self, runner: Runner) -> None:
        """Howling, microphones that give no numbers, a disk that fills."""
        runner.stolen_recently_s = self._stolen.look()
        self._note_silence(runner)
        if notice := self._patience.look(runner.dropouts, runner.sink):
            self._say(notice)
        if runner.howl_hz:
            howl_hz, runner.howl_hz = runner.howl_hz, 0.0
            gain_db = max(self.params.output.gain_db - HOWL_DROP_DB, entry("output.gain_db").knob.low)
            self._history.set({"output.gain_db": gain_db})
            self._complain(
                f"Howling at {howl_hz:.0f} Hz: the output is {HOWL_DROP_DB:.0f} dB lower now. Use headphones, or move "
                "the microphones away from the loudspeakers"
            )
        muted = runner.chain.guard.muted
        if muted != self._muted:
            if set(muted) - set(self._muted):
                names = ", ".join(runner.source.channel_names[channel] for channel in muted)
                self._complain(f"{names}: gives no numbers (NaN or beyond all sense) and is muted; the rest goes on")
            elif not muted:
                self._say("All microphones give sound again")
            self._muted = muted
        if self._recorder is not None:
            self._note_disk(self._recorder)

    def _note_silence(self, runner: Runner) -> None:
        """A device that had sound and gives nothing but zeros: its node may have gone, or somebody muted it."""
        silent = (runner.source.name,) if getattr(runner.source, "zeros", False) else ()
        if silent == self._silent:
            return
        self._silent = silent
        if silent:
            self._complain(
                f"{silent[0]} gives nothing but digital zeros: it is muted, disconnected or gone. Opening it anew may "
                "help"
            )
        elif not getattr(runner.source, "lost", False):
            self._say(f"{runner.source.name} gives sound again")

    def _note_disk(self, recorder: Recording) -> None:
        """How long the disk lasts; said once when it is short."""
        before_s, self._recording_left_s = self._recording_left_s, disk_left_s(recorder)
        if self._recording_left_s is None:
            return
        if self._recording_left_s < DISK_WARNING_S and (before_s is None or before_s >= DISK_WARNING_S):
            self._complain(f"The disk is full in about {self._recording_left_s / 60:.0f} min of recording")

    def _note_lost(self, runner: Runner) -> None:
        """Say which device was lost and which is back; the chain goes on meanwhile."""
        lost = lost_ends(runner)
        if lost == self._lost:
            return
        back = [name for name in self._lost if name not in lost]
        self._lost = lost
        if lost:
            one = len(set(lost)) == 1
            names = " and ".join(dict.fromkeys(lost))
            self._say(f"{names} {'is' if one else 'are'} lost, trying again.", failed=True)
        else:
            self._say(f"{' and '.join(dict.fromkeys(back))} {'is' if len(set(back)) == 1 else 'are'} back.")

    def _say(self, message: str, failed: bool = False) -> None:
        self._message, self._failed = message, failed
        log.info(message)

    def _complain(self, message: str) -> None:
        self._say(message, failed=True)

    def _publish(self, state: str | None = None) -> None:
        worker, assembly = self._worker, self._assembly
        if worker is None or assembly is None:
            self.mailbox.health = Health(
                state=state or "stopped",
                message=self._message,
                failed=self._failed,
                rate_hz=RATE_HZ,
                hop=HOP,
                source=self._structure.source,
                sink=self._structure.sink,
                awaited=self._wishes.names,
            )
            return
        runner = worker.runner
        source, sink, chain = runner.source, runner.sink, runner.chain
        self.mailbox.health = Health(
            state=state or ("lost" if lost_ends(runner) else "running"),
            message=self._message,
            failed=self._failed,
            elapsed_s=runner.samples_in / RATE_HZ,
            rate_hz=RATE_HZ,
            hop=HOP,
            load=chain.clock.load,
            stage_us=chain.clock.mean_us(),
            latency=latency_budget(runner),
            dropouts=tuple(runner.dropouts),
            own_dropouts=runner.own_dropouts,
            server_dropouts=runner.server_dropouts,
            recording_s=self._recorder.seconds if self._recorder else None,
            recording_left_s=self._recording_left_s if self._recorder else None,
            awaited=self._wishes.names,
            silent_inputs=self._silent,
            muted_inputs=tuple(source.channel_names[channel] for channel in chain.guard.muted),
            input_names=tuple(source.channel_names),
            output_names=tuple(sink.channel_names) if sink.live else self._output_names(assembly, chain.out_channels),
            array=assembly.array.description if assembly.array else "",
            layout=assembly.layout.description if assembly.layout else "",
            source=source.name,
            sink=sink.name,
            measured_ms=self._measured[0],
            measured_at=self._measured[1],
            **clocks(sink),
        )

    def _output_names(self, assembly: Assembly, channels: int) -> tuple[str, ...]:
        if assembly.layout is not None and not self.params.render.audition:
            return tuple(assembly.layout.driver_names)
        return ("L", "R", *(str(number) for number in range(3, channels + 1)))[:channels]
