"""What designs look like, on its way to the window."""

from __future__ import annotations

from typing import Any

from workbench.engine.mailbox import Mailbox


class Pictures:
    """What designs look like, on their way to the mailbox; those of a side that is not shown wait here.

    Parameters
    ----------
    mailbox : Mailbox or None
        None: nobody looks, and nothing is drawn.
    shown : bool
    """

    def __init__(self, mailbox: Mailbox | None, shown: bool = True):
        self._mailbox, self._shown = mailbox, shown
        self._newest: dict[str, Any] = {}

    @property
    def wanted(self) -> bool:
        """Whether anybody looks."""
        return self._mailbox is not None

    def put(self, name: str, picture: Any) -> None:
        """A new picture: `name` is the mailbox's attribute."""
        self._newest[name] = picture
        if self._shown and self._mailbox is not None:
            setattr(self._mailbox, name, picture)

    def show(self, shown: bool) -> None:
        """Give the mailbox what is here, from now on; or no longer."""
        self._shown = shown
        if shown and self._mailbox is not None:
            for name, picture in list(self._newest.items()):
                setattr(self._mailbox, name, picture)

    def adopt(self, other: Pictures) -> None:
        """Take over what another side looks like."""
        self._newest = dict(other._newest)
