"""Something being drawn, with undo; no widget."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

DEPTH = 200
"""Steps kept."""

Content = TypeVar("Content", bound=Hashable)


class Draft(Generic[Content]):
    """Content that is replaced whole at every change. Changes of one gesture (a drag) are one step of undo.

    Parameters
    ----------
    content : what it begins with
    changed : called after every change
    """

    def __init__(self, content: Content, changed: Callable[[], None] = lambda: None):
        self.changed = changed
        self.content = content
        self.path: Path | None = None
        """The file of one's own that it came from or went to."""
        self._done: list[tuple[Content, object | None]] = []
        self._undone: list[Content] = []
        self._saved = self._whole()

    def _whole(self) -> Hashable:
        """All that a file holds."""
        return self.content

    @property
    def edited(self) -> bool:
        """Differs from what was opened or saved last."""
        return self._whole() != self._saved

    @property
    def can_undo(self) -> bool:
        """Whether a change can be taken back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether one that was taken back can be applied again."""
        return bool(self._undone)

    def take(self, content: Content, gesture: object | None = None) -> None:
        """The content from now on."""
        if content == self.content:
            return
        if gesture is None or not self._done or self._done[-1][1] != gesture:
            self._done.append((self.content, gesture))
            del self._done[:-DEPTH]
        self._undone.clear()
        self.content = content
        self.changed()

    def undo(self) -> None:
        """Take back the newest change."""
        if self._done:
            self._undone.append(self.content)
            self.content, _ = self._done.pop()
            self.changed()

    def redo(self) -> None:
        """Apply again what was taken back."""
        if self._undone:
            self._done.append((self.content, None))
            self.content = self._undone.pop()
            self.changed()

    def _mark_saved(self, path: Path | None) -> None:
        """It is what a file holds: one's own (`path`), or another one (None)."""
        self.path, self._saved = path, self._whole()
        self.changed()
