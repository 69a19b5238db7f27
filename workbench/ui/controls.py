"""The window's own controls: slider rows, switches, choosers, segmented buttons. They paint from the tokens.

A control shows a value that somebody else holds: `set_…` changes what is shown and emits nothing; what a person
does is emitted, and comes back through `set_…` when it has become true.
"""

from __future__ import annotations

import itertools
import time

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QSlider, QWidget

from workbench.core.errors import InputError
from workbench.core.params import Entry, Value
from workbench.ui import icons, knobs, theme
from workbench.ui.theme import DARK, Tokens

DOT_X, LABEL_X, LABEL_WIDTH, TRACK_X, BOX_WIDTH, BOX_HEIGHT, ROW_MARGIN = 9, 19, 116, 139, 82, 24, 11
"""Columns of a row inside a panel's one-pixel border."""
KNOB_RADIUS, RING_RADIUS, TRACK_HEIGHT = 6.0, 9.0, 4.0
RING_MARGIN = 11
DIMMED = 0.45
GESTURE_PAUSE_S = 0.8
"""Key presses and wheel steps closer than this are one undo step."""

_gesture_numbers = itertools.count(1)


def new_gesture(path: str) -> str:
    """A name for one continuous edit: all values set under it are one undo step."""
    return f"{path}#{next(_gesture_numbers)}"


class Themed:
    """Mixin of everything that paints from the tokens."""

    tokens: Tokens = DARK

    def apply_theme(self, tokens: Tokens) -> None:
        """Paint in this theme from now on."""
        self.tokens = tokens
        self.update()


def draw_focus_ring(painter: QPainter, tokens: Tokens, rect: QRectF, radius: float) -> None:
    """The 2 px ring around what has the keyboard focus."""
    painter.setPen(QPen(QColor(tokens.accent), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, radius, radius)


class ParameterSlider(Themed, QSlider):
    """A knob on a 4 px track, its default as a tick; linear or logarithmic, from the left or from zero.

    The integer value of the slider is the parameter times ten to its decimals, so that screen readers speak it.
    """

    moved = Signal(float, str)
    """A person moved the knob: value, gesture."""
    reset_requested = Signal()

    def __init__(self, entry: Entry, parent: QWidget | None = None):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.entry = entry
        self.knob = entry.knob
        self.dimmed = False
        self._scale = 10**self.knob.decimals
        self._drag: tuple[float, float, bool] | None = None  # pointer x, fraction, fine: at the last reference point
        self._gesture = ""
        self._gesture_end_s = 0.0
        self.setRange(round(self.knob.low * self._scale), round(self.knob.high * self._scale))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"{self.knob.label}, {self.knob.unit}" if self.knob.unit else self.knob.label)
        self.setAccessibleDescription(self.knob.help)
        self.set_number(float(entry.default))

    @property
    def number(self) -> float:
        """The value shown, in the parameter's unit."""
        return self.value() / self._scale

    @property
    def dragging(self) -> bool:
        """A person holds the knob."""
        return self._drag is not None

    def set_number(self, value: float) -> None:
        """Show a value."""
        self.setValue(round(value * self._scale))
        self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Paint faintly: the value has no effect at present."""
        self.dimmed = dimmed
        self.update()

    def _offer(self, value: float, gesture: str) -> None:
        value = knobs.clamped(self.knob, value)
        if value != self.number:
            self.set_number(value)
            self.moved.emit(value, gesture)

    def _burst_gesture(self) -> str:
        now_s = time.monotonic()
        if now_s > self._gesture_end_s or not self._gesture:
            self._gesture = new_gesture(self.entry.path)
        self._gesture_end_s = now_s + GESTURE_PAUSE_S
        return self._gesture

    # Geometry: the knob's centre travels along the whole track; the ring needs room at both ends.
    def _track(self) -> tuple[float, float]:
        return float(RING_MARGIN), float(self.width() - RING_MARGIN)

    def _x_of(self, fraction: float) -> float:
        left, right = self._track()
        return left + fraction * (right - left)

    def mousePressEvent(self, event):
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        left, right = self._track()
        x = event.position().x()
        fraction = knobs.fraction_of(self.knob, self.number)
        self._gesture = new_gesture(self.entry.path)
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if abs(x - self._x_of(fraction)) > KNOB_RADIUS + 2:  # beside the knob: it jumps there
            fraction = (x - left) / (right - left)
            self._offer(knobs.value_at(self.knob, fraction, fine), self._gesture)
        self._drag = (x, fraction, fine)
        self.update()

    def mouseMoveEvent(self, event):
        if self._drag is None:
            return
        left, right = self._track()
        x = event.position().x()
        start_x, start_fraction, was_fine = self._drag
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if fine != was_fine:  # go on from here at the other speed, without a jump
            start_x, start_fraction = x, knobs.fraction_of(self.knob, self.number)
            self._drag = (x, start_fraction, fine)
        moved = (x - start_x) / (right - left) * (0.1 if fine else 1.0)
        self._offer(knobs.value_at(self.knob, start_fraction + moved, fine), self._gesture)

    def mouseReleaseEvent(self, event):
        self._drag = None
        self._gesture = ""
        self.update()

    def mouseDoubleClickEvent(self, event):
        self._drag = None
        self.reset_requested.emit()

    def wheelEvent(self, event):
        if not self.hasFocus() or event.angleDelta().y() == 0:
            event.ignore()  # the panel scrolls
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        steps = 1 if event.angleDelta().y() > 0 else -1
        self._offer(knobs.stepped(self.knob, self.number, steps, fine), self._burst_gesture())
        event.accept()

    def keyPressEvent(self, event):
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }.get(Qt.Key(event.key()))
        if steps is not None:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._offer(knobs.stepped(self.knob, self.number, steps, fine), self._burst_gesture())
        elif event.key() == Qt.Key.Key_Home:
            self._offer(self.knob.low, self._burst_gesture())
        elif event.key() == Qt.Key.Key_End:
            self._offer(self.knob.high, self._burst_gesture())
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.reset_requested.emit()
        else:
            event.ignore()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(DIMMED if self.dimmed else 1.0)
        middle = self.height() / 2
        left, right = self._track()
        x = self._x_of(knobs.fraction_of(self.knob, self.number))
        start = self._x_of(knobs.fraction_of(self.knob, 0.0)) if self.knob.bipolar else left
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.line))
        painter.drawRoundedRect(QRectF(left, middle - 2, right - left, TRACK_HEIGHT), 2, 2)
        painter.setBrush(QColor(t.slider_fill))
        painter.drawRoundedRect(QRectF(min(start, x), middle - 2, abs(x - start), TRACK_HEIGHT), 2, 2)
        tick = round(self._x_of(knobs.fraction_of(self.knob, float(self.entry.default)))) + 0.5
        painter.setPen(QPen(QColor(t.text3), 1))
        painter.drawLine(QPointF(tick, middle - 5), QPointF(tick, middle + 5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(t.text1 if t.name == "dark" else t.text2))
        painter.drawEllipse(QPointF(x, middle), KNOB_RADIUS, KNOB_RADIUS)
        if self.hasFocus() or self.dragging:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(t.accent), 2))
            painter.drawEllipse(QPointF(x, middle), RING_RADIUS, RING_RADIUS)
        painter.end()


class ValueBox(Themed, QLineEdit):
    """A number with its unit; while it has the focus a field for typing, applied by Enter or Tab, left by Escape."""

    committed = Signal(str)

    def __init__(self, entry: Entry, parent: QWidget | None = None):
        super().__init__(parent)
        self.entry = entry
        self.number = float(entry.default)
        self.dimmed = False
        self.setObjectName("valueBox")
        self.setFixedSize(BOX_WIDTH, BOX_HEIGHT)
        self.setFont(theme.font(13))
        self.setAccessibleName(f"{entry.knob.label}, value")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setStyleSheet("QLineEdit { border-radius: 4px; padding: 0 6px; }")
        self._show()

    def set_number(self, value: float) -> None:
        """Show a value; what is being typed stays."""
        self.number = value
        if not self.hasFocus():
            self._show()
        self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Paint faintly: the value has no effect at present."""
        self.dimmed = dimmed
        self.update()

    def _show(self) -> None:
        self.setText(knobs.number_text(self.entry.knob, self.number))

    def focusInEvent(self, event):
        super().focusInEvent(event)
        self._show()
        self.selectAll()

    def focusOutEvent(self, event):
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._commit()
        super().focusOutEvent(event)
        self._show()
        self.deselect()

    def mouseReleaseEvent(self, event):
        super().mouseReleaseEvent(event)
        if not self.isModified() and not self.hasSelectedText():
            self.selectAll()

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._commit()
            self.selectAll()
        elif event.key() == Qt.Key.Key_Escape:
            self._show()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def _commit(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.committed.emit(self.text())

    def paintEvent(self, event):
        t, knob = self.tokens, self.entry.knob
        unit = knobs.unit_text(knob)
        if self.hasFocus():
            super().paintEvent(event)
            painter = QPainter(self)
            painter.setFont(theme.font(12))
            painter.setPen(QColor(t.text3))
            painter.drawText(
                self.rect().adjusted(0, 0, -7, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, unit
            )
            painter.end()
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.line_strong if self.underMouse() else t.line), 1))
        painter.setBrush(QColor(t.field))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setOpacity(DIMMED if self.dimmed else 1.0)
        text = knobs.number_text(knob, self.number)
        painter.setFont(self.font())
        width = QFontMetricsF(self.font()).horizontalAdvance(text)
        edge = max(43.0, 7.0 + width)
        box = QRectF(0, 0, edge, self.height())
        painter.setPen(QColor(t.text1))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        if unit:
            painter.setPen(QColor(t.text1 if unit == "°" else t.text3))
            painter.setFont(self.font() if unit == "°" else theme.font(12))
            rest = QRectF(edge + (0 if unit == "°" else 4), 0, self.width() - edge, self.height())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, unit)
        painter.end()


class ToggleSwitch(Themed, QAbstractButton):
    """On or off: 28 × 16, in a target 28 high."""

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFixedSize(32, 28)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else DIMMED)
        rect = QRectF(2, 6, 28, 16)
        on = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen)
        filled = t.text2 if t.name == "dark" else t.slider_fill
        painter.setBrush(QColor(filled if on else t.line_strong))
        painter.drawRoundedRect(rect, 8, 8)
        painter.setBrush(QColor(t.panel))
        painter.drawEllipse(QPointF(rect.right() - 8 if on else rect.left() + 8, rect.center().y()), 6, 6)
        if self.hasFocus():
            draw_focus_ring(painter, t, rect.adjusted(-1, -3, 1, 3), 11)
        painter.end()


class MethodChooser(Themed, QComboBox):
    """A chooser as wide as its present choice (`fit`) or as its place; the wheel leaves it alone without the focus."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: tuple[tuple[str, str], ...] = (), fit: bool = True, parent=None):
        super().__init__(parent)
        self._fit = fit
        self.setFont(theme.font(13))
        self.setFixedHeight(28 if fit else BOX_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed if fit else QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_choices(choices)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))
        self.currentIndexChanged.connect(lambda _: self.updateGeometry())

    def set_choices(self, choices: tuple[tuple[str, str], ...]) -> None:
        """Replace the list: (value, label) pairs."""
        self.clear()
        for value, label in choices:
            self.addItem(label, value)
        if choices:
            metrics = QFontMetricsF(self.font())
            self.view().setMinimumWidth(int(max(metrics.horizontalAdvance(label) for _, label in choices)) + 40)

    def set_value(self, value: str) -> None:
        """Show a choice; one that is not in the list is added as it is."""
        index = self.findData(value)
        if index < 0:
            self.addItem(value, value)
            index = self.findData(value)
        self.setCurrentIndex(index)
        if not self._fit:
            self.setToolTip(self.currentText())

    def sizeHint(self) -> QSize:
        if not self._fit:
            return super().sizeHint()
        text = QFontMetricsF(self.font()).horizontalAdvance(self.currentText())
        return QSize(int(text) + 44, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._fit else QSize(60, BOX_HEIGHT)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = theme.RADIUS_FIELD
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.hover if self.underMouse() else t.raised))
        painter.drawRoundedRect(rect, radius, radius)
        painter.setPen(QColor(t.text1))
        painter.setFont(self.font())
        room = self.width() - 9 - 26
        text = QFontMetricsF(self.font()).elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(9, 0, room + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        icons.paint(painter, "chevron-down", t.text1, QRectF(self.width() - 22, self.height() / 2 - 7, 14, 14))
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(1, 1, -1, -1), radius)
        painter.end()

    def wheelEvent(self, event):
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Row(Themed, QWidget):
    """A line of the parameter panel: dot where it differs from the preset, label, and an editor."""

    edited = Signal(str, object, str)
    """path, value, gesture."""
    reset_requested = Signal(str)
    described = Signal(str)
    """The pointer or the focus came: show this parameter's help."""
    refused = Signal(str)
    """Typed text that cannot be used: why."""

    def __init__(self, path: str, label: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.path, self.label = path, label
        self.differs = False
        self.dimmed = False
        self.setFixedHeight(theme.ROW)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFont(theme.font(13))

    def _watch(self, *children: QWidget) -> None:
        for child in children:
            child.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.Enter):
            self.described.emit(self.path)
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def enterEvent(self, event):
        self.described.emit(self.path)
        super().enterEvent(event)

    def mouseDoubleClickEvent(self, event):
        self.reset_requested.emit(self.path)

    def set_differs(self, differs: bool) -> None:
        """Show the dot: the value is not the preset's."""
        if differs != self.differs:
            self.differs = differs
            self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """The value has no effect at present; it stays, and can still be set."""
        if dimmed != self.dimmed:
            self.dimmed = dimmed
            for child in self.findChildren(QWidget):
                if hasattr(child, "set_dimmed"):
                    child.set_dimmed(dimmed)
            self.update()

    def set_value(self, value: Value) -> None:
        """Show a value."""
        raise NotImplementedError

    def _has_focus(self) -> bool:
        return any(child.hasFocus() for child in self.findChildren(QWidget))

    @property
    def _label_width(self) -> int:
        return LABEL_WIDTH + 3

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self._has_focus():
            painter.fillRect(self.rect(), QColor(t.raised))
        painter.setOpacity(DIMMED if self.dimmed else 1.0)
        middle = self.height() / 2
        if self.differs:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.accent))
            painter.drawEllipse(QPointF(DOT_X + 3, middle), 3, 3)
        painter.setPen(QColor(t.text1 if self.differs else t.text2))
        painter.setFont(self.font())
        place = QRectF(LABEL_X, 0, self._label_width, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.label)
        painter.end()


class SliderRow(Row):
    """Label, slider and value box of one number."""

    def __init__(self, entry: Entry, parent: QWidget | None = None):
        super().__init__(entry.path, entry.knob.label, parent)
        self.entry = entry
        self.slider = ParameterSlider(entry, self)
        self.box = ValueBox(entry, self)
        self._watch(self.slider, self.box)
        self.slider.moved.connect(self._on_moved)
        self.slider.reset_requested.connect(lambda: self.reset_requested.emit(self.path))
        self.box.committed.connect(self._on_typed)

    def set_value(self, value: Value) -> None:
        if not self.slider.dragging:
            self.slider.set_number(float(value))
        self.box.set_number(float(value))

    def _on_moved(self, value: float, gesture: str) -> None:
        self.box.set_number(value)
        self.edited.emit(self.path, self.entry.kind(value), gesture)

    def _on_typed(self, text: str) -> None:
        try:
            value = knobs.read_number(self.entry, text)
        except InputError as error:
            self.box.setText(knobs.number_text(self.entry.knob, self.box.number))
            self.refused.emit(str(error))
            return
        self.box.set_number(float(value))
        self.box.setText(knobs.number_text(self.entry.knob, float(value)))
        self.slider.set_number(float(value))
        self.edited.emit(self.path, value, new_gesture(self.path))

    def resizeEvent(self, event):
        box_left = self.width() - ROW_MARGIN - BOX_WIDTH
        self.box.move(box_left, (self.height() - BOX_HEIGHT) // 2)
        self.slider.setGeometry(TRACK_X - RING_MARGIN, 0, box_left - 13 - TRACK_X + 2 * RING_MARGIN, self.height())


class SwitchRow(Row):
    """Label and switch of one yes-or-no."""

    def __init__(self, entry: Entry, parent: QWidget | None = None):
        super().__init__(entry.path, entry.knob.label, parent)
        self.switch = ToggleSwitch(entry.knob.label, self)
        self.switch.setAccessibleDescription(entry.knob.help)
        self._watch(self.switch)
        self.switch.clicked.connect(lambda on: self.edited.emit(self.path, bool(on), new_gesture(self.path)))

    @property
    def _label_width(self) -> int:
        return self.width() - LABEL_X - 48

    def set_value(self, value: Value) -> None:
        self.switch.setChecked(bool(value))

    def resizeEvent(self, event):
        self.switch.move(
            self.width() - ROW_MARGIN - self.switch.width() + 2, (self.height() - self.switch.height()) // 2
        )


class ChoiceRow(Row):
    """Label and chooser of something that changes the chain's structure (array, loudspeakers) or of a choice."""

    def __init__(self, path: str, label: str, choices: tuple[tuple[str, str], ...], parent: QWidget | None = None):
        super().__init__(path, label, parent)
        self.chooser = MethodChooser(label, choices, fit=False, parent=self)
        self._watch(self.chooser)
        self.chooser.chosen.connect(lambda value: self.edited.emit(self.path, value, new_gesture(self.path)))

    def set_value(self, value: Value) -> None:
        self.chooser.set_value(str(value))

    def resizeEvent(self, event):
        self.chooser.setGeometry(
            TRACK_X, (self.height() - BOX_HEIGHT) // 2, self.width() - ROW_MARGIN - TRACK_X, BOX_HEIGHT
        )


class CaptionChooser(Themed, QAbstractButton):
    """A toolbar chooser, 44 high: a caption over the present value, perhaps with a faint note behind it."""

    def __init__(self, caption: str, width: int, parent: QWidget | None = None):
        super().__init__(parent)
        self.caption, self.value, self.note = caption, "", ""
        self.compact = False
        self.setFixedSize(width, 44)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(caption)

    def set_value(self, value: str, note: str = "") -> None:
        """Show a value (and a note such as "edited")."""
        self.value, self.note = value, note
        self.setAccessibleDescription(f"{value} {note}".strip())
        self.setToolTip(f"{self.caption}: {value}{', ' + note if note else ''}")
        self.update()

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.hover if self.underMouse() or self.isDown() else t.raised))
        painter.drawRoundedRect(rect, theme.RADIUS_TOOLBAR, theme.RADIUS_TOOLBAR)
        painter.setOpacity(1.0 if self.isEnabled() else DIMMED)
        left, room = 12.0, self.width() - 12.0 - 30.0
        painter.setFont(theme.font(11))
        painter.setPen(QColor(t.text3))
        painter.drawText(QPointF(left, 16.5), self.caption)
        font = theme.font(13, 500)
        metrics = QFontMetricsF(font)
        note = "" if not self.note else (" *" if self.compact else self.note)
        note_width = metrics.horizontalAdvance(note) + (8 if note and not self.compact else 0)
        value = metrics.elidedText(self.value, Qt.TextElideMode.ElideRight, room - note_width)
        painter.setFont(font)
        painter.setPen(QColor(t.text1))
        painter.drawText(QPointF(left, 35.0), value)
        if note:
            plain = theme.font(13)
            painter.setFont(plain)
            painter.setPen(QColor(t.text1 if self.compact else t.text3))
            offset = metrics.horizontalAdvance(value) + (0 if self.compact else 8)
            painter.drawText(QPointF(left + offset, 35.0), note)
        icons.paint(painter, "chevron-down", t.text3, QRectF(self.width() - 24, self.height() / 2 - 7, 14, 14))
        if self.hasFocus():
            draw_focus_ring(painter, t, QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS_TOOLBAR)
        painter.end()


class Segment(Themed, QAbstractButton):
    """One part of a segmented control; the chosen one is filled."""

    def __init__(self, text: str, width: int, token: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setText(text)
        self.token = token
        self.first = self.last = False
        self.setCheckable(True)
        self.setFixedSize(width, 36)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outer = QRectF(self.rect()).adjusted(0.5, 0.5, 0.5 if not self.last else -0.5, -0.5)
        if not self.first:
            outer.setLeft(-theme.RADIUS_TOOLBAR * 2)
        if not self.last:
            outer.setRight(self.width() + theme.RADIUS_TOOLBAR * 2)
        path = QPainterPath()
        path.addRoundedRect(outer, theme.RADIUS_TOOLBAR, theme.RADIUS_TOOLBAR)
        fill = getattr(t, self.token) if self.isChecked() else (t.hover if self.underMouse() else t.field)
        painter.fillPath(path, QColor(fill))
        painter.setPen(QPen(QColor(t.line_strong), 1))
        painter.drawPath(path)
        if not self.last:
            painter.drawLine(QPointF(self.width() - 0.5, 0), QPointF(self.width() - 0.5, self.height()))
        is_side = self.token in ("a", "b")
        on, off = (t.on_ab, getattr(t, self.token)) if is_side else (t.panel, t.text2)
        ink = on if self.isChecked() else off
        painter.setFont(theme.font(13, 600 if is_side else 500))
        painter.setPen(QColor(ink))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            ring = self.tokens.accent if not self.isChecked() else ink
            painter.setPen(QPen(QColor(ring), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), 3, 3)
        painter.end()


class Segmented(QWidget):
    """Buttons in one frame of which exactly one is chosen."""

    chosen = Signal(str)

    def __init__(self, segments: tuple[tuple[str, str, int, str, str], ...], parent: QWidget | None = None):
        """`segments`: (value, text, width, token of the fill, tooltip)."""
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.buttons: dict[str, Segment] = {}
        for value, text, width, token, tip in segments:
            button = Segment(text, width, token, self)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _=False, value=value: self._on_clicked(value))
            layout.addWidget(button)
            self.buttons[value] = button
        parts = list(self.buttons.values())
        parts[0].first = parts[-1].last = True
        self.value = ""
        self.set_value(segments[0][0])

    def set_value(self, value: str) -> None:
        """Show the chosen part."""
        self.value = value
        for name, button in self.buttons.items():
            button.setChecked(name == value)

    def _on_clicked(self, value: str) -> None:
        self.set_value(self.value)  # what plays is shown when it is true
        self.chosen.emit(value)


def rule(vertical: bool = False, length: int | None = None) -> QFrame:
    """A 1 px line between sections."""
    line = QFrame()
    line.setObjectName("rule")
    if vertical:
        line.setFixedWidth(1)
        if length:
            line.setFixedHeight(length)
    else:
        line.setFixedHeight(1)
    return line
