"""The panel in which a loudspeaker design is seen and tuned: plots that can be dragged, settings, and figures."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse
from workbench.core.params import Params
from workbench.ui import painting, theme
from workbench.ui.controls import MethodChooser, Row, Segmented, rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.loudspeaker_figures import FigureStrip
from workbench.ui.loudspeaker_settings import LoudspeakerSettings
from workbench.ui.theme import Tokens
from workbench.ui.views.beam_plots import BeamMapPlot
from workbench.ui.views.beam_polar import BeamPolarPlot
from workbench.ui.views.cancellation_plot import CancellationPlot
from workbench.ui.views.driver_plots import DriverGainPlot
from workbench.ui.views.filter_plot import KINDS, FilterPlot, worst_error_db
from workbench.ui.views.speaker_plot import SHAPE, SpeakerPlot
from workbench.ui.views.sweet_spot_plot import SweetSpotPlot

WIDTH, HEIGHT = 1240, 740
LEAST_UPPER, LEAST_LOWER = 248, 196
"""Heights below which the plots cannot be read."""


NOTHING = "computed while the sound runs: press Start (Space)"


class LoudspeakerDesignView(QWidget):
    """Plots, settings and figures of one loudspeaker design."""

    edited = Signal(str, object, str)
    """path, value, gesture."""
    changed = Signal(dict, str)
    """Several paths at once, gesture."""
    reset_requested = Signal(str)
    refused = Signal(str)
    export_wanted = Signal()
    layout_wanted = Signal()
    trades_wanted = Signal()
    looked_at = Signal(bool)
    """Whether it is on show."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.cancellation = CancellationPlot(tokens)
        self.sweet_spot = SweetSpotPlot(tokens)
        self.polar = BeamPolarPlot(tokens)
        self.beam_map = BeamMapPlot(tokens)
        self.gain = DriverGainPlot(tokens)
        self.filters = FilterPlot(tokens)
        self.filter_kind = MethodChooser(
            "What is shown of the filters", tuple((kind.name, kind.label) for kind in KINDS)
        )
        self.filter_kind.setToolTip("Impulse responses, group delay, or what the filters depart by from the design")
        self.filter_kind.setParent(self.filters)
        self.filter_kind.move(6, 1)
        self.filter_kind.chosen.connect(self.filters.show_kind)
        self.filters.kind_changed.connect(self._show_filter_kind)
        self._show_filter_kind(self.filters.kind.name)
        self.plots: tuple[SpeakerPlot, ...] = (
            *(self.cancellation, self.sweet_spot, self.polar, self.beam_map, self.gain, self.filters),
        )
        self.strip = FigureStrip()
        self.settings = LoudspeakerSettings()
        self.rows: dict[str, Row] = self.settings.rows
        self.settings.edited.connect(self.edited)
        self.settings.reset_requested.connect(self.reset_requested)
        self.settings.refused.connect(self.refused)
        self.settings.nulls.more_wanted.connect(lambda: self.polar.add_null())
        self.settings.nulls.less_wanted.connect(lambda: self.polar.remove_null(len(self.polar.nulls) - 1))
        self.input_choice = Segmented(
            (
                ("left", "Left", 56, "text2", "Filters of the left input"),
                ("right", "Right", 60, "text2", "Filters of the right input"),
            )
        )
        self.input_choice.chosen.connect(lambda value: self._set_input(("left", "right").index(value)))
        self.reset_button = QPushButton("Reset target")
        self.reset_button.setToolTip("Make the target flat again")
        self.reset_button.clicked.connect(lambda: self.reset_requested.emit(SHAPE))
        self.reset_button.setFixedHeight(theme.ROW)

        self.layout_button = QPushButton("Layout…")
        self.layout_button.setToolTip("Place drivers and listener: a picture and a table")
        self.layout_button.clicked.connect(self.layout_wanted)
        self.trades_button = QPushButton("Trade-offs…")
        self.trades_button.setToolTip("Beams to choose from, what the boost limit buys, the listening zone")
        self.trades_button.clicked.connect(self.trades_wanted)
        self.export_button = QPushButton("Export")
        self.export_button.setToolTip("Write the filters and the design into a folder")
        self.export_button.clicked.connect(self.export_wanted)

        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 8, 0, 8)
        column.addWidget(self.settings, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 0, 12, 0)
        foot.addWidget(self.input_choice)
        foot.addStretch(1)
        foot.addWidget(self.reset_button)
        column.addLayout(foot)

        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row, parts in ((upper, ((self.cancellation, 6), (self.sweet_spot, 3))),):
            for plot, stretch in parts:
                row.addWidget(plot, stretch)
        upper.addWidget(side)
        for plot, stretch in ((self.polar, 4), (self.beam_map, 5), (self.gain, 5), (self.filters, 5)):
            lower.addWidget(plot, stretch)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addLayout(upper, 0, 0)
        grid.addWidget(rule(), 1, 0)
        grid.addLayout(lower, 2, 0)
        grid.addWidget(self.strip, 3, 0)
        grid.setRowMinimumHeight(0, LEAST_UPPER)
        grid.setRowMinimumHeight(2, LEAST_LOWER)
        grid.setRowStretch(0, 13)  # the longest page of settings is seen whole
        grid.setRowStretch(2, 8)
        for plot in self.plots:
            plot.changed.connect(self.changed)
        self.beam_map.frequency_chosen.connect(self._choose_frequency)
        self.apply_theme(tokens)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.looked_at.emit(True)

    def hideEvent(self, event) -> None:
        super().hideEvent(event)
        self.looked_at.emit(False)

    def _set_input(self, number: int) -> None:
        for plot in self.plots:
            plot.set_input(number)

    def _choose_frequency(self, frequency_hz: float) -> None:
        self.polar.set_frequency(frequency_hz)
        self.beam_map.set_frequency(frequency_hz)

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        """Show a design."""
        for plot in self.plots:
            plot.show_response(response)
        self.strip.show_response(response)
        detail = response.detail if response is not None else None
        self.settings.depth.show_depth(detail.depth if detail is not None else None)

    def show_params(self, params: Params, preset: Params) -> None:
        """Show the parameters in force; dots mark what differs from the preset."""
        for plot in self.plots:
            plot.show_params(params.render)
        self.settings.show_params(params, preset)
        self.reset_button.setEnabled(bool(params.render.cancellation_shape))

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        """The layout in use."""
        for plot in self.plots:
            plot.set_layout(layout)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        for part in (
            *(*self.plots, self.strip, self.settings, self.filter_kind),
            *self.input_choice.buttons.values(),
        ):
            part.apply_theme(tokens)

    def _show_filter_kind(self, name: str) -> None:
        self.filter_kind.set_value(name)
        self.filter_kind.adjustSize()


class LoudspeakerPanel(FloatPanel):
    """The design's view over the window; sound goes on, and every change applies at once."""

    def __init__(self, window: QWidget):
        super().__init__("Loudspeakers", WIDTH, window)
        self.view = LoudspeakerDesignView()
        place = self.head.indexOf(self.pin)
        for number, part in enumerate((self.view.layout_button, self.view.trades_button, self.view.export_button)):
            part.setFixedHeight(26)
            self.head.insertWidget(place + number, part)
        self.head.insertSpacing(place + 3, 8)
        self.head.setSpacing(6)
        self.body.addWidget(self.view)
        self.note.setText(NOTHING)

    def apply_theme(self, tokens: Tokens) -> None:
        super().apply_theme(tokens)
        self.view.apply_theme(tokens)

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        """Show a design, and what it is in the header."""
        self.view.show_response(response)
        self.note.setText(NOTHING if response is None else _note(response))

    def show_params(self, params: Params, preset: Params) -> None:
        """The parameters in force."""
        self.view.show_params(params, preset)

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        """The layout in use."""
        self.view.set_layout(layout)


def _note(response: LoudspeakerResponse) -> str:
    detail = response.detail
    if detail is None:
        return response.layout
    latency = painting.with_unit(f"{detail.latency_samples / 48:.1f}", "ms")
    draft = ", draft" if detail.draft else ""
    error_db = worst_error_db(response)
    error = "" if error_db is None else f", error {painting.format_level(error_db)}"
    return f"{response.layout}, {detail.taps} taps, latency {latency}{error}{draft}"
