"""Between the bridge and the Source, Sink and Calibration panels: what they show, and what a person does in them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from workbench.core.channel_map import ChannelMap
from workbench.core.errors import EarshotError
from workbench.core.geometry import load_array
from workbench.core.messages import Health, InputLevels, MicrophoneReport, MicrophoneVerdict
from workbench.engine.inputs import InputSetup
from workbench.engine.microphone_check import remedy
from workbench.engine.structure_steps import INPUT_LABELS
from workbench.ui.bridge import Bridge
from workbench.ui.dialogs.calibration_panel import CalibrationPanel
from workbench.ui.dialogs.sink_panel import SinkPanel, program_names
from workbench.ui.dialogs.source_panel import SourcePanel

LIST_MS = 2000
"""While a panel is open the devices are listed so often: who plugs one in sees it."""
PATIENCE_S = 15.0
"""An error that comes so soon after a choice is about that choice."""


class InputControl(QObject):
    """Keeps the panels up to date while they are open.

    Parameters
    ----------
    parent : QObject
    bridge : Bridge
    source_panel, sink_panel, calibration_panel : the panels
    """

    def __init__(
        self,
        parent: QObject,
        bridge: Bridge,
        source_panel: SourcePanel,
        sink_panel: SinkPanel,
        calibration_panel: CalibrationPanel,
    ):
        super().__init__(parent)
        self.bridge, self.source_panel, self.sink_panel = bridge, source_panel, sink_panel
        self.calibration_panel = calibration_panel
        self._weighting = ("A", "fast")
        self._counted: tuple[str, int | None] = ("", None)
        """Microphones of the array of that name."""
        self._judged: ChannelMap | None = None
        """The channel map that the microphone check's findings are about, with what was mended since."""
        self._report: MicrophoneReport | None = None
        self._failed_for: SourcePanel | SinkPanel | None = None
        self._message = ""
        self._listing = QTimer(self)
        self._listing.setInterval(LIST_MS)
        self._listing.timeout.connect(bridge.refresh_devices)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(round(1000 * PATIENCE_S))
        self._patience.timeout.connect(self._forget_choice)

    def connect(self) -> None:
        """Wire everything; to be called once."""
        bridge, source, sink = self.bridge, self.source_panel, self.sink_panel
        source.read_levels = lambda: bridge.input_levels(*self._weighting)
        self.calibration_panel.read_levels = self._weighted_levels
        self.calibration_panel.setup_changed.connect(self.set_inputs)
        self.calibration_panel.setup_changed.connect(self._show_calibrated)
        self.calibration_panel.closed_levels.connect(self._end_levels)
        for panel in (source, sink):
            panel.shown.connect(lambda _: self._attend())
            panel.chosen.connect(lambda _, panel=panel: self._expect(panel))
            panel.setup_changed.connect(lambda _, panel=panel: self._expect(panel))
        source.shown.connect(lambda on: on or self._end_levels())
        source.setup_changed.connect(self.set_inputs)
        source.undo_wanted.connect(self.undo)
        source.listen_wanted.connect(self._listen_to)
        source.check_wanted.connect(bridge.check_microphones)
        source.check_stop_wanted.connect(bridge.stop_microphone_check)
        source.fix_wanted.connect(self.fix)
        sink.setup_changed.connect(bridge.set_outputs)
        sink.spec_wanted.connect(bridge.choose_sink)
        sink.test_wanted.connect(bridge.test_output)
        sink.mute_wanted.connect(lambda on: bridge.set({"output.muted": on}))
        bridge.health_changed.connect(self._on_health)
        bridge.structure_changed.connect(self.refresh)
        bridge.params_changed.connect(lambda params: sink.set_muted(params.output.muted))
        bridge.snapshots.connect(self._on_snapshots)

    def _weighted_levels(self, weighting: str, speed: str) -> InputLevels | None:
        """Levels for the calibration panel; the Source panel shows the same ones."""
        self._weighting = (weighting, speed)
        return self.bridge.input_levels(weighting, speed)

    def _end_levels(self) -> None:
        """One of the two panels that show levels is closing: the meter ends when nobody looks any more."""
        QTimer.singleShot(0, self._end_levels_unless_seen)

    def _end_levels_unless_seen(self) -> None:
        if not (self.source_panel.isVisible() or self.calibration_panel.isVisible()):
            self.bridge.end_input_levels()

    def _show_calibrated(self, setup) -> None:
        self.calibration_panel.show_setup(setup, tuple(self.bridge.session.source_names))

    # ---- errors of what was chosen -----------------------------------------------------------------------------

    def _expect(self, panel: SourcePanel | SinkPanel) -> None:
        """Something was chosen: what goes wrong within a while is about that."""
        panel.show_failure("")
        self._failed_for, self._message = panel, self.bridge.health.message
        self._patience.start()

    def _forget_choice(self) -> None:
        self._failed_for = None

    # ---- what is shown -----------------------------------------------------------------------------------------

    def _attend(self) -> None:
        looked_at = self.source_panel.isVisible() or self.sink_panel.isVisible()
        if looked_at and not self._listing.isActive():
            self.bridge.refresh_devices()
            self._listing.start()
        elif not looked_at:
            self._listing.stop()
        self.refresh()

    def _on_health(self, health: Health) -> None:
        panel = self._failed_for
        if panel is not None and health.failed and health.message and health.message != self._message:
            panel.show_failure(health.message)
            self._message = health.message
        elif not health.failed and health.state == "running":
            for one in (self.source_panel, self.sink_panel):
                one.show_failure("")  # what was wrong is right again
        report = self.bridge.microphone_report
        if report is not self._report:
            self._report = report
            if report.state == "listening":
                self._judged = self.bridge.session.inputs.channel_map
            self.source_panel.show_report(report)
        if self.source_panel.isVisible() or self.sink_panel.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Show the setups, names and what can be done."""
        session, health = self.bridge.session, self.bridge.health
        mics = self._mics()
        source = session.source_spec
        self.source_panel.show_setup(session.inputs, source, tuple(session.source_names), mics)
        self.source_panel.map.show_listened(session.listened_to)
        if not self.calibration_panel.isVisible():
            self.calibration_panel.show_setup(session.inputs, tuple(session.source_names))
        if health.awaited:
            waiting = f"waiting for {' and '.join(health.awaited)}"
            self.source_panel.note.setText(waiting)
            self.sink_panel.note.setText(waiting)
        self.source_panel.set_undoable(self._undoable())
        self.source_panel.findings.set_stale(session.inputs.channel_map != self._judged)
        self.source_panel.set_checkable(self._why_no_check(health))
        running = health.state in ("running", "lost", "starting") and bool(health.output_names)
        names = program_names(self._programme(), len(health.output_names)) if running else ()
        self.sink_panel.show_setup(session.outputs, session.sink_spec, names, self._outputs_of(session.sink_spec))

    def _programme(self) -> tuple[str, ...]:
        """Names of what is played: the drivers of the loudspeakers, or none where both ears are meant."""
        layout = self.bridge.session.layout
        return () if layout is None or self.bridge.params.render.audition else tuple(layout.driver_names)

    def pressure(self) -> tuple[float | None, ...]:
        """Sound pressure level of 0 dBFS RMS for each microphone of the chain; empty without any calibration."""
        session = self.bridge.session
        setup, channels = session.inputs, len(session.source_names)
        if not any(one.full_scale_db_spl is not None for one in setup.calibration):
            return ()
        if setup.channel_map is None:
            return tuple(setup.of_channel(channel).full_scale_db_spl for channel in range(channels))
        levels = []
        for position in setup.channel_map.positions:
            level = None if position.channel is None else setup.of_channel(position.channel).full_scale_db_spl
            levels.append(None if level is None else level - position.gain_db)
        return tuple(levels)

    def _mics(self) -> int | None:
        session = self.bridge.session
        if session.array is not None:
            return session.array.mics
        if not session.array_name:
            return None
        if self._counted[0] != session.array_name:  # not ten times a second from the disk
            try:
                self._counted = (session.array_name, load_array(session.array_name).mics)
            except EarshotError:
                self._counted = (session.array_name, None)
        return self._counted[1]

    def _why_no_check(self, health: Health) -> str:
        if health.state != "running":
            return "Start the sound to check the microphones."
        if self.bridge.session.array is None:
            return "Choose the microphone array, and map as many channels as it has microphones."
        return ""

    def _outputs_of(self, spec: str) -> int:
        base = spec.partition("#")[0].strip()
        for device in self.bridge.devices:
            if f"device:{device['hostapi']}/{device['name']}" == base:
                return int(device["outputs"])
        return 0

    def _on_snapshots(self, snapshots: list) -> None:
        if self.sink_panel.isVisible():
            levels = snapshots[-1].output
            self.sink_panel.show_levels(levels.peak_dbfs, levels.rms_dbfs)

    # ---- what a person does ------------------------------------------------------------------------------------

    def set_inputs(self, setup: InputSetup) -> bool:
        """Another setup of the source, as one step of the history."""
        return self.bridge.set_inputs(setup)

    def _listen_to(self, channel: int | None) -> None:
        self.bridge.listen_to(channel)
        self.source_panel.map.show_listened(self.bridge.session.listened_to)

    def undo(self) -> None:
        """Take back the newest change if it was one of the source's setup."""
        if self._undoable():
            self.bridge.undo()

    def _undoable(self) -> bool:
        return self.bridge.session.undo_label in INPUT_LABELS

    def fix(self, verdict: MicrophoneVerdict) -> None:
        """Make a fault good in the channel map."""
        report, session = self.bridge.microphone_report, self.bridge.session
        setup = session.inputs
        mapped = setup.channel_map or ChannelMap.in_order(len(report.verdicts))
        try:
            mapped, _ = remedy(mapped, report, verdict)
        except EarshotError as error:
            self.bridge.failed.emit(str(error))
            return
        if self.set_inputs(replace(setup, channel_map=mapped)):
            self._judged = mapped
            mended = {verdict.index}
            if verdict.fault == "swapped":
                mended = {one.index for one in report.faults if one.fault == "swapped" and _same(one, verdict, report)}
            self.source_panel.mark_fixed(mended)


def _same(one: MicrophoneVerdict, other: MicrophoneVerdict, report: MicrophoneReport) -> bool:
    """Whether two swapped channels changed places in one circle."""
    belongs = {verdict.index: verdict.partner for verdict in report.verdicts if verdict.fault == "swapped"}
    at = other.index
    for _ in belongs:
        if at == one.index:
            return True
        at = belongs.get(at, at)
    return False
