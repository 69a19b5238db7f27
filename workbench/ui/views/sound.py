"""The Sound region: Before and After with meters, spectrograms and strips on one grid, and the talkers below.

All parts share a time axis, a frequency axis and one crosshair. The view takes messages and computes no sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from workbench.core.messages import Localization, Snapshot
from workbench.ui.theme import DARK, RADIUS_PANEL, WIDE, Tokens
from workbench.ui.views.sound_looking import SoundLooking
from workbench.ui.views.sound_menu import build_menu
from workbench.ui.views.spectrogram import DIFFERENCE, LEVEL

STALE_MS = 1000
"""A running view without news for so long fades."""
LANE_FROM_HEIGHT = 960
"""The talkers lane goes in windows lower than this, and in narrow ones."""
STOPPED = "Stopped. Press Start (Space)."


class SoundView(SoundLooking):
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
        super().__init__(hop_s, parent)
        self.framed = framed
        self.running = False
        self._fixed_layout: tuple[bool, bool] | None = None
        self._stale_timer = QTimer(self, singleShot=True, interval=STALE_MS)
        self._stale_timer.timeout.connect(self._fade)
        self._message = STOPPED
        self._connect()
        self.setAccessibleName("Sound")
        self.setProperty("picture", "sound")
        if band_hz is not None:
            self.set_bands(band_hz)
        self.apply_theme(DARK)
        self._show_message()

    def _connect(self) -> None:
        self.difference_toggle.toggled.connect(self._set_difference)
        self.before_chooser.chosen.connect(self.before_tap_changed)
        self.after_chooser.chosen.connect(self.after_tap_changed)
        for meters, chip in ((self.input_meters, self.input_chip), (self.output_meters, self.output_chip)):
            meters.clipping_changed.connect(chip.setVisible)
            chip.clicked.connect(self.clear_clipping)
        self.input_meters.set_names(("Microphone 1",))
        self.output_meters.set_names(("left", "right"))
        for plot in (self.before, self.after, self.lane, self.level_strip, self.gain_strip):
            plot.menu_wanted.connect(self._open_menu)
        self.more_button.clicked.connect(lambda: self._open_menu(self.more_button.mapToGlobal(QPoint(0, 28))))

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
        if self.placed.lane_shown:
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
        self.placed.place_headers()

    def set_bands(self, band_hz: np.ndarray) -> None:
        """Centre frequencies (K,) of the enhancer's bands, in Hz."""
        self.gain_strip.set_bands(band_hz)
        edges_hz = self.bands.edges_hz = self.gain_strip.edges_hz
        self.before.set_band_edges(edges_hz)
        self.after.set_band_edges(edges_hz)
        self.placed.name_gain()

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
        super().apply_theme(tokens)
        self._show_bar()

    # ------------------------------------------------------------------------------------------------- reactions

    def _set_difference(self, on: bool) -> None:
        self.after.set_mode(DIFFERENCE if on else LEVEL)
        self._show_bar()
        self.placed.place_headers()

    def _fade(self) -> None:
        """Nothing has come for a second although sound should flow."""
        for picture in (self.before, self.after):
            picture.set_message(self._message, stale=True)

    def _show_message(self) -> None:
        for picture in (self.before, self.after):
            picture.set_message(self._message if picture is self.before else "", stale=False)
        self.lane.set_message("No talkers heard." if self.running else "")

    def _open_menu(self, place: QPoint) -> None:
        menu = build_menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

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

    def _place(self) -> None:
        self.placed.place(*self._choose_layout())

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
