"""Opening and closing the panels that float over the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from workbench.ui import theme
from workbench.ui.dialogs import FloatPanel


class Panels:
    """Every panel's way in: from a menu, a key or a button.

    Parameters
    ----------
    window : MainWindow
        Has the panels; each method is only called when it is complete.
    """

    def __init__(self, window: QWidget):
        self._window = window

    def toggle(self, panel: FloatPanel, below: QWidget | None = None) -> None:
        """Open a panel below a widget (None: in the middle), or close it; those that are not pinned make place."""
        if panel.isVisible():
            panel.dismiss()
            return
        for other in self._window.findChildren(FloatPanel):
            if other is not panel and not other.pin.isChecked():
                other.dismiss()
        panel.show_at(None if below is None else self._below(below))

    def _below(self, widget: QWidget) -> Callable[[], QPoint]:
        return lambda: widget.mapTo(self._window, QPoint(0, widget.height() + 6))

    def place_again(self) -> None:
        """Put all open panels where they belong, after the window changed its size."""
        for panel in self._window.findChildren(FloatPanel):
            if panel.isVisible():
                panel.place()

    def dismiss_all(self) -> None:
        """Close every panel."""
        for panel in self._window.findChildren(FloatPanel):
            panel.dismiss()

    def source(self) -> None:
        """The Source panel."""
        self.toggle(self._window.source_panel, self._window.toolbar.source)

    def sink(self) -> None:
        """The Sink panel."""
        self.toggle(self._window.sink_panel, self._window.toolbar.sink)

    def keys(self) -> None:
        """The keys overlay."""
        self.toggle(self._window.keys_panel)

    def about(self) -> None:
        """About the program."""
        self.toggle(self._window.about_panel)

    def compare(self) -> None:
        """A against B: what differs, and the loudness match."""
        self.toggle(self._window.ab_switch.panel, self._window.toolbar.match_button)

    def recording(self) -> None:
        """The Recording panel."""
        self.toggle(self._window.recording_panel, self._window.toolbar.record_button)

    def abx(self) -> None:
        """The blind test of A against B."""
        self.toggle(self._window.abx.panel)
        self._window.abx.refresh()

    def history(self) -> None:
        """The history of changes."""
        self._window.history_panel.show_steps(*self._window.bridge.session.steps)
        self.toggle(self._window.history_panel, self._window.toolbar.undo_button)

    def jobs(self) -> None:
        """The jobs."""
        self.toggle(self._window.jobs.panel)

    def adapt(self) -> None:
        """The panel that adapts localization to a room."""
        self._window.adapt.refresh()
        self.toggle(self._window.adapt.panel)

    def presets(self) -> None:
        """The Presets panel."""
        self._window.presets.refresh()
        self.toggle(self._window.preset_panel, self._window.toolbar.preset)
        self._window.presets.refresh_differences()

    def latency(self) -> None:
        """Dropouts and latency, above the status bar."""
        self.toggle(self._window.latency_panel, self._window.status)

    def calibration(self) -> None:
        """The calibration of the source's channels, beside the Source panel where that is open."""
        panel, source = self._window.calibration_panel, self._window.source_panel
        if panel.isVisible():
            panel.dismiss()
            return
        beside = source.isVisible()
        self._window.input_control.refresh()
        if beside:
            panel.show_at(lambda: QPoint(source.x() + source.width() + theme.GUTTER, source.y()))
        else:
            panel.show_at(self._below(self._window.toolbar.source))

    def microphone_check(self) -> None:
        """Begin the microphone check, in the Source panel."""
        if not self._window.source_panel.isVisible():
            self.source()
        self._window.bridge.check_microphones()

    def enhancer(self) -> None:
        """The enhancer's panel: network, cost, gains and comb strengths over time."""
        panel, beside = self._window.enhancer_control.panel, self._window.parameters
        self.toggle(panel)
        if panel.isVisible():  # over the map: spectrograms and sliders stay in sight
            panel.show_at(lambda: beside.mapTo(self._window, QPoint(-panel.width() - theme.GUTTER, 0)))

    def oracle(self) -> None:
        """The oracle ladder; it is measured the first time."""
        panel, session = self._window.oracle_panel, self._window.bridge.session
        self.toggle(panel)
        if panel.isVisible() and panel.view.report.excerpt is None and session.running and session.knows_clean:
            self._window.bridge.measure_oracle()

    def loudspeakers(self) -> None:
        """The loudspeaker design."""
        self.toggle(self._window.loudspeaker_panel)

    def trades(self) -> None:
        """What the loudspeaker design trades against what."""
        self.toggle(self._window.trade_panel)
