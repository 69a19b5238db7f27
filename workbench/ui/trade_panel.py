"""The panel in which a design is traded: beams to choose from, the boost limit's worth, where the centre is heard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.core.geometry import SpeakerLayout
from workbench.core.params import Params, RenderParams
from workbench.engine.trades import TradeJob
from workbench.ui.controls import rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.dialogs.parts import button, label
from workbench.ui.theme import Tokens
from workbench.ui.views.trade_plots import BeamFrontPlot, CentreZonePlot, LimitPlot

WIDTH = 1100
POLL_MS = 100
SHAPING = ("null_deg", "more_nulls", "window_deg", "region_cm", "region_back_cm", "region_size_percent")
SHAPING += ("beam_shift_us", "beam_wng_db", "region_yaw_deg", "region_weight", "droop_db", "target", "virtual_deg")
"""Parameters with which all points of the views change: what is shown then is out of date."""


class TradePanel(FloatPanel):
    """Computes on demand, beside the sound.

    Parameters
    ----------
    start : makes a `TradeJob` of a layout and parameters; another one in tests
    """

    changed = Signal(dict)
    """{path: value} that a person chose."""
    refused = Signal(str)

    def __init__(self, window: QWidget, start: Callable[[SpeakerLayout, RenderParams], TradeJob] = TradeJob):
        super().__init__("Trade-offs", WIDTH, window)
        self._start = start
        self.job: TradeJob | None = None
        self.layout_shown: SpeakerLayout | None = None
        self.params = RenderParams()
        self.front, self.limits, self.zone = BeamFrontPlot(), LimitPlot(), CentreZonePlot()
        self.plots = (self.front, self.limits, self.zone)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 4)
        for plot in self.plots:
            plot.setMinimumHeight(340)
            plot.changed.connect(self.changed)
            row.addWidget(plot, 1)
        self.body.addLayout(row)
        self.body.addWidget(rule())
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        self.state = label("", 12, tone="2")
        self.run_button = button("Compute", "Compute all three for the layout and settings in force", self.toggle)
        foot.addWidget(self.state, 1)
        self.run_button.setMinimumWidth(96)  # of both its words
        foot.addWidget(self.run_button)
        self.body.addLayout(foot)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)
        self._say()

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        super().apply_theme(tokens)
        for plot in self.plots:
            plot.apply_theme(tokens)

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        """The layout in use; another one makes what is shown worthless."""
        if layout is not self.layout_shown:
            self.layout_shown = layout
            self._cancel()
            self._show(None)

    def show_params(self, params: Params, preset: Params | None = None) -> None:
        """The parameters in force."""
        self.params = params.render
        for plot in self.plots:
            plot.show_params(params.render)
        self._say()

    def dismiss(self) -> None:
        """Close; what is not finished is given up."""
        self._cancel()
        super().dismiss()

    def toggle(self) -> None:
        """Begin, or give up."""
        if self.job is not None:
            self._cancel()
        elif self.layout_shown is None:
            self.refused.emit("There are no loudspeakers: choose a layout")
        else:
            self.job = self._start(self.layout_shown, self.params)
            self._timer.start()
        self._say()

    def poll(self) -> None:
        """See how far it is."""
        job = self.job
        if job is not None and not job.running:
            self.job = None
            self._timer.stop()
            if job.result is not None:
                self._show(job.result)
            elif job.error:
                self.refused.emit(job.error)
        self._say()

    def _show(self, result) -> None:
        for plot in self.plots:
            plot.show_trades(result)
        self._say()

    def _cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()
            self.job = None
            self._timer.stop()
            self._say()

    @property
    def stale(self) -> bool:
        """What is shown was made with other settings."""
        shown = self.front.trades
        return shown is not None and any(getattr(shown.params, name) != getattr(self.params, name) for name in SHAPING)

    def _say(self) -> None:
        self.run_button.setText("Cancel" if self.job is not None else "Compute")
        if self.job is not None:
            text = f"Computing, {100 * self.job.part:.0f} %"
        elif self.front.trades is None:
            text = "Takes some seconds; the sound goes on."
        elif self.stale:
            text = f"{self.front.trades.layout}: made with other settings, compute again."
        else:
            text = f"{self.front.trades.layout}: click a beam or a boost limit to take it."
        self.state.setText(text)
