"""The handbook from the window: which page tells of a widget, and opening it in the system's browser, offline."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QWidget

from workbench.core.atomic import write_text
from workbench.core.errors import EarshotError
from workbench.core.resources import resource
from workbench.ui.desktop import open_address

PAGE = "handbook"
"""Property of a widget: the page that tells of it, with an anchor perhaps, such as "loudspeakers.html#trade-offs"."""
FIRST_PAGE = "index.html"


def set_page(widget: QWidget, page: str) -> None:
    """Say which page tells of a widget, and of everything in it that has none of its own."""
    widget.setProperty(PAGE, page)


def page_of(widget: QWidget | None) -> str:
    """Page that tells of a widget: its own or the nearest one around it."""
    while widget is not None:
        page = widget.property(PAGE)
        if page:
            return str(page)
        widget = widget.parentWidget()
    return FIRST_PAGE


class Handbook:
    """The built handbook.

    Parameters
    ----------
    own_folder : Path
        Where a small file may be written.
    theme : callable
        "dark" or "light", as the window is.
    folder : Path, optional
        Where the HTML is; None: where it ships.
    opened : callable, optional
        Opens an address and says whether that could be done.
    """

    def __init__(
        self,
        own_folder: Path,
        theme: Callable[[], str],
        folder: Path | None = None,
        opened: Callable[[QUrl], bool] = open_address,
    ):
        self._own_folder = own_folder
        self._theme = theme
        self._folder = resource("handbook") if folder is None else folder
        self._opened = opened

    def open(self, page: str = FIRST_PAGE) -> None:
        """Show a page.

        Raises
        ------
        EarshotError
            The handbook is not built, the page is not in it, or no browser opens; with what helps.
        """
        file = page.partition("#")[0]
        if not (self._folder / FIRST_PAGE).is_file():
            raise EarshotError("The handbook has not been made here: `make docs` makes it")
        if not (self._folder / file).is_file():
            page = FIRST_PAGE
        turn = self._own_folder / "handbook.html"
        address = QUrl.fromLocalFile(str(self._folder / page.partition("#")[0]))
        address.setQuery(f"theme={self._theme()}")
        address.setFragment(page.partition("#")[2])
        try:
            self._own_folder.mkdir(parents=True, exist_ok=True)
            write_text(turn, _turn(address.toString(QUrl.ComponentFormattingOption.FullyEncoded)))
        except OSError:
            turn = self._folder / file  # its beginning, then
        if not self._opened(QUrl.fromLocalFile(str(turn))):
            raise EarshotError(f"No browser opens: the handbook is {self._folder / FIRST_PAGE}")


def _turn(address: str) -> str:
    """A page that goes on to another. What opens files on a desktop (xdg-open) drops theme and anchor of an address; a
    page does not."""
    target = html.escape(address)
    return (
        f'<!doctype html><meta charset="utf-8"><title>Earshot handbook</title>'
        f'<meta http-equiv="refresh" content="0; url={target}"><p><a href="{target}">Earshot handbook</a></p>\n'
    )
