"""Icons: the shipped line drawings in any colour, sharp at any scale."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from workbench.core.resources import resource
from workbench.ui.theme import DARK, Tokens


@lru_cache(maxsize=64)
def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def pixmap(name: str, color: str, size: int = 16, ratio: float = 1.0) -> QPixmap:
    """The drawing `name` in one colour (#RRGGBB), `size` logical pixels square, for a screen's pixel ratio."""
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", color).encode())).render(painter)
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def paint(painter: QPainter, name: str, color: str, rect: QRectF, opacity: float = 1.0) -> None:
    """Draw an icon into a rectangle of a widget that paints itself."""
    ratio = painter.device().devicePixelRatioF()
    painter.save()
    painter.setOpacity(opacity)
    painter.drawPixmap(rect.topLeft(), pixmap(name, color, round(rect.width()), ratio))
    painter.restore()


def icon(name: str, tokens: Tokens, color: str | None = None, size: int = 16) -> QIcon:
    """An icon for buttons and menus: text 2 (or `color`), fainter while disabled."""
    result = QIcon()
    faint = QColor(tokens.text3)
    for ratio in (1.0, 2.0):
        result.addPixmap(pixmap(name, color or tokens.text2, size, ratio))
        result.addPixmap(pixmap(name, blend(faint.name(), tokens.panel, 0.45), size, ratio), QIcon.Mode.Disabled)
    return result


def blend(color: str, ground: str, amount: float) -> str:
    """`color` painted on `ground` with opacity `amount`, as #RRGGBB."""
    top, below = QColor(color), QColor(ground)
    mixed = [
        round(amount * a + (1 - amount) * b)
        for a, b in ((top.red(), below.red()), (top.green(), below.green()), (top.blue(), below.blue()))
    ]
    return QColor(*mixed).name()


def app_icon() -> QIcon:
    """The program's own icon for the window and the task bar."""
    result = QIcon()
    for size in (16, 32, 64, 128):
        image = QPixmap(size, size)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(DARK.color("panel"))
        painter.drawRoundedRect(QRectF(0, 0, size, size), size * 0.22, size * 0.22)
        inner = size * 0.14
        drawing = QSvgRenderer(QByteArray(_drawing("app").replace("currentColor", DARK.accent).encode()))
        drawing.render(painter, QRectF(inner, inner, size - 2 * inner, size - 2 * inner))
        painter.end()
        result.addPixmap(image)
    return result
