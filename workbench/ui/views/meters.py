"""The Meters page: a pair of channels in a goniometer, loudness of the output with its figures, and a fresh start."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.messages import Loudness, Snapshot
from workbench.ui import theme
from workbench.ui.painting import UNKNOWN, number
from workbench.ui.theme import Tokens
from workbench.ui.views.goniometer import Goniometer
from workbench.ui.views.headers import Chooser, toggle_style
from workbench.ui.views.loudness_bars import HOT_DBTP, LoudnessBars
from workbench.ui.views.plot import Painted
from workbench.ui.views.statistics import HEIGHT as FIGURES_HEIGHT
from workbench.ui.views.statistics import Statistic, draw_statistics

MOST_INPUT_PAIRS = 32


def channel_pairs(inputs: int, outputs: int) -> list[tuple[str, int, int]]:
    """Pairs that can be held against each other: neighbours among the outputs, then each input with the first."""
    pairs = [("output", first, first + 1) for first in range(outputs - 1)]
    return pairs + [("input", 0, second) for second in range(1, min(inputs, MOST_INPUT_PAIRS))]


class LoudnessFigures(Painted):
    """The figures below: momentary, short-term, integrated, range, highest true peak."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.loudness: Loudness | None = None
        self.compact = False
        self.setFixedHeight(FIGURES_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Loudness figures")

    def sizeHint(self) -> QSize:
        return QSize(300, FIGURES_HEIGHT)

    def show_loudness(self, loudness: Loudness | None) -> None:
        self.loudness = loudness
        self.setAccessibleDescription("; ".join(map(str, self.statistics())))
        self.update()

    def statistics(self) -> list[Statistic]:
        """The figures as they are written."""
        shown = self.loudness
        if shown is None:
            short, integrated, extent, peak, seconds = (math.nan,) * 5
        else:
            short, integrated, extent = shown.short_term_lufs, shown.integrated_lufs, shown.range_lu
            peak, seconds = shown.highest_dbtp, shown.seconds
        hot = peak > HOT_DBTP
        spoken = UNKNOWN if math.isnan(seconds) else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
        entries = [
            Statistic("Short-term", _level(short), "LUFS"),
            Statistic("Integrated", _level(integrated), "LUFS"),
            Statistic("Range", number(extent, 1), "LU"),
            Statistic("True peak", _level(peak), "dBTP", "clip" if hot else "text1"),
        ]
        return entries[1:] if self.compact else [*entries, Statistic("Since", spoken, "")]

    def paint(self, painter: QPainter) -> None:
        rect = QRectF(theme.PANEL_PADDING, 0, self.width() - 2 * theme.PANEL_PADDING, FIGURES_HEIGHT)
        draw_statistics(painter, rect, self.statistics(), self.tokens)


def _level(level: float) -> str:
    """A level; silence is unknown."""
    return number(level if math.isfinite(level) else None, 1)


class MetersView(QWidget):
    """Goniometer and loudness. Its `tools` (pair and reset) stand in the header of the panel that holds it.

    Signals
    -------
    pair_chosen : str, int, int
        Hold these two channels (from 0) of the "output" or the "input" against each other.
    reset_wanted
        Begin integrated loudness anew.
    """

    pair_chosen = Signal(str, int, int)
    reset_wanted = Signal()

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.goniometer = Goniometer()
        self.bars = LoudnessBars()
        self.figures = LoudnessFigures()
        self._sequence = -1
        self.pair: tuple[str, int, int] = ("output", 0, 1)
        self._names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ("left", "right"))
        self.pair_chooser = Chooser(
            "Channel pair", ["Output L and R"], "Channels that the goniometer holds against each other"
        )
        self.pair_chooser.chosen.connect(lambda index: self.choose_pair(self._pairs()[index]))
        self.reset_button = QPushButton("Reset")
        self.reset_button.setFixedHeight(28)
        self.reset_button.setFont(theme.font(12))
        self.reset_button.setToolTip("Begin integrated loudness, its range and the highest true peak anew")
        self.reset_button.setAccessibleName("Reset the integrated loudness")
        self.reset_button.clicked.connect(self.reset_wanted)
        self.tools = QWidget()
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.pair_chooser)
        row.addStretch(1)
        row.addWidget(self.reset_button)
        upper = QHBoxLayout()
        upper.setContentsMargins(theme.PANEL_PADDING, 4, theme.PANEL_PADDING, 4)
        upper.setSpacing(12)
        upper.addWidget(self.goniometer, 1)
        upper.addWidget(self.bars)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper, 1)
        column.addWidget(self.figures)
        self.setAccessibleName("Meters")
        self.setProperty("picture", "meters")
        self._offer()
        self.apply_theme(tokens)

    def show_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Show hops that are new since the last call, oldest first."""
        if snapshots and snapshots[-1].sequence < self._sequence:
            self._sequence = -1  # another run
        fresh = [snapshot for snapshot in snapshots if snapshot.sequence > self._sequence]
        if not fresh:
            return
        self._sequence = fresh[-1].sequence
        self.goniometer.show_scopes([snapshot.scope for snapshot in fresh if snapshot.scope is not None])
        measured = [snapshot.loudness for snapshot in fresh if snapshot.loudness is not None]
        if measured:
            self.bars.show_loudness(measured[-1], 0.01 * len(measured))
            self.figures.show_loudness(measured[-1])

    def set_channels(self, input_names: Sequence[str], output_names: Sequence[str]) -> None:
        """Names of the channels; they give the pairs that can be chosen."""
        names = (tuple(input_names), tuple(output_names))
        if names != self._names:
            self._names = names
            if self.pair not in self._pairs() and self._pairs():
                self.choose_pair(self._pairs()[0])
            self._offer()

    def choose_pair(self, pair: tuple[str, int, int]) -> None:
        """Hold another pair of channels against each other."""
        if pair != self.pair:
            self.pair = pair
            self._offer()
            self.pair_chosen.emit(*pair)

    def clear(self) -> None:
        """Forget what was heard."""
        self._sequence = -1
        self.goniometer.clear()
        self.bars.clear()
        self.figures.show_loudness(None)

    def set_compact(self, compact: bool) -> None:
        """The narrow window's view: fewer figures, and the tools in the view, for the header is full of tabs."""
        self.figures.compact = compact
        self.figures.update()
        if compact:
            self.layout().insertWidget(0, self.tools)
        side = theme.PANEL_PADDING if compact else 0
        self.tools.layout().setContentsMargins(side, 0, side, 0)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        for part in (self.goniometer, self.bars, self.figures, self.pair_chooser):
            part.apply_theme(tokens)
        self.reset_button.setStyleSheet(toggle_style(tokens))

    def _pairs(self) -> list[tuple[str, int, int]]:
        inputs, outputs = self._names
        return channel_pairs(len(inputs), len(outputs))

    def _short(self, kind: str, channel: int) -> str:
        names = self._names[kind == "output"]
        letters = {"left": "L", "right": "R"}
        if kind == "output" and len(names) == 2:
            return letters.get(names[channel].lower(), "LR"[channel])
        return str(channel + 1)

    def _offer(self) -> None:
        pairs = self._pairs() or [self.pair]
        texts = [f"{kind.capitalize()} {self._short(kind, a)} and {self._short(kind, b)}" for kind, a, b in pairs]
        self.pair_chooser.set_choices(texts, pairs.index(self.pair) if self.pair in pairs else 0)
        kind, first, second = self.pair
        if first < len(self._names[kind == "output"]) > second:
            self.goniometer.set_names(self._short(kind, first), self._short(kind, second))
