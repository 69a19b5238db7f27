"""The window's menu: everything that can be opened, by subject."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from workbench.ui import scale
from workbench.ui.window.appearance import THEME_CHOICES, THEME_NAMES
from workbench.ui.window.docks import STEP


class Menus(QObject):
    """The settings button's menu, and that of the parameter panel.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: QWidget):
        super().__init__(window)
        self._window = window
        self.menu = QMenu(window)
        self.theme_actions: dict[str, object] = {}
        self.dock_actions: dict[str, object] = {}
        self._fill_view(self.menu.addMenu("View"))
        self._fill()

    def _fill_view(self, view: QMenu) -> None:
        window = self._window
        themes = QActionGroup(self.menu)
        for choice in THEME_CHOICES:
            action = view.addAction(f"{THEME_NAMES.get(choice, choice.capitalize())} theme")
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, choice=choice: window.set_theme(choice))
            themes.addAction(action)
            self.theme_actions[choice] = action
        self._fill_scale(view.addMenu("Scale"))
        view.addSeparator()
        for dock in window.docks.all:
            # Not the dock's own action: that one is disabled while the layout is locked.
            action = view.addAction(f"Show {dock.windowTitle().lower()}")
            action.setCheckable(True)
            action.triggered.connect(lambda on, dock=dock: dock.setVisible(on))
            self.menu.aboutToShow.connect(lambda action=action, dock=dock: action.setChecked(not dock.isHidden()))
            self.dock_actions[dock.objectName()] = action
        for dock in window.docks.all:
            window.dock_moves.fill_menu(view.addMenu(f"Move {dock.windowTitle().lower()}"), dock)
        self.unlock_action = view.addAction("Unlock layout")
        self.unlock_action.setCheckable(True)
        self.unlock_action.toggled.connect(window.docks.set_unlocked)
        window.docks.unlocked_changed.connect(self.unlock_action.setChecked)
        view.addAction("Larger map\tCtrl+.", lambda: window.docks.widen(STEP))
        view.addAction("Smaller map\tCtrl+,", lambda: window.docks.widen(-STEP))
        view.addAction("Reset layout", window.docks.reset)
        view.addAction("Full screen\tF11", window.toggle_full_screen)
        self.picture_menu = view.addMenu("Save a picture of")
        self.picture_menu.aboutToShow.connect(lambda: window.pictures.fill_menu(self.picture_menu))

    def _fill_scale(self, menu: QMenu) -> None:
        sizes = QActionGroup(menu)
        now = scale.held_percent(self._window.store.value(scale.STORED, 100))
        for percent in scale.CHOICES_PERCENT:
            action = menu.addAction(f"{percent} %")
            action.setCheckable(True)
            action.setChecked(percent == now)
            action.triggered.connect(lambda _=False, percent=percent: self._window.set_scale(percent))
            sizes.addAction(action)

    def _fill(self) -> None:
        window, menu, panels = self._window, self.menu, self._window.panels
        listen = menu.addMenu("Listen and compare")
        listen.addAction("Blind ABX…\tShift+X", panels.abx)
        listen.addAction("Oracle ladder…\tO", panels.oracle)
        listen.addAction("History…\tH", panels.history)
        listen.addMenu(window.kept_control.menu)
        microphones = menu.addMenu("Microphones and room")
        microphones.addAction("Microphone array…", window.arrays.show)
        microphones.addAction("Check the microphones", panels.microphone_check)
        microphones.addAction("Calibration…", panels.calibration)
        microphones.addSeparator()
        microphones.addAction("Simulated room…", window.rooms.show)
        microphones.addAction("Plan of the room…", window.rooms.show_plan)
        microphones.addSeparator()
        microphones.addAction("Adapt to this room…", panels.adapt)
        speakers = menu.addMenu("Loudspeakers")
        speakers.addAction("Loudspeakers…\tL", panels.loudspeakers)
        speakers.addAction("Loudspeaker layout…", window.layouts.show)
        speakers.addAction("Loudspeaker trade-offs…", panels.trades)
        self.test_menu = speakers.addMenu("Test signal")
        self.test_menu.aboutToShow.connect(self._fill_test)
        recording = menu.addMenu("Recording")
        recording.addAction("Recording…", panels.recording)
        recording.addAction("Marker\tCtrl+M", window.recording.mark)
        recording.addAction("Note…\tN", window.timeline_control.note)
        recording.addSeparator()
        recording.addAction("Open a session…\tCtrl+Shift+O", window.timeline_control.ask_session)
        recording.addMenu(window.timeline_control.recent_menu)
        recording.addAction("Timeline\tT", window.timeline_control.toggle)
        recording.addSeparator()
        recording.addAction("Copy this moment as a command line", window.copy_command_line)
        recording.addAction("Save all settings…", window.files.save_settings)
        menu.addSeparator()
        menu.addAction("Enhancer…\tE", panels.enhancer)
        menu.addAction("Dropouts and latency…\tD", panels.latency)
        menu.addAction("Jobs…\tJ", panels.jobs)
        menu.addSeparator()
        menu.addAction("Open log folder", window.open_log_folder)
        menu.addAction("Copy diagnostics", window.copy_diagnostics)
        menu.addAction("Handbook\tCtrl+F1", window.handbook.open)
        menu.addAction("Keys\tF1", panels.keys)
        menu.addAction("About Earshot", panels.about)

    def _fill_test(self) -> None:
        """Tone and pink noise for every output that there is now."""
        bridge = self._window.bridge
        self.test_menu.clear()
        names = bridge.health.output_names
        for output, name in enumerate(names):
            for kind, word in (("tone", "tone"), ("pink", "pink noise")):
                play = lambda _=False, kind=kind, output=output: bridge.test_output(kind, output)  # noqa: E731
                self.test_menu.addAction(f"{name}: {word}", play)
        self.test_menu.addAction("Off", lambda: bridge.test_output("")).setEnabled(bool(names))

    def show(self) -> None:
        """Open the menu below the settings button."""
        button = self._window.toolbar.settings_button
        size = self.menu.sizeHint()
        self.menu.popup(button.mapToGlobal(QPoint(button.width() - size.width(), button.height() + 6)))

    def show_for_parameters(self) -> None:
        """Open the parameter panel's own menu."""
        window, panel = self._window, self._window.parameters
        menu = QMenu(window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Fold all", lambda: panel.fold_all(True))
        menu.addAction("Unfold all", lambda: panel.fold_all(False))
        menu.addSeparator()
        menu.addAction("Factory settings\tCtrl+1", lambda: window.presets.choose_number(1))
        button = panel.more_button
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))
