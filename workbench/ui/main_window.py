"""The main window: regions and docks, keys, and the wires between the bridge and the views."""

from __future__ import annotations

import logging
import math
import re
from pathlib import Path

import numpy as np
from PySide6.QtCore import QByteArray, QEvent, QPoint, QSettings, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QActionGroup, QDesktopServices, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench import __version__
from workbench.audio.scene_files import DEFAULT_SCENE
from workbench.core.errors import InputError
from workbench.core.geometry import load_array, load_layout
from workbench.core.params import Params
from workbench.core.resources import find_toml, read_toml, resource, shipped_names
from workbench.render.designs import design_settings, load_design
from workbench.ui import dialogs, scale, theme
from workbench.ui.ab_switch import ABSwitch
from workbench.ui.abx_control import ABXControl
from workbench.ui.adapt_control import AdaptControl
from workbench.ui.array_editor import ArrayPanel
from workbench.ui.bridge import Bridge
from workbench.ui.controls import new_gesture
from workbench.ui.dialogs import (
    AboutPanel,
    CalibrationPanel,
    FloatPanel,
    KeysPanel,
    PresetPanel,
    SinkPanel,
    SourcePanel,
)
from workbench.ui.enhancer_control import EnhancerControl
from workbench.ui.icons import app_icon
from workbench.ui.input_control import InputControl
from workbench.ui.jobs_control import JobsControl
from workbench.ui.kept_control import KeptControl
from workbench.ui.layout_control import LayoutControl
from workbench.ui.loudspeaker_panel import LoudspeakerPanel
from workbench.ui.oracle_panel import OraclePanel
from workbench.ui.panels.history_panel import HistoryPanel
from workbench.ui.panels.latency_panel import LatencyPanel
from workbench.ui.panels.recording_panel import RecordingPanel
from workbench.ui.parameter_panel import ParameterPanel
from workbench.ui.preset_control import PresetControl
from workbench.ui.room_panel import RoomPanel
from workbench.ui.room_plan import PlanPanel
from workbench.ui.sound_control import SoundControl
from workbench.ui.status_bar import StatusBar
from workbench.ui.style import style_sheet
from workbench.ui.toolbar import Toolbar, tool_button
from workbench.ui.trade_panel import TradePanel

log = logging.getLogger(__name__)

SPACE_WIDTH, PARAMETERS_WIDTH, COMPACT_WIDTH = 472, 336, 332
COMPACT_SPACE_HEIGHT = 342
LAYOUT_VERSION = 1
SOUND_FILES = "Sound files (*.wav *.flac *.aif *.aiff *.ogg *.mp3);;All files (*)"
SETTINGS_FILES = "Settings (*.toml);;All files (*)"
THEME_CHOICES = ("dark", "light", "contrast", "system")
THEME_NAMES = {"contrast": "High contrast"}


def structure_choices(folder: str) -> tuple[tuple[str, str], ...]:
    """(name, description) of the shipped arrays or layouts; one that cannot be read is left out and logged."""
    load = load_array if folder == "arrays" else load_layout
    choices = []
    for name in shipped_names(folder):
        try:
            choices.append((name, load(name).description or name))
        except InputError as error:
            log.warning("%s", error)
    return tuple(choices)


EDIT_ARRAY = "edit the array"


def array_choices(folder: Path) -> tuple[tuple[str, str], ...]:
    """(name or path, description) of the shipped arrays and of a person's own."""
    own = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        try:
            own.append((str(path), f"{path.stem}: {load_array(path).description}"))
        except InputError as error:
            log.warning("%s", error)
    return (*structure_choices("arrays"), *own)


def shipped_scenes() -> list[tuple[str, str, int]]:
    """(name, description, microphones) of the shipped scenes; one that cannot be read is left out and logged."""
    scenes = []
    for name in shipped_names("scenes"):
        try:
            table = read_toml(find_toml("scenes", name))
            array = table.get("array", {})
            mics = len(array["mics"]) if "mics" in array else load_array(array.get("name", "uca8-100mm")).mics
            scenes.append((name, str(table.get("description", "")), mics))
        except (InputError, TypeError, AttributeError) as error:
            log.warning("scene %s: %s", name, error)
    return scenes


def _high_contrast_wanted() -> bool:
    hints = getattr(QGuiApplication.styleHints(), "accessibility", None)  # from Qt 6.10 on
    return hints is not None and hints().contrastPreference() == Qt.ContrastPreference.HighContrast


def resolve_theme(choice: str) -> theme.Tokens:
    """Tokens of a theme, or of "system": the desktop's own choice, high contrast included; dark where it has none."""
    if choice == "system" and _high_contrast_wanted():
        choice = "contrast"
    elif choice == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        choice = "light" if scheme == Qt.ColorScheme.Light else "dark"
    return theme.THEMES[choice]


def _channel_name(name: str) -> str:
    """A channel's name in full: "Mic 3" is "Microphone 3"."""
    return re.sub(r"^(Mic|ch) (?=\d)", lambda found: {"Mic": "Microphone ", "ch": "Channel "}[found[1]], name)


class DockTitle(QFrame):
    """The title bar that a dock shows while the layout is unlocked."""

    def __init__(self, dock: QDockWidget):
        super().__init__(dock)
        self.setObjectName("panel")
        self.setFixedHeight(28)
        title = QLabel(dock.windowTitle())
        title.setFont(theme.font(12, 600))
        self.float_button = tool_button("float", f"Float or dock {dock.windowTitle()}", 24)
        self.float_button.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 4, 0)
        layout.addWidget(title, 1)
        layout.addWidget(self.float_button)

    def apply_theme(self, tokens: theme.Tokens) -> None:
        """Icon in the colours of the theme."""
        from workbench.ui.icons import icon

        self.float_button.setIcon(icon("float", tokens))


def _walls_xy_m(scene) -> np.ndarray:
    """Corners (4, 2) of a scene's room as seen from its array."""
    (length, width, _), (x, y, _) = scene.size_m, scene.array_xyz_m
    return np.array([[-x, -y], [length - x, -y], [length - x, width - y], [-x, width - y]])


class MainWindow(QWidget):
    """Toolbar, docks around the sound, status bar.

    Parameters
    ----------
    bridge : Bridge
    sound, space : QWidget
        The views: what plays over time, and where it is in space.
    store : QSettings
        Where theme, geometry and docks are remembered.
    folders : dict of str to Path
        "presets", "recordings" and "log": where files of these kinds go.
    """

    def __init__(self, bridge: Bridge, sound: QWidget, space: QWidget, store: QSettings, folders: dict[str, Path]):
        super().__init__()
        self.bridge, self.sound, self.space, self.store, self.folders = bridge, sound, space, store, folders
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("Earshot")
        self.setWindowIcon(app_icon())
        self._fit_screen()
        self.setAcceptDrops(True)
        self.setFont(theme.font(13))
        self.tokens = theme.DARK
        self.theme_choice = "dark"
        self._compact: bool | None = None
        self._steering_gesture: str | None = None
        self._nulls_gesture: str | None = None
        self._channels: tuple = ()
        self._dialog: QFileDialog | None = None
        self._closing = False
        self._beam_azimuth_rad = 0.0
        self._source = ""
        self._scenes = shipped_scenes()

        self.toolbar = Toolbar()
        self.status = StatusBar()
        self.arrays_folder = folders["presets"].parent / "arrays"
        self.parameters = ParameterPanel((), structure_choices("layouts"))
        self._offer_arrays()
        self.work = QMainWindow()
        self.work.setObjectName("work")
        self.work.setWindowFlags(Qt.WindowType.Widget)
        self.work.setContentsMargins(theme.GUTTER, theme.GUTTER, theme.GUTTER, theme.GUTTER)
        self.work.setDockOptions(QMainWindow.DockOption.AllowNestedDocks)
        self.work.setCentralWidget(sound)
        self.space_dock = self._dock("space", "Space", space)
        self.parameters_dock = self._dock("parameters", "Parameters", self.parameters)
        layout = QVBoxLayout(self._content())
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toolbar)
        layout.addWidget(self.work, 1)
        layout.addWidget(self.status)

        self.source_panel = SourcePanel(self)
        self.room_button = self.source_panel.add_footer_button("Change the room…", self.show_room)
        self.room_panel = RoomPanel(self, tuple(sorted(path.stem for path in resource("voices").glob("*.flac"))))
        self.plan_panel = PlanPanel(self)
        self.scenes_folder = folders["presets"].parent / "scenes"
        self.sink_panel = SinkPanel(self)
        self.calibration_panel = CalibrationPanel(self)
        self.input_control = InputControl(self, bridge, self.source_panel, self.sink_panel, self.calibration_panel)
        self.preset_panel = PresetPanel(self)
        self.presets = PresetControl(self, bridge, self.preset_panel, store, folders["presets"], self._ask_file)
        self.keys_panel = KeysPanel(self)
        self.about_panel = AboutPanel(self, __version__, self.open_log_folder, self.copy_diagnostics)
        self.oracle_panel = OraclePanel(self)
        self.latency_panel = LatencyPanel(self)
        self.recording_panel = RecordingPanel(self)
        self.loudspeaker_panel = LoudspeakerPanel(self)
        self.array_panel = ArrayPanel(
            self,
            self.arrays_folder,
            lambda: array_choices(self.arrays_folder),
            lambda title, filters, action: self._ask_file(title, filters, action),
        )
        self.layouts = LayoutControl(
            self,
            bridge,
            self.parameters,
            folders["presets"].parent / "layouts",
            lambda: self._shown(bridge.session.layout, load_layout, bridge.session.layout_name),
            self._toggle_panel,
        )
        self.trade_panel = TradePanel(self)
        self.ab_switch = ABSwitch(self, bridge, self.toolbar)
        self.abx = ABXControl(self, bridge, self._ask_file)
        self.history_panel = HistoryPanel(self)
        self.jobs = JobsControl(self, bridge, self._ask_file, self._ask_folder)
        self.adapt = AdaptControl(self, bridge, self.jobs, folders["presets"].parent / "rooms")
        self.kept_control = KeptControl(self, bridge, self.toolbar, store)
        self.sound_control = SoundControl(self, sound, bridge, store, self._ask_file)
        self.enhancer_control = EnhancerControl(self, sound, bridge, self.oracle_panel.view, self._ask_file)
        self.menu = self._build_menu()

        self._connect_bridge()
        self._connect_controls()
        self._connect_keys()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme)
        self.set_theme(str(store.value("theme", "dark")))
        self._restore_geometry()

    def _fit_screen(self) -> None:
        """The least size: as designed, or the screen's where that is smaller (a large scale); then one scrolls."""
        room = self.screen().availableSize()
        width, height = min(theme.MIN_WIDTH, room.width()), min(theme.MIN_HEIGHT, room.height())
        self.setMinimumSize(width, height)
        self._scrolls = (width, height) != (theme.MIN_WIDTH, theme.MIN_HEIGHT)

    def _content(self) -> QWidget:
        """What holds toolbar, docks and status bar: the window itself, or a page in it that scrolls."""
        if not self._scrolls:
            return self
        page = QWidget()
        page.setObjectName("window")
        page.setMinimumSize(theme.MIN_WIDTH, theme.LEAST_HEIGHT)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        return page

    def _dock(self, name: str, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self.work)
        dock.setObjectName(name)
        dock.setWidget(widget)
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget(dock))
        return dock

    # ---- wires -----------------------------------------------------------------------------------------------

    def _connect_bridge(self) -> None:
        bridge = self.bridge
        bridge.snapshots.connect(self._on_snapshots)
        bridge.localizations.connect(self._on_localizations)
        bridge.health_changed.connect(self._on_health)
        bridge.pattern_changed.connect(self._on_pattern)
        bridge.gain_changed.connect(self.space.show_gain)
        bridge.response_changed.connect(self.space.show_response)
        bridge.response_changed.connect(self.loudspeaker_panel.show_response)
        bridge.params_changed.connect(self._on_params)
        bridge.structure_changed.connect(self._on_structure)
        bridge.running_changed.connect(self._on_running)
        bridge.oracle_changed.connect(self._on_oracle)
        bridge.oracle_played.connect(self.oracle_panel.view.show_playing)
        bridge.devices_listed.connect(lambda _: self._fill_device_panels())
        bridge.room_changed.connect(self._on_room)
        bridge.failed.connect(lambda text: self.status.show_notice(text, error=True))
        bridge.noticed.connect(lambda text: self.status.show_notice(text, error=False))

    def _connect_controls(self) -> None:
        bar, bridge = self.toolbar, self.bridge
        bar.start_stop.connect(bridge.toggle_running)
        bar.source_wanted.connect(lambda: self._toggle_panel(self.source_panel, bar.source))
        bar.sink_wanted.connect(lambda: self._toggle_panel(self.sink_panel, bar.sink))
        bar.preset_wanted.connect(self.show_presets)
        bar.settings_wanted.connect(self._show_menu)
        bar.compare_wanted.connect(lambda: self._toggle_panel(self.ab_switch.panel, bar.match_button))
        bar.mute_wanted.connect(lambda on: bridge.set({"output.muted": on}))
        bar.record_wanted.connect(self.toggle_recording)
        bar.recording_wanted.connect(lambda: self._toggle_panel(self.recording_panel, bar.record_button))
        self._connect_recording()
        bar.undo_wanted.connect(bridge.undo)
        bar.redo_wanted.connect(bridge.redo)
        self.history_panel.step_chosen.connect(bridge.go_to_step)
        self.source_panel.chosen.connect(self._on_source_chosen)
        self.sink_panel.chosen.connect(self._on_sink_chosen)
        self.room_panel.scene_changed.connect(bridge.set_room_scene)
        self.room_panel.scene_chosen.connect(self._on_source_chosen)
        self.room_panel.save_wanted.connect(self.save_scene)
        self.room_panel.release_wanted.connect(bridge.release_talkers)
        self.room_panel.plan_wanted.connect(lambda: self._toggle_panel(self.plan_panel, None))
        self.plan_panel.scene_changed.connect(bridge.set_room_scene)
        self.plan_panel.refused.connect(lambda text: self.status.show_notice(text, error=True))
        self.room_panel.refused.connect(lambda text: self.status.show_notice(text, error=True))
        self.source_panel.refresh_wanted.connect(bridge.refresh_devices)
        self.sink_panel.refresh_wanted.connect(bridge.refresh_devices)
        self.input_control.connect()
        self.ab_switch.other_changed.connect(self.parameters.show_other)
        self.source_panel.calibrate_wanted.connect(self.show_calibration)
        self.calibration_panel.file_wanted.connect(self._ask_calibration)
        panel = self.parameters
        panel.edited.connect(self._on_edited)
        panel.structure_chosen.connect(
            lambda what, name: self._on_array_chosen(name) if what == "array" else bridge.choose_layout(name)
        )
        self.array_panel.use_wanted.connect(bridge.choose_array)
        self.array_panel.saved.connect(lambda path: self._on_array_saved(path))
        self.array_panel.refused.connect(lambda text: self.status.show_notice(text, error=True))
        panel.reset_requested.connect(bridge.reset)
        panel.refused.connect(lambda text: self.status.show_notice(text, error=True))
        panel.more_wanted.connect(self._show_panel_menu)
        speakers = self.loudspeaker_panel.view
        speakers.edited.connect(self._on_edited)
        speakers.changed.connect(lambda values, gesture: bridge.set(values, gesture=gesture))
        speakers.reset_requested.connect(bridge.reset)
        speakers.export_wanted.connect(self.export_design)
        speakers.layout_wanted.connect(self.layouts.show)
        speakers.trades_wanted.connect(lambda: self._toggle_panel(self.trade_panel, None))
        self.trade_panel.changed.connect(bridge.set)
        self.trade_panel.refused.connect(lambda text: self.status.show_notice(text, error=True))
        speakers.refused.connect(lambda text: self.status.show_notice(text, error=True))
        self.oracle_panel.view.rung_wanted.connect(bridge.play_oracle)
        self.oracle_panel.view.measure_wanted.connect(bridge.measure_oracle)
        self.status.reconnect_wanted.connect(bridge.start)
        self.status.details_wanted.connect(self.show_latency)
        self.latency_panel.measure_wanted.connect(bridge.measure_loopback)
        self.latency_panel.flush_wanted.connect(bridge.flush)
        self.latency_panel.reopen_wanted.connect(bridge.reopen_devices)
        self.sound.before_tap_changed.connect(bridge.show_before)
        self.space.steering_changed.connect(self._on_steered)
        self.space.talker_moved.connect(bridge.move_talker)
        self.space.nulls_changed.connect(self._on_nulls)
        self.space.pair_chosen.connect(bridge.show_pair)
        self.space.loudness_reset_wanted.connect(bridge.reset_loudness)
        for rebuilt in (bridge.running_changed, bridge.structure_changed):  # a new chain begins with the first pair
            rebuilt.connect(lambda *_: bridge.show_pair(*self.space.pair))
        self.space.follow_requested.connect(lambda number: bridge.set({"beamformer.follow": int(number)}))

    def _connect_keys(self) -> None:
        keys = {
            "Space": self.bridge.toggle_running,
            "M": lambda: self.bridge.set({"output.muted": not self.bridge.params.output.muted}),
            "R": self.toggle_recording,
            "Ctrl+O": self.open_file,
            "Ctrl+S": self.presets.save,
            "Ctrl+Z": self.bridge.undo,
            "Ctrl+Shift+Z": self.bridge.redo,
            "Ctrl+F": self._find,
            "O": self.show_oracle,
            "D": self.show_latency,
            "S": lambda: self._toggle_panel(self.source_panel, self.toolbar.source),
            "L": self.show_loudspeakers,
            "E": self.show_enhancer,
            "F1": lambda: self._toggle_panel(self.keys_panel, None),
            "F11": self.toggle_full_screen,
            "Ctrl+Q": self.close,
        }
        keys.update(self.kept_control.keys)
        keys.update(self.sound_control.keys)
        keys.update(self.ab_switch.keys)
        for side in ("a", "b"):  # during a test they are two of its three letters
            choose = keys[side.upper()]
            keys[side.upper()] = lambda side=side, choose=choose: (
                self.abx.listen(side) if self.abx.running else choose()
            )
        keys["Shift+X"] = self.show_abx
        keys["H"] = self.show_history
        keys["J"] = self.show_jobs
        keys["Ctrl+M"] = self.mark
        keys["C"] = lambda: self._toggle_panel(self.ab_switch.panel, self.toolbar.match_button)
        for number in range(1, 10):
            keys[f"Ctrl+{number}"] = lambda number=number: self.presets.choose_number(number)
        self.shortcuts = {}
        for sequence, action in keys.items():
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.setAutoRepeat(sequence in ("Ctrl+Z", "Ctrl+Shift+Z"))
            shortcut.activated.connect(action)
            self.shortcuts[sequence] = shortcut

    # ---- what the engine published ---------------------------------------------------------------------------

    def _on_snapshots(self, snapshots: list) -> None:
        heard = self.sound_control.heard(snapshots)
        if self.sound.isVisible():
            self.sound.show_snapshots(heard)
        if self.space.isVisible():
            self.space.show_snapshots(heard)
            self.space.show_beam(snapshots[-1].beam_azimuth_rad, self.bridge.params.beamformer.follow)
        self._beam_azimuth_rad = snapshots[-1].beam_azimuth_rad

    def _on_localizations(self, localizations: list) -> None:
        if self.sound.isVisible():
            self.sound.show_localizations(localizations)
        if self.space.isVisible():
            self.space.show_localization(localizations[-1])
        if self.bridge.params.beamformer.follow:  # five times a second are enough for a slider
            self.parameters.show_followed(math.degrees(self._beam_azimuth_rad))

    def _on_health(self, health) -> None:
        self.toolbar.show_health(health)
        self.status.show_health(health)
        self.latency_panel.show_health(health)
        self.recording_panel.show_health(health)
        self.sound.set_input_pressure(self.input_control.pressure())
        chosen = self.parameters.array_description(self.bridge.session.array_name or "")
        self.status.set_array(health.array if health.state == "running" else chosen)
        channels = (health.input_names, health.output_names)
        if channels != self._channels and health.input_names:
            self._channels = channels
            self.sound.set_channels(health.input_names, health.output_names)
            self.space.set_channels(health.input_names, health.output_names)
            self.sound.set_taps([_channel_name(name) for name in health.input_names], ["Enhanced beam"])

    def _on_pattern(self, pattern) -> None:
        session = self.bridge.session
        if session.array is not None or not session.running:  # else it is of an array that is no longer there
            self.space.show_pattern(pattern)

    def _on_params(self, params: Params) -> None:
        self.parameters.show_params(params, self.bridge.preset)
        self.toolbar.show_params(params)
        self.loudspeaker_panel.show_params(params, self.bridge.preset)
        self.trade_panel.show_params(params)
        beam = params.beamformer
        self.space.set_nulls(beam.nulls_deg, beam.enabled and beam.method == "lcmv")
        session = self.bridge.session
        self.toolbar.set_undo(session.undo_label, session.redo_label)
        if self.history_panel.isVisible():
            self.history_panel.show_steps(*session.steps)
        self.toolbar.preset.set_value(self.bridge.preset_name, "edited" if self.bridge.edited else "")

    def _on_structure(self) -> None:
        session = self.bridge.session
        if self._source and session.source_spec != self._source:
            self.sound.clear()  # another place, another time axis
            self.space.clear()
        self._source = session.source_spec
        self.toolbar.source.set_value(dialogs.spec_name(session.source_spec))
        self.toolbar.sink.set_value(dialogs.spec_name(session.sink_spec))
        self.parameters.set_structure(session.array_name or "", session.layout_name or "")
        array = self._shown(session.array, load_array, session.array_name)
        self.space.set_array(None if array is None else array.mic_xyz_m)
        if array is None:
            self.space.show_pattern(None)
        layout = self._shown(session.layout, load_layout, session.layout_name)
        self.space.set_layout(layout)
        self.loudspeaker_panel.set_layout(layout)
        self.trade_panel.set_layout(layout)
        self.space.set_talkers_movable(session.source_spec.partition(":")[0] == "room")
        self._fill_device_panels()

    def _shown(self, used, load, name: str | None):
        """The array or layout in use; while nothing runs the one that is chosen."""
        if used is not None or name is None or self.bridge.session.running:
            return used
        try:
            return load(name)
        except InputError:
            return None  # starting says why

    def _on_oracle(self, report, known: bool) -> None:
        self.oracle_panel.view.set_known(known, self.bridge.session.clean_wanted)
        self.oracle_panel.view.show_report(report)

    def show_abx(self) -> None:
        """Open the blind test of A against B, or close it."""
        self._toggle_panel(self.abx.panel, None)
        self.abx.refresh()

    def show_history(self) -> None:
        """Open the history of changes, or close it."""
        self.history_panel.show_steps(*self.bridge.session.steps)
        self._toggle_panel(self.history_panel, self.toolbar.undo_button)

    def show_jobs(self) -> None:
        """Open the jobs, or close them."""
        self._toggle_panel(self.jobs.panel, None)

    def show_adapt(self) -> None:
        """Open the panel that adapts localization to a room, or close it."""
        self.adapt.refresh()
        self._toggle_panel(self.adapt.panel, None)

    def mark(self) -> None:
        """A marker in the recording, with a note."""
        if self.bridge.health.recording_s is None:
            self.status.show_notice("Markers belong to a recording: press R first", error=False)
            return
        self.bridge.mark()

    def copy_command_line(self) -> None:
        """Copy what the chain does now as a command line."""
        QGuiApplication.clipboard().setText(self.bridge.command_line())
        self.status.show_notice("This moment as a command line: copied", error=False)

    def show_presets(self) -> None:
        """Open the Presets panel, or close it."""
        self.presets.refresh()
        self._toggle_panel(self.preset_panel, self.toolbar.preset)
        self.presets.refresh_differences()

    def show_latency(self) -> None:
        """Open dropouts and latency above the status bar, or close it."""
        self._toggle_panel(self.latency_panel, self.status)

    def show_calibration(self) -> None:
        """Open the calibration of the source's channels beside the Source panel, or close it."""
        panel, source = self.calibration_panel, self.source_panel
        if panel.isVisible():
            panel.dismiss()
            return
        beside = source.isVisible()
        self.input_control.refresh()
        panel.show_at(
            (lambda: QPoint(source.x() + source.width() + theme.GUTTER, source.y()))
            if beside
            else (lambda: self.toolbar.source.mapTo(self, QPoint(0, self.toolbar.source.height() + 6)))
        )

    def _ask_calibration(self) -> None:
        filters = "Calibration files (*.txt *.cal *.frd *.csv);;All files (*)"
        self._ask_file("Microphone file", filters, self.calibration_panel.take_file)

    def check_microphones(self) -> None:
        """Begin the microphone check, in the Source panel."""
        if not self.source_panel.isVisible():
            self._toggle_panel(self.source_panel, self.toolbar.source)
        self.bridge.check_microphones()

    def _offer_arrays(self) -> None:
        self.parameters.set_array_choices((*array_choices(self.arrays_folder), (EDIT_ARRAY, "Edit arrays…")))

    def _on_array_chosen(self, name: str) -> None:
        if name != EDIT_ARRAY:
            self.bridge.choose_array(name)
            return
        self.parameters.set_structure(self.bridge.session.array_name or "", "")
        if not self.array_panel.isVisible():
            self.show_arrays()

    def _on_array_saved(self, path: str) -> None:
        self._offer_arrays()
        self.parameters.set_structure(self.bridge.session.array_name or "", "")
        self.status.show_notice(f"Saved {Path(path).name}", error=False)

    def show_arrays(self) -> None:
        """Open the editor of microphone arrays, or close it."""
        self._toggle_panel(self.array_panel, None)
        if self.array_panel.isVisible():
            self.array_panel.begin_with(self.bridge.session.array_name)

    def show_enhancer(self) -> None:
        """Open the enhancer's panel: network, cost, gains and comb strengths over time; or close it."""
        panel, beside = self.enhancer_control.panel, self.parameters
        self._toggle_panel(panel, None)
        if panel.isVisible():  # over the map: spectrograms and sliders stay in sight
            panel.show_at(lambda: beside.mapTo(self, QPoint(-panel.width() - theme.GUTTER, 0)))

    def show_oracle(self) -> None:
        """Open the oracle ladder (and measure, the first time), or close it."""
        panel = self.oracle_panel
        self._toggle_panel(panel, None)
        session = self.bridge.session
        if panel.isVisible() and panel.view.report.excerpt is None and session.running and session.knows_clean:
            self.bridge.measure_oracle()

    def show_loudspeakers(self) -> None:
        """Open the loudspeaker design, or close it."""
        self._toggle_panel(self.loudspeaker_panel, None)

    def _on_room(self, scene, notice: str) -> None:
        self.room_button.setEnabled(scene is not None)
        self.room_panel.show_scene(scene)
        self.plan_panel.show_scene(scene)
        self.room_panel.show_notice(notice)
        self.space.set_room(None if scene is None else _walls_xy_m(scene))

    def _on_running(self, running: bool) -> None:
        self.toolbar.set_running(running)
        self.sound.set_running(running)
        self.space.set_running(running)

    # ---- what a person did -----------------------------------------------------------------------------------

    def _on_edited(self, path: str, value, gesture: str) -> None:
        values = {path: value}
        if path == "enhance.method":
            values["enhance.model"] = ""  # a method by name is the shipped one
        if path == "beamformer.steering_deg" and self.bridge.params.beamformer.follow:
            values["beamformer.follow"] = 0  # by hand means by hand
        self.bridge.set(values, gesture=gesture)

    def _on_steered(self, azimuth_deg: float, final: bool) -> None:
        if self._steering_gesture is None:
            self._steering_gesture = new_gesture("beamformer.steering_deg")
        self._on_edited("beamformer.steering_deg", round(float(azimuth_deg), 1), self._steering_gesture)
        if final:
            self._steering_gesture = None

    def _on_nulls(self, nulls_deg: tuple[float, ...], final: bool) -> None:
        if self._nulls_gesture is None:
            self._nulls_gesture = new_gesture("beamformer.null_handles")
        values = {"beamformer.null_handles": len(nulls_deg)}
        values |= {f"beamformer.null_{number}_deg": null for number, null in enumerate(nulls_deg, start=1)}
        self.bridge.set(values, gesture=self._nulls_gesture)
        if final:
            self._nulls_gesture = None

    def _connect_recording(self) -> None:
        panel = self.recording_panel
        kind = str(self.store.value("recording/kind", "wav"))
        folder = self.store.value("recording/folder")
        if folder:
            self.folders["recordings"] = Path(str(folder))
        panel.show_kind(kind)
        panel.set_folder(self.folders["recordings"])
        self.bridge.set_recording_kind(kind if kind in ("wav", "flac") else "wav")
        panel.kind_chosen.connect(self._on_recording_kind)
        panel.folder_wanted.connect(self._ask_recording_folder)
        panel.record_wanted.connect(self.toggle_recording)
        panel.show_wanted.connect(self.show_recordings)

    def _on_recording_kind(self, kind: str) -> None:
        self.bridge.set_recording_kind(kind)
        self.store.setValue("recording/kind", kind)

    def _ask_recording_folder(self) -> None:
        self._ask_folder("Record into", self.set_recording_folder, self.folders["recordings"])

    def _ask_folder(self, title: str, action, folder: Path | None = None) -> None:
        """A dialog for a folder that stops nothing."""
        self._ask_file(title, "Folder (*)", action, folder=folder)
        if self._dialog is not None:
            self._dialog.setFileMode(QFileDialog.FileMode.Directory)
            self._dialog.setOption(QFileDialog.Option.ShowDirsOnly)

    def set_recording_folder(self, folder: Path) -> None:
        """Recordings go there from now on."""
        self.folders["recordings"] = folder
        self.store.setValue("recording/folder", str(folder))
        self.recording_panel.set_folder(folder)

    def show_recordings(self) -> None:
        """Show the folder of recordings in the file manager."""
        folder = self.folders["recordings"]
        if not folder.is_dir() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.status.show_notice(f"Recordings go to {folder}", error=False)

    def toggle_recording(self) -> None:
        """Record microphones and output into the recordings folder, or end the recording."""
        self.bridge.toggle_recording(self.folders["recordings"])

    def _on_source_chosen(self, value: str) -> None:
        if value == dialogs.OPEN_FILE:
            self.open_file()
        else:
            self.bridge.choose_source(value)
            self.store.setValue("source", value)

    def _on_sink_chosen(self, value: str) -> None:
        if value == dialogs.WRITE_FILE:
            self._ask_file("Write the output to", SOUND_FILES, self._write_to, save=True, suffix="wav")
        else:
            self.bridge.choose_sink(value)
            self.store.setValue("sink", value)

    def _write_to(self, path: Path) -> None:
        self.bridge.choose_sink(f"file:{path}")

    def open_file(self) -> None:
        """Ask for a recording or a settings file."""
        filters = "Recordings and settings (*.wav *.flac *.aif *.aiff *.ogg *.mp3 *.toml);;All files (*)"
        self._ask_file("Open", filters, self.take_file)

    def begin_with(self, path: Path) -> None:
        """The session was begun with this settings file: its stages are the preset."""
        self.presets.began_with(path)
        self.bridge.preset_name = path.stem

    def take_file(self, path: Path) -> None:
        """A file that was opened or dropped: settings, array, layout or design if it is TOML, else the source."""
        if path.suffix.lower() != ".toml":
            if not path.is_file():
                self.status.show_notice(f"{path}: no such file", error=True)
                return
            self.bridge.choose_source(f"file:{path}")
            return
        try:
            table = read_toml(path)
            if "mics" in table:
                load_array(path)
            elif "drivers" in table:
                load_layout(path)
            elif "earshot_design" in table:
                self.bridge.set(design_settings(load_design(path)))
                self.status.show_notice(f"The filters are those of {path.name} now", error=False)
                return
        except InputError as error:
            self.status.show_notice(str(error), error=True)
            return
        if "mics" in table:
            self.bridge.choose_array(str(path))
        elif "drivers" in table:
            self.bridge.choose_layout(str(path))
        elif "room" in table and "array" in table:
            self._on_source_chosen(f"room:{path}")
        elif "earshot_preset" in table:
            self.presets.take(path)
        elif self.bridge.load_settings(path):
            self.presets.began_with(path)

    def save_settings(self) -> None:
        """Ask for a file, and write everything into it: all parameters, source, sink, array and layout."""
        self.folders["presets"].mkdir(parents=True, exist_ok=True)
        self._ask_file("Save all settings", SETTINGS_FILES, self.bridge.save_settings, save=True, suffix="toml")

    def scene_choices(self) -> tuple[tuple[str, str], ...]:
        """(source, label) of the shipped scenes and of the person's own."""
        own = sorted(self.scenes_folder.glob("*.toml")) if self.scenes_folder.is_dir() else []
        shipped = tuple((f"room:{name}", name.replace("-", " ").capitalize()) for name in shipped_names("scenes"))
        return (*shipped, *((f"room:{path}", path.stem) for path in own))

    def show_room(self) -> None:
        """Open the panel of the simulated room, or close it."""
        self.source_panel.dismiss()
        source = self.bridge.session.source_spec
        self.room_panel.set_scenes(self.scene_choices(), f"room:{DEFAULT_SCENE}" if source == "room" else source)
        self._toggle_panel(self.room_panel, self.toolbar.source)

    def save_scene(self) -> None:
        """Ask for a file and save the simulated room as it is now."""
        self.scenes_folder.mkdir(parents=True, exist_ok=True)
        title, save = "Save the scene", self.bridge.save_room_scene
        self._ask_file(title, "Scenes (*.toml);;All files (*)", save, True, "toml", self.scenes_folder)

    def export_design(self) -> None:
        """Ask for a folder, which need not be there, and write the loudspeakers' filters into it."""
        self._ask_file("Export the filters into a folder", "Folder (*)", self.bridge.export_design, True)

    def save_picture(self) -> None:
        """Ask for a file and save a picture of the window."""
        picture = self.grab()
        self._ask_file(
            "Save a picture of the window", "Pictures (*.png)", lambda path: picture.save(str(path)), True, "png"
        )

    def _ask_file(self, title: str, filters: str, action, save: bool = False, suffix: str = "", folder=None) -> None:
        """A file dialog that stops nothing; one at a time."""
        if self._dialog is not None:
            self._dialog.close()
        dialog = QFileDialog(self, title)
        dialog.setModal(False)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters(filters.split(";;"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if save else QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile if save else QFileDialog.FileMode.ExistingFile)
        if suffix:
            dialog.setDefaultSuffix(suffix)
        if folder is None:
            folder = self.folders["presets"] if suffix == "toml" else Path(str(self.store.value("folder", Path.home())))
        if folder.is_dir():
            dialog.setDirectory(str(folder))

        def accepted(name: str) -> None:
            if suffix != "toml":
                self.store.setValue("folder", str(Path(name).parent))
            action(Path(name))

        dialog.fileSelected.connect(accepted)
        # Choosing may have opened the next one already.
        dialog.finished.connect(lambda _: setattr(self, "_dialog", None) if self._dialog is dialog else None)
        self._dialog = dialog
        dialog.show()

    # ---- panels and menus ------------------------------------------------------------------------------------

    def _fill_device_panels(self) -> None:
        session, devices = self.bridge.session, self.bridge.devices
        source, sink = session.source_spec, session.sink_spec
        self.source_panel.set_choices(dialogs.source_choices(devices, self._scenes, source), source.partition("#")[0])
        self.sink_panel.set_choices(dialogs.sink_choices(devices, sink), sink.partition("#")[0])
        count = len(devices)
        note = "no devices found" if count == 0 else f"{count} device{'s' if count > 1 else ''}"
        self.source_panel.note.setText(note)
        self.sink_panel.note.setText(note)

    def _toggle_panel(self, panel: FloatPanel, below: QWidget | None) -> None:
        if panel.isVisible():
            panel.dismiss()
            return
        for other in self.findChildren(FloatPanel):
            if other is not panel and not other.pin.isChecked():
                other.dismiss()
        anchor = None if below is None else lambda: below.mapTo(self, QPoint(0, below.height() + 6))
        panel.show_at(anchor)

    def _fill_test_menu(self) -> None:
        """Tone and pink noise for every output that there is now."""
        self.test_menu.clear()
        names = self.bridge.health.output_names
        for output, name in enumerate(names):
            for kind, word in (("tone", "tone"), ("pink", "pink noise")):
                play = lambda _=False, kind=kind, output=output: self.bridge.test_output(kind, output)  # noqa: E731
                self.test_menu.addAction(f"{name}: {word}", play)
        self.test_menu.addAction("Off", lambda: self.bridge.test_output("")).setEnabled(bool(names))

    def _build_menu(self) -> QMenu:
        menu = QMenu(self)
        view = menu.addMenu("View")
        themes = QActionGroup(menu)
        self.theme_actions = {}
        for choice in THEME_CHOICES:
            action = view.addAction(f"{THEME_NAMES.get(choice, choice.capitalize())} theme")
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, choice=choice: self.set_theme(choice))
            themes.addAction(action)
            self.theme_actions[choice] = action
        self.scale_menu = view.addMenu("Scale")
        self._fill_scale_menu()
        view.addSeparator()
        self.dock_actions = {}
        for dock in (self.space_dock, self.parameters_dock):
            # Not the dock's own action: that one is disabled while the layout is locked.
            action = view.addAction(f"Show {dock.windowTitle().lower()}")
            action.setCheckable(True)
            action.triggered.connect(lambda on, dock=dock: dock.setVisible(on))
            menu.aboutToShow.connect(lambda action=action, dock=dock: action.setChecked(not dock.isHidden()))
            self.dock_actions[dock.objectName()] = action
        self.unlock_action = view.addAction("Unlock layout")
        self.unlock_action.setCheckable(True)
        self.unlock_action.toggled.connect(self.set_unlocked)
        view.addAction("Reset layout", self.reset_layout)
        view.addAction("Full screen\tF11", self.toggle_full_screen)
        view.addAction("Save a picture of the window…", self.save_picture)
        self._fill_menu(menu)
        return menu

    def _fill_menu(self, menu: QMenu) -> None:
        """What can be opened, by subject."""
        panel = lambda shown, below=None: lambda: self._toggle_panel(shown, below)  # noqa: E731
        listen = menu.addMenu("Listen and compare")
        listen.addAction("Blind ABX…\tShift+X", self.show_abx)
        listen.addAction("Oracle ladder…\tO", self.show_oracle)
        listen.addAction("History…\tH", self.show_history)
        listen.addMenu(self.kept_control.menu)
        microphones = menu.addMenu("Microphones and room")
        microphones.addAction("Microphone array…", self.show_arrays)
        microphones.addAction("Check the microphones", self.check_microphones)
        microphones.addAction("Calibration…", self.show_calibration)
        microphones.addSeparator()
        microphones.addAction("Simulated room…", self.show_room)
        microphones.addAction("Plan of the room…", panel(self.plan_panel))
        microphones.addSeparator()
        microphones.addAction("Adapt to this room…", self.show_adapt)
        speakers = menu.addMenu("Loudspeakers")
        speakers.addAction("Loudspeakers…\tL", self.show_loudspeakers)
        speakers.addAction("Loudspeaker layout…", self.layouts.show)
        speakers.addAction("Loudspeaker trade-offs…", panel(self.trade_panel))
        self.test_menu = speakers.addMenu("Test signal")
        self.test_menu.aboutToShow.connect(self._fill_test_menu)
        recording = menu.addMenu("Recording")
        recording.addAction("Recording…", panel(self.recording_panel, self.toolbar.record_button))
        recording.addAction("Marker in the recording\tCtrl+M", self.mark)
        recording.addAction("Copy this moment as a command line", self.copy_command_line)
        recording.addAction("Save all settings…", self.save_settings)
        menu.addSeparator()
        menu.addAction("Enhancer…\tE", self.show_enhancer)
        menu.addAction("Dropouts and latency…\tD", self.show_latency)
        menu.addAction("Jobs…\tJ", self.show_jobs)
        menu.addSeparator()
        menu.addAction("Open log folder", self.open_log_folder)
        menu.addAction("Copy diagnostics", self.copy_diagnostics)
        menu.addAction("Keys\tF1", panel(self.keys_panel))
        menu.addAction("About Earshot", panel(self.about_panel))

    def _fill_scale_menu(self) -> None:
        sizes = QActionGroup(self.scale_menu)
        now = scale.held_percent(self.store.value(scale.STORED, 100))
        for percent in scale.CHOICES_PERCENT:
            action = self.scale_menu.addAction(f"{percent} %")
            action.setCheckable(True)
            action.setChecked(percent == now)
            action.triggered.connect(lambda _=False, percent=percent: self.set_scale(percent))
            sizes.addAction(action)

    def set_scale(self, percent: int) -> None:
        """Draw everything so large from the next start on."""
        self.store.setValue(scale.STORED, percent)
        self.store.sync()
        self.status.show_notice(f"Everything is drawn at {percent} % when Earshot is started again", error=False)

    def _show_menu(self) -> None:
        button = self.toolbar.settings_button
        size = self.menu.sizeHint()
        self.menu.popup(button.mapToGlobal(QPoint(button.width() - size.width(), button.height() + 6)))

    def _show_panel_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Fold all", lambda: self.parameters.fold_all(True))
        menu.addAction("Unfold all", lambda: self.parameters.fold_all(False))
        menu.addSeparator()
        menu.addAction("Factory settings\tCtrl+1", lambda: self.presets.choose_number(1))
        button = self.parameters.more_button
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def _find(self) -> None:
        self.parameters_dock.show()
        self.parameters.focus_search()

    def open_log_folder(self) -> None:
        """Show the folder with the log in the file manager."""
        folder = self.folders["log"]
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.status.show_notice(f"The log lies in {folder}", error=False)

    def copy_diagnostics(self) -> None:
        """Copy versions, state, latency, dropouts and devices as text."""
        text = dialogs.diagnostics(__version__, self.bridge.health, self.bridge.devices, self.folders["log"])
        QGuiApplication.clipboard().setText(text)
        self.status.show_notice("Diagnostics copied", error=False)

    def show_internal_error(self, summary: str) -> None:
        """An exception that nobody caught: one line; the log has the rest."""
        self.status.show_notice(f"Internal error: {summary} (details: settings, Open log folder)", error=True)

    # ---- theme and layout ------------------------------------------------------------------------------------

    def set_theme(self, choice: str, remember: bool = True) -> None:
        """Dark, light, or as the desktop."""
        choice = choice if choice in THEME_CHOICES else "dark"
        self.theme_choice = choice
        if remember:
            self.store.setValue("theme", choice)
        self.theme_actions[choice].setChecked(True)
        self.tokens = resolve_theme(choice)
        QApplication.setPalette(theme.palette(self.tokens))
        self.setStyleSheet(style_sheet(self.tokens))
        for widget in [*self.findChildren(QWidget)]:
            apply = getattr(widget, "apply_theme", None)
            if apply is not None:
                apply(self.tokens)
        self.update()

    def _on_color_scheme(self, _scheme) -> None:
        if self.theme_choice == "system":
            self.set_theme("system")

    def set_unlocked(self, unlocked: bool) -> None:
        """Show the docks' title bars, so that they can be moved and floated."""
        features = QDockWidget.DockWidgetFeature
        for dock in (self.space_dock, self.parameters_dock):
            old = dock.titleBarWidget()
            if unlocked:
                title = DockTitle(dock)
                title.apply_theme(self.tokens)
                dock.setTitleBarWidget(title)
                dock.setFeatures(features.DockWidgetMovable | features.DockWidgetFloatable)
            else:
                dock.setTitleBarWidget(QWidget(dock))
                dock.setFeatures(features.NoDockWidgetFeatures)
            if old is not None:
                old.deleteLater()
        self.unlock_action.setChecked(unlocked)

    def _layout_key(self) -> str:
        return "layout/compact" if self._compact else "layout/wide"

    def _arrange(self, compact: bool) -> None:
        """Take the wide or the compact arrangement: as it was left, else as designed."""
        if compact == self._compact:
            return
        if self._compact is not None:
            self._remember_layout()
        self._compact = compact
        self.toolbar.set_compact(compact)
        self.status.set_compact(compact)
        self.parameters.set_compact(compact)
        self.space.set_compact(compact)
        # A dock of fixed width would lose the gutter below it (Qt leaves out a fixed neighbour's separator).
        self.space.setMinimumWidth(COMPACT_WIDTH if compact else SPACE_WIDTH)
        self.space.setMaximumWidth(2**24 - 1)
        self._default_docks()
        state = self.store.value(self._layout_key())
        if isinstance(state, QByteArray) and not state.isEmpty():
            self.work.restoreState(state, LAYOUT_VERSION)
        else:
            QTimer.singleShot(0, self._default_sizes)

    def _default_docks(self) -> None:
        right = Qt.DockWidgetArea.RightDockWidgetArea
        for dock in (self.space_dock, self.parameters_dock):
            dock.setFloating(False)
            self.work.addDockWidget(right, dock)
            dock.show()
        way = Qt.Orientation.Vertical if self._compact else Qt.Orientation.Horizontal
        self.work.splitDockWidget(self.space_dock, self.parameters_dock, way)
        self._default_sizes()

    def _default_sizes(self) -> None:
        docks = [self.space_dock, self.parameters_dock]
        if self._compact:
            self.work.resizeDocks(docks, [COMPACT_WIDTH, COMPACT_WIDTH], Qt.Orientation.Horizontal)
            room = self.work.height() - 3 * theme.GUTTER
            self.work.resizeDocks(docks, [COMPACT_SPACE_HEIGHT, room - COMPACT_SPACE_HEIGHT], Qt.Orientation.Vertical)
        else:
            self.work.resizeDocks(docks, [SPACE_WIDTH, PARAMETERS_WIDTH], Qt.Orientation.Horizontal)

    def reset_layout(self) -> None:
        """The designed arrangement again."""
        self.store.remove("layout/wide")
        self.store.remove("layout/compact")
        self.set_unlocked(False)
        self._default_docks()
        QTimer.singleShot(0, self._default_sizes)

    def _remember_layout(self) -> None:
        self.store.setValue(self._layout_key(), self.work.saveState(LAYOUT_VERSION))

    def _restore_geometry(self) -> None:
        geometry = self.store.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        else:
            self.resize(QSize(1600, 960).boundedTo(self.screen().availableSize()))

    def toggle_full_screen(self) -> None:
        """F11."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # ---- Qt's events -----------------------------------------------------------------------------------------

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._arrange(self.width() < theme.WIDE)
        for panel in self.findChildren(FloatPanel):
            if panel.isVisible():
                panel.place()

    def changeEvent(self, event):
        if event.type() == QEvent.Type.WindowStateChange:
            self.bridge.set_watched(not self.isMinimized())
        super().changeEvent(event)

    def keyPressEvent(self, event):
        focus = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QAbstractButton):
            focus.click()  # Space is start and stop everywhere, so Enter presses buttons
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.toggle_full_screen()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event):
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event):
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.take_file(paths[0])

    def closeEvent(self, event):
        if not self._closing:
            self._closing = True
            self._remember_layout()
            self.store.setValue("geometry", self.saveGeometry())
            self.store.sync()
            self.hide()
            for panel in self.findChildren(FloatPanel):
                panel.dismiss()
            self.jobs.close()
            self.bridge.close()
        super().closeEvent(event)
