"""The channel map as a matrix: a row for each channel of the device, a column for each microphone, live meters."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from workbench.core.channel_map import ChannelMap
from workbench.core.messages import InputLevels
from workbench.ui import theme
from workbench.ui.controls import Themed, draw_focus_ring
from workbench.ui.painting import MINUS, draw_text, number

ROW, PITCH, LEAST_PITCH = 24, 24, 15
LABEL, METER, HEAD = 32, 92, 22
FLOOR_DBFS = -60.0
OWN_KEYS = (Qt.Key.Key_I, Qt.Key.Key_Minus, Qt.Key.Key_X, Qt.Key.Key_L, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
CENTRE, RIGHT = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight


class MapMatrix(Themed, QWidget):
    """Click a field, or drag a mark to it, to connect a channel with a microphone; click a row's number to hear that
    channel alone. Arrow keys, Enter, I, X, L and Delete do the same."""

    assigned = Signal(int, object)
    """Microphone (from 0) and its new channel (from 0), or None."""
    selected = Signal(int)
    """The microphone that is being edited."""
    invert_wanted = Signal(int)
    mute_wanted = Signal(int)
    listen_wanted = Signal(int)
    """Hear this channel (from 0) alone, or the whole sound again."""

    def __init__(self):
        super().__init__()
        self.names: tuple[str, ...] = ()
        self.map = ChannelMap.in_order(1)
        self.levels: InputLevels | None = None
        self.flagged: frozenset[int] = frozenset()
        """Microphones that a check found at fault."""
        self.current = 0
        self.listened: int | None = None
        """The channel that is heard alone."""
        self._cursor_row = 0
        self._drag: tuple[int, QPointF] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Channel map: device channels and microphones")
        self._fit()

    # ---- what is shown -----------------------------------------------------------------------------------------

    def show_map(self, channel_map: ChannelMap, names: tuple[str, ...]) -> None:
        """Show a map over the source's channels."""
        if (channel_map, names) == (self.map, self.names):
            return
        self.map, self.names = channel_map, names
        self.current = min(self.current, len(channel_map.positions) - 1)
        self._fit()
        self._describe()
        self.update()

    def show_levels(self, levels: InputLevels | None) -> None:
        """Live levels of the source's channels; None: nothing runs."""
        if levels is not self.levels:
            self.levels = levels
            left = self._meter_left()
            self.update(int(left), 0, self.width() - int(left), self.height())

    def flag(self, microphones: frozenset[int]) -> None:
        """Mark the microphones that a check found at fault."""
        if microphones != self.flagged:
            self.flagged = microphones
            self.update()

    def show_listened(self, channel: int | None) -> None:
        """Mark the channel that is heard alone."""
        if channel != self.listened:
            self.listened = channel
            self.update()

    def select(self, microphone: int) -> None:
        """Edit this microphone."""
        microphone = max(0, min(len(self.map.positions) - 1, microphone))
        self.current = microphone
        self._describe()
        self.selected.emit(microphone)
        self.update()

    @property
    def pitch(self) -> float:
        """Width of a column."""
        mics = max(1, len(self.map.positions))
        return max(LEAST_PITCH, min(PITCH, (self.width() - LABEL - METER - 12) / mics))

    def least_width(self) -> int:
        """So much is needed for all columns."""
        return LABEL + METER + 12 + LEAST_PITCH * len(self.map.positions)

    def _fit(self) -> None:
        self.setFixedHeight(HEAD + ROW * max(1, len(self.names)) + 4)
        self.setMinimumWidth(self.least_width())

    def _describe(self) -> None:
        position = self.map.positions[self.current]
        heard = "nothing" if position.channel is None else self._name(position.channel)
        marks = "".join(f", {word}" for word, on in (("inverted", position.inverted), ("muted", position.muted)) if on)
        self.setAccessibleDescription(f"Microphone {self.current + 1} hears {heard}{marks}")

    def _name(self, channel: int) -> str:
        return self.names[channel] if channel < len(self.names) else f"channel {channel + 1}"

    # ---- geometry ----------------------------------------------------------------------------------------------

    def _meter_left(self) -> float:
        return self.width() - METER + 4

    def _cell(self, row: int, column: int) -> QRectF:
        return QRectF(LABEL + column * self.pitch, HEAD + row * ROW, self.pitch, ROW)

    def row_of_number(self, at: QPointF) -> int | None:
        """The channel whose number is under a point."""
        row = int((at.y() - HEAD) // ROW)
        return row if at.y() >= HEAD and 0 <= at.x() < LABEL and row < len(self.names) else None

    def place_at(self, at: QPointF) -> tuple[int, int] | None:
        """Channel and microphone under a point."""
        column = int((at.x() - LABEL) // self.pitch)
        row = int((at.y() - HEAD) // ROW)
        inside = 0 <= column < len(self.map.positions) and 0 <= row < len(self.names)
        return (row, column) if inside and at.x() >= LABEL and at.y() >= HEAD else None

    # ---- what a person does ------------------------------------------------------------------------------------

    def mousePressEvent(self, event):
        number_of = self.row_of_number(event.position())
        if number_of is not None:
            self._cursor_row = number_of
            self.listen_wanted.emit(number_of)
            return
        place = self.place_at(event.position())
        if place is None:
            return
        row, column = place
        self._cursor_row = row
        if self.map.positions[column].channel == row:
            self._drag = (column, event.position())
            self.select(column)
        else:
            self.assigned.emit(column, row)
            self.select(column)

    def mouseMoveEvent(self, event):
        if self._drag is not None:
            self._drag = (self._drag[0], event.position())
            self.update()

    def mouseReleaseEvent(self, event):
        if self._drag is None:
            return
        column, self._drag = self._drag[0], None
        place = self.place_at(event.position())
        self.update()
        if place is None:
            return
        row, target = place
        if (row, target) == (self.map.positions[column].channel, column):
            return
        self.assigned.emit(target, self.map.positions[column].channel if target != column else row)
        self.select(target)

    def mouseDoubleClickEvent(self, event):
        place = self.place_at(event.position())
        if place is not None and self.map.positions[place[1]].channel == place[0]:
            self.invert_wanted.emit(place[1])

    def keyPressEvent(self, event):
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.select(self.current + (1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if key == Qt.Key.Key_Down else -1
            self._cursor_row = max(0, min(len(self.names) - 1, self._cursor_row + step))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.assigned.emit(self.current, self._cursor_row)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.assigned.emit(self.current, None)
        elif key in (Qt.Key.Key_I, Qt.Key.Key_Minus):
            self.invert_wanted.emit(self.current)
        elif key == Qt.Key.Key_X:
            self.mute_wanted.emit(self.current)
        elif key == Qt.Key.Key_L and self.names:
            self.listen_wanted.emit(min(self._cursor_row, len(self.names) - 1))
        else:
            event.ignore()

    def event(self, event):
        if event.type() == event.Type.ShortcutOverride and Qt.Key(event.key()) in OWN_KEYS:
            event.accept()  # here these keys edit the map, whatever they do in the window
            return True
        if event.type() == event.Type.ToolTip:
            place = self.place_at(QPointF(event.pos()))
            row = self.row_of_number(QPointF(event.pos()))
            if row is not None:
                QToolTip.showText(event.globalPos(), self.listen_tip(row), self)
            elif place is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.tip(*place), self)
            return True
        return super().event(event)

    def listen_tip(self, row: int) -> str:
        """What a click on a row's number does."""
        if row == self.listened:
            return f"{self._name(row)} is heard alone, unprocessed. Click: the whole sound again (L)"
        return f"Click: hear {self._name(row)} alone, unprocessed (L)"

    def tip(self, row: int, column: int) -> str:
        """What a click on a field does, or what the mark there means."""
        position = self.map.positions[column]
        if position.channel != row:
            return f"Click: microphone {column + 1} hears {self._name(row)}"
        marks = [word for word, on in (("inverted", position.inverted), ("muted", position.muted)) if on]
        gain = f", {number(position.gain_db, 1, signed=True)} dB" if position.gain_db else ""
        state = f" ({', '.join(marks)})" if marks else ""
        return f"Microphone {column + 1} hears {self._name(row)}{state}{gain}. Drag it elsewhere; double-click inverts"

    # ---- painting ----------------------------------------------------------------------------------------------

    def paintEvent(self, event):
        t = self.tokens
        painter = QPainter(self)
        mics, rows, pitch = len(self.map.positions), len(self.names), self.pitch
        painter.setFont(theme.font(11))
        grid = QRectF(LABEL, HEAD, mics * pitch, rows * ROW)
        painter.fillRect(grid, QColor(t.plot))
        sparse = 1 if pitch >= 22 else 2 if pitch >= 18 else 4
        for column in range(mics):
            ink = t.warning if column in self.flagged else t.text1 if column == self.current else t.text2
            if column % sparse == 0 or column == self.current:
                text = f"M{column + 1}" if sparse == 1 else str(column + 1)
                draw_text(painter, LABEL + (column + 0.5) * pitch, HEAD / 2 - 1, text, ink, CENTRE)
        painter.setPen(QPen(QColor(t.line), 1))
        for column in range(mics + 1):
            x = round(LABEL + column * pitch) + 0.5
            painter.drawLine(QPointF(x, grid.top()), QPointF(x, grid.bottom()))
        for row in range(rows + 1):
            y = HEAD + row * ROW + 0.5
            painter.drawLine(QPointF(grid.left(), y), QPointF(grid.right(), y))
        self._paint_labels(painter, rows)
        self._paint_marks(painter)
        self._paint_meters(painter, rows)
        if self.hasFocus():
            cell = self._cell(min(self._cursor_row, max(0, rows - 1)), self.current)
            draw_focus_ring(painter, t, cell.adjusted(2, 2, -1, -1), 3)
        painter.end()

    def _paint_labels(self, painter: QPainter, rows: int) -> None:
        t = self.tokens
        for row in range(rows):
            heard_by = self.map.microphones_of(row)
            ink = t.warning if self.flagged & set(heard_by) else t.text1 if heard_by else t.text3
            middle = HEAD + (row + 0.5) * ROW
            if row == self.listened:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(t.accent))
                painter.drawRoundedRect(QRectF(1, middle - 9, LABEL - 7, 18), 4, 4)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                ink = t.panel
            draw_text(painter, LABEL - 12, middle, str(row + 1), ink, RIGHT)

    def _paint_marks(self, painter: QPainter) -> None:
        t = self.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for column, position in enumerate(self.map.positions):
            if position.channel is None or position.channel >= len(self.names):
                continue
            cell = self._cell(position.channel, column)
            side = min(17.0, self.pitch - 4)
            center = cell.center()
            if self._drag is not None and self._drag[0] == column:
                center = self._drag[1]
            box = QRectF(center.x() - side / 2 + 0.5, center.y() - side / 2 + 0.5, side, side)
            flagged = column in self.flagged or position.inverted
            if position.muted:
                painter.setPen(QPen(QColor(t.text3), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(t.warning if flagged else t.text2))
            painter.drawRoundedRect(box, 4, 4)
            painter.setFont(theme.font(11, 600))
            mark = "×" if position.muted else MINUS if position.inverted else ""
            if not mark and position.gain_db:
                mark = "+" if position.gain_db > 0 else "·"
            if mark:
                draw_text(painter, box.center().x(), box.center().y(), mark,
                          t.text3 if position.muted else t.panel, CENTRE)  # fmt: skip
            if column == self.current:
                painter.setPen(QPen(QColor(t.accent), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 5, 5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_meters(self, painter: QPainter, rows: int) -> None:
        t = self.tokens
        left, width = self._meter_left(), METER - 8
        painter.setFont(theme.font(11))
        to_x = lambda level: left + max(0.0, min(1.0, 1 - level / FLOOR_DBFS)) * width  # noqa: E731
        for level, align in ((-60, Qt.AlignmentFlag.AlignLeft), (-30, CENTRE), (0, RIGHT)):
            text = "0" if level == 0 else f"{MINUS}{-level}"
            draw_text(painter, to_x(level), HEAD / 2 - 1, text, t.text3, align)
        for row in range(rows):
            y = HEAD + (row + 0.5) * ROW
            painter.fillRect(QRectF(left, y - 3, width, 6), QColor(t.line))
            levels = self.levels
            if levels is None or row >= len(levels.rms_dbfs):
                continue
            rms, peak = float(levels.rms_dbfs[row]), float(levels.peak_dbfs[row])
            if rms > FLOOR_DBFS:
                painter.fillRect(QRectF(left, y - 3, to_x(rms) - left, 6), t.color("before", 0.55))
                painter.fillRect(QRectF(to_x(rms) - 2, y - 3, 2, 6), QColor(t.before))
            if peak > FLOOR_DBFS:
                ink = t.clip if peak >= -0.1 else t.warning if peak > -6 else t.text1
                painter.fillRect(QRectF(round(to_x(peak)) - 2, y - 4, 2, 8), QColor(ink))

    def loudest(self) -> int | None:
        """The channel that is loudest now; None without sound."""
        levels = self.levels
        if levels is None or not len(levels.peak_dbfs):
            return None
        return int(np.argmax(levels.peak_dbfs))

    def point_of(self, row: int, column: int) -> QPoint:
        """Middle of a field."""
        return self._cell(row, column).center().toPoint()
