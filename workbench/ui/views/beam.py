"""The capture beam: its pattern at one frequency, its level over azimuth and frequency, and its figures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.core.messages import BeamGain, BeamPattern, Localization, Track
from workbench.ui import theme
from workbench.ui.theme import Tokens
from workbench.ui.views.beam_canvas import NO_ARRAY, BeamCanvas
from workbench.ui.views.color_bar import ColorBar
from workbench.ui.views.frequency_chooser import FrequencyChooser
from workbench.ui.views.headers import toggle_style

STOPPED = "Stopped. Press Start (Space)."
COMPUTED = "The beam is being computed…"


class BeamView(QWidget):
    """The beam's view. Its `tools` (colour bar, curves) stand in the header of the panel that holds it."""

    def __init__(self, tokens: Tokens = theme.DARK, parent: QWidget | None = None):
        super().__init__(parent)
        self.canvas = BeamCanvas(tokens, self)
        self.chooser = FrequencyChooser(tokens)
        self.color_bar = ColorBar(tokens)
        self.curves_button = QPushButton("Curves")
        self.curves_button.setCheckable(True)
        self.curves_button.setFixedHeight(28)
        self.curves_button.setFont(theme.font(12))
        self.curves_button.setToolTip("Directivity and white-noise gain over frequency in place of the image")
        self.curves_button.setAccessibleName("Curves of directivity and white-noise gain")
        self.curves_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.curves_button.toggled.connect(self._show_curves)
        self._compact = False
        self.tools = QWidget()
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStretch(1)
        row.addWidget(self.color_bar)
        row.addWidget(self.curves_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas)
        self.chooser.setParent(self)  # in the corner that the polar plot leaves free
        self.chooser.move(4, 0)
        self.chooser.raise_()
        self.chooser.changed.connect(self.canvas.set_frequency)
        self.canvas.frequency_clicked.connect(self.chooser.choose)
        self.apply_theme(tokens)

    def show_pattern(self, pattern: BeamPattern | None) -> None:
        """Show a pattern; None brings the empty state."""
        self.canvas.show_pattern(pattern)

    def show_reason(self, array: bool, running: bool) -> None:
        """Why there is no pattern, should there be none: no array is loaded, nothing runs, or it is being computed."""
        self.canvas.set_empty(NO_ARRAY if not array else STOPPED if not running else COMPUTED)

    def show_gain(self, gain: BeamGain | None) -> None:
        """Show what the beam gains, measured; None where it is not known."""
        self.canvas.show_gain(gain)

    def show_tracks(self, tracks: Sequence[Track]) -> None:
        """Mark the talkers' directions."""
        self.canvas.show_tracks(tracks)

    def show_localization(self, localization: Localization) -> None:
        """Mark the talkers' directions of one update."""
        self.canvas.show_tracks(localization.tracks)

    def show_beam(self, azimuth_rad: float, following: int = 0) -> None:
        """Which talker the beam follows: the null is read at another one."""
        self.canvas.show_following(following)

    def set_compact(self, compact: bool) -> None:
        """The narrow window's view."""
        self._compact = compact
        self.color_bar.setVisible(not compact and not self.curves_button.isChecked())
        self.canvas.set_compact(compact)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        for part in (self.canvas, self.chooser, self.color_bar):
            part.apply_theme(tokens)
        self.curves_button.setStyleSheet(toggle_style(tokens))

    def _show_curves(self, shown: bool) -> None:
        self.color_bar.setVisible(not shown and not self._compact)
        self.canvas.set_curves(shown)

    def clear(self) -> None:
        """Forget pattern and talkers."""
        self.canvas.show_tracks(())
        self.canvas.show_pattern(None)

    def wheelEvent(self, event) -> None:
        self.chooser.wheelEvent(event)
