"""Settings files, presets, and the loudspeakers' filters as files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.engine import settings as settings_files
from workbench.engine.design_export import export_filters
from workbench.engine.design_report import write_report
from workbench.engine.inputs import InputSetup
from workbench.engine.presets import JUMP_DB, Preset, louder_by_db
from workbench.engine.recorded_session import find_session, structure_of
from workbench.engine.session.parameters import ParameterCommands
from workbench.engine.settings import Settings
from workbench.render.design import design_from_params
from workbench.render.renderer import make_filters


class FileCommands(ParameterCommands):
    """What is taken from files and written to them."""

    def save_settings(self, path: str | Path) -> None:
        """Write everything to a settings file. Raises InputError."""
        wishes = self._wishes.specs
        structure = self._structure
        wanted = replace(
            structure, source=wishes.get("source", structure.source), sink=wishes.get("sink", structure.sink)
        )
        settings_files.save(self._settings_now(wanted), path)
        self.mark_saved()

    def export_design(self, folder: str | Path) -> None:
        """Write the loudspeakers' filters into a folder, as they are now; `mailbox.health` says when it is done."""
        name, params = self._structure.layout, self.params.render

        def export() -> None:
            if not name:
                raise InputError("There are no loudspeakers to export: choose a layout")
            layout, design = load_layout(name), design_from_params(params)
            filters = make_filters(layout, design)
            write_report(layout, design, filters, export_filters(layout, design, folder, filters))
            self._say(f"Filters, report and plots exported to {folder}")

        self._commands.put(export)

    def load_settings(self, path: str | Path) -> None:
        """Take everything from a settings file. Raises InputError; then nothing changed."""
        self.apply_settings(settings_files.load(path), label=f"Load {Path(path).stem}")

    def open_session(self, folder: str | Path) -> None:
        """Play a recorded session, with the array and loudspeakers of then; parameters stay as they are.

        Raises
        ------
        InputError
            No recorded session, from a newer version, or its input is missing; nothing changed.
        """
        found = find_session(folder)
        array, layout = structure_of(found)
        self._restructure(
            f"Session {found.folder.name}",
            source=f"session:{found.folder}",
            array=array,
            layout=layout,
            inputs=InputSetup(),
        )

    def apply_settings(self, settings: Settings, label: str = "Load settings") -> None:
        """Take parameters (one undo step) and structure."""
        self._history.replace(settings.params, label=label)
        self._preset = settings.params
        self._restructure(
            label,
            source=settings.source,
            sink=settings.sink,
            array=settings.array or None,
            layout=settings.layout or None,
            inputs=self._devices.inputs_of(settings.source, settings.inputs),
            outputs=self._devices.outputs(settings.sink),
        )

    def apply_preset(self, preset: Preset) -> float:
        """Take a preset's stages (one undo step); gives by how many decibels it is louder.

        One that is louder by more than `presets.JUMP_DB` begins muted.
        """
        before, after = self.params, preset.apply(self.params)
        louder_db = louder_by_db(before, after)
        self._history.replace(after, label=f"Preset {preset.name}")
        self._preset = after
        if louder_db > JUMP_DB and self._worker is not None:
            self._history.set({"output.muted": True})
        return louder_db
