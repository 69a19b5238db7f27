"""From the views to the bridge: what a person did in toolbar, panels and plots."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from workbench.ui.controls import new_gesture

CALIBRATION_FILES = "Calibration files (*.txt *.cal *.frd *.csv);;All files (*)"


class Wanted(QObject):
    """Carries out what a person wants in the views of a window.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: QWidget):
        super().__init__(window)
        self._window, self._bridge = window, window.bridge
        self._steering_gesture: str | None = None
        self._nulls_gesture: str | None = None
        self._talker_gesture: str | None = None

    def connect(self) -> None:
        """Wire everything; to be called once, when the window is complete."""
        self._connect_toolbar()
        self._connect_parameters()
        self._connect_devices()
        self._connect_loudspeakers()
        self._connect_space()
        window, bridge = self._window, self._bridge
        window.history_panel.step_chosen.connect(bridge.go_to_step)
        window.ab_switch.other_changed.connect(window.parameters.show_other)
        window.oracle_panel.view.rung_wanted.connect(bridge.play_oracle)
        window.oracle_panel.view.measure_wanted.connect(bridge.measure_oracle)
        window.status.reconnect_wanted.connect(bridge.start)
        window.status.cancel_wanted.connect(window.saver.stop)
        window.status.details_wanted.connect(window.panels.latency)
        window.latency_panel.measure_wanted.connect(bridge.measure_loopback)
        window.latency_panel.flush_wanted.connect(bridge.flush)
        window.latency_panel.reopen_wanted.connect(bridge.reopen_devices)
        window.sound.before_tap_changed.connect(bridge.show_before)

    def _connect_toolbar(self) -> None:
        bar, bridge, panels = self._window.toolbar, self._bridge, self._window.panels
        bar.start_stop.connect(bridge.toggle_running)
        bar.source_wanted.connect(panels.source)
        bar.sink_wanted.connect(panels.sink)
        bar.preset_wanted.connect(panels.presets)
        bar.settings_wanted.connect(self._window.menus.show)
        bar.compare_wanted.connect(panels.compare)
        bar.abx_wanted.connect(panels.abx)
        bar.mute_wanted.connect(lambda on: bridge.set({"output.muted": on}))
        bar.record_wanted.connect(self._window.recording.toggle)
        bar.recording_wanted.connect(panels.recording)
        bar.undo_wanted.connect(bridge.undo)
        bar.redo_wanted.connect(bridge.redo)

    def _connect_parameters(self) -> None:
        window, bridge, panel = self._window, self._bridge, self._window.parameters
        panel.edited.connect(self._on_edited)
        panel.structure_chosen.connect(
            lambda what, name: window.arrays.choose(name) if what == "array" else bridge.choose_layout(name)
        )
        panel.reset_requested.connect(bridge.reset)
        panel.refused.connect(bridge.failed)
        panel.more_wanted.connect(window.menus.show_for_parameters)

    def _connect_devices(self) -> None:
        window, bridge = self._window, self._bridge
        window.source_panel.chosen.connect(window.files.choose_source)
        window.sink_panel.chosen.connect(window.files.choose_sink)
        window.source_panel.refresh_wanted.connect(bridge.refresh_devices)
        window.sink_panel.refresh_wanted.connect(bridge.refresh_devices)
        window.input_control.connect()
        window.source_panel.calibrate_wanted.connect(window.panels.calibration)
        take_file = window.calibration_panel.take_file
        window.calibration_panel.file_wanted.connect(
            lambda: window.asker.ask_file("Microphone file", CALIBRATION_FILES, take_file)
        )

    def _connect_loudspeakers(self) -> None:
        window, bridge, speakers = self._window, self._bridge, self._window.loudspeaker_panel.view
        speakers.edited.connect(self._on_edited)
        speakers.changed.connect(lambda values, gesture: bridge.set(values, gesture=gesture))
        speakers.reset_requested.connect(bridge.reset)
        speakers.export_wanted.connect(window.files.export_design)
        speakers.layout_wanted.connect(window.layouts.show)
        speakers.trades_wanted.connect(window.panels.trades)
        speakers.refused.connect(bridge.failed)
        speakers.looked_at.connect(bridge.session.look_at_loudspeakers)
        window.trade_panel.changed.connect(bridge.set)
        window.trade_panel.refused.connect(bridge.failed)

    def _connect_space(self) -> None:
        space, bridge = self._window.space, self._bridge
        space.steering_changed.connect(self._on_steered)
        space.talker_moved.connect(self._on_talker)
        space.talker_dropped.connect(self._on_talker_dropped)
        space.nulls_changed.connect(self._on_nulls)
        space.pair_chosen.connect(bridge.show_pair)
        space.loudness_reset_wanted.connect(bridge.reset_loudness)
        for rebuilt in (bridge.running_changed, bridge.structure_changed):  # a new chain begins with the first pair
            rebuilt.connect(lambda *_: bridge.show_pair(*space.pair))
        space.follow_requested.connect(lambda number: bridge.set({"beamformer.follow": int(number)}))

    def _on_edited(self, path: str, value, gesture: str) -> None:
        values = {path: value}
        if path == "enhance.method":
            values["enhance.model"] = ""  # a method by name is the shipped one
        if path == "beamformer.steering_deg" and self._bridge.params.beamformer.follow:
            values["beamformer.follow"] = 0  # by hand means by hand
        self._bridge.set(values, gesture=gesture)

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
        self._bridge.set(values, gesture=self._nulls_gesture)
        if final:
            self._nulls_gesture = None

    def _on_talker(self, number: int, azimuth_rad: float, distance_m: float) -> None:
        if self._talker_gesture is None:
            self._talker_gesture = new_gesture(f"talker {number}")
        self._bridge.move_talker(number, azimuth_rad, distance_m, gesture=self._talker_gesture)

    def _on_talker_dropped(self) -> None:
        self._talker_gesture = None
