"""The docks around the sound: their two arrangements, moving them, and where they were left."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QFrame, QHBoxLayout, QLabel, QMainWindow, QWidget

from workbench.ui import theme
from workbench.ui.icons import icon
from workbench.ui.toolbar import tool_button

SPACE_WIDTH, PARAMETERS_WIDTH, COMPACT_WIDTH = 472, 336, 332
COMPACT_SPACE_HEIGHT = 316
WIDE_SPACE_SHARE = 0.22
"""Of a very wide window: so much the map and the beam get, and grow."""
LAYOUT_VERSION = 1
STEP = 40
"""Pixels by which a key makes the map wider."""


class DockTitle(QFrame):
    """The title bar that a dock shows while the layout is unlocked."""

    def __init__(self, dock: QDockWidget):
        super().__init__(dock)
        self.setObjectName("panel")
        self.setFixedHeight(28)
        title = QLabel(dock.windowTitle())
        title.setFont(theme.font(12, 600))
        self.float_button = tool_button("float", f"Float or dock {dock.windowTitle()}", 24)
        self.float_button.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 4, 0)
        layout.addWidget(title, 1)
        layout.addWidget(self.float_button)

    def apply_theme(self, tokens: theme.Tokens) -> None:
        """Icon in the colours of the theme."""
        self.float_button.setIcon(icon("float", tokens))


class Docks(QObject):
    """Sound in the middle, Space and Parameters beside it: in a row where there is room, else one above the other.

    Parameters
    ----------
    parent : QWidget
    sound, space, parameters : QWidget
    store : QSettings
        Remembers each arrangement as a person left it.
    tokens : callable
        Gives the colours of now, for title bars.
    """

    compact_changed = Signal(bool)
    row_changed = Signal(bool)
    """Space lies above or below the sound: wide, and not tall."""
    unlocked_changed = Signal(bool)

    def __init__(
        self,
        parent: QWidget,
        sound: QWidget,
        space: QWidget,
        parameters: QWidget,
        store: QSettings,
        tokens: Callable[[], theme.Tokens],
    ):
        super().__init__(parent)
        self.store, self._space_view, self._tokens = store, space, tokens
        self._compact: bool | None = None
        self._unlocked = self._row = False
        self._designed_width = 0
        self.work = QMainWindow()
        self.work.setObjectName("work")
        self.work.setWindowFlags(Qt.WindowType.Widget)
        self.work.setContentsMargins(theme.GUTTER, theme.GUTTER, theme.GUTTER, theme.GUTTER)
        self.work.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.work.setCentralWidget(sound)
        self.space = self._dock("space", "Space", space)
        self.parameters = self._dock("parameters", "Parameters", parameters)
        self.all = (self.space, self.parameters)
        self.space.dockLocationChanged.connect(lambda _: self._look_where())
        self.space.topLevelChanged.connect(lambda _: self._look_where())

    def _dock(self, name: str, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self.work)
        dock.setObjectName(name)
        dock.setWidget(widget)
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget(dock))
        dock.topLevelChanged.connect(lambda _: self._dress(dock))
        return dock

    def _look_where(self) -> None:
        areas = (Qt.DockWidgetArea.TopDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea)
        row = not self.space.isFloating() and self.work.dockWidgetArea(self.space) in areas
        if row != self._row:
            self._row = row
            self.row_changed.emit(row)

    def set_unlocked(self, unlocked: bool) -> None:
        """Show the docks' title bars, so that they can be moved and floated."""
        self._unlocked = unlocked
        for dock in self.all:
            self._dress(dock)
        self.unlocked_changed.emit(unlocked)

    def _dress(self, dock: QDockWidget) -> None:
        """A title bar while the layout is unlocked, and always in a window of its own, which is held by it."""
        features, old = QDockWidget.DockWidgetFeature, dock.titleBarWidget()
        titled = self._unlocked or dock.isFloating()
        if titled == isinstance(old, DockTitle):
            return
        if titled:
            title = DockTitle(dock)
            title.apply_theme(self._tokens())
            dock.setTitleBarWidget(title)
            dock.setFeatures(features.DockWidgetMovable | features.DockWidgetFloatable)
        else:
            dock.setTitleBarWidget(QWidget(dock))
            dock.setFeatures(features.NoDockWidgetFeatures)
        if old is not None:
            old.deleteLater()

    @property
    def compact(self) -> bool:
        """Space and Parameters are one above the other."""
        return bool(self._compact)

    def _key(self) -> str:
        return "layout/compact" if self._compact else "layout/wide"

    def arrange(self, compact: bool) -> None:
        """Take the wide or the compact arrangement: as it was left, else as designed."""
        if compact == self._compact:
            if not compact and self.space.width() == self._designed_width:  # nobody has drawn it wider or narrower
                self._default_sizes()
            return
        if self._compact is not None:
            self.remember()
        self._compact = compact
        self.compact_changed.emit(compact)
        # A dock of fixed width would lose the gutter below it (Qt leaves out a fixed neighbour's separator).
        self._space_view.setMinimumWidth(COMPACT_WIDTH if compact else SPACE_WIDTH)
        self._space_view.setMaximumWidth(2**24 - 1)
        self._put_back()
        state = self.store.value(self._key())
        if isinstance(state, QByteArray) and not state.isEmpty():
            self.restore(state)
        else:
            QTimer.singleShot(0, self._default_sizes)

    def _put_back(self) -> None:
        right = Qt.DockWidgetArea.RightDockWidgetArea
        for dock in self.all:
            dock.setFloating(False)
            self.work.removeDockWidget(dock)  # out of tabs too
            self.work.addDockWidget(right, dock)
            dock.show()
        way = Qt.Orientation.Vertical if self._compact else Qt.Orientation.Horizontal
        self.work.splitDockWidget(self.space, self.parameters, way)
        self._default_sizes()

    def _default_sizes(self) -> None:
        docks = [*self.all]
        if self._compact:
            self.work.resizeDocks(docks, [COMPACT_WIDTH, COMPACT_WIDTH], Qt.Orientation.Horizontal)
            room = self.work.height() - 3 * theme.GUTTER
            self.work.resizeDocks(docks, [COMPACT_SPACE_HEIGHT, room - COMPACT_SPACE_HEIGHT], Qt.Orientation.Vertical)
        else:
            self.default_widths()

    def default_widths(self) -> None:
        """As wide as designed, wherever they are."""
        self._designed_width = max(SPACE_WIDTH, round(WIDE_SPACE_SHARE * self.work.width()))
        widths = (COMPACT_WIDTH, COMPACT_WIDTH) if self._compact else (self._designed_width, PARAMETERS_WIDTH)
        self.work.resizeDocks([*self.all], widths, Qt.Orientation.Horizontal)

    def state(self) -> QByteArray:
        """Where everything is, for `restore`."""
        return self.work.saveState(LAYOUT_VERSION)

    def restore(self, state: QByteArray) -> None:
        """Put everything where it was."""
        self.work.restoreState(state, LAYOUT_VERSION)
        self._look_where()

    def fits(self) -> bool:
        """The window is large enough for the least size of everything in it."""
        self.work.layout().activate()
        least = self.work.layout().minimumSize()
        return least.width() <= self.work.width() and least.height() <= self.work.height()

    def widen(self, by: int) -> None:
        """Give the map and what lies below it so many pixels more: of width, in the compact arrangement of height."""
        if self._compact:
            size, way = self.space.height(), Qt.Orientation.Vertical
        else:
            size, way = self.space.width(), Qt.Orientation.Horizontal
        self.work.resizeDocks([self.space], [size + by], way)

    def reset(self) -> None:
        """The designed arrangement again."""
        self.store.remove("layout/wide")
        self.store.remove("layout/compact")
        self.set_unlocked(False)
        self._put_back()
        QTimer.singleShot(0, self._default_sizes)

    def remember(self) -> None:
        """Keep the arrangement for the next start."""
        self.store.setValue(self._key(), self.state())
