"""The frame of every panel that floats over the window. None is modal; sound never stops for one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QRegion
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from shiboken6 import isValid

from workbench.ui import theme
from workbench.ui.controls.elided import ElidedLabel
from workbench.ui.icons import icon
from workbench.ui.theme import Tokens
from workbench.ui.toolbar import tool_button

WHEEL_PX = 48
"""How far an arrow key with Alt moves a panel, and a notch of the wheel one that is larger than the window."""
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class _Ground(QWidget):
    """An opaque sheet in the window right below a panel. The panel's round corners make it transparent for Qt, so that
    each of its repaints would paint all of the window under it as well; what is under the sheet is left out."""

    def __init__(self, panel: FloatPanel, window: QWidget):
        super().__init__(window)
        self._panel = panel
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def follow(self) -> None:
        """Lie under all of the panel but its border and its round corners."""
        place = self._panel.geometry().adjusted(1, 1, -1, -1)
        if place != self.geometry():
            self.setGeometry(place)
            corner, whole = theme.RADIUS_PANEL - 1, self.rect()
            self.setMask(
                QRegion(whole.adjusted(0, corner, 0, -corner)) + QRegion(whole.adjusted(corner, 0, -corner, 0))
            )
        self.setVisible(not self._panel.isHidden())
        self.stackUnder(self._panel)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._panel.tokens.panel))
        painter.end()


_PRESS, _FOCUS = QEvent.Type.MouseButtonPress, QEvent.Type.FocusIn
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.ZOrderChange)


class FloatPanel(QFrame):
    """A panel over the window: header with title, note and tools. Unpinned, Escape or a click elsewhere closes it.

    The header is its handle, as are the arrow keys with Alt. In a window that is smaller than the panel nothing is
    squeezed: the panel can be dragged and turned by the wheel over the window's edges, and goes along with the keys.
    """

    closed = Signal()

    def __init__(self, title: str, width: int, window: QWidget):
        super().__init__(window)
        self.setObjectName("floatPanel")
        self.setFixedWidth(width)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.tokens = theme.DARK
        self._ground = _Ground(self, window)
        self.title = QLabel(title)
        self.title.setFont(theme.font(13, 600))
        self.title.setToolTip("Drag to move the panel; Alt and arrow keys")
        self.setAccessibleName(title)
        self.note = ElidedLabel()
        self.note.setFont(theme.font(11))
        self.note.setProperty("tone", "3")
        self.pin = tool_button("pin", "Keep open", 28)
        self.pin.setCheckable(True)
        self.close_button = tool_button("close", "Close (Escape)", 28)
        self.close_button.clicked.connect(self.dismiss)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(12, 4, 6, 4)
        self.head.setSpacing(2)
        self.head.addWidget(self.title)
        self.head.addSpacing(6)
        self.head.addWidget(self.note)
        self.head.addStretch(1)
        self.head.addWidget(self.pin)
        self.head.addWidget(self.close_button)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(0)
        self.body.addLayout(self.head)
        self._anchor: Callable[[], QPoint] | None = None
        self._watching = False
        self._focus_before: QWidget | None = None
        self._put: QPoint | None = None
        self._grip: QPoint | None = None
        self.hide()

    def apply_theme(self, tokens: Tokens) -> None:
        """Icons in the colours of the theme."""
        self.tokens = tokens
        self._ground.update()
        self.pin.setIcon(icon("pin", tokens))
        self.close_button.setIcon(icon("close", tokens))

    def event(self, event) -> bool:
        done = super().event(event)
        if event.type() in _MOVES:
            self._ground.follow()
        elif event.type() == QEvent.Type.HideToParent:
            self._ground.hide()
        return done

    def show_at(self, anchor: Callable[[], QPoint] | None) -> None:
        """Open below a place of the window (None: in its middle), inside the window, and take the keys."""
        self._anchor = anchor
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()
        if not self._watching:
            self._watching = True
            QApplication.instance().installEventFilter(self)
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Find the place again after the window or the content changed size; where a person has put it, it stays."""
        window, room = self.parentWidget(), self._room()
        height = min(self.wanted_height(), max(room.height(), self._least_height()))
        self.resize(self.width(), height)
        if self._put is not None:
            spot = self._put
        elif self._anchor is None:
            spot = QPoint((window.width() - self.width()) // 2, (window.height() - height) // 3)
            if self.width() > room.width():  # its title is seen
                spot.setX(room.left())
            if height > room.height():
                spot.setY(room.top())
        else:
            spot = self._anchor()
        self.move(self._held(spot, room))

    def _held(self, spot: QPoint, room: QRect) -> QPoint:
        """The nearest place inside the room; a panel that is larger than the room can be pushed over its edges."""
        x, y = (
            max(min(low, high), min(wanted, max(low, high)))
            for wanted, low, high in (
                (spot.x(), room.left(), room.left() + room.width() - self.width()),
                (spot.y(), room.top(), room.top() + room.height() - self.height()),
            )
        )
        return QPoint(x, y)

    def put(self, spot: QPoint) -> None:
        """Put the panel somewhere else by hand, until it is closed."""
        self._put = self._held(spot, self._room())
        self.move(self._put)

    def _reveal(self, widget: QWidget) -> None:
        """Move a panel that is larger than the window so that what has the keys is seen."""
        room = self._room()
        if room.width() >= self.width() and room.height() >= self.height():
            return
        corner = widget.mapTo(self.parentWidget(), QPoint(0, 0))
        seen = QRect(corner, widget.size())
        x, y = min(0, room.right() - seen.right()), min(0, room.bottom() - seen.bottom())
        x, y = x + max(0, room.left() - seen.left() - x), y + max(0, room.top() - seen.top() - y)  # its beginning first
        if x or y:
            self.put(self.pos() + QPoint(x, y))

    def _room(self) -> QRect:
        """Where the panel may stand: between the window's bars, so that Stop and the dropouts stay in sight (a window
        tells by `between_bars`); in all of the window where that is too low for the panel."""
        window, gutter = self.parentWidget(), theme.GUTTER
        whole = window.rect().adjusted(gutter, gutter, -gutter, -gutter)
        between_bars = getattr(window, "between_bars", None)
        if between_bars is None:
            return whole
        room = between_bars().adjusted(gutter, gutter, -gutter, -gutter) & whole
        return room if self._least_height() <= room.height() else whole

    def _least_height(self) -> int:
        """Height below which the content would be squeezed."""
        if self.body.hasHeightForWidth():
            return self.body.totalMinimumHeightForWidth(self.width())
        return self.minimumSizeHint().height()

    def wanted_height(self) -> int:
        """Height that all of the content needs at this width, wrapped lines included."""
        return (
            self.body.totalHeightForWidth(self.width()) if self.body.hasHeightForWidth() else self.sizeHint().height()
        )

    def place_soon(self) -> None:
        """Find the place again when what has just changed has its size."""
        if self.isVisible():
            QTimer.singleShot(0, self.place)

    def dismiss(self) -> None:
        """Close, pinned or not."""
        if self._watching:
            self._watching = False
            QApplication.instance().removeEventFilter(self)
        if self.isVisible():
            self._give_focus_back()
            self._put = None
            self.hide()
            self.closed.emit()

    def _give_focus_back(self) -> None:
        """The keys go where they went before; Qt would give them to whatever comes next, which then wears the ring."""
        focus = QApplication.focusWidget()
        if focus is None or not (focus is self or self.isAncestorOf(focus)):
            return
        before = self._focus_before
        if before is None or not isValid(before) or not before.isVisible() or before.window() is not self.window():
            before = self.parentWidget()
        before.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched, event):
        kind = event.type()  # of every event that there is, while the panel is open
        if kind == _PRESS and not self.pin.isChecked() and isinstance(watched, QWidget):
            inside = watched is self or self.isAncestorOf(watched)
            same_window = watched.window() is self.window()
            if same_window and not inside:
                self.dismiss()
        elif kind == _FOCUS and isinstance(watched, QWidget) and self._has_part(watched):
            self._reveal(watched)
        return False

    def _has_part(self, widget: QWidget) -> bool:
        return widget is not self and self.isAncestorOf(widget)

    def mousePressEvent(self, event):
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() < theme.HEADER:
            self._grip = event.position().toPoint()

    def mouseMoveEvent(self, event):
        if self._grip is not None:
            self.put(self.mapToParent(event.position().toPoint()) - self._grip)

    def mouseReleaseEvent(self, event):
        self._grip = None

    def wheelEvent(self, event):
        """What no part of the panel wants moves a panel that is larger than the window."""
        room, turned = self._room(), event.angleDelta() * WHEEL_PX / 120
        aside = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        move = QPoint(turned.y() or turned.x(), 0) if aside else turned
        if room.width() < self.width() or room.height() < self.height():
            self.put(self.pos() + move)
        event.accept()

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Escape and not self.pin.isChecked():
            self.dismiss()
        elif event.key() in ARROWS and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.put(self.pos() + WHEEL_PX * QPoint(*ARROWS[event.key()]))
        else:
            event.ignore()
