"""The layout being drawn, with undo; no widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.geometry import Driver, SpeakerLayout
from workbench.core.layout_edit import layout_problems, layout_toml
from workbench.ui.editor import Draft

START = SpeakerLayout("My layout", (Driver("left", (0.0, -0.05, 0.0)), Driver("right", (0.0, 0.05, 0.0))))


class LayoutDraft(Draft[SpeakerLayout]):
    """A layout under change."""

    def __init__(self, changed: Callable[[], None] = lambda: None):
        super().__init__(START, changed)

    @property
    def layout(self) -> SpeakerLayout:
        """The layout as it is drawn."""
        return self.content

    @property
    def problems(self) -> list[str]:
        """What keeps it from being used, in words."""
        return layout_problems(self.layout)

    def load(self, layout: SpeakerLayout, path: Path | None = None) -> None:
        """Begin with another layout; what was drawn can be undone."""
        self.take(layout)
        self._mark_saved(path)

    def rename(self, name: str) -> None:
        """Another name, which is another file; no step of undo."""
        self.content = replace(self.layout, name=name, description="")

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
        self.content = layout
        self._mark_saved(path)
