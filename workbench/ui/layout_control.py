"""Loudspeaker layouts in the window: what can be chosen, and the editor that makes more of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.ui.layout_editor import LayoutPanel
from workbench.ui.structure_choices import layout_choices


class LayoutControl:
    """The editor's panel, tied to the bridge and to the chooser.

    Parameters
    ----------
    window : MainWindow
    folder : where a person's own layouts lie
    layout : gives the layout in use, or None
    toggle : opens or closes a panel
    """

    def __init__(self, window, bridge, parameters, folder: Path, layout: Callable, toggle: Callable):
        self.folder, self._bridge, self._parameters = folder, bridge, parameters
        self._layout, self._toggle, self._status = layout, toggle, window.status
        self.panel = LayoutPanel(window, folder, lambda: layout_choices(folder))
        self.panel.use_wanted.connect(bridge.choose_layout)
        self.panel.saved.connect(self._on_saved)
        self.panel.refused.connect(lambda text: self._status.show_notice(text, error=True))
        self.offer()

    def offer(self) -> None:
        """List all layouts in the chooser."""
        self._parameters.set_layout_choices(layout_choices(self.folder))

    def show(self) -> None:
        """Open the editor with the layout in use, or close it."""
        self._toggle(self.panel)
        if self.panel.isVisible():
            self.panel.begin_with(self._layout(), self._bridge.session.layout_name)

    def _on_saved(self, path: str) -> None:
        self.offer()
        self._status.show_notice(f"Saved {Path(path).name}", error=False)
        if path == self._bridge.session.layout_name:
            self._bridge.choose_layout(path)  # its content is another now
