"""Pictures of single plots: by context menu, menu or key, twice as fine as on the screen.

A plot offers one by a property: `widget.setProperty("picture", "beam")`, the name of the file without its ending, or
True: the file is named like the plot.
"""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QCursor, QImage, QPainter, QPalette, QRegion
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from workbench.ui.file_asker import FileAsker
from workbench.ui.painting import PICTURE_RATIO
from workbench.ui.saving import Saver, png_bytes

PICTURE = "picture"
RATIO = 2.0
"""Pixels of a picture for one of the screen, where that is not finer itself."""
KEY = "Ctrl+P"


def paint_picture(widget: QWidget) -> QImage:
    """The widget as it looks now, with everything in it: a plot finer than on the screen, a window as it is there."""
    ratio = widget.devicePixelRatioF() if widget.isWindow() else max(RATIO, widget.devicePixelRatioF())
    image = QImage(widget.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(widget.palette().color(QPalette.ColorRole.Window))
    parts = [widget, *widget.findChildren(QWidget)]
    for part in parts:
        part.setProperty(PICTURE_RATIO, ratio)
    painter = QPainter(image)
    try:
        widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    finally:
        painter.end()
        for part in parts:
            part.setProperty(PICTURE_RATIO, None)
    return image


def file_stem(widget: QWidget) -> str:
    """What the picture's file is called, without its ending."""
    name = widget.property(PICTURE) or "earshot"
    return name if isinstance(name, str) else "-".join(re.findall(r"\w+", widget.accessibleName().lower()))


def picture_at(widget: QWidget | None) -> QWidget | None:
    """The plot that a widget is or lies in; None where that offers no picture."""
    while widget is not None and not widget.property(PICTURE):
        widget = widget.parentWidget()
    return widget


class PictureControl(QObject):
    """Saves pictures of the plots of a window.

    Parameters
    ----------
    window : QWidget
        Complete: plots that are made later have no context menu of their own.
    asker : FileAsker
    saver : Saver
    """

    def __init__(self, window: QWidget, asker: FileAsker, saver: Saver):
        super().__init__(window)
        self._window, self._asker, self._saver = window, asker, saver
        for widget in self._all():
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(
                lambda place, widget=widget: self.menu_of(widget).popup(widget.mapToGlobal(place))
            )

    def _all(self) -> list[QWidget]:
        return [widget for widget in self._window.findChildren(QWidget) if widget.property(PICTURE)]

    @property
    def shown(self) -> list[QWidget]:
        """Plots that are on the screen now."""
        return [widget for widget in self._all() if widget.isVisible()]

    def menu_of(self, widget: QWidget) -> QMenu:
        """The context menu of a plot; it deletes itself."""
        menu = QMenu(widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Save a picture…\t{KEY}", lambda: self.ask_and_save(widget))
        return menu

    def fill_menu(self, menu: QMenu) -> None:
        """A line for the window and for every plot on the screen."""
        menu.clear()
        menu.addAction("The window…", self.save_window)
        for widget in self.shown:
            menu.addAction(f"{widget.accessibleName()}…", lambda widget=widget: self.ask_and_save(widget))

    def save_wanted(self) -> None:
        """The key: a picture of the plot in focus, else of that under the pointer, else of the window."""
        focus = picture_at(QApplication.focusWidget())
        self.ask_and_save(focus or picture_at(QApplication.widgetAt(QCursor.pos())) or self._window)

    def save_window(self) -> None:
        """Ask for a file and save a picture of the whole window."""
        self.ask_and_save(self._window)

    def ask_and_save(self, widget: QWidget) -> None:
        """Ask for a file and save a picture of the widget as it is now."""
        image = paint_picture(widget)
        title = f"Save a picture: {widget.accessibleName() or 'the window'}"

        def save(path: Path) -> None:
            self._saver.save(path, lambda _: png_bytes(image))

        self._asker.ask_file(title, "Pictures (*.png)", save, True, "png", name=f"{file_stem(widget)}.png")
