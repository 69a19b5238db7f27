"""Microphone arrays in the window: what can be chosen, and the editor that makes more of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from workbench.ui.array_editor import ArrayPanel
from workbench.ui.bridge import Bridge
from workbench.ui.parameter_panel import ParameterPanel
from workbench.ui.structure_choices import array_choices

EDIT_ARRAY = "edit the array"
"""What the chooser gives for its last line, which is no array."""


class ArrayControl(QObject):
    """The editor's panel, tied to the bridge and to the chooser.

    Parameters
    ----------
    window : QWidget
        Over which the panel floats.
    bridge : Bridge
    parameters : ParameterPanel
        Has the chooser.
    folder : Path
        Of a person's own arrays.
    ask_file : callable
    toggle : callable
        Opens or closes a panel.
    """

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        parameters: ParameterPanel,
        folder: Path,
        ask_file: Callable,
        toggle: Callable,
    ):
        super().__init__(window)
        self.bridge, self.folder, self._parameters, self._toggle = bridge, folder, parameters, toggle
        self.panel = ArrayPanel(window, folder, lambda: array_choices(folder), ask_file)
        self.panel.use_wanted.connect(bridge.choose_array)
        self.panel.saved.connect(self._on_saved)
        self.panel.refused.connect(bridge.failed)
        self.offer()

    def offer(self) -> None:
        """List all arrays in the chooser."""
        self._parameters.set_array_choices((*array_choices(self.folder), (EDIT_ARRAY, "Edit arrays…")))

    def choose(self, name: str) -> None:
        """What a person chose in the chooser: an array, or the editor."""
        if name != EDIT_ARRAY:
            self.bridge.choose_array(name)
            return
        self._parameters.set_structure(self.bridge.session.array_name or "", "")
        if not self.panel.isVisible():
            self.show()

    def show(self) -> None:
        """Open the editor with the array in use, or close it."""
        self._toggle(self.panel)
        if self.panel.isVisible():
            self.panel.begin_with(self.bridge.session.array_name)

    def _on_saved(self, path: str) -> None:
        self.offer()
        self._parameters.set_structure(self.bridge.session.array_name or "", "")
        self.bridge.noticed.emit(f"Saved {Path(path).name}")
