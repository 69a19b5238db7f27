"""Parts of the Sound region's headers: titles, choosers, toggles, the clip chip, the colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from workbench.ui.painting import THIN_SPACE, colormap_image, draw_text, number
from workbench.ui.theme import DARK, LEVEL_MAPS, LEVEL_RANGE_DB, RADIUS_FIELD, ROW, Tokens, font
from workbench.ui.views.plot import Painted


@dataclass(frozen=True)
class Run:
    """A piece of a title: text, token of its colour, weight, pixels, and the gap before it."""

    text: str
    token: str = "text1"
    weight: int = 400
    pixels: int = 12
    gap: int = 8


class Title(Painted):
    """A heading with a note, an optional colour square before it, and text at the right end."""

    def __init__(
        self,
        runs: Sequence[Run],
        *,
        right: Sequence[Run] = (),
        square: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.square = square
        self._fonts: dict[tuple[int, int], QFont] = {}
        self.set_runs(runs, right)

    def set_runs(self, runs: Sequence[Run], right: Sequence[Run] = ()) -> None:
        self.runs, self.right = tuple(runs), tuple(right)
        self.setAccessibleName(" ".join(run.text for run in (*self.runs, *self.right)))
        self.invalidate()

    def _font(self, run: Run) -> QFont:
        key = (run.pixels, run.weight)
        if key not in self._fonts:
            self._fonts[key] = font(*key)
        return self._fonts[key]

    def natural_width(self) -> int:
        """Pixels that the left part needs."""
        width = 18 if self.square else 0
        for index, run in enumerate(self.runs):
            width += (run.gap if index else 0) + QFontMetrics(self._font(run)).horizontalAdvance(run.text)
        return width

    def paint_background(self, painter: QPainter) -> None:
        middle = self.height() / 2
        x = 0.0
        if self.square:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(self.tokens, self.square)))
            painter.drawRoundedRect(QRectF(0, round(middle) - 5, 10, 10), 2, 2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            x = 18.0
        for index, run in enumerate(self.runs):
            painter.setFont(self._font(run))
            x += run.gap if index else 0
            x += draw_text(painter, x, middle, run.text, getattr(self.tokens, run.token))
        x = float(self.width())
        for index, run in enumerate(reversed(self.right)):
            painter.setFont(self._font(run))
            x -= run.gap if index else 0
            x -= draw_text(painter, x, middle, run.text, getattr(self.tokens, run.token), Qt.AlignmentFlag.AlignRight)


class FlatButton(QAbstractButton):
    """Base of the headers' buttons: 28 high, hover, focus ring; Enter presses it as Space would."""

    def __init__(self, text: str, pixels: int = 12, weight: int = 400, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens: Tokens = DARK
        self.setText(text)
        self.setFont(font(pixels, weight))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def apply_theme(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2 * self.padding, ROW)

    padding = 12

    def _box(self, painter: QPainter, fill: str | None, outline: str | None, rect: QRectF | None = None) -> None:
        rect = QRectF(self.rect()) if rect is None else rect
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(outline) if outline else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        if fill or outline:
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_FIELD, RADIUS_FIELD)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_FIELD, RADIUS_FIELD)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class Toggle(FlatButton):
    """A button that stays pressed, optionally with a small curve before its text."""

    def __init__(self, text: str, tool_tip: str, *, curve: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self.curve = curve
        self.setCheckable(True)
        self.setToolTip(tool_tip)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tool_tip)

    def set_curve(self, curve: bool) -> None:
        """Draw the small curve, or not."""
        if curve != self.curve:
            self.curve = curve
            self.update()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + (20 if self.curve else 0), hint.height())

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        tokens = self.tokens
        if self.isChecked():
            self._box(painter, tokens.raised, tokens.line)
        else:
            self._box(painter, tokens.hover if self.underMouse() else None, None)
        ink = tokens.text1 if self.isChecked() else tokens.text2
        painter.setFont(self.font())
        x, middle = float(self.padding), self.height() / 2
        if self.curve:
            x -= 2
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(ink), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            path = QPainterPath(QPointF(x, middle + 2.5))
            path.cubicTo(x + 4, middle - 6.5, x + 6.5, middle - 1, x + 8, middle + 0.5)
            path.cubicTo(x + 9.5, middle + 2, x + 11, middle + 1, x + 13, middle - 1.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            x += 20
        draw_text(painter, x, middle, self.text(), ink)
        painter.end()


class Chooser(FlatButton):
    """A value with a chevron that opens a menu; with a single choice plain text. `chosen` gives the new index."""

    chosen = Signal(int)
    padding = 6

    def __init__(self, name: str, choices: Sequence[str], tool_tip: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.name = name
        self.index = 0
        self.setToolTip(tool_tip)
        self.clicked.connect(self._open)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[str], index: int = 0) -> None:
        """Offer these, with one chosen; emits nothing."""
        self.choices = tuple(choices)
        self.index = min(max(0, index), max(0, len(self.choices) - 1))
        several = len(self.choices) > 1
        self.setEnabled(several)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if several else Qt.FocusPolicy.NoFocus)
        self._show()

    def choose(self, index: int) -> None:
        """Choose as a person does."""
        if index != self.index and 0 <= index < len(self.choices):
            self.index = index
            self._show()
            self.chosen.emit(index)

    def _show(self) -> None:
        self.setText(self.choices[self.index] if self.choices else "")
        self.setAccessibleName(f"{self.name}: {self.text()}")
        self.updateGeometry()
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + (16 if len(self.choices) > 1 else 0), hint.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(event.key())
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose(self.index + step)

    def menu(self) -> QMenu:
        """The menu that a click opens."""
        menu = QMenu(self)
        for index, choice in enumerate(self.choices):
            action = menu.addAction(choice)
            action.setCheckable(True)
            action.setChecked(index == self.index)
            action.triggered.connect(lambda _=False, index=index: self.choose(index))
        return menu

    def _open(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        self._box(painter, self.tokens.hover if self.isEnabled() and self.underMouse() else None, None)
        painter.setFont(self.font())
        middle = self.height() / 2
        width = draw_text(painter, self.padding, middle, self.text(), self.tokens.text2)
        if len(self.choices) > 1:
            x = self.padding + width + 6
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.tokens.text2), 1.4))
            painter.drawPolyline(
                QPolygonF([QPointF(x, middle - 1.5), QPointF(x + 3, middle + 1.5), QPointF(x + 6, middle - 1.5)])
            )
        painter.end()


class ClipChip(FlatButton):
    """CLIP: shown while a lamp is on; a click puts out all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("CLIP", 11, 600, parent)
        self.setToolTip("A channel has clipped. Click to put out all clip lamps.")
        self.setAccessibleName("Clear all clip lamps")
        self.setVisible(False)

    def sizeHint(self) -> QSize:
        return QSize(34, ROW)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(0, (self.height() - 16) / 2, self.width(), 16)
        self._box(painter, self.tokens.hover if self.underMouse() else None, self.tokens.clip, rect)
        painter.setFont(self.font())
        middle = self.height() / 2
        draw_text(painter, self.width() / 2, middle, "CLIP", self.tokens.clip, Qt.AlignmentFlag.AlignHCenter)
        painter.end()


class ColorBar(Painted):
    """A colour map with the levels at its ends."""

    LENGTH, SHORTEST, THICKNESS = 96, 20, 8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(font(11))
        self.length = self.LENGTH
        self.map_name, self.range_db = LEVEL_MAPS[0], LEVEL_RANGE_DB
        self.set_map(self.map_name, self.range_db)

    def set_length(self, length: int) -> None:
        """Pixels of the bar itself."""
        if length != self.length:
            self.length = length
            self.invalidate()

    def set_map(self, name: str, range_db: tuple[float, float]) -> None:
        self.map_name, self.range_db = name, range_db
        signed = range_db[0] < 0 < range_db[1]
        self.low = number(range_db[0], signed=signed)
        self.high = number(range_db[1], signed=signed) + THIN_SPACE + "dB"
        self.setAccessibleName(f"Colours from {self.low} to {self.high}")
        self.invalidate()

    def _left(self) -> int:
        """x of the bar itself."""
        return round(self.width() - self.fontMetrics().horizontalAdvance(self.high) - 8 - self.length)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        texts = metrics.horizontalAdvance(self.low) + metrics.horizontalAdvance(self.high)
        return QSize(texts + self.length + 16, ROW)

    def paint_background(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        middle = self.height() / 2
        right = Qt.AlignmentFlag.AlignRight
        draw_text(painter, self.width(), middle, self.high, self.tokens.text2, right)
        left = self._left()
        bar = QRect(left, round(middle) - self.THICKNESS // 2, self.length, self.THICKNESS)
        path = QPainterPath()
        path.addRoundedRect(QRectF(bar), 2, 2)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(path)
        painter.drawImage(bar, colormap_image(self.map_name))
        painter.setClipping(False)
        draw_text(painter, left - 8, middle, self.low, self.tokens.text2, right)


def toggle_style(tokens: Tokens) -> str:
    """Style of a switch in a panel's header: filled while on, bare while off."""
    return f"""
    QPushButton {{ background: transparent; color: {tokens.text2}; border: 1px solid transparent;
        border-radius: {RADIUS_FIELD}px; padding: 0 9px; }}
    QPushButton:hover {{ background: {tokens.hover}; color: {tokens.text1}; }}
    QPushButton:checked {{ background: {tokens.raised}; color: {tokens.text1}; border-color: {tokens.line}; }}
    QPushButton:checked:hover {{ background: {tokens.hover}; }}
    QPushButton:focus {{ border: 2px solid {tokens.accent}; padding: 0 8px; }}
    """
