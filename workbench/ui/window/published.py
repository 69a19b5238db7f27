"""From the bridge to the views: what the engine published is shown where it belongs."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from workbench.core.errors import InputError
from workbench.core.geometry import load_array, load_layout
from workbench.core.params import Params
from workbench.ui import dialogs
from workbench.ui.structure_choices import shipped_scenes


def channel_name(name: str) -> str:
    """A channel's name in full: "Mic 3" is "Microphone 3"."""
    return re.sub(r"^(Mic|ch) (?=\d)", lambda found: {"Mic": "Microphone ", "ch": "Channel "}[found[1]], name)


LOST = "Device lost, trying again."


class Published(QObject):
    """Shows snapshots, directions, health, parameters and structure in the views of a window.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: QWidget):
        super().__init__(window)
        self._window, self._bridge = window, window.bridge
        self._channels: tuple = ()
        self._lost = False
        self._beam_azimuth_rad = 0.0
        self._source = ""
        self._scenes = shipped_scenes()

    def connect(self) -> None:
        """Wire everything; to be called once, when the window is complete."""
        window, bridge = self._window, self._bridge
        bridge.snapshots.connect(self._on_snapshots)
        bridge.localizations.connect(self._on_localizations)
        bridge.health_changed.connect(self._on_health)
        bridge.pattern_changed.connect(self._on_pattern)
        bridge.gain_changed.connect(window.space.show_gain)
        bridge.response_changed.connect(window.space.show_response)
        bridge.response_changed.connect(window.loudspeaker_panel.show_response)
        bridge.params_changed.connect(self._on_params)
        bridge.steps_changed.connect(self._on_steps)
        bridge.structure_changed.connect(self._on_structure)
        bridge.running_changed.connect(self._on_running)
        bridge.oracle_changed.connect(self._on_oracle)
        bridge.oracle_played.connect(window.oracle_panel.view.show_playing)
        bridge.devices_listed.connect(lambda _: self._fill_device_panels())
        window.saver.progressed.connect(window.status.show_saving)
        window.saver.saved.connect(lambda *_: window.status.end_saving())
        bridge.failed.connect(lambda text: window.status.show_notice(text, error=True))
        bridge.noticed.connect(lambda text: window.status.show_notice(text, error=False))

    def _on_snapshots(self, snapshots: list) -> None:
        window = self._window
        heard = window.sound_control.heard(snapshots)
        if window.sound.isVisible():
            window.sound.show_snapshots(heard)
        if window.space.isVisible():
            window.space.show_snapshots(heard)
            window.space.show_beam(snapshots[-1].beam_azimuth_rad, self._bridge.params.beamformer.follow)
        self._beam_azimuth_rad = snapshots[-1].beam_azimuth_rad

    def _on_localizations(self, localizations: list) -> None:
        window = self._window
        if window.sound.isVisible():
            window.sound.show_localizations(localizations)
        if window.space.isVisible():
            window.space.show_localization(localizations[-1])
        if self._bridge.params.beamformer.follow:  # five times a second are enough for a slider
            window.parameters.show_followed(math.degrees(self._beam_azimuth_rad))

    def _on_health(self, health) -> None:
        window = self._window
        window.toolbar.show_health(health)
        window.status.show_health(health)
        window.latency_panel.show_health(health)
        window.recording_panel.show_health(health)
        lost = health.state == "lost"
        if lost != self._lost:
            self._lost = lost
            window.sound.set_running(self._bridge.session.running, LOST if lost else "")
        window.sound.set_input_pressure(window.input_control.pressure())
        chosen = window.parameters.array_description(self._bridge.session.array_name or "")
        window.status.set_array(health.array if health.state == "running" else chosen)
        channels = (health.input_names, health.output_names)
        if channels != self._channels and health.input_names:
            self._channels = channels
            window.sound.set_channels(health.input_names, health.output_names)
            window.space.set_channels(health.input_names, health.output_names)
            window.sound.set_taps([channel_name(name) for name in health.input_names], ["Enhanced beam"])

    def _on_pattern(self, pattern) -> None:
        session = self._bridge.session
        if session.array is not None or not session.running:  # else it is of an array that is no longer there
            self._window.space.show_pattern(pattern)

    def _on_params(self, params: Params) -> None:
        window, bridge = self._window, self._bridge
        window.parameters.show_params(params, bridge.preset)
        window.toolbar.show_params(params)
        window.loudspeaker_panel.show_params(params, bridge.preset)
        window.trade_panel.show_params(params)
        beam = params.beamformer
        window.space.set_nulls(beam.nulls_deg, beam.enabled and beam.method == "lcmv")
        window.toolbar.preset.set_value(bridge.preset_name, "edited" if bridge.edited else "")

    def _on_steps(self) -> None:
        window, session = self._window, self._bridge.session
        window.toolbar.set_undo(session.undo_label, session.redo_label)
        if window.history_panel.isVisible():
            window.history_panel.show_steps(*session.steps)

    def _on_structure(self) -> None:
        window, session = self._window, self._bridge.session
        if self._source and session.source_spec != self._source:
            window.sound.clear()  # another place, another time axis
            window.space.clear()
        self._source = session.source_spec
        window.toolbar.source.set_value(dialogs.spec_name(session.source_spec))
        window.toolbar.sink.set_value(dialogs.spec_name(session.sink_spec))
        window.parameters.set_structure(session.array_name or "", session.layout_name or "")
        array = self._shown(session.array, load_array, session.array_name)
        window.space.set_array(None if array is None else array.mic_xyz_m)
        if array is None:
            window.space.show_pattern(None)
        layout = self.shown_layout()
        window.space.set_layout(layout)
        window.loudspeaker_panel.set_layout(layout)
        window.trade_panel.set_layout(layout)
        window.space.set_talkers_movable(session.source_spec.partition(":")[0] == "room")
        self._fill_device_panels()

    def shown_layout(self):
        """The layout in use; while nothing runs the one that is chosen."""
        session = self._bridge.session
        return self._shown(session.layout, load_layout, session.layout_name)

    def _shown(self, used, load, name: str | None):
        if used is not None or name is None or self._bridge.session.running:
            return used
        try:
            return load(name)
        except InputError:
            return None  # starting says why

    def _on_oracle(self, report, known: bool) -> None:
        view = self._window.oracle_panel.view
        view.set_known(known, self._bridge.session.clean_wanted)
        view.show_report(report)

    def _on_running(self, running: bool) -> None:
        for shown in (self._window.toolbar, self._window.sound, self._window.space):
            shown.set_running(running)

    def _fill_device_panels(self) -> None:
        session, devices = self._bridge.session, self._bridge.devices
        source, sink = session.source_spec, session.sink_spec
        source_panel, sink_panel = self._window.source_panel, self._window.sink_panel
        source_panel.set_choices(dialogs.source_choices(devices, self._scenes, source), source.partition("#")[0])
        sink_panel.set_choices(dialogs.sink_choices(devices, sink), sink.partition("#")[0])
        count = len(devices)
        note = "no devices found" if count == 0 else f"{count} device{'s' if count > 1 else ''}"
        source_panel.note.setText(note)
        sink_panel.note.setText(note)
