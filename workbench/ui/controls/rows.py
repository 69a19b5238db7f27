"""Rows of a parameter panel: label and editor of one parameter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from workbench.core.errors import InputError
from workbench.core.params import Entry, Value
from workbench.ui import knobs, theme
from workbench.ui.controls.base import (
    BOX_HEIGHT,
    BOX_WIDTH,
    DIMMED,
    DOT_X,
    LABEL_WIDTH,
    LABEL_X,
    ROW_MARGIN,
    TRACK_X,
    Themed,
    new_gesture,
)
from workbench.ui.controls.choosers import MethodChooser
from workbench.ui.controls.slider import RING_MARGIN, ParameterSlider
from workbench.ui.controls.switch import ToggleSwitch
from workbench.ui.controls.value_box import ValueBox


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

    def set_other(self, value: Value | None, side: str = "") -> None:
        """Mark the other setting's value; None: no mark."""
        self.slider.set_other(None if value is None else float(value), side)

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
