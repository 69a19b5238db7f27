"""Where the parts of the Sound region stand: one grid for meters, axes, spectrograms and strips, and its headers."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect

from workbench.ui.theme import GUTTER, ROW
from workbench.ui.views.headers import Chooser, Run, Title, Toggle
from workbench.ui.views.level_bar import LevelBar
from workbench.ui.views.sound_parts import HEADING, NOTE, SoundParts


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


class SoundLayout:
    """Places the parts; nothing but their places, their titles' words and what is hidden for want of room.

    `grid` and `lane_shown` are those of the last `place`.
    """

    def __init__(self, parts: SoundParts) -> None:
        self.parts = parts
        self.grid = WIDE_GRID
        self.lane_shown = True

    def _columns(self) -> tuple[int, int, int, int, int]:
        """x of meters, axis, spectrogram and strip, and the spectrogram's width."""
        grid = self.grid
        meters_x = 1 + grid.padding
        axis_x = meters_x + grid.meters + GUTTER
        spectrogram_x = axis_x + grid.axis + GUTTER
        strip_x = max(spectrogram_x + GUTTER, self.parts.width() - 1 - grid.padding - grid.strip)
        return meters_x, axis_x, spectrogram_x, strip_x, strip_x - GUTTER - spectrogram_x

    def _rows(self) -> tuple[int, int, int, int, int]:
        """y of Before, After, time axis and lane, and the height of a spectrogram."""
        grid = self.grid
        fixed = 2 + 2 * grid.header + grid.time_axis + grid.bottom + (grid.lane if self.lane_shown else 0)
        height = max(20, (self.parts.height() - fixed) // 2)
        before_y = 1 + grid.header
        after_y = before_y + height + grid.header
        time_y = after_y + height
        return before_y, after_y, time_y, time_y + grid.time_axis, height

    def place(self, compact: bool, lane: bool) -> None:
        """Put all parts where they stand in the panel of this size: the small window's grid or the wide one, and with
        the talkers lane or without."""
        parts, self.lane_shown = self.parts, lane
        grid = self.grid = COMPACT_GRID if compact else WIDE_GRID
        parts.input_meters.set_compact(compact)
        parts.output_meters.set_compact(compact)
        self._name_strips(compact)
        meters_x, axis_x, picture_x, strip_x, picture_width = self._columns()
        before_y, after_y, time_y, lane_y, height = self._rows()
        for y, meters, axis, picture, strip in (
            (before_y, parts.input_meters, parts.before_axis, parts.before, parts.level_strip),
            (after_y, parts.output_meters, parts.after_axis, parts.after, parts.gain_strip),
        ):
            # The small grid has less room for the scale than its labels need: it reaches into the padding.
            inset = 4 if compact else 0
            meters.setGeometry(meters_x - inset, y, grid.meters + inset, height)
            axis.setGeometry(axis_x, y, grid.axis, height)
            picture.setGeometry(picture_x, y, picture_width, height)
            strip.setGeometry(strip_x, y, grid.strip, height)
        parts.time_axis.setGeometry(picture_x, time_y, picture_width, grid.time_axis)
        x = meters_x - inset
        for button in (parts.freeze_toggle, parts.span_chooser, parts.more_button):
            width = button.sizeHint().width()
            button.setGeometry(x, time_y, width, grid.time_axis)
            x += width
        parts.strip_scale.setGeometry(strip_x, time_y, grid.strip, grid.time_axis)
        parts.lane_title.setGeometry(meters_x, lane_y + 4, grid.meters, 20)
        parts.lane_note.setGeometry(meters_x, lane_y + 23, grid.meters, 18)
        parts.azimuth_axis.setGeometry(axis_x, lane_y, grid.axis, grid.lane)
        parts.lane.setGeometry(picture_x, lane_y, picture_width, grid.lane)
        parts.talkers_now.setGeometry(strip_x, lane_y, grid.strip, grid.lane)
        for part in (parts.lane_title, parts.lane_note, parts.azimuth_axis, parts.lane, parts.talkers_now):
            part.setVisible(self.lane_shown)
        self.place_headers()
        parts.update()

    def _name_strips(self, compact: bool) -> None:
        legend = [] if compact else [Run("before", "before", pixels=11), Run("after", "after", pixels=11)]
        self.parts.level_title.set_runs([Run("Level", **HEADING), Run("now", **NOTE)], legend)
        self.name_gain()

    def name_gain(self) -> None:
        """Say how many bands the gain strip has, where there is room."""
        bands = self.parts.gain_strip.bands
        note = [Run(f"{bands} bands", **NOTE)] if bands and self.grid is WIDE_GRID else []
        self.parts.gain_title.set_runs([Run("Gain", **HEADING), *note], [Run("Comb", **HEADING)])

    def place_headers(self) -> None:
        """Put the headers' parts where they stand, after one of them has changed its size."""
        parts = self.parts
        meters_x, _, picture_x, strip_x, picture_width = self._columns()
        header = self.grid.header
        before_y, after_y, _, _, _ = self._rows()
        for y, title, chip, strip_title in (
            (before_y - header, parts.input_title, parts.input_chip, parts.level_title),
            (after_y - header, parts.output_title, parts.output_chip, parts.gain_title),
        ):
            title.setGeometry(meters_x, y, 84, header)
            chip.setGeometry(meters_x + 84, y + (header - ROW) // 2, chip.sizeHint().width(), ROW)
            strip_title.setGeometry(strip_x, y, self.grid.strip, header)
        right = picture_x + picture_width
        left = self._place_title(parts.before_title, parts.before_chooser, picture_x, before_y - header)
        parts.read_out.setGeometry(left, before_y - header, max(0, right - left), header)
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
        parts, header = self.parts, self.grid.header
        button_y = y + (header - ROW) // 2
        tap_end = self._place_title(parts.after_title, parts.after_chooser, left, y)
        title_end = parts.after_title.geometry().right() + 8
        pitch, bands, difference = parts.pitch_toggle, parts.bands_toggle, parts.difference_toggle
        bar = parts.color_bar

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
        parts.after_chooser.setVisible(with_tap)
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
        read_out = parts.enhancer_read_out
        room = x - tap_end - 24
        width = next((w for w in (read_out.sizeHint().width(), read_out.SNR_WIDTH) if w <= room), 0)
        read_out.setVisible(with_tap and width > 0)
        read_out.setGeometry(x - 12 - width, button_y, width, ROW)
