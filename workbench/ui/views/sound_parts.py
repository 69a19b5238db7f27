"""The parts of the Sound region: what stands in it and shares one history, one time axis and one crosshair.

Where they stand is `sound_layout`'s, what a person does with them `sound_looking`'s.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.ui.theme import DARK, Tokens
from workbench.ui.views.axes import AzimuthAxis, FrequencyAxis, StripScale, TimeAxis
from workbench.ui.views.band_history import BandHistory
from workbench.ui.views.enhancer_read_out import EnhancerReadOut
from workbench.ui.views.gain_strip import GainStrip
from workbench.ui.views.headers import Chooser, ClipChip, Run, Title, Toggle
from workbench.ui.views.level_bar import LevelBar
from workbench.ui.views.level_meters import LevelMeters
from workbench.ui.views.level_strip import LevelStrip
from workbench.ui.views.read_out import ReadOut
from workbench.ui.views.sound_axes import SPANS_S, Crosshair, span_text
from workbench.ui.views.sound_history import SoundHistory
from workbench.ui.views.spectrogram import AFTER, BEFORE, Spectrogram
from workbench.ui.views.talkers_lane import TalkersLane, TalkersNow, TrackHistory

HEADING = {"weight": 600, "pixels": 13}
NOTE = {"token": "text3", "pixels": 11}
"""Of the titles in the headers."""


class SoundParts(QWidget):
    """Meters, spectrograms, strips, lane and their headers, not yet in any place.

    `history` and `tracks` go on with the sound; `shown` and `shown_tracks` are what the parts show.
    """

    def __init__(self, hop_s: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens: Tokens = DARK
        self.history = SoundHistory(hop_s)
        self.tracks = TrackHistory(self.history)
        self.bands = BandHistory()
        self.shown, self.shown_tracks = self.history, self.tracks
        self.crosshair = Crosshair(self)
        self.axes = self.crosshair.axes
        self.axes.set_depth(0.0)
        self._make_before()
        self._make_after()
        self._make_time()
        self._make_lane()

    # Made in the order of the Tab key.

    def _make_before(self) -> None:
        self.input_title = Title([Run("Input", **HEADING), Run("dBFS", **NOTE)], parent=self)
        self.input_chip = ClipChip(self)
        self.before_title = Title([Run("Before", **HEADING)], square="before", parent=self)
        self.before_chooser = Chooser(
            "Before shows", ["Microphone 1"], "Point of the chain that Before shows", parent=self
        )
        self.read_out = ReadOut(self)
        self.level_title = Title([Run("Level", **HEADING), Run("now", **NOTE)], parent=self)
        self.input_meters = LevelMeters("input", parent=self)
        self.before_axis = FrequencyAxis(self.crosshair, self)
        self.before = Spectrogram(self.history, self.crosshair, BEFORE, self)
        self.level_strip = LevelStrip(self.history, self.crosshair, self)

    def _make_after(self) -> None:
        self.output_title = Title([Run("Output", **HEADING), Run("dBFS", **NOTE)], parent=self)
        self.output_chip = ClipChip(self)
        self.after_title = Title([Run("After", **HEADING)], square="after", parent=self)
        self.after_chooser = Chooser(
            "After shows", ["Enhanced beam"], "Point of the chain that After shows", parent=self
        )
        self.enhancer_read_out = EnhancerReadOut(self)
        self.pitch_toggle = Toggle("Pitch", "Draw the pitch over After", curve=True, parent=self)
        self.bands_toggle = Toggle("Bands", "Draw the borders of the enhancer's bands", parent=self)
        self.difference_toggle = Toggle("Difference", "Show After minus Before instead of After", parent=self)
        self.color_bar = LevelBar(self)
        self.gain_title = Title([], parent=self)
        self.output_meters = LevelMeters("output", reduction=True, parent=self)
        self.after_axis = FrequencyAxis(self.crosshair, self)
        self.after = Spectrogram(self.history, self.crosshair, AFTER, self)
        self.gain_strip = GainStrip(self.crosshair, self)

        self.pitch_toggle.toggled.connect(self.after.set_pitch_shown)
        self.pitch_toggle.setChecked(True)
        self.bands_toggle.toggled.connect(self.before.set_bands_shown)
        self.bands_toggle.toggled.connect(self.after.set_bands_shown)

    def _make_time(self) -> None:
        self.time_axis = TimeAxis(self.crosshair, self)
        self.strip_scale = StripScale(self)
        self.freeze_toggle = Toggle(
            "Freeze",
            "Hold the picture still to look at it (F); the sound goes on. Wheel or Page up: back in time.",
            parent=self,
        )
        self.span_chooser = Chooser(
            "Time span",
            [span_text(span) for span in SPANS_S],
            "Length of the time axis (plus, minus, Ctrl+wheel)",
            parent=self,
        )
        self.more_button = Toggle("⋯", "Axes, colours, selection, and what can be saved", parent=self)
        self.more_button.setCheckable(False)
        self.more_button.setAccessibleName("Menu of the spectrograms")
        self.more_button.padding = 8

    def _make_lane(self) -> None:
        self.lane_title = Title([Run("Talkers", **HEADING)], parent=self)
        self.lane_note = Title([Run("azimuth over time", **NOTE)], parent=self)
        self.azimuth_axis = AzimuthAxis(self)
        self.lane = TalkersLane(self.history, self.tracks, self.crosshair, self)
        self.talkers_now = TalkersNow(self.tracks, self)

    def apply_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens from now on."""
        self.tokens = tokens
        for child in self.children():
            if hasattr(child, "apply_theme"):
                child.apply_theme(tokens)
        self.update()
