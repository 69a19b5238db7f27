"""Between the bridge and the Presets panel: which there are, taking, saving, and which is taken by itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFile, QObject, QSettings, QUrl

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.file_kinds import PRESET_SUFFIX, is_table
from workbench.core.params import Params
from workbench.engine import presets as preset_files
from workbench.engine.presets import STAGE_NAMES, STAGES, Preset
from workbench.ui.bridge import Bridge
from workbench.ui.bridge.settings import FACTORY
from workbench.ui.desktop import open_address
from workbench.ui.dialogs import Choice, spec_name
from workbench.ui.dialogs.difference_list import DifferenceRow
from workbench.ui.dialogs.preset_panel import PresetPanel

log = logging.getLogger(__name__)

FILES = f"Presets (*{PRESET_SUFFIX} *.toml);;All files (*)"
STORED_RULES = "device_presets"
FALLBACK = "other devices"
FACTORY_VALUE = "factory"
FACTORY_PRESET = preset_files.from_params(
    Params(), FACTORY, description="Everything as it was when the program was new. The output's level stays."
)


class PresetControl(QObject):
    """Wires the Presets panel, its keys and its files.

    Parameters
    ----------
    parent : QObject
    bridge : Bridge
    panel : PresetPanel
    store : QSettings
        Remembers which preset belongs to which device.
    folder : Path
        Of the person's own presets.
    ask_file : callable
        `ask_file(title, filters, action, save, suffix)` asks for a file without stopping anything.
    """

    def __init__(
        self, parent: QObject, bridge: Bridge, panel: PresetPanel, store: QSettings, folder: Path, ask_file: Callable
    ):
        super().__init__(parent)
        self.bridge, self.panel, self.store, self.folder = bridge, panel, store, folder
        self._ask_file = ask_file
        self.path: Path | None = None
        """File of the preset in use; None for the factory settings."""
        self.preset: Preset = FACTORY_PRESET
        self._source = ""
        panel.chosen.connect(self.choose)
        panel.save_wanted.connect(self.save)
        panel.save_as_wanted.connect(self.save_as)
        panel.open_wanted.connect(lambda: self._ask_file("Open a preset", FILES, self.take, False, "toml"))
        panel.delete_wanted.connect(self.delete)
        panel.folder_wanted.connect(self.show_folder)
        panel.back_wanted.connect(self.back)
        panel.device_preset_chosen.connect(lambda path: self.set_rule(self._device(), path))
        panel.fallback_chosen.connect(lambda path: self.set_rule(FALLBACK, path))
        bridge.params_changed.connect(lambda _: self.refresh_differences())
        bridge.structure_changed.connect(self._on_structure)

    # ---- which there are -------------------------------------------------------------------------------------

    def paths(self) -> list[Path]:
        """Shipped presets, then the person's own, each by file name."""
        own = sorted(filter(is_table, self.folder.iterdir())) if self.folder.is_dir() else []
        return preset_files.shipped() + own

    def _read(self) -> list[tuple[Path, Preset | None]]:
        found = []
        for path in self.paths():
            try:
                found.append((path, preset_files.load(path)))
            except InputError as error:
                log.warning("%s", error)
                found.append((path, None))
        return found

    def refresh(self) -> None:
        """Fill the panel from the files as they are now."""
        found = self._read()
        choices = [Choice("Shipped"), Choice(FACTORY, FACTORY_VALUE, ("Ctrl+1",), tip=FACTORY_PRESET.description)]
        headed = False
        for number, (path, preset) in enumerate(found, start=2):
            if path.parent == self.folder and not headed:
                headed = True
                choices.append(Choice("Your own"))
            keys = (f"Ctrl+{number}",) if number < 10 else ()
            if preset is None:
                choices.append(Choice(path.stem, str(path), keys, note="cannot be read: the status bar says why"))
                continue
            stages = "" if preset.stages == STAGES else ", ".join(STAGE_NAMES[stage] for stage in preset.stages)
            choices.append(Choice(preset.name, str(path), keys, tip=preset.description, note=stages, file=True))
        self.panel.set_choices(choices, str(self.path) if self.path else FACTORY_VALUE)
        rules = self._rules()
        named = [(FACTORY_VALUE, FACTORY), *((str(path), preset.name) for path, preset in found if preset)]
        source = spec_name(self.bridge.session.source_spec)
        self.panel.show_rules(source, named, rules.get(self._device(), ""), rules.get(FALLBACK, ""))
        session = self.bridge.session
        own = self.path is not None and self.path.parent == self.folder
        self.panel.show_preset(
            self.preset.description, self.preset.misfits(session.array_name, session.layout_name), own
        )
        self.refresh_differences()

    def refresh_differences(self) -> None:
        """Show what differs from the preset now."""
        if self.panel.isHidden():
            return
        params = self.bridge.params
        self.panel.show_differences(
            [
                DifferenceRow(
                    path,
                    parameters.entry(path).knob.label,
                    parameters.as_text(path, self.preset.values[path]),
                    parameters.as_text(path, parameters.get(params, path)),
                )
                for path in self.preset.differences(params)
            ]
        )

    # ---- taking ----------------------------------------------------------------------------------------------

    def choose(self, value: str) -> bool:
        """A row was chosen: take it."""
        if value != FACTORY_VALUE:
            return self.take(Path(value))
        self.path, self.preset = None, FACTORY_PRESET
        self.bridge.load_factory()
        return True

    def take(self, path: Path) -> bool:
        """Take a preset file; False when it cannot be read (then nothing changed)."""
        preset = self.bridge.load_preset(path)
        return self._is_now(path, preset)

    def _is_now(self, path: Path, preset: Preset | None) -> bool:
        """The preset in use is another one, unless it is None."""
        if preset is None:
            return False
        self.path, self.preset = path, preset
        if not self.panel.isHidden():
            self.refresh()
        return True

    def choose_number(self, number: int) -> bool:
        """Ctrl+1 to Ctrl+9; False when there are not so many."""
        paths = self.paths()
        if number == 1:
            return self.choose(FACTORY_VALUE)
        if number - 2 >= len(paths):
            self.bridge.noticed.emit(f"There is no preset {number}.")
            return False
        return self.choose(str(paths[number - 2]))

    def began_with(self, path: Path) -> None:
        """The session began with this file."""
        try:
            self.preset, self.path = preset_files.load(path), path
        except InputError as error:
            log.warning("%s", error)

    def back(self, path: str) -> None:
        """One parameter ("" for all that differ) back to the preset's value."""
        paths = [path] if path else self.preset.differences(self.bridge.params)
        values = {name: self.preset.values[name] for name in paths}
        self.bridge.set(values, gesture=None)

    # ---- files -----------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write to the own preset in use; ask for a name where there is none."""
        if self.path is None or self.path.parent != self.folder:
            self.save_as()
        else:
            self.save_to(self.path)

    def save_as(self) -> None:
        """Ask for a name and save."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._ask_file("Save as a preset", FILES, self.save_to, True, PRESET_SUFFIX[1:])

    def save_to(self, path: Path) -> bool:
        """Write all stages to a file, which is the preset from now on."""
        same = path == self.path
        name = self.preset.name if same else path.stem
        stages = self.preset.stages if same else STAGES
        preset = self.bridge.save_preset(path, name, stages, self.preset.description if same else "")
        return self._is_now(path, preset)

    def delete(self) -> None:
        """Move the own preset in use to the wastebasket; what it set stays set."""
        if self.path is None or self.path.parent != self.folder:
            return
        if not QFile.moveToTrash(str(self.path)):
            self.bridge.failed.emit(f"{self.path}: cannot be moved to the wastebasket")
            return
        self.bridge.noticed.emit(f"{self.path.name} is in the wastebasket")
        self.path = None
        self.refresh()

    def show_folder(self) -> None:
        """Open the folder of own presets in the file manager."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not open_address(QUrl.fromLocalFile(str(self.folder))):
            self.bridge.noticed.emit(f"Your presets lie in {self.folder}")

    # ---- by itself -------------------------------------------------------------------------------------------

    def _device(self) -> str:
        return self.bridge.session.source_spec.partition("#")[0]

    def _rules(self) -> dict[str, str]:
        try:
            rules = json.loads(str(self.store.value(STORED_RULES, "{}")))
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in rules.items()} if isinstance(rules, dict) else {}

    def set_rule(self, source: str, path: str) -> None:
        """From now on the preset is taken whenever the source is chosen ("" for no preset)."""
        rules = self._rules()
        rules.pop(source, None)
        if path:
            rules[source] = str(path)
        self.store.setValue(STORED_RULES, json.dumps(rules))
        self.refresh()

    def rule_for(self, source: str) -> str:
        """Preset that is taken with a source; "" for none. A device without one of its own has the fallback."""
        rules = self._rules()
        return rules.get(source) or (rules.get(FALLBACK, "") if source.startswith("device:") else "")

    def _on_structure(self) -> None:
        source = self._device()
        changed, self._source = source != self._source, source
        if changed:
            self.take_for(source)
        if not self.panel.isHidden():
            self.refresh()

    def take_for(self, source: str) -> None:
        """Take the preset that belongs to a source, if there is one and it is not the one in use."""
        wanted = self.rule_for(source)
        if not wanted or wanted == (str(self.path) if self.path else FACTORY_VALUE):
            return
        if wanted != FACTORY_VALUE and not Path(wanted).is_file():
            self.bridge.noticed.emit(f"The preset of {spec_name(source)}, {Path(wanted).name}, is no longer there.")
            return
        self.choose(wanted)
