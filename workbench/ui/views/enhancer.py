"""The enhancer at work: which network, what it costs, and its gains and comb strengths over time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.core.messages import Snapshot
from workbench.ui.controls import MethodChooser, rule
from workbench.ui.theme import DARK, HEADER, Tokens, font
from workbench.ui.views.axes import FrequencyAxis, TimeAxis
from workbench.ui.views.band_history import GAIN, STRENGTH, BandHistory, BandPicture, MapBar
from workbench.ui.views.enhancer_read_out import EnhancerFigures, EnhancerMeter
from workbench.ui.views.headers import Run, Title
from workbench.ui.views.plot import Painted
from workbench.ui.views.sound_axes import Crosshair
from workbench.ui.views.sound_history import SoundHistory
from workbench.ui.views.statistics import HEIGHT, Statistic, draw_statistics

CHOOSE_FILE = "choose a file"
PICTURE_HEIGHT, AXIS_WIDTH = 168, 44


class Figures(Painted):
    """SNR, pitch and cost in a row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.show_figures(EnhancerFigures())

    def show_figures(self, figures: EnhancerFigures) -> None:
        self.entries = (
            Statistic("Input SNR", figures.snr, "dB"),
            Statistic("Pitch", figures.pitch, "Hz"),
            Statistic("Gains, of a core", figures.load, "%"),
            Statistic("A hop, slowest of 100", figures.p99_us, "µs"),
        )
        self.setAccessibleName(", ".join(map(str, self.entries)))
        self.invalidate()

    def paint_background(self, painter: QPainter) -> None:
        draw_statistics(painter, QRectF(self.rect()).adjusted(12, 0, -12, 0), self.entries, self.tokens)


class EnhancerView(QWidget):
    """Network chooser, figures, and two pictures on the time and frequency axes of the spectrograms.

    Parameters
    ----------
    history, bands, crosshair : those of the Sound region, so that all move together
    """

    network_wanted = Signal(str)
    """The network (or method) to be used: a name, a path, or `CHOOSE_FILE`."""

    def __init__(self, history: SoundHistory, bands: BandHistory, crosshair: Crosshair, parent=None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Enhancer")
        self.setProperty("picture", True)
        self.tokens: Tokens = DARK
        self.meter = EnhancerMeter()
        self.chooser = MethodChooser("Network", fit=True)
        self.chooser.setToolTip(
            "The network that gives gains and comb strengths; a file needs its manifest.json beside it"
        )
        self.chooser.chosen.connect(self.network_wanted)
        self.state = QLabel()
        self.state.setFont(font(12))
        self.state.setWordWrap(True)
        self.figures = Figures()
        self.pictures = {what: BandPicture(what, bands, history, crosshair) for what in (GAIN, STRENGTH)}
        self.titles = {what: Title([]) for what in self.pictures}
        self.bars = {what: MapBar(what) for what in self.pictures}
        self.time_axis = TimeAxis(crosshair)
        self.time_axis.setFixedHeight(24)

        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(12)
        head.addWidget(self.chooser, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.state, 1)
        grid = QGridLayout()
        grid.setContentsMargins(8, 0, 12, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        for place, (what, picture) in enumerate(self.pictures.items()):
            picture.setFixedHeight(PICTURE_HEIGHT)
            title = QHBoxLayout()
            title.addWidget(self.titles[what], 1)
            title.addWidget(self.bars[what])
            self.titles[what].setFixedHeight(HEADER)
            axis = FrequencyAxis(crosshair)
            axis.setFixedSize(AXIS_WIDTH, PICTURE_HEIGHT)
            grid.addLayout(title, 2 * place, 1)
            grid.addWidget(axis, 2 * place + 1, 0)
            grid.addWidget(picture, 2 * place + 1, 1)
        grid.addWidget(self.time_axis, 4, 1)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(rule())
        layout.addLayout(head)
        layout.addWidget(self.figures)
        layout.addWidget(rule())
        layout.addLayout(grid)
        crosshair.changed.connect(self._show_titles)
        self._show_titles()

    def apply_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens from now on."""
        self.tokens = tokens
        for widget in self.findChildren(QWidget):
            if hasattr(widget, "apply_theme"):
                widget.apply_theme(tokens)

    def set_shown(self, history: SoundHistory) -> None:
        """The spectrograms were frozen, or let go."""
        for picture in self.pictures.values():
            picture.set_shown(history)

    def set_networks(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """What can be chosen as (value, label), and what is."""
        self.chooser.set_choices((*choices, (CHOOSE_FILE, "Choose file…")))
        self.chooser.set_value(chosen)

    def set_state(self, text: str, failed: bool = False) -> None:
        """One line about the chosen network; why it is not used, where it is not."""
        self.state.setText(text)
        self.state.setProperty("tone", "clip" if failed else "2")
        self.state.style().unpolish(self.state)
        self.state.style().polish(self.state)

    def show_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Hops that are new since the last call."""
        if self.meter.take(snapshots):
            self.figures.show_figures(self.meter.figures)
        for picture in self.pictures.values():
            picture.update()
        if self.pictures[GAIN].crosshair.shown:
            self._show_titles()

    def clear(self) -> None:
        """Another source, another run: nothing is known."""
        self.meter.clear()
        self.figures.show_figures(self.meter.figures)

    def _show_titles(self) -> None:
        for what, name in ((GAIN, "Gain"), (STRENGTH, "Comb strength")):
            text = self.pictures[what].text_at_crosshair()
            note = [Run(text, "text2", pixels=12)] if text else []
            runs = (Run(name, weight=600, pixels=13), *note)
            if runs != self.titles[what].runs:
                self.titles[what].set_runs(runs)
