"""The Sound region: Before and After with meters, spectrograms and strips on one grid, and the talkers below.

All parts share a time axis, a frequency axis and one crosshair. The view takes messages and computes no sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRect, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from workbench.core.messages import Localization, Snapshot
from workbench.ui.theme import DARK, GUTTER, RADIUS_PANEL, ROW, WIDE, Tokens
from workbench.ui.views.axes import AzimuthAxis, FrequencyAxis, StripScale, TimeAxis
from workbench.ui.views.band_history import BandHistory
from workbench.ui.views.enhancer_read_out import EnhancerReadOut
from workbench.ui.views.gain_strip import GainStrip
from workbench.ui.views.headers import Chooser, ClipChip, Run, Title, Toggle
from workbench.ui.views.level_bar import LevelBar
from workbench.ui.views.level_meters import LevelMeters
from workbench.ui.views.level_strip import LevelStrip
from workbench.ui.views.read_out import ReadOut
from workbench.ui.views.sound_axes import SPANS_S, Crosshair
from workbench.ui.views.sound_history import SoundHistory
from workbench.ui.views.sound_looking import SoundLooking
from workbench.ui.views.sound_menu import span_text
from workbench.ui.views.spectrogram import AFTER, BEFORE, DIFFERENCE, LEVEL, Spectrogram
from workbench.ui.views.talkers_lane import TalkersLane, TalkersNow, TrackHistory

STALE_MS = 1000
"""A running view without news for so long fades."""
LANE_FROM_HEIGHT = 960
"""The talkers lane goes in windows lower than this, and in narrow ones."""
STOPPED = "Stopped. Press Start (Space)."


@dataclass(frozen=True)
class Grid:
    """Sizes of the grid, in pixels."""

    padding: int
    header: int
    bottom: int
    meters: int
    axis: int
    strip: int
    time_axis: int = 24
    lane: int = 112


WIDE_GRID = Grid(padding=12, header=36, bottom=8, meters=108, axis=44, strip=184)
COMPACT_GRID = Grid(padding=8, header=32, bottom=4, meters=100, axis=38, strip=128)


class SoundView(SoundLooking, QWidget):
    """Spectrograms, meters, strips and talkers lane.

    Parameters
    ----------
    band_hz : (K,) array or None
        Centre frequencies of the enhancer's bands (`set_bands` later if unknown now); without them the gain strip
        has no bars.
    hop_s : float
        Time between two snapshots.
    framed : bool
        Paint the panel's round frame; False inside a frame of somebody else's.

    Signals
    -------
    before_tap_changed, after_tap_changed : int
        Another point of the chain was chosen for Before or After (index into `set_taps`' names).
    clipping_cleared
        All clip lamps were put out by hand.
    """

    before_tap_changed = Signal(int)
    after_tap_changed = Signal(int)
    clipping_cleared = Signal()

    def __init__(
        self,
        band_hz: np.ndarray | None = None,
        *,
        hop_s: float = 0.01,
        framed: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.tokens: Tokens = DARK
        self.framed = framed
        self.grid = WIDE_GRID
        self.lane_shown = True
        self.running = False
        self._fixed_layout: tuple[bool, bool] | None = None
        self.history = SoundHistory(hop_s)
        self.tracks = TrackHistory(self.history)
        self.bands = BandHistory()
        self.shown, self.shown_tracks = self.history, self.tracks
        self.crosshair = Crosshair(self)
        self.axes = self.crosshair.axes
        self.axes.set_depth(0.0)
        self.crosshair.changed.connect(self._show_read_out)
        self._stale_timer = QTimer(self, singleShot=True, interval=STALE_MS)
        self._stale_timer.timeout.connect(self._fade)
        self._message = STOPPED
        self._build()
        self.setAccessibleName("Sound")
        self.setProperty("picture", "sound")
        if band_hz is not None:
            self.set_bands(band_hz)
        self.apply_theme(DARK)
        self._show_message()

    def _build(self) -> None:
        """Make the parts, in the order of the Tab key."""
        note = {"token": "text3", "pixels": 11}
        heading = {"weight": 600, "pixels": 13}
        self.input_title = Title([Run("Input", **heading), Run("dBFS", **note)], parent=self)
        self.input_chip = ClipChip(self)
        self.before_title = Title([Run("Before", **heading)], square="before", parent=self)
        self.before_chooser = Chooser(
            "Before shows", ["Microphone 1"], "Point of the chain that Before shows", parent=self
        )
        self.read_out = ReadOut(self)
        self.level_title = Title([Run("Level", **heading), Run("now", **note)], parent=self)
        self.input_meters = LevelMeters("input", parent=self)
        self.before_axis = FrequencyAxis(self.crosshair, self)
        self.before = Spectrogram(self.history, self.crosshair, BEFORE, self)
        self.level_strip = LevelStrip(self.history, self.crosshair, self)

        self.output_title = Title([Run("Output", **heading), Run("dBFS", **note)], parent=self)
        self.output_chip = ClipChip(self)
        self.after_title = Title([Run("After", **heading)], square="after", parent=self)
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

        self.lane_title = Title([Run("Talkers", **heading)], parent=self)
        self.lane_note = Title([Run("azimuth over time", **note)], parent=self)
        self.azimuth_axis = AzimuthAxis(self)
        self.lane = TalkersLane(self.history, self.tracks, self.crosshair, self)
        self.talkers_now = TalkersNow(self.tracks, self)

        self.pitch_toggle.toggled.connect(self.after.set_pitch_shown)
        self.pitch_toggle.setChecked(True)
        self.bands_toggle.toggled.connect(self.before.set_bands_shown)
        self.bands_toggle.toggled.connect(self.after.set_bands_shown)
        self.difference_toggle.toggled.connect(self._set_difference)
        self.before_chooser.chosen.connect(self.before_tap_changed)
        self.after_chooser.chosen.connect(self.after_tap_changed)
        for meters, chip in ((self.input_meters, self.input_chip), (self.output_meters, self.output_chip)):
            meters.clipping_changed.connect(chip.setVisible)
            chip.clicked.connect(self.clear_clipping)
        self.input_meters.set_names(("Microphone 1",))
        self.output_meters.set_names(("left", "right"))
        for toggle in (self.pitch_toggle, self.bands_toggle, self.difference_toggle):
            toggle.toggled.connect(self.looks_changed)
        self._connect_looking()

    # ------------------------------------------------------------------------------------------------ messages

    def show_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Show hops that are new since the last call, oldest first. Hops already shown are ignored."""
        newest = self.history.newest
        fresh = [snapshot for snapshot in snapshots if newest is None or snapshot.sequence != newest.sequence]
        if not fresh:
            return
        last_sequence = newest.sequence if newest is not None else fresh[0].sequence - 1
        self.history.append(fresh)
        self.bands.follow(self.history, fresh)
        for snapshot in fresh:
            elapsed_s = self.history.hop_s * max(1, snapshot.sequence - last_sequence)
            last_sequence = snapshot.sequence
            self.input_meters.show_levels(snapshot.input, elapsed_s)
            self.output_meters.show_levels(snapshot.output, elapsed_s, snapshot.gain_reduction_db)
        self.gain_strip.show_state(fresh[-1].enhancement)
        self.enhancer_read_out.show_snapshots(fresh)
        for part in (self.before, self.after, self.level_strip):
            part.sync()
        if self.lane_shown:
            self.lane.sync()
        if self.crosshair.shown and not self.frozen:
            self._show_read_out()
        if self.running:
            self._stale_timer.start()
        self._show_message()

    def show_localizations(self, localizations: Sequence[Localization]) -> None:
        """Show the localizer's updates that are new since the last call, oldest first."""
        if localizations:
            self.tracks.append(list(localizations))
            self.lane.sync()
            self.talkers_now.sync()

    def set_channels(self, input_names: Sequence[str], output_names: Sequence[str]) -> None:
        """Names of the input and output channels; their numbers give the meters."""
        self.input_meters.set_names(input_names)
        self.output_meters.set_names(output_names)

    def set_input_pressure(self, full_scale_db_spl: Sequence[float | None]) -> None:
        """Calibration of the inputs: their meters are in dB SPL where all of them have one."""
        self.input_meters.set_pressure(full_scale_db_spl)
        unit = "dBFS" if self.input_meters.scale_db_spl is None else "dB SPL"
        if self.input_title.runs[-1].text != unit:
            heading, note = self.input_title.runs
            self.input_title.set_runs([heading, replace(note, text=unit)])

    def set_taps(
        self, before: Sequence[str], after: Sequence[str], before_index: int = 0, after_index: int = 0
    ) -> None:
        """Points of the chain that Before and After can show, and which they show; a single one is only named."""
        self.before_chooser.set_choices(before, before_index)
        self.after_chooser.set_choices(after, after_index)
        self._place_headers()

    def set_bands(self, band_hz: np.ndarray) -> None:
        """Centre frequencies (K,) of the enhancer's bands, in Hz."""
        self.gain_strip.set_bands(band_hz)
        edges_hz = self.bands.edges_hz = self.gain_strip.edges_hz
        self.before.set_band_edges(edges_hz)
        self.after.set_band_edges(edges_hz)
        self._name_gain()

    def set_running(self, running: bool, message: str = "") -> None:
        """Say whether sound flows. The message stands in the middle while it does not, e.g. "Device lost, …"."""
        self._message = message or ("" if running else STOPPED)
        if running:
            if not self.running:
                self._stale_timer.start()
        else:
            self._stale_timer.stop()
            self.input_meters.silence()
            self.output_meters.silence()
        self.running = running
        self._show_message()

    def clear(self) -> None:
        """Forget all sound and tracks, put out the lamps."""
        self.set_frozen(False)
        self._select(None)
        self.history.clear()
        self.tracks.clear()
        self.input_meters.reset()
        self.output_meters.reset()
        self.gain_strip.show_state(None)
        self.enhancer_read_out.clear()
        for part in (self.before, self.after, self.level_strip, self.lane, self.talkers_now):
            part.sync()
        self._show_read_out()
        self._show_message()

    def clear_clipping(self) -> None:
        """Put out all clip lamps."""
        self.input_meters.clear_clipping()
        self.output_meters.clear_clipping()
        self.clipping_cleared.emit()

    def apply_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens from now on."""
        self.tokens = tokens
        for child in self.children():
            if hasattr(child, "apply_theme"):
                child.apply_theme(tokens)
        self._show_bar()
        self.update()

    # ------------------------------------------------------------------------------------------------- reactions

    def _set_difference(self, on: bool) -> None:
        self.after.set_mode(DIFFERENCE if on else LEVEL)
        self._show_bar()
        self._place_headers()

    def _fade(self) -> None:
        """Nothing has come for a second although sound should flow."""
        for picture in (self.before, self.after):
            picture.set_message(self._message, stale=True)

    def _show_message(self) -> None:
        for picture in (self.before, self.after):
            picture.set_message(self._message if picture is self.before else "", stale=False)
        self.lane.set_message("No talkers heard." if self.running else "")

    def _show_read_out(self) -> None:
        crosshair = self.crosshair
        if not crosshair.shown:
            self.read_out.clear()
            return
        offset_s, frequency_hz = crosshair.offset_s, crosshair.frequency_hz
        levels = None
        if offset_s is not None and frequency_hz is not None:
            levels = self.shown.at(offset_s, frequency_hz)
        before_dbfs, after_dbfs = levels if levels is not None else (None, None)
        band = self.gain_strip.band_at(frequency_hz) if frequency_hz is not None else None
        self.read_out.show_values(offset_s, frequency_hz, None if band is None else band + 1, before_dbfs, after_dbfs)

    # -------------------------------------------------------------------------------------------------- geometry

    def set_layout(self, compact: bool, lane: bool) -> None:
        """Choose the small window's grid, and whether the talkers lane is there, whatever the window's size."""
        self._fixed_layout = (compact, lane)
        self._place()

    def _choose_layout(self) -> tuple[bool, bool]:
        """Compact grid, lane: from the window's size."""
        if self._fixed_layout is not None:
            return self._fixed_layout
        window = self.window()
        if window is self:
            return False, True
        compact = window.width() < WIDE
        return compact, not compact and window.height() >= LANE_FROM_HEIGHT

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._place()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._place()

    def _columns(self) -> tuple[int, int, int, int, int]:
        """x of meters, axis, spectrogram and strip, and the spectrogram's width."""
        grid = self.grid
        meters_x = 1 + grid.padding
        axis_x = meters_x + grid.meters + GUTTER
        spectrogram_x = axis_x + grid.axis + GUTTER
        strip_x = max(spectrogram_x + GUTTER, self.width() - 1 - grid.padding - grid.strip)
        return meters_x, axis_x, spectrogram_x, strip_x, strip_x - GUTTER - spectrogram_x

    def _rows(self) -> tuple[int, int, int, int, int]:
        """y of Before, After, time axis and lane, and the height of a spectrogram."""
        grid = self.grid
        fixed = 2 + 2 * grid.header + grid.time_axis + grid.bottom + (grid.lane if self.lane_shown else 0)
        height = max(20, (self.height() - fixed) // 2)
        before_y = 1 + grid.header
        after_y = before_y + height + grid.header
        time_y = after_y + height
        return before_y, after_y, time_y, time_y + grid.time_axis, height

    def _place(self) -> None:
        compact, self.lane_shown = self._choose_layout()
        grid = self.grid = COMPACT_GRID if compact else WIDE_GRID
        self.input_meters.set_compact(compact)
        self.output_meters.set_compact(compact)
        self._name_strips(compact)
        meters_x, axis_x, picture_x, strip_x, picture_width = self._columns()
        before_y, after_y, time_y, lane_y, height = self._rows()
        for y, meters, axis, picture, strip in (
            (before_y, self.input_meters, self.before_axis, self.before, self.level_strip),
            (after_y, self.output_meters, self.after_axis, self.after, self.gain_strip),
        ):
            # The small grid has less room for the scale than its labels need: it reaches into the padding.
            inset = 4 if compact else 0
            meters.setGeometry(meters_x - inset, y, grid.meters + inset, height)
            axis.setGeometry(axis_x, y, grid.axis, height)
            picture.setGeometry(picture_x, y, picture_width, height)
            strip.setGeometry(strip_x, y, grid.strip, height)
        self.time_axis.setGeometry(picture_x, time_y, picture_width, grid.time_axis)
        x = meters_x - inset
        for button in (self.freeze_toggle, self.span_chooser, self.more_button):
            width = button.sizeHint().width()
            button.setGeometry(x, time_y, width, grid.time_axis)
            x += width
        self.strip_scale.setGeometry(strip_x, time_y, grid.strip, grid.time_axis)
        self.lane_title.setGeometry(meters_x, lane_y + 4, grid.meters, 20)
        self.lane_note.setGeometry(meters_x, lane_y + 23, grid.meters, 18)
        self.azimuth_axis.setGeometry(axis_x, lane_y, grid.axis, grid.lane)
        self.lane.setGeometry(picture_x, lane_y, picture_width, grid.lane)
        self.talkers_now.setGeometry(strip_x, lane_y, grid.strip, grid.lane)
        for part in (self.lane_title, self.lane_note, self.azimuth_axis, self.lane, self.talkers_now):
            part.setVisible(self.lane_shown)
        self._place_headers()
        self.update()

    def _name_strips(self, compact: bool) -> None:
        legend = [] if compact else [Run("before", "before", pixels=11), Run("after", "after", pixels=11)]
        heading = {"weight": 600, "pixels": 13}
        self.level_title.set_runs([Run("Level", **heading), Run("now", "text3", pixels=11)], legend)
        self._name_gain()

    def _name_gain(self) -> None:
        heading = {"weight": 600, "pixels": 13}
        bands = self.gain_strip.bands
        note = [Run(f"{bands} bands", "text3", pixels=11)] if bands and self.grid is WIDE_GRID else []
        self.gain_title.set_runs([Run("Gain", **heading), *note], [Run("Comb", **heading)])

    def _place_headers(self) -> None:
        meters_x, _, picture_x, strip_x, picture_width = self._columns()
        header = self.grid.header
        before_y, after_y, _, _, _ = self._rows()
        for y, title, chip, strip_title in (
            (before_y - header, self.input_title, self.input_chip, self.level_title),
            (after_y - header, self.output_title, self.output_chip, self.gain_title),
        ):
            title.setGeometry(meters_x, y, 84, header)
            chip.setGeometry(meters_x + 84, y + (header - ROW) // 2, chip.sizeHint().width(), ROW)
            strip_title.setGeometry(strip_x, y, self.grid.strip, header)
        right = picture_x + picture_width
        left = self._place_title(self.before_title, self.before_chooser, picture_x, before_y - header)
        self.read_out.setGeometry(left, before_y - header, max(0, right - left), header)
        self._place_after_header(picture_x, right, after_y - header)

    def _place_title(self, title: Title, chooser: Chooser, x: int, y: int) -> int:
        """Title and chooser from `x`; returns where they end."""
        header = self.grid.header
        title.setGeometry(x, y, title.natural_width() + 1, header)
        chooser.setGeometry(
            QRect(title.geometry().right() + 8, y + (header - ROW) // 2, chooser.sizeHint().width(), ROW)
        )
        return chooser.geometry().right() + 1

    def _place_after_header(self, left: int, right: int, y: int) -> None:
        """Title, then from the right: colour bar and toggles.

        Where room is short these go, in turn: the enhancer's read-out, Bands, the tap, some of the colour bar, Pitch's
        curve, Pitch.
        """
        header = self.grid.header
        button_y = y + (header - ROW) // 2
        tap_end = self._place_title(self.after_title, self.after_chooser, left, y)
        title_end = self.after_title.geometry().right() + 8
        pitch, bands, difference = self.pitch_toggle, self.bands_toggle, self.difference_toggle
        bar = self.color_bar

        def spare(end: int, buttons: list[Toggle]) -> int:
            needed = sum(button.sizeHint().width() + 2 for button in buttons) + 14 + bar.sizeHint().width()
            return right - end - needed

        def fits(end: int, buttons: list[Toggle]) -> bool:
            return spare(end, buttons) >= 0

        bar.set_length(LevelBar.LENGTH)
        pitch.set_curve(True)
        toggles = [pitch, bands, difference]
        if self.grid is COMPACT_GRID or not fits(tap_end, toggles):
            toggles = [pitch, difference]
        with_tap = fits(tap_end, toggles)
        if not with_tap and not fits(title_end, toggles):
            bar.set_length(LevelBar.SHORTEST)
            if not fits(title_end, toggles):
                pitch.set_curve(False)
            if not fits(title_end, toggles):
                toggles = [difference]
            bar.set_length(min(LevelBar.LENGTH, LevelBar.SHORTEST + max(0, spare(title_end, toggles))))
        self.after_chooser.setVisible(with_tap)
        for button in (pitch, bands, difference):
            button.setVisible(button in toggles)
        bar_width = bar.sizeHint().width()
        bar.setGeometry(right - bar_width, button_y, bar_width, ROW)
        x = right - bar_width - 14
        for button in reversed(toggles):
            size = button.sizeHint()
            x -= size.width()
            button.setGeometry(x, button_y, size.width(), ROW)
            x -= 2
        read_out = self.enhancer_read_out
        room = x - tap_end - 24
        width = next((w for w in (read_out.sizeHint().width(), read_out.SNR_WIDTH) if w <= room), 0)
        read_out.setVisible(with_tap and width > 0)
        read_out.setGeometry(x - 12 - width, button_y, width, ROW)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        if not self.framed:
            painter.fillRect(self.rect(), QColor(self.tokens.panel))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self.tokens.line))
        painter.setBrush(QColor(self.tokens.panel))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, RADIUS_PANEL, RADIUS_PANEL)
