"""The layout being drawn, with undo; no widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.geometry import Driver, SpeakerLayout
from workbench.core.layout_edit import layout_problems, layout_toml

DEPTH = 200
START = SpeakerLayout("My layout", (Driver("left", (0.0, -0.05, 0.0)), Driver("right", (0.0, 0.05, 0.0))))


class LayoutDraft:
    """A layout under change; changes of one gesture (a drag) are one step of undo.

    Parameters
    ----------
    changed : called after every change
    """

    def __init__(self, changed: Callable[[], None] = lambda: None):
        self.changed = changed
        self.layout = START
        self.path: Path | None = None
        """The file of one's own that it came from or went to."""
        self._saved = START
        self._done: list[tuple[SpeakerLayout, object | None]] = []
        self._undone: list[SpeakerLayout] = []

    @property
    def problems(self) -> list[str]:
        return layout_problems(self.layout)

    @property
    def edited(self) -> bool:
        """Differs from what was opened or saved last."""
        return self.layout is not self._saved

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def take(self, layout: SpeakerLayout, gesture: object | None = None) -> None:
        """The layout from now on."""
        if gesture is None or not self._done or self._done[-1][1] != gesture:
            self._done.append((self.layout, gesture))
            del self._done[:-DEPTH]
        self._undone.clear()
        self.layout = layout
        self.changed()

    def load(self, layout: SpeakerLayout, path: Path | None = None) -> None:
        """Begin with another layout; what was drawn can be undone."""
        self.path = path
        self._saved = layout
        self.take(layout)

    def rename(self, name: str) -> None:
        """Another name, which is another file; no step of undo."""
        self.layout = replace(self.layout, name=name, description="")
        self.path = None

    def undo(self) -> None:
        """Take back the newest change."""
        if self._done:
            self._undone.append(self.layout)
            self.layout, _ = self._done.pop()
            self.changed()

    def redo(self) -> None:
        """Apply again what was taken back."""
        if self._undone:
            self._done.append((self.layout, None))
            self.layout = self._undone.pop()
            self.changed()

    def save(self, path: Path) -> None:
        """Write it as TOML.

        Raises
        ------
        InputError
            It has a problem, or the file cannot be written.
        """
        layout = self.layout
        if not layout.description:
            device = "on a sphere" if layout.cabinet_radius_m else "in free field"
            distance = f"{layout.listener_distance_m:g} m"
            text = f"{layout.name}: {len(layout.drivers)} drivers {device}, listener at {distance}"
            layout = replace(layout, description=text)
        text = layout_toml(layout)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, text)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror})") from error
        self.path, self.layout, self._saved = path, layout, layout
        self.changed()
