"""The window's only door to the engine: polls the mailbox on a timer, passes commands on, never waits.

Everything here runs on the GUI thread, except the listing of devices (up to a second), which runs on a pool thread.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from workbench.core import params as parameters
from workbench.core.errors import EarshotError
from workbench.core.messages import Health, InputLevels, MicrophoneReport
from workbench.core.params import Params, Value
from workbench.dsp.bands import RATE_HZ
from workbench.engine import presets
from workbench.engine.command_line import live_command, replay_command
from workbench.engine.presets import Preset
from workbench.ui.pace import PacedTimer

log = logging.getLogger(__name__)

TRANSPORT = {"output.muted", "output.bypass", "beamformer.follow"}
"""What a person switches while listening belongs to no preset."""
FACTORY = "Factory settings"
HEALTH_EVERY = 6
"""Health, patterns and parameters are compared every so many ticks (5 to 10 times a second)."""


class _Listing(QRunnable):
    """Lists the devices on a pool thread."""

    def __init__(self, lister: Callable[[], list[dict]], done: Signal):
        super().__init__()
        self.lister, self.done = lister, done

    def run(self):
        try:
            devices, problem = self.lister(), ""
        except Exception as error:
            log.exception("listing the devices failed")
            devices, problem = [], str(error)
        with contextlib.suppress(RuntimeError):  # the bridge may be gone by now
            self.done.emit(devices, problem)


class Bridge(QObject):
    """Signals with what the engine published; methods for what a person wants."""

    snapshots = Signal(list)
    """list of Snapshot, oldest first; only when some are new."""
    localizations = Signal(list)
    health_changed = Signal(object)
    pattern_changed = Signal(object)
    gain_changed = Signal(object)
    """What the beam gains (BeamGain), None while it is not known."""
    response_changed = Signal(object)
    oracle_changed = Signal(object, bool)
    """The OracleReport, and whether the source knows its clean signal."""
    oracle_played = Signal(str, float)
    """The rung of the oracle ladder that is heard ("" is the live sound), and the place in the excerpt in seconds."""
    params_changed = Signal(object)
    """The Params now in force (from this window, from undo, from a settings file, from the engine)."""
    structure_changed = Signal()
    """Source, sink, array or layout is another one."""
    running_changed = Signal(bool)
    steps_changed = Signal()
    """What can be undone or done again is another step now."""
    ab_changed = Signal(object)
    """The ABState: how A and B stand to each other."""
    kept_changed = Signal(object)
    """The KeptSound: what is kept of the input, and whether it loops."""
    transport_changed = Signal(object)
    """The TransportState: where a file or recorded session plays."""
    devices_listed = Signal(list)
    """The sound devices, fresh; also by itself, when one has come or gone."""
    room_changed = Signal(object, str)
    """The simulated room's Scene (None: the source is no room) and what the room has to say about it."""
    failed = Signal(str)
    """A command could not be done: one line for the status bar."""
    _listing_done = Signal(list, str)
    """From the pool thread: what was found, or why nothing."""
    noticed = Signal(str)
    """Something was done: one line for the status bar."""

    def __init__(self, session, lister: Callable[[], list[dict]] | None = None, parent: QObject | None = None):
        super().__init__(parent)
        self.session = session
        self._lister = lister
        self._listing = False
        self._watch = None
        self._closed = False
        self._devices: list[dict] = []
        self._watched = True
        self._tick = 0
        self._snapshot = self._localization = -1
        self._health: Health | None = None
        self._params: Params | None = None
        self._pattern = self._response = self._gain = None
        self._oracle: tuple = ()
        self._played: tuple[str, float] = ("", 0.0)
        self._newest: tuple = ()
        self._structure: tuple = ()
        self._room = None
        self._running: bool | None = None
        self._kept = None
        self._transport = None
        self._ab = None
        self._factory: Params | None = None
        self.preset_name = FACTORY
        self.timer = PacedTimer(self.poll, self)
        """Polls the mailbox; a repaint follows only where data came."""
        self._listing_done.connect(self._on_devices)

    # What is shown -----------------------------------------------------------------------------------------------

    @property
    def params(self) -> Params:
        """The parameters in force."""
        return self.session.params

    @property
    def devices(self) -> list[dict]:
        """The sound devices as last listed."""
        return self._devices

    @property
    def health(self) -> Health:
        """How the engine is doing."""
        return self.session.mailbox.health

    @property
    def edited(self) -> bool:
        """The parameters differ from the preset."""
        return bool(set(parameters.differences(self.params, self.preset)) - TRANSPORT)

    @property
    def preset(self) -> Params:
        """The parameters as last loaded or saved."""
        return self._factory if self._factory is not None else self.session.preset

    def begin(self) -> None:
        """Start polling."""
        self._tick = 0
        self.poll()
        self.timer.start()

    def set_watched(self, watched: bool) -> None:
        """False while the window is minimised: the sound views are not fed, the rest goes on."""
        self._watched = watched

    def poll(self) -> None:
        """Emit what is new since the last time."""
        if self._closed:
            return
        mailbox = self.session.mailbox
        if self._watched:
            snapshots = mailbox.snapshots_since(self._snapshot)
            if snapshots:
                self._snapshot = snapshots[-1].sequence
                self.snapshots.emit(snapshots)
            localizations = mailbox.localizations_since(self._localization)
            if localizations:
                self._localization = localizations[-1].sequence
                self.localizations.emit(localizations)
        if self.session.oracle_playing != self._played:
            self._played = self.session.oracle_playing
            self.oracle_played.emit(*self._played)
        transport = self.session.transport.state
        if transport != self._transport:
            self._transport = transport
            self.transport_changed.emit(transport)
        self._poll_beam(mailbox)  # at once: it follows a slider that is dragged
        if self._tick % HEALTH_EVERY == 0:
            self._poll_slow(mailbox)
        self._tick += 1

    def _poll_slow(self, mailbox) -> None:
        session = self.session
        # The array and layout objects change a little after their names: when the chain has been built anew.
        structure = (
            session.source_spec,
            session.sink_spec,
            session.array_name,
            session.layout_name,
            id(session.array),
            id(session.layout),
        )
        if structure != self._structure:
            self._structure = structure
            self._pattern = None  # who is told of another structure is told its pattern again
            self.structure_changed.emit()
        if mailbox.health is not self._health:
            self._health = mailbox.health
            self.health_changed.emit(self._health)
        running = bool(self.session.running)
        if running != self._running:
            self._running = running
            self.running_changed.emit(running)
        self._poll_beam(mailbox)
        if mailbox.loudspeaker_response is not self._response and mailbox.loudspeaker_response is not None:
            self._response = mailbox.loudspeaker_response
            self.response_changed.emit(self._response)
        room = (session.room_scene, session.room_notice)
        if room != self._room:
            self._room = room
            self.room_changed.emit(*room)
        ab = session.ab.state
        if repr(ab) != repr(self._ab):  # the loudness is NaN while it is unknown
            self._ab = ab
            self.ab_changed.emit(ab)
        kept = session.kept.state
        if kept != self._kept:
            self._kept = kept
            self.kept_changed.emit(kept)
        oracle = (mailbox.oracle, self.session.knows_clean)
        if oracle != self._oracle:
            self._oracle = oracle
            self.oracle_changed.emit(*oracle)
        self._poll_params()
        newest = tuple(step for steps in session.steps for step in steps[-1:])
        if len(newest) != len(self._newest) or any(a is not b for a, b in zip(newest, self._newest, strict=True)):
            self._newest = newest
            self.steps_changed.emit()

    def _poll_beam(self, mailbox) -> None:
        if mailbox.beam_pattern is not self._pattern and mailbox.beam_pattern is not None:
            self._pattern = mailbox.beam_pattern
            self.pattern_changed.emit(self._pattern)
        if mailbox.beam_gain is not self._gain:
            self._gain = mailbox.beam_gain
            self.gain_changed.emit(self._gain)

    def _poll_params(self) -> None:
        if self.session.params is not self._params:
            self._params = self.session.params
            self.params_changed.emit(self._params)

    # What a person does ------------------------------------------------------------------------------------------

    def _do(self, action: Callable, *args, **kwargs) -> bool:
        """Run a command; what it refuses becomes a line in the status bar and changes nothing."""
        try:
            action(*args, **kwargs)
        except (EarshotError, OSError) as error:
            log.info("refused: %s", error)
            self.failed.emit(str(error))
            return False
        finally:
            if not self._closed:
                self._poll_slow(self.session.mailbox)
        return True

    def set(self, values: dict[str, Value], gesture: str | None = None) -> bool:
        """Change parameters; values of one gesture are one undo step."""
        return self._do(self.session.set, values, gesture=gesture)

    def reset(self, path: str) -> bool:
        """Back to the default."""
        return self._do(self.session.reset, path)

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        if self.session.can_undo:
            self._do(self.session.undo)

    def redo(self) -> None:
        """Do the step again that was taken back."""
        if self.session.can_redo:
            self._do(self.session.redo)

    def go_to_step(self, count: int) -> bool:
        """Undo or redo until so many steps are done."""
        return self._do(self.session.go_to_step, max(0, count))

    def start(self) -> bool:
        """Start the sound."""
        return self._do(self.session.start)

    def stop(self) -> bool:
        """Stop the sound."""
        return self._do(self.session.stop)

    def toggle_running(self) -> None:
        """Start or stop."""
        if self.session.running:
            self.stop()
        else:
            self.start()

    def choose_source(self, spec: str) -> bool:
        """Another source: a device, a file or the room."""
        return self._do(self.session.choose_source, spec)

    def choose_sink(self, spec: str) -> bool:
        """Another sink."""
        return self._do(self.session.choose_sink, spec)

    def choose_array(self, name: str) -> bool:
        """Another microphone array."""
        return self._do(self.session.choose_array, name)

    def choose_layout(self, name: str) -> bool:
        """Another loudspeaker layout."""
        return self._do(self.session.choose_layout, name)

    def move_talker(self, number: int, azimuth_rad: float, distance_m: float, gesture: str | None = None) -> bool:
        """Put a talker of the simulated room somewhere else; one gesture is one undo step."""
        return self._do(self.session.move_talker, number, azimuth_rad, distance_m, gesture=gesture)

    def set_room_scene(self, scene, gesture: str | None = None) -> bool:
        """Change the simulated room; one gesture is one undo step."""
        return self._do(self.session.set_room_scene, scene, gesture=gesture or None)

    def save_room_scene(self, path: Path) -> bool:
        """Write the simulated room as it is now to a TOML file."""
        return self._do(self.session.save_room_scene, path)

    def release_talkers(self) -> bool:
        """Let everybody who was dragged go back to the own path."""
        return self._do(self.session.release_talkers)

    def show_before(self, channel: int) -> bool:
        """Choose the input channel (from 0) that Before shows."""
        return self._do(self.session.show_before, channel)

    def show_pair(self, kind: str, first: int, second: int) -> bool:
        """Hold two channels (from 0) of the "output" or the "input" against each other."""
        return self._do(self.session.show_pair, kind, first, second)

    def reset_loudness(self) -> bool:
        """Begin integrated loudness anew."""
        return self._do(self.session.reset_loudness)

    def measure_oracle(self) -> bool:
        """Climb the oracle ladder with what was just heard."""
        return self._do(self.session.measure_oracle)

    def choose_clean(self, path: Path) -> bool:
        """Name the clean recording to the file that plays, for the oracle ladder."""
        return self._do(self.session.choose_clean, path)

    def play_oracle(self, rung: str, loop: bool) -> bool:
        """Hear a rung of the oracle ladder in place of the live sound; "" goes back to that."""
        return self._do(self.session.play_oracle, rung, loop)

    def measure_loopback(self) -> bool:
        """Measure the whole delay with a chirp."""
        return self._do(self.session.measure_loopback)

    def test_output(self, kind: str, output: int = 0) -> bool:
        """Play "tone" or "pink" on one output (from 0), muted at first; "" ends it."""
        return self._do(self.session.test_output, kind, output)

    def listen_to(self, channel: int | None) -> bool:
        """Hear one of the source's own channels (from 0) alone; None: the whole sound again."""
        return self._do(self.session.listen_to, channel)

    def check_microphones(self) -> bool:
        """Find dead, inverted, swapped and mismatched channels from ordinary sound."""
        return self._do(self.session.check_microphones)

    def stop_microphone_check(self) -> bool:
        """Give the microphone check up."""
        return self._do(self.session.stop_microphone_check)

    @property
    def microphone_report(self) -> MicrophoneReport:
        """What the microphone check says."""
        return self.session.mailbox.microphones

    def set_inputs(self, setup) -> bool:
        """Another channel map, calibration, rate or block of the source (InputSetup)."""
        return self._do(self.session.set_inputs, setup)

    def set_outputs(self, setup) -> bool:
        """Another rate or block of the sink (OutputSetup)."""
        return self._do(self.session.set_outputs, setup)

    def input_levels(self, weighting: str = "A", speed: str = "fast") -> InputLevels | None:
        """Levels of the source's own channels, measured from the first call on."""
        return self.session.input_levels(weighting, speed)

    def end_input_levels(self) -> None:
        """Nobody looks at the levels of the source's channels any more."""
        self.session.end_input_levels()

    @property
    def ab(self):
        """How A and B stand to each other (ABState)."""
        return self.session.ab.state

    @property
    def differences(self) -> tuple:
        """What differs between A and B (Difference)."""
        return self.session.ab.differences()

    @property
    def other_side(self) -> tuple[Params, str]:
        """Parameters and name of the side that is not shown."""
        side = "b" if self.session.ab.side == "a" else "a"
        return self.session.ab.settings(side), side

    @property
    def taps(self) -> tuple[str, ...]:
        """Places of the chain that can be heard."""
        return self.session.ab.taps

    def choose_side(self, side: str) -> bool:
        """Show, edit and hear "a" or "b"."""
        return self._do(self.session.ab.choose, side)

    def copy_side(self, source: str, target: str) -> bool:
        """Make one side equal to the other."""
        return self._do(self.session.ab.copy, source, target)

    def swap_sides(self) -> bool:
        """Exchange A and B."""
        return self._do(self.session.ab.swap)

    def take_value(self, path: str, side: str) -> bool:
        """Give both sides the value that a parameter has on one."""
        return self._do(self.session.ab.take, path, side)

    def choose_tap(self, tap: str) -> bool:
        """Hear another place of the chain, see `core.ab.TAPS`."""
        return self._do(self.session.ab.choose_tap, tap)

    def set_matched(self, on: bool) -> bool:
        """Level A and B by their loudness."""
        return self._do(self.session.ab.set_matched, on)

    def freeze_match(self, on: bool) -> bool:
        """Keep the loudness offset as it is."""
        return self._do(self.session.ab.freeze, on)

    def play_blind(self, side: str | None) -> bool:
        """Hear a side while everything shown stays with the other; None ends it."""
        return self._do(self.session.ab.play, side)

    @property
    def kept(self):
        """What is kept of the input (KeptSound)."""
        return self.session.kept.state

    def toggle_kept(self) -> None:
        """From live sound to a loop of the last seconds, and back."""
        looping = self.kept.looping
        if self._do(self.session.kept.toggle):
            text = (
                "Live sound again" if looping else f"The last {self.kept.kept_s:.1f} s loop; K goes back to live sound"
            )
            self.noticed.emit(text)

    def loop_again(self) -> bool:
        """Loop what was kept last."""
        return self._do(self.session.kept.again)

    def loop_all(self) -> bool:
        """Loop all that is kept, not only a region."""
        return self._do(self.session.kept.set_region, None)

    def loop_span(self, begin_time_s: float, end_time_s: float) -> bool:
        """Loop what sounded between two times of the views' time axis (`Snapshot.time_s`)."""
        return self._do(self.session.kept.keep_span, begin_time_s, end_time_s)

    def set_loop_region(self, region) -> bool:
        """Loop a part of the kept sound (LoopRegion)."""
        return self._do(self.session.kept.set_region, region)

    def cut_loop(self, begins: bool) -> bool:
        """Let the loop begin, or end, where it is now."""
        return self._do(self.session.kept.cut, begins)

    def set_keep_seconds(self, seconds: float) -> bool:
        """Keep 10 to 60 seconds."""
        return self._do(self.session.kept.set_seconds, seconds)

    def open_session(self, folder: Path) -> bool:
        """Play a recorded session."""
        return self._do(self.session.open_session, folder)

    def seek(self, position_s: float) -> bool:
        """Go on from another place of the file or session."""
        return self._do(self.session.transport.seek, position_s)

    def set_play_region(self, region_s: tuple[float, float] | None) -> bool:
        """Loop a part of the file or session; None: all of it."""
        return self._do(self.session.transport.set_region, region_s)

    def play_as_recorded(self, on: bool) -> bool:
        """A session through the settings of then, or through those of now."""
        return self._do(self.session.transport.play_as_recorded, on)

    def take_recorded(self) -> bool:
        """The settings that a session has at this moment become a person's own."""
        return self._do(self.session.transport.take_recorded)

    def reopen_devices(self) -> bool:
        """End the devices' streams and open them anew."""
        return self._do(self.session.reopen_devices)

    def flush(self) -> bool:
        """Bring the playback queue back to its length."""
        return self._do(self.session.flush)

    def toggle_recording(self, folder: Path) -> None:
        """Start a recording in the folder, or end the one that runs."""
        if self.health.recording_s is not None:
            self._do(self.session.stop_recording)
        else:
            self._do(self.session.start_recording, folder)

    def set_recording_kind(self, kind: str) -> None:
        """ "wav" or "flac" for the next recording."""
        self.session.recording_kind = kind

    def set_record_talkers(self, wanted: bool) -> None:
        """Whether the next recording has a file for each talker."""
        self.session.record_talkers = wanted

    def save_settings(self, path: Path) -> bool:
        """Write the settings to a TOML file, which becomes the preset."""
        if not self._do(self.session.save_settings, path):
            return False
        self._take_as_preset(path.stem)
        self.noticed.emit(f"Saved {path.name}")
        return True

    def load_settings(self, path: Path) -> bool:
        """Take the settings from a TOML file; nothing changes if it cannot be used."""
        if not self._do(self.session.load_settings, path):
            return False
        self._take_as_preset(path.stem)
        self.noticed.emit(f"Loaded {path.name}")
        return True

    def load_preset(self, path: Path) -> Preset | None:
        """Take a preset's stages; None, and nothing changed, if it cannot be used."""
        taken: list[Preset] = []

        def take() -> None:
            preset = presets.load(path)
            louder_db = self.session.apply_preset(preset)
            self._take_as_preset(preset.name)
            said = [f"Preset {preset.name}"]
            if louder_db > presets.JUMP_DB:
                said.append(f"{louder_db:.1f} dB louder: muted, unmute with M")
            elif abs(louder_db) >= 0.5:
                said.append(f"{abs(louder_db):.1f} dB {'louder' if louder_db > 0 else 'softer'}")
            said += preset.misfits(self.session.array_name, self.session.layout_name)
            self.noticed.emit("; ".join(said))
            taken.append(preset)

        self._do(take)
        return taken[0] if taken else None

    def save_preset(self, path: Path, name: str, stages: tuple[str, ...], description: str) -> Preset | None:
        """Write what the stages are set to as a preset; None if it cannot be written."""
        session = self.session
        preset = presets.from_params(self.params, name, stages, description, session.array_name, session.layout_name)
        if not self._do(presets.save, preset, path):
            return None
        session.mark_saved()
        self._take_as_preset(name)
        self.noticed.emit(f"Saved {path.name}")
        return preset

    @property
    def recorded_s(self) -> float:
        """How far the recording that runs is, to the hop; 0 where none does."""
        return self.session.recorded_samples / RATE_HZ

    def mark(self, text: str = "", time_s: float | None = None) -> bool:
        """A marker in the recording that runs: now, or at a time of it."""
        if not self._do(self.session.mark, text, None if time_s is None else round(time_s * RATE_HZ)):
            return False
        self.noticed.emit(f"Marked{f': {text}' if text else ''}")
        return True

    def command_line(self) -> str:
        """What the chain does now, as a command line."""
        session, transport = self.session, self.session.transport.state
        if transport.session:
            sample = round(transport.position_s * RATE_HZ)
            own = None if transport.as_recorded else self.params
            return replay_command(transport.path, f"{Path(transport.path).name} from {sample}.wav", sample, own)
        return live_command(
            self.params,
            session.source_spec,
            session.sink_spec,
            session.array_name,
            session.layout_name,
            transport.position_s,
        )

    def export_design(self, folder: Path) -> bool:
        """Write the loudspeakers' filters into a folder."""
        return self._do(self.session.export_design, folder)

    def load_factory(self) -> None:
        """Every parameter at its default, as one undo step; what is muted stays muted."""
        defaults = Params()
        changed = [path for path in parameters.differences(self.params, defaults) if path not in TRANSPORT]
        values = {path: parameters.get(defaults, path) for path in changed}
        if not values or self.set(values, gesture=FACTORY):
            self._factory = defaults
            self._take_as_preset(FACTORY)

    def _take_as_preset(self, name: str) -> None:
        self.preset_name = name
        if name != FACTORY:
            self._factory = None
        self.params_changed.emit(self.params)

    # Devices -----------------------------------------------------------------------------------------------------

    def watch_devices(self, watch) -> None:
        """Take the devices from the engine's watch, which tells of changes by itself."""

        def tell() -> None:
            devices = [asdict(device) for device in watch.listing.devices] if watch.listing else []
            with contextlib.suppress(RuntimeError):  # the bridge may be gone by now
                self._listing_done.emit(devices, watch.error)

        self._watch = watch
        watch.subscribe(tell)
        if watch.serial:
            tell()

    def refresh_devices(self) -> None:
        """List the devices again, off the GUI thread; `devices_listed` brings them."""
        if self._watch is not None:
            self._watch.refresh()
            return
        if self._lister is None or self._listing:
            return
        self._listing = True
        QThreadPool.globalInstance().start(_Listing(self._lister, self._listing_done))

    def _on_devices(self, devices: list[dict], error: str) -> None:
        self._listing = False
        self._devices = devices
        if error:
            self.failed.emit(f"The sound devices could not be listed: {error}")
        self.devices_listed.emit(devices)

    def close(self) -> None:
        """Stop polling, end the session and everything it runs; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self.timer.stop()
        QThreadPool.globalInstance().waitForDone(3000)
        try:
            self.session.close()
        except Exception:
            log.exception("closing the session failed")
