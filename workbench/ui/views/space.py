"""The window's Space region: map, talkers, beam and loudspeakers, wide as two panels, narrow as one with tabs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import BeamGain, BeamPattern, Localization, LoudspeakerResponse, Snapshot
from workbench.ui import theme
from workbench.ui.handbook import set_page
from workbench.ui.theme import Tokens
from workbench.ui.views.beam import BeamView
from workbench.ui.views.loudspeakers import LoudspeakersView
from workbench.ui.views.meters import MetersView
from workbench.ui.views.source_map import SourceMapView
from workbench.ui.views.talker_table import TalkerTable

WIDTH, COMPACT_WIDTH = 472, 332
LOWER_HEIGHT = 388
LOWER_SHARE = 0.5
"""Of the height: the most that the lower panel takes where the map cannot use what there is."""
COMPACT_HEIGHT = 342


class Tab(QAbstractButton):
    """One tab in a panel's header: filled while it is shown."""

    def __init__(self, text: str, tokens: Tokens, parent: QWidget | None = None, padding: int = 9):
        super().__init__(parent)
        self._tokens = tokens
        self.setText(text)
        self.setCheckable(True)
        self.setFont(theme.font(13, 500))
        self.setFixedSize(self.fontMetrics().horizontalAdvance(text) + 2 * padding, 28)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{text} tab")
        self.setToolTip(f"Show {text.lower()}")

    def apply_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def enterEvent(self, event) -> None:
        self.update()

    def leaveEvent(self, event) -> None:
        self.update()

    def paintEvent(self, event) -> None:
        t = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().toRectF()
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.raised if self.isChecked() else t.hover))
            painter.drawRoundedRect(box, theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.setPen(QColor(t.text1 if self.isChecked() else t.text2))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent), 2.0))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), theme.RADIUS_FIELD, theme.RADIUS_FIELD)
        painter.end()


class TabHeader(QWidget):
    """A panel's header with tabs at the left and the shown page's tools at the right."""

    chosen = Signal(int)

    def __init__(self, names: tuple[str, ...], tokens: Tokens, *, narrow: bool = False, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedHeight(theme.HEADER)
        row = QHBoxLayout(self)
        row.setContentsMargins(6 if narrow else 9, 0, 6 if narrow else theme.PANEL_PADDING, 0)
        row.setSpacing(2 if narrow else 4)
        self.tabs = [Tab(name, tokens, self, padding=7 if narrow else 9) for name in names]
        group = QButtonGroup(self)
        for index, tab in enumerate(self.tabs):
            group.addButton(tab, index)
            row.addWidget(tab)
        row.addStretch(1)
        group.idClicked.connect(self.chosen)
        self.tabs[0].setChecked(True)

    def add_tools(self, tools: QWidget) -> None:
        """Put a page's tools at the right end."""
        self.layout().addWidget(tools)

    def choose(self, index: int) -> None:
        """Mark a tab as shown."""
        self.tabs[index].setChecked(True)

    def apply_theme(self, tokens: Tokens) -> None:
        for tab in self.tabs:
            tab.apply_theme(tokens)


def lower_height(width: int, height: int, table_height: int) -> int:
    """The lower panel's height: what a map as wide as the region leaves, within bounds."""
    map_height = width - 16  # a disc with what is written around it
    spare = height - theme.GUTTER - theme.HEADER - map_height - table_height
    return max(LOWER_HEIGHT, min(spare, round(LOWER_SHARE * height)))


class _Panel(QFrame):
    """A panel's frame; `wanted_height` where it is not what its content asks for."""

    def __init__(self, wanted_height: int | None = None):
        super().__init__()
        self.wanted_height = wanted_height
        self.setObjectName("panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return hint if self.wanted_height is None else QSize(hint.width(), self.wanted_height)


class SpaceView(QWidget):
    """The whole region. Signals are those of its parts; angles of `steering_changed` are in degrees."""

    steering_changed = Signal(float, bool)
    talker_moved = Signal(int, float, float)
    talker_dropped = Signal()
    follow_requested = Signal(int)
    nulls_changed = Signal(tuple, bool)
    pair_chosen = Signal(str, int, int)
    loudness_reset_wanted = Signal()

    def __init__(
        self,
        tokens: Tokens = theme.DARK,
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__(parent)
        self.source_map = SourceMapView(tokens, clock=clock)
        self.table = TalkerTable(tokens)
        self.beam = BeamView(tokens)
        self.loudspeakers = LoudspeakersView(tokens)
        self.meters = MetersView(tokens)
        set_page(self.beam, "views.html#beam-pattern")
        set_page(self.loudspeakers, "views.html#loudspeakers")
        set_page(self.meters, "views.html#meters")
        self.source_map.steering_changed.connect(self.steering_changed)
        self.source_map.talker_moved.connect(self.talker_moved)
        self.source_map.talker_dropped.connect(self.talker_dropped)
        self.source_map.nulls_changed.connect(self.nulls_changed)
        self.table.follow_requested.connect(self.follow_requested)

        self.meters.pair_chosen.connect(self.pair_chosen)
        self.meters.reset_wanted.connect(self.loudness_reset_wanted)

        self._compact = self._row = False
        self._running = self._has_array = False
        self._page = 0
        self._lower_page = 0
        self._compact_header = TabHeader(("Map", "Beam", "Talkers", "Meters"), tokens, narrow=True)
        self._lower_header = TabHeader(("Beam", "Loudspeakers", "Meters"), tokens)
        self._compact_header.chosen.connect(self.show_page)
        self._lower_header.chosen.connect(self.show_lower_page)
        self._upper = _Panel()
        self._lower = _Panel(LOWER_HEIGHT)
        self._lower.setMaximumHeight(LOWER_HEIGHT)
        self._lower_pages = QStackedLayout()
        self._lower_pages.addWidget(self.beam)
        self._lower_pages.addWidget(self.loudspeakers)
        self._lower_pages.addWidget(self.meters)
        self._lower.layout().addWidget(self._lower_header)
        self._lower.layout().addLayout(self._lower_pages, 1)
        self._lower_header.add_tools(self.beam.tools)
        self._lower_header.add_tools(self.loudspeakers.tools)
        self._lower_header.add_tools(self.meters.tools)

        upper = self._upper.layout()
        upper.addWidget(self._compact_header)
        upper.addWidget(self.source_map, 1)
        upper.addWidget(self.table)
        self._panels = QVBoxLayout(self)
        self._panels.setContentsMargins(0, 0, 0, 0)
        self._panels.setSpacing(theme.GUTTER)
        self._panels.addWidget(self._upper, 1)
        self._panels.addWidget(self._lower)
        self._arrange()

    # ---------------------------------------------------------------------------------------- arrangement

    @property
    def pair(self) -> tuple[str, int, int]:
        """The channels that the meters hold against each other: kind, first, second."""
        return self.meters.pair

    @property
    def compact(self) -> bool:
        return self._compact

    def set_compact(self, compact: bool) -> None:
        """Below 1600 px: one panel with the tabs Map, Beam and Talkers, 332 wide."""
        if compact != self._compact:
            self._compact = compact
            self._arrange()

    def set_row(self, row: bool) -> None:
        """Where there is much width and little height: the two panels beside each other."""
        if row != self._row:
            self._row = row
            across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
            self._panels.setDirection(across if row else down)
            self._panels.setStretchFactor(self._lower, int(row))
            self._share_height()

    def show_page(self, index: int) -> None:
        """In the narrow window: 0 the map, 1 the beam, 2 the talkers, 3 the meters."""
        self._page = index
        self._show_pages()

    def show_lower_page(self, index: int) -> None:
        """In the wide window's lower panel: 0 the beam, 1 the loudspeakers, 2 the meters."""
        self._lower_page = index
        self._show_pages()

    def _arrange(self) -> None:
        compact = self._compact
        self.setFixedWidth(COMPACT_WIDTH if compact else WIDTH)
        if compact:
            self._compact_header.add_tools(self.source_map.toggles)
            self._compact_header.add_tools(self.beam.tools)
            self._upper.layout().insertWidget(2, self.beam, 1)
            self._upper.layout().insertWidget(3, self.meters, 1)
            self._upper.layout().setStretchFactor(self.table, 1)
        else:
            self.source_map.restore_toggles()
            self._lower_header.add_tools(self.beam.tools)
            self._lower_header.add_tools(self.loudspeakers.tools)
            self._lower_header.add_tools(self.meters.tools)
            self._lower_pages.insertWidget(0, self.beam)
            self._lower_pages.addWidget(self.meters)
            self._upper.layout().setStretchFactor(self.table, 0)
        for part in (self.source_map, self.table, self.beam, self.meters):
            part.set_compact(compact)
        self._compact_header.setVisible(compact)
        self._lower.setVisible(not compact)
        self._show_pages()

    def resizeEvent(self, event) -> None:
        self._share_height()

    def _share_height(self) -> None:
        if self._row:
            self._lower.wanted_height = None
            self._lower.setMaximumHeight(2**24 - 1)
            self._lower.updateGeometry()
            return
        height = lower_height(self.width(), self.height(), self.table.sizeHint().height())
        if height != self._lower.wanted_height:
            self._lower.wanted_height = height
            self._lower.setMaximumHeight(height)
            self._lower.updateGeometry()

    def _show_pages(self) -> None:
        self._compact_header.choose(self._page)
        self._lower_header.choose(self._lower_page)
        compact = self._compact
        self.source_map.setVisible(not compact or self._page == 0)
        self.source_map.toggles.setVisible(not compact or self._page == 0)
        self.table.setVisible(not compact or self._page == 2)
        if compact:
            self.beam.setVisible(self._page == 1)
            self.beam.tools.setVisible(self._page == 1)
            self.meters.setVisible(self._page == 3)
            self.meters.tools.setVisible(self._page == 3)
        else:
            self._lower_pages.setCurrentIndex(self._lower_page)
            self.beam.tools.setVisible(self._lower_page == 0)
            self.loudspeakers.tools.setVisible(self._lower_page == 1)
            self.meters.tools.setVisible(self._lower_page == 2)

    # ---------------------------------------------------------------------------------------- messages

    def show_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Show hops in the meters while they are seen."""
        if self.meters.isVisible():
            self.meters.show_snapshots(snapshots)

    def set_channels(self, input_names: Sequence[str], output_names: Sequence[str]) -> None:
        """Names of the channels, of which the meters take pairs."""
        self.meters.set_channels(input_names, output_names)

    def show_localization(self, localization: Localization) -> None:
        """Show one update of the localizer in all parts."""
        for part in (self.source_map, self.table, self.beam):
            part.show_localization(localization)

    def show_beam(self, azimuth_rad: float, following: int = 0) -> None:
        """Show where the beam points, and the number of the track that it follows (0 for none)."""
        for part in (self.source_map, self.table, self.beam):
            part.show_beam(azimuth_rad, following)

    def show_pattern(self, pattern: BeamPattern | None) -> None:
        """Show the beam's pattern; None brings its empty state."""
        self.beam.show_pattern(pattern)
        self.source_map.show_pattern(pattern)

    def show_gain(self, gain: BeamGain | None) -> None:
        """Show what the beam gains where the truth is known; None: it is not."""
        self.beam.show_gain(gain)

    def set_nulls(self, handles_deg: Sequence[float], shown: bool) -> None:
        """The nulls placed by hand, and whether the beam's method has nulls."""
        self.source_map.set_nulls(handles_deg, shown)

    def set_room(self, corners_xy_m: np.ndarray | None) -> None:
        """The room's walls, (N, 2) metres ahead and to the left of the array; None: not known."""
        self.source_map.set_room(corners_xy_m)

    def show_response(self, response: LoudspeakerResponse | None) -> None:
        """Show the loudspeakers' response; None brings its empty state."""
        self.loudspeakers.show_response(response)

    def set_array(self, mic_xyz_m: np.ndarray | None) -> None:
        """The microphones drawn at the map's centre, (mics, 3) in metres."""
        self.source_map.set_array(mic_xyz_m)
        self._has_array = mic_xyz_m is not None
        self.beam.show_reason(self._has_array, self._running)

    def set_layout(self, layout: SpeakerLayout | None) -> None:
        """The loudspeaker layout of the plan."""
        self.loudspeakers.set_layout(layout)

    def set_talkers_movable(self, movable: bool) -> None:
        """Whether true positions can be dragged on the map."""
        self.source_map.set_talkers_movable(movable)

    def set_running(self, running: bool) -> None:
        """Whether sound runs; a start begins with an empty map."""
        if running and not self._running:
            self.clear()
        self._running = running
        self.source_map.set_running(running)
        self.beam.show_reason(self._has_array, running)

    def apply_theme(self, tokens: Tokens) -> None:
        """Use a theme's colours."""
        views = (self.source_map, self.table, self.beam, self.loudspeakers, self.meters)
        for part in (*views, self._compact_header, self._lower_header):
            part.apply_theme(tokens)

    def clear(self) -> None:
        """Forget what was heard; pattern and response stay, they belong to the settings."""
        self.source_map.clear()
        self.table.clear()
        self.meters.clear()
        self.beam.show_tracks(())
