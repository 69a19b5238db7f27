"""The source map: where talkers are heard, where they really are, and where the beam points.

0° is up and left is positive. The rim's handle steers the beam; true positions of simulated talkers can be dragged.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.core.messages import BeamPattern, Localization
from workbench.ui import painting, theme
from workbench.ui.theme import Tokens
from workbench.ui.views.headers import toggle_style
from workbench.ui.views.map_canvas import MapCanvas

STALE_S = 1.0
_RATE_WINDOW_S = 2.0


class SourceMapView(QWidget):
    """The source map with its heading, its two switches and how often it is renewed.

    Signals: `steering_changed(deg, final)` while the handle is dragged, final once on release;
    `talker_moved(number, azimuth_rad, distance_m)` while a true position is dragged, `talker_dropped` at the end;
    `nulls_changed(degs, final)` with all nulls that are placed by hand when one is added, dragged or taken away.
    """

    steering_changed = Signal(float, bool)
    talker_moved = Signal(int, float, float)
    talker_dropped = Signal()
    nulls_changed = Signal(tuple, bool)

    def __init__(
        self,
        tokens: Tokens = theme.DARK,
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__(parent)
        self._clock = clock
        self._arrivals: deque[tuple[float, int]] = deque()
        self._running = False
        self.canvas = MapCanvas(tokens, clock, self)
        self.canvas.steering_changed.connect(self.steering_changed)
        self.canvas.talker_moved.connect(self.talker_moved)
        self.canvas.talker_dropped.connect(self.talker_dropped)
        self.canvas.nulls_changed.connect(self.nulls_changed)

        self._title = QLabel("Source map")
        self._title.setFont(theme.font(13, 600))
        self._rate = QLabel()
        self._rate.setFont(theme.font(12))
        self._rate.setToolTip("How often the localizer gives a new picture.")
        self.toggles = QWidget()
        row = QHBoxLayout(self.toggles)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.srp_button = self._toggle("SRP ring", "Show the power from each direction as a ring", self.canvas.set_srp)
        self.truth_button = self._toggle("Truth", "Show where the talkers really are", self.canvas.set_truth)
        row.addWidget(self.srp_button)
        row.addWidget(self.truth_button)

        self.header = QWidget()
        self.header.setFixedHeight(theme.HEADER)
        head = QHBoxLayout(self.header)
        head.setContentsMargins(theme.PANEL_PADDING, 0, theme.PANEL_PADDING, 0)
        head.setSpacing(9)
        head.addWidget(self._title)
        head.addWidget(self._rate)
        head.addStretch(1)
        self._toggles_home = head
        head.addWidget(self.toggles)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.canvas, 1)

        self._stale_timer = QTimer(self)
        self._stale_timer.setSingleShot(True)
        self._stale_timer.setInterval(round(1000 * STALE_S))
        self._stale_timer.timeout.connect(self._turn_stale)
        self.apply_theme(tokens)
        self._show_rate()

    def _toggle(self, text: str, tip: str, act: Callable[[bool], None]) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setChecked(True)
        button.setFixedHeight(28)
        button.setFont(theme.font(12))
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.toggled.connect(act)
        return button

    def show_localization(self, localization: Localization) -> None:
        """Show one update of the localizer."""
        now = self._clock()
        if self._arrivals and localization.sequence < self._arrivals[-1][1]:
            self._arrivals.clear()  # another run
        self._arrivals.append((now, localization.sequence))
        while now - self._arrivals[0][0] > _RATE_WINDOW_S:
            self._arrivals.popleft()
        self._stale_timer.start()
        self.canvas.show_localization(localization)
        self._show_rate()

    def show_beam(self, azimuth_rad: float, following: int = 0) -> None:
        """Show where the beam points; `following` is the number of the track that it follows, 0 for none."""
        self.canvas.show_beam(azimuth_rad, following)

    def set_array(self, mic_xyz_m: np.ndarray | None) -> None:
        """Draw an array's microphones, positions (mics, 3) in metres; their layout is enlarged to be seen."""
        self.canvas.set_array(mic_xyz_m)

    def show_pattern(self, pattern: BeamPattern | None) -> None:
        """Take the nulls that the beam's design holds."""
        self.canvas.show_designed_nulls(pattern.nulls_rad if pattern is not None else ())

    def set_nulls(self, handles_deg: Sequence[float], shown: bool) -> None:
        """The nulls placed by hand, and whether the method has nulls at all."""
        self.canvas.set_nulls(handles_deg, shown)

    def set_room(self, corners_xy_m: np.ndarray | None) -> None:
        """Draw the room's walls: corners (N, 2) in metres ahead and to the left of the array; None: not known."""
        self.canvas.set_room(corners_xy_m)

    def set_talkers_movable(self, movable: bool) -> None:
        """Whether true positions can be dragged (simulated rooms)."""
        self.canvas.set_talkers_movable(movable)

    def set_running(self, running: bool) -> None:
        """Whether sound runs: an empty map then says so."""
        self._running = running
        if not running:
            self._arrivals.clear()
        self.canvas.set_running(running)
        self._show_rate()

    def set_compact(self, compact: bool) -> None:
        """The narrow window's map: no heading of its own (it is a tab), fewer words on the map."""
        self.header.setVisible(not compact)
        self.srp_button.setText("SRP" if compact else "SRP ring")
        self.canvas.set_compact(compact)

    def restore_toggles(self) -> None:
        """Take the two switches back into the map's own header."""
        self._toggles_home.addWidget(self.toggles)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        self.canvas.apply_theme(tokens)
        self._title.setStyleSheet(f"color: {tokens.text1}")
        self._rate.setStyleSheet(f"color: {tokens.text3}")
        for button in (self.srp_button, self.truth_button):
            button.setStyleSheet(toggle_style(tokens))

    def clear(self) -> None:
        """Forget all that was heard."""
        self._arrivals.clear()
        self._stale_timer.stop()
        self.canvas.clear()
        self._show_rate()

    @property
    def rate_text(self) -> str:
        """The header's read-out."""
        return self._rate.text()

    def _turn_stale(self) -> None:
        self._arrivals.clear()
        self.canvas.set_stale(True)
        self._show_rate()

    def _show_rate(self) -> None:
        if len(self._arrivals) < 3:
            text = f"{painting.UNKNOWN} updates/s" if self._running else ""
        else:
            (begin_s, first), (end_s, last) = self._arrivals[0], self._arrivals[-1]
            text = f"{(last - first) / (end_s - begin_s):.0f} updates/s" if end_s > begin_s else ""
        if text != self._rate.text():
            self._rate.setText(text)
