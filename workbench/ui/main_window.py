"""The main window: its regions, panels and controls, and what Qt asks of it. Its parts are in `ui/window`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QPoint, QRect, QSettings, QSize, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QVBoxLayout, QWidget

from workbench import __version__
from workbench.ui import dialogs, scale, theme
from workbench.ui.ab_switch import ABSwitch
from workbench.ui.abx_control import ABXControl
from workbench.ui.adapt_control import AdaptControl
from workbench.ui.array_control import ArrayControl
from workbench.ui.bridge import Bridge
from workbench.ui.crash_control import CrashControl
from workbench.ui.desktop import open_address
from workbench.ui.dialogs import AboutPanel, CalibrationPanel, KeysPanel, PresetPanel, SinkPanel, SourcePanel
from workbench.ui.enhancer_control import EnhancerControl
from workbench.ui.file_asker import FileAsker
from workbench.ui.file_control import FileControl
from workbench.ui.first_run import FirstRun
from workbench.ui.handbook_control import HandbookControl
from workbench.ui.icons import app_icon
from workbench.ui.input_control import InputControl
from workbench.ui.jobs_control import JobsControl
from workbench.ui.kept_control import KeptControl
from workbench.ui.layout_control import LayoutControl
from workbench.ui.loudspeaker_panel import LoudspeakerPanel
from workbench.ui.oracle_panel import OraclePanel
from workbench.ui.panels.history_panel import HistoryPanel
from workbench.ui.panels.latency_panel import LatencyPanel
from workbench.ui.parameter_panel import ParameterPanel
from workbench.ui.pictures import PictureControl
from workbench.ui.preset_control import PresetControl
from workbench.ui.recording_control import RecordingControl
from workbench.ui.room_control import RoomControl
from workbench.ui.saving import Saver
from workbench.ui.sound_control import SoundControl
from workbench.ui.status_bar import StatusBar
from workbench.ui.timeline_control import TimelineControl
from workbench.ui.toolbar import Toolbar
from workbench.ui.trade_panel import TradePanel
from workbench.ui.window.appearance import THEME_CHOICES, dress, resolve_theme
from workbench.ui.window.dock_moves import DockMoves
from workbench.ui.window.docks import Docks
from workbench.ui.window.focus_ring import FocusRing
from workbench.ui.window.handbook_pages import set_pages
from workbench.ui.window.keys import connect_keys
from workbench.ui.window.menus import Menus
from workbench.ui.window.on_screen import OnScreen
from workbench.ui.window.panels import Panels
from workbench.ui.window.published import Published
from workbench.ui.window.regions import Regions
from workbench.ui.window.wanted import Wanted


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
        self._closing = False

        self.toolbar = Toolbar()
        self.status = StatusBar()
        self.parameters = ParameterPanel()
        self.docks = Docks(self, sound, space, self.parameters, store, lambda: self.tokens)
        for widget in (self.toolbar, self.status, self.parameters, space):
            self.docks.compact_changed.connect(widget.set_compact)
        self.docks.row_changed.connect(space.set_row)
        layout = QVBoxLayout(self._content())
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toolbar)
        layout.addWidget(self.docks.work, 1)
        self._timeline_place = QVBoxLayout()
        self._timeline_place.setContentsMargins(theme.GUTTER, 0, theme.GUTTER, theme.GUTTER)
        layout.addLayout(self._timeline_place)
        layout.addWidget(self.status)

        self.panels = Panels(self)
        self.asker = FileAsker(self, store, folders["presets"])
        self.saver = Saver(self, bridge.failed.emit, bridge.noticed.emit)
        self.published = Published(self)
        self._make_panels()
        self._make_controls(folders["presets"].parent)
        self.pictures = PictureControl(self, self.asker, self.saver)
        self._make_moves()
        self.menus = Menus(self)
        set_pages(self)
        self.published.connect()
        Wanted(self).connect()
        self.shortcuts = connect_keys(self)
        self._focus_ring = FocusRing(self)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme)
        self.set_theme(str(store.value("theme", "dark")))
        self._on_screen = OnScreen(self, lambda: [dock for dock in self.docks.all if dock.isFloating()])
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

    def _make_panels(self) -> None:
        """The panels that have no control of their own."""
        self.source_panel = SourcePanel(self)
        self.sink_panel = SinkPanel(self)
        self.calibration_panel = CalibrationPanel(self)
        self.preset_panel = PresetPanel(self)
        self.keys_panel = KeysPanel(self)
        self.about_panel = AboutPanel(self, __version__, self.open_log_folder, lambda: self.copy_diagnostics())
        self.oracle_panel = OraclePanel(self)
        self.latency_panel = LatencyPanel(self)
        self.loudspeaker_panel = LoudspeakerPanel(self)
        self.trade_panel = TradePanel(self)
        self.history_panel = HistoryPanel(self)

    def _make_controls(self, config: Path) -> None:
        """What stands between the bridge and one subject's panels; `config` is the folder of a person's own files."""
        bridge, store, toggle = self.bridge, self.store, self.panels.toggle
        ask_file, ask_folder = self.asker.ask_file, self.asker.ask_folder
        self.input_control = InputControl(self, bridge, self.source_panel, self.sink_panel, self.calibration_panel)
        self.presets = PresetControl(self, bridge, self.preset_panel, store, self.folders["presets"], ask_file)
        self.files = FileControl(self, bridge, self.asker, self.presets, store, self.folders["presets"])
        self.rooms = RoomControl(
            self,
            bridge,
            self.source_panel,
            self.toolbar.source,
            self.space,
            config / "scenes",
            self.asker,
            toggle,
            self.files.choose_source,
        )
        self.recording = RecordingControl(self, bridge, store, self.folders["recordings"], self.asker)
        self.arrays = ArrayControl(self, bridge, self.parameters, config / "arrays", ask_file, toggle)
        layout = self.published.shown_layout
        self.layouts = LayoutControl(self, bridge, self.parameters, config / "layouts", layout, toggle)
        self.ab_switch = ABSwitch(self, bridge, self.toolbar)
        self.abx = ABXControl(self, bridge, ask_file)
        self.jobs = JobsControl(self, bridge, ask_file, ask_folder)
        self.adapt = AdaptControl(self, bridge, self.jobs, config / "rooms")
        self.kept_control = KeptControl(self, bridge, self.toolbar, store)
        self.timeline_control = TimelineControl(
            self, bridge, self.kept_control, self.asker, store, config / "markers", lambda: self.recording.folder
        )
        self._timeline_place.addWidget(self.timeline_control.strip)
        self.files.take_session = self.timeline_control.open
        self.recording.mark_file = self.timeline_control.mark
        self.crashes = CrashControl(
            self, bridge, self.timeline_control.open, self.open_log_folder, self.copy_diagnostics
        )
        self.sound_control = SoundControl(self, self.sound, bridge, store, ask_file, self.saver)
        self.enhancer_control = EnhancerControl(self, self.sound, bridge, self.oracle_panel.view, ask_file)
        self.recording_panel = self.recording.panel
        self.handbook = HandbookControl(self, self.keys_panel, toggle, self.folders["log"])
        self.first_run = FirstRun(self, bridge, store, self.handbook)

    def _make_moves(self) -> None:
        """From region to region, and the panels round the sound, by keys."""

        def say(text: str) -> None:
            self.status.show_notice(text, error=False)

        self.dock_moves = DockMoves(self.docks, self.sound, say)
        regions = {"Sound": self.sound, "Space": self.docks.space, "Parameters": self.docks.parameters}
        regions |= {"Timeline": self.timeline_control.strip, "Toolbar": self.toolbar}
        self.regions = Regions(self, regions, say)

    # ---- what menu and keys want of the window itself ---------------------------------------------------------

    def set_theme(self, choice: str, remember: bool = True) -> None:
        """Dark, light, or as the desktop."""
        choice = choice if choice in THEME_CHOICES else "dark"
        self.theme_choice = choice
        if remember:
            self.store.setValue("theme", choice)
        self.menus.theme_actions[choice].setChecked(True)
        self.tokens = resolve_theme(choice)
        dress(self, self.tokens)

    def _on_color_scheme(self, _scheme) -> None:
        if self.theme_choice == "system":
            self.set_theme("system")

    def set_scale(self, percent: int) -> None:
        """Draw everything so large from the next start on."""
        self.store.setValue(scale.STORED, percent)
        self.store.sync()
        self.status.show_notice(f"Everything is drawn at {percent} % when Earshot is started again", error=False)

    def between_bars(self) -> QRect:
        """What lies between toolbar and status bar, which floating panels leave free."""
        top = self.toolbar.mapTo(self, QPoint(0, self.toolbar.height())).y()
        bottom = self.status.mapTo(self, QPoint(0, 0)).y()
        return QRect(0, top, self.width(), bottom - top)

    def toggle_full_screen(self) -> None:
        """F11."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def find_parameter(self) -> None:
        """Put the cursor into the parameter panel's search."""
        self.docks.parameters.show()
        self.parameters.focus_search()

    def copy_command_line(self) -> None:
        """Copy what the chain does now as a command line."""
        QGuiApplication.clipboard().setText(self.bridge.command_line())
        self.status.show_notice("This moment as a command line: copied", error=False)

    def open_log_folder(self) -> None:
        """Show the folder with the log in the file manager."""
        folder = self.folders["log"]
        if not open_address(QUrl.fromLocalFile(str(folder))):
            self.status.show_notice(f"The log lies in {folder}", error=False)

    def copy_diagnostics(self, failure: str = "") -> None:
        """Copy versions, state, latency, dropouts, devices and settings as text, without a person's own names."""
        bridge = self.bridge
        text = dialogs.diagnostics(
            __version__,
            bridge.health,
            bridge.devices,
            self.folders["log"],
            bridge.params,
            failure,
            bridge.session.source_spec,
        )
        QGuiApplication.clipboard().setText(text)
        self.status.show_notice("Diagnostics copied", error=False)

    def _restore_geometry(self) -> None:
        geometry = self.store.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
            self._on_screen.look()
        else:
            self.resize(QSize(1600, 960).boundedTo(self.screen().availableSize()))

    # ---- Qt's events -----------------------------------------------------------------------------------------

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self.docks.arrange(self.width() < theme.WIDE)
        self.panels.place_again()

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
            self.files.take(paths[0])

    def closeEvent(self, event):
        if not self._closing:
            self._closing = True
            self.docks.remember()
            self.store.setValue("geometry", self.saveGeometry())
            self.store.sync()
            self.hide()
            self.panels.dismiss_all()
            self.jobs.close()
            self.timeline_control.close()
            self.bridge.close()
        super().closeEvent(event)
