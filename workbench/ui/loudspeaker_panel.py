"""The panel in which a loudspeaker design is seen and tuned: plots that can be dragged, settings, and figures."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.core import params as parameters
from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerDetail, LoudspeakerResponse
from workbench.core.params import Params, RenderParams
from workbench.ui import painting, theme
from workbench.ui.controls import ChoiceRow, Row, Segmented, SliderRow, SwitchRow, rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.theme import Tokens
from workbench.ui.views.beam_plots import BeamMapPlot, BeamPolarPlot
from workbench.ui.views.cancellation_plot import CancellationPlot
from workbench.ui.views.driver_plots import DriverGainPlot, ImpulsePlot
from workbench.ui.views.loudspeakers import peak_drive_db
from workbench.ui.views.speaker_plot import SHAPE, SpeakerPlot
from workbench.ui.views.sweet_spot_plot import SweetSpotPlot

WIDTH, HEIGHT = 1240, 740
SETTINGS_WIDTH = 312
BAND_HZ = (400.0, 3000.0)
"""Range of the beam's figures."""
SETTINGS = (
    "render.target",
    "render.region_cm",
    "render.region_weight",
    "render.droop_db",
    "render.upmix",
    "render.centre",
    "render.centre_width_percent",
    "render.adaptation_ms",
    "render.null_deg",
    "render.window_deg",
    "render.beam_null_db",
    "render.beam_even_db",
    "render.band_low_hz",
    "render.band_high_hz",
)
"""Parameters that have no row elsewhere in the window."""
ONLY_CROSSTALK = {"render.target", "render.region_cm", "render.region_weight", "render.droop_db"}
ONLY_UPMIX = {"render.centre", "render.centre_width_percent", "render.adaptation_ms"}
ONLY_BEAM = {"render.null_deg", "render.window_deg", "render.beam_null_db", "render.beam_even_db"}


def applies(params: RenderParams, path: str) -> bool:
    """The setting has an effect with the others as they are."""
    if path in ONLY_CROSSTALK:
        return params.method == "crosstalk"
    if path in ONLY_UPMIX:
        return params.upmix
    if path in ONLY_BEAM:
        return params.upmix and params.centre == "beam"
    return True


def setting_row(path: str) -> Row:
    """The row that edits a parameter."""
    entry = parameters.entry(path)
    if entry.kind is bool:
        return SwitchRow(entry)
    if entry.kind is str:
        return ChoiceRow(path, entry.knob.label, entry.knob.choices)
    return SliderRow(entry)


def figures(response: LoudspeakerResponse | None) -> list[tuple[str, str, str, str]]:
    """Label, number, unit, and a remark for each figure of the foot."""
    detail = response.detail if response is not None else None
    if detail is None:
        return [(label, painting.UNKNOWN, "dB", "") for label in _LABELS]
    band = (detail.beam_hz >= BAND_HZ[0]) & (detail.beam_hz <= BAND_HZ[1])
    drive = peak_drive_db(response)
    limited = drive > detail.params.boost_limit_db - 0.5 and detail.params.method == "crosstalk"
    low, high = (painting.format_frequency(edge) for edge in BAND_HZ)
    audible = (np.asarray(response.frequency_hz) >= 300) & (np.asarray(response.frequency_hz) <= 8000)
    values = (
        (float(detail.null_db[band].max()), f"95 % of units under {_db(detail.null_95_db[band].max())}"),
        (float(np.median(detail.unevenness_db[band])), f"worst {_db(detail.unevenness_db[band].max())}"),
        (float(detail.directivity_db[band].mean()), f"mean, {low} to {high}"),
        (float(detail.white_noise_gain_db[band].min()), f"lowest, {low} to {high}"),
        (detail.headroom_db, "music at −20 dBFS"),
        (float(np.median(np.asarray(detail.condition_db)[audible])), "of the plant, median"),
        (drive, "at the limit" if limited else "highest of any driver"),
    )
    labels = list(_LABELS)
    labels[0] = f"Nulls at ±{detail.params.null_deg:g}°"
    labels[1] = f"Evenness, ±{detail.params.window_deg:g}°"
    return [(label, painting.number(value, 1), "dB", remark) for label, (value, remark) in zip(labels, values)]


_LABELS = ("Nulls", "Evenness", "Directivity index", "White-noise gain", "Headroom", "Condition", "Drive")


def _db(value) -> str:
    return painting.format_level(float(value)) if math.isfinite(value) else painting.UNKNOWN


class FigureStrip(QWidget):
    """The figures side by side, each with a remark below."""

    HEIGHT = 70

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedHeight(self.HEIGHT)
        self.tokens = theme.DARK
        self.entries = figures(None)
        self.setAccessibleName("Figures of the loudspeaker design")

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        self.entries = figures(response)
        self.setAccessibleDescription("; ".join(f"{label} {number} {unit}" for label, number, unit, _ in self.entries))
        self.update()

    def apply_theme(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.update()

    def paintEvent(self, event) -> None:
        painter, t = QPainter(self), self.tokens
        painter.setPen(QPen(QColor(t.line), 1.0))
        painter.drawLine(0, 0, self.width(), 0)
        pitch = (self.width() - 12) / len(self.entries)
        for number, (label, text, unit, remark) in enumerate(self.entries):
            x = 12 + number * pitch
            if number:
                painter.setPen(QPen(QColor(t.line), 1.0))
                painter.drawLine(round(x - 8), 8, round(x - 8), self.HEIGHT - 8)
            painter.setFont(theme.font(11))
            painter.setPen(QColor(t.text3))
            painter.drawText(QRectF(x, 6, pitch - 8, 16), Qt.AlignmentFlag.AlignVCenter, label)
            font = theme.font(15, 500)
            painter.setFont(font)
            painter.setPen(QColor(t.warning if remark == "at the limit" else t.text1))
            painter.drawText(QRectF(x, 22, pitch, 22), Qt.AlignmentFlag.AlignVCenter, text)
            if text != painting.UNKNOWN:
                width = QFontMetricsF(font).horizontalAdvance(text) + 4
                painter.setFont(theme.font(12))
                painter.setPen(QColor(t.text2))
                painter.drawText(QRectF(x + width, 23, 40, 22), Qt.AlignmentFlag.AlignVCenter, unit)
            painter.setFont(theme.font(11))
            painter.setPen(QColor(t.text2))
            painter.drawText(QRectF(x, 46, pitch - 8, 16), Qt.AlignmentFlag.AlignVCenter, remark)
        painter.end()


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

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.cancellation = CancellationPlot(tokens)
        self.sweet_spot = SweetSpotPlot(tokens)
        self.polar = BeamPolarPlot(tokens)
        self.beam_map = BeamMapPlot(tokens)
        self.gain = DriverGainPlot(tokens)
        self.impulse = ImpulsePlot(tokens)
        self.plots: tuple[SpeakerPlot, ...] = (
            *(self.cancellation, self.sweet_spot, self.polar, self.beam_map, self.gain, self.impulse),
        )
        self.strip = FigureStrip()
        self.rows: dict[str, Row] = {path: setting_row(path) for path in SETTINGS}
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

        self.layout_button = QPushButton("Layout…")
        self.layout_button.setToolTip("Place drivers and listener: a picture and a table")
        self.layout_button.clicked.connect(self.layout_wanted)
        self.trades_button = QPushButton("Trade-offs…")
        self.trades_button.setToolTip("Beams to choose from, what the boost limit buys, the listening zone")
        self.trades_button.clicked.connect(self.trades_wanted)
        self.export_button = QPushButton("Export")
        self.export_button.setToolTip("Write the filters and the design into a folder")
        self.export_button.clicked.connect(self.export_wanted)

        settings = QWidget()
        settings.setFixedWidth(SETTINGS_WIDTH)
        column = QVBoxLayout(settings)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        for path, row in self.rows.items():
            row.edited.connect(self.edited)
            row.reset_requested.connect(self.reset_requested)
            row.refused.connect(self.refused)
            row.setToolTip(parameters.entry(path).knob.help)
            column.addWidget(row)
            if path == "render.droop_db":
                column.addWidget(rule())
        column.addStretch(1)
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
        upper.addWidget(settings)
        for plot, stretch in ((self.polar, 4), (self.beam_map, 5), (self.gain, 5), (self.impulse, 5)):
            lower.addWidget(plot, stretch)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addLayout(upper, 0, 0)
        grid.addWidget(rule(), 1, 0)
        grid.addLayout(lower, 2, 0)
        grid.addWidget(self.strip, 3, 0)
        grid.setRowStretch(0, 11)
        grid.setRowStretch(2, 9)
        for plot in self.plots:
            plot.changed.connect(self.changed)
        self.beam_map.frequency_chosen.connect(self._choose_frequency)
        self.apply_theme(tokens)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)

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

    def show_params(self, params: Params, preset: Params) -> None:
        """Show the parameters in force; dots mark what differs from the preset."""
        for plot in self.plots:
            plot.show_params(params.render)
        for path, row in self.rows.items():
            value = parameters.get(params, path)
            row.set_value(value)
            row.set_differs(value != parameters.get(preset, path))
            row.set_dimmed(not applies(params.render, path))
        self.reset_button.setEnabled(bool(params.render.cancellation_shape))

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        """The layout in use."""
        for plot in self.plots:
            plot.set_layout(layout)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        for part in (*self.plots, self.strip, *self.rows.values(), *self.input_choice.buttons.values()):
            part.apply_theme(tokens)
        for row in self.rows.values():
            for child in row.findChildren(QWidget):
                if hasattr(child, "apply_theme"):
                    child.apply_theme(tokens)


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

    def apply_theme(self, tokens: Tokens) -> None:
        super().apply_theme(tokens)
        self.view.apply_theme(tokens)

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        """Show a design, and what it is in the header."""
        self.view.show_response(response)
        self.note.setText("" if response is None else _note(response.layout, response.detail))

    def show_params(self, params: Params, preset: Params) -> None:
        """The parameters in force."""
        self.view.show_params(params, preset)

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        """The layout in use."""
        self.view.set_layout(layout)


def _note(layout: str, detail: LoudspeakerDetail | None) -> str:
    if detail is None:
        return layout
    latency = painting.with_unit(f"{detail.latency_samples / 48:.1f}", "ms")
    return f"{layout}, {detail.taps} taps, latency {latency}"
