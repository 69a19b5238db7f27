"""How the Sound region is looked at: frozen or live, scrolled, selected, in which axes and colours.

What `SoundView` is below its messages; no sound is handled here.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.ui.frequency_scale import SCALES
from workbench.ui.theme import LEVEL_MAPS, LEVEL_RANGE_DB
from workbench.ui.views.level_bar import held_range
from workbench.ui.views.sound_axes import SPANS_S, span_text
from workbench.ui.views.sound_excerpt import Excerpt, take_excerpt
from workbench.ui.views.sound_layout import SoundLayout
from workbench.ui.views.sound_parts import SoundParts
from workbench.ui.views.sound_picture import FigureStyle
from workbench.ui.views.spectrogram import DIFFERENCE

SHORTEST_SELECTION = 2
"""Columns."""
FIT_SHARES = (20.0, 99.8)
"""Percentiles of the shown levels that become the ends of the range."""


class SoundLooking(SoundParts):
    """Freezing, scrolling, selection, axes and colours of the Sound region."""

    span_chosen = Signal(float, float)
    """Loop this stretch of the source's time (as `Snapshot.time_s`)."""
    save_wanted = Signal(str)
    """Save an "image" or "data" of what is selected, else of what is shown."""
    frozen_changed = Signal(bool)
    looks_changed = Signal()
    """Something that `looks` tells has changed."""

    def __init__(self, hop_s: float, parent: QWidget | None = None) -> None:
        super().__init__(hop_s, parent)
        self.placed = SoundLayout(self)
        self._anchor: int | None = None
        self._loop_wanted = False
        self.crosshair.changed.connect(self._show_read_out)
        for plot in (self.before, self.after, self.lane):
            plot.pressed.connect(self._begin_drag)
            plot.dragged.connect(self._drag)
            plot.scrolled.connect(self.scroll)
            plot.loop_wanted.connect(self.loop_selection)
            plot.select_all_wanted.connect(self.select_shown)
        self.freeze_toggle.toggled.connect(self.set_frozen)
        self.span_chooser.chosen.connect(lambda index: self.axes.set_span(SPANS_S[index]))
        self.color_bar.range_changed.connect(self.set_level_range)
        self.axes.changed.connect(self._show_axes)
        self.axes.changed.connect(self.looks_changed)
        for toggle in (self.pitch_toggle, self.bands_toggle, self.difference_toggle):
            toggle.toggled.connect(self.looks_changed)
        self._show_axes()

    # ------------------------------------------------------------------------------------------------- freezing

    @property
    def frozen(self) -> bool:
        """The picture stands still; sound goes on coming in behind it."""
        return self.shown is not self.history

    def set_frozen(self, frozen: bool) -> None:
        """Hold the last minute of sound still, or go back to now."""
        if frozen != self.frozen:
            self.shown = self.history.copy() if frozen else self.history
            self.shown_tracks = self.tracks.copy(self.shown) if frozen else self.tracks
            for plot in (self.before, self.after):
                plot.show_history(self.shown)
            self.level_strip.history = self.lane.history = self.shown
            self.lane.tracks = self.shown_tracks
            self.axes.set_depth(self.shown.depth_s if frozen else 0.0)
            for part in (self.level_strip, self.lane):
                part.update()
            self._show_read_out()
            self.frozen_changed.emit(frozen)
        self.freeze_toggle.blockSignals(True)
        self.freeze_toggle.setChecked(frozen)
        self.freeze_toggle.blockSignals(False)

    def toggle_frozen(self) -> None:
        self.set_frozen(not self.frozen)

    def scroll(self, share: float) -> None:
        """Scroll by a part of the time axis; into the past it freezes the picture first, beyond now it lets go."""
        if not self.frozen:
            if share >= 0 or self.history.count == 0:
                return
            self.set_frozen(True)
        if share > 1e6:
            self.set_frozen(False)
        else:
            self.axes.scroll_to(self.axes.end_s + max(-1e6, share) * self.axes.span_s)

    # ------------------------------------------------------------------------------------------------ selection

    def _column(self, offset_s: float) -> int:
        return self.shown.count + round(offset_s / self.shown.hop_s)

    def _begin_drag(self, offset_s: float) -> None:
        self._anchor = self._column(offset_s)  # the sound under the pointer, wherever it scrolls to

    def _drag(self, _begin_s: float, offset_s: float) -> None:
        first, end = sorted((self._anchor, self._column(offset_s)))
        first = max(first, self.shown.oldest)
        end = min(end, self.shown.count)
        self._select((first, end) if end - first >= SHORTEST_SELECTION else None)

    def _select(self, selection: tuple[int, int] | None) -> None:
        self._loop_wanted = False
        self.axes.select(selection)

    def clear_selection(self) -> None:
        self._select(None)

    def select_shown(self) -> None:
        """Select all that the time axis shows."""
        first, end = self._column(self.axes.begin_s), self._column(self.axes.end_s)
        first = max(first, self.shown.oldest)
        if end - first >= SHORTEST_SELECTION:
            self._select((first, end))

    @property
    def selected_span_s(self) -> tuple[float, float] | None:
        """The selection in the source's time, in seconds; None without one, or where its sound is no longer known."""
        if self.axes.selection is None:
            return None
        first, end = self.axes.selection
        if first < self.shown.oldest:
            return None
        begin_s, end_s = self.shown.time_s[[first % len(self.shown.time_s), (end - 1) % len(self.shown.time_s)]]
        if np.isnan(begin_s) or np.isnan(end_s):
            return None
        return float(begin_s) - self.shown.hop_s, float(end_s)

    def loop_selection(self) -> None:
        """Ask for the selection to be looped."""
        span = self.selected_span_s
        if span is not None and span[1] > span[0]:
            self._loop_wanted = True
            self.span_chosen.emit(*span)

    def show_looping(self, looping: bool) -> None:
        """Say whether kept sound loops: the selection that was looped is then marked as what plays."""
        if not looping:
            self.axes.set_looping(False)
        elif self._loop_wanted:
            self._loop_wanted = False
            self.axes.set_looping(self.axes.selection is not None)

    def zoom_to_selection(self) -> None:
        """Freeze, and let the selection fill the time axis."""
        if self.axes.selection is None:
            return
        self.set_frozen(True)
        first, end = self.axes.selection
        self.axes.set_span((end - first) * self.shown.hop_s)
        self.axes.scroll_to((end - self.shown.count) * self.shown.hop_s)

    # -------------------------------------------------------------------------------------------------- colours

    def set_level_map(self, name: str) -> None:
        """Colour map of levels, one of `LEVEL_MAPS`."""
        self._set_levels(name, self.before.level_range_db)

    def set_level_range(self, low_db: float, high_db: float) -> None:
        """Levels at the ends of the colour map."""
        self._set_levels(self.before.level_map, held_range(low_db, high_db))

    def fit_level_range(self) -> None:
        """Take the range from the levels that are shown now."""
        excerpt = self.excerpt(selected=False)
        levels = np.concatenate((excerpt.before_dbfs, excerpt.after_dbfs))[::8]
        levels = levels[np.isfinite(levels) & (levels > -150)]
        if levels.size:
            self.set_level_range(*(round(level / 5) * 5 for level in np.percentile(levels, FIT_SHARES)))

    def _set_levels(self, map_name: str, range_db: tuple[float, float]) -> None:
        for plot in (self.before, self.after):
            plot.set_levels(map_name, range_db)
        self._show_bar()
        self.placed.place_headers()
        self.looks_changed.emit()

    def _show_bar(self) -> None:
        self.color_bar.set_movable(self.after.mode != DIFFERENCE)
        self.color_bar.set_map(self.after.map_name, self.after.range_db)

    # ---------------------------------------------------------------------------------------------------- saving

    def excerpt(self, selected: bool = True) -> Excerpt:
        """The columns of the selection, if there is one and it is wanted, else of what is shown."""
        if selected and self.axes.selection is not None:
            return take_excerpt(self.shown, *self.axes.selection)
        return take_excerpt(self.shown, self._column(self.axes.begin_s), self._column(self.axes.end_s))

    def figure_style(self) -> FigureStyle:
        """How a figure of the spectrograms looks now."""
        difference_map = self.after.map_name if self.after.mode == DIFFERENCE else "vik"
        return FigureStyle(
            self.axes.scale,
            self.before.level_map,
            self.before.level_range_db,
            difference=self.after.mode == DIFFERENCE,
            difference_map=difference_map,
        )

    # ------------------------------------------------------------------------------------------------------ state

    def looks(self) -> dict[str, str]:
        """What a person chose of the looks, as text that `set_looks` takes."""
        low_db, high_db = self.before.level_range_db
        return {
            "span_s": f"{self.axes.span_s:g}" if self.axes.span_s in SPANS_S else "",
            "scale": self.axes.scale.name,
            "map": self.before.level_map,
            "range_db": f"{low_db:g} {high_db:g}",
            "pitch": str(int(self.pitch_toggle.isChecked())),
            "bands": str(int(self.bands_toggle.isChecked())),
            "difference": str(int(self.difference_toggle.isChecked())),
        }

    def set_looks(self, looks: dict[str, str]) -> None:
        """Take looks as `looks` tells them; what is missing or makes no sense stays as it is."""
        if looks.get("scale") in SCALES:
            self.axes.set_scale(SCALES[looks["scale"]])
        if looks.get("map") in LEVEL_MAPS:
            self.set_level_map(looks["map"])
        try:
            low_db, high_db = map(float, looks.get("range_db", "").split())
            if np.isfinite([low_db, high_db]).all():
                self.set_level_range(low_db, high_db)
        except ValueError:
            pass
        spans = {f"{span:g}": span for span in SPANS_S}
        if looks.get("span_s") in spans:
            self.axes.set_span(spans[looks["span_s"]])
        toggles = {"pitch": self.pitch_toggle, "bands": self.bands_toggle, "difference": self.difference_toggle}
        for name, toggle in toggles.items():
            if looks.get(name) in ("0", "1"):
                toggle.setChecked(looks[name] == "1")

    def reset_looks(self) -> None:
        """As designed."""
        self.set_looks({"scale": "erb", "map": LEVEL_MAPS[0], "range_db": "{:g} {:g}".format(*LEVEL_RANGE_DB)})

    # --------------------------------------------------------------------------------------------------- reactions

    def _show_axes(self) -> None:
        texts = [span_text(span) for span in SPANS_S]
        if self.axes.span_s in SPANS_S:
            self.span_chooser.set_choices(texts, SPANS_S.index(self.axes.span_s))
        else:
            self.span_chooser.set_choices(texts, -1)
            self.span_chooser.setText(span_text(round(self.axes.span_s, 1)))
        self._show_read_out()

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
