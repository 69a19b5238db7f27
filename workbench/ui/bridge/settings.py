"""Parameters: moved, taken back, and read from and written to settings files and presets."""

from __future__ import annotations

from pathlib import Path

from workbench.core import params as parameters
from workbench.core.params import Params, Value
from workbench.engine import presets
from workbench.engine.presets import Preset
from workbench.ui.bridge.state import BridgeState

TRANSPORT = {"output.muted", "output.bypass", "beamformer.follow"}
"""What a person switches while listening belongs to no preset."""
FACTORY = "Factory settings"


class SettingsCommands(BridgeState):
    """Values, steps, settings files and presets."""

    preset_name = FACTORY
    _factory: Params | None = None

    def set(self, values: dict[str, Value], gesture: str | None = None) -> bool:
        """Change parameters; values of one gesture are one undo step."""
        if gesture is not None:
            self._follow()
        return self._do(self.session.set, values, gesture=gesture)

    def reset(self, path: str) -> bool:
        """Back to the default."""
        return self._do(self.session.reset, path)

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        if self.session.can_undo:
            self._do(self.session.undo)

    def redo(self) -> None:
        """Do the step again that was taken back."""
        if self.session.can_redo:
            self._do(self.session.redo)

    def go_to_step(self, count: int) -> bool:
        """Undo or redo until so many steps are done."""
        return self._do(self.session.go_to_step, max(0, count))

    @property
    def edited(self) -> bool:
        """The parameters differ from the preset."""
        return bool(set(parameters.differences(self.params, self.preset)) - TRANSPORT)

    @property
    def preset(self) -> Params:
        """The parameters as last loaded or saved."""
        return self._factory if self._factory is not None else self.session.preset

    def save_settings(self, path: Path) -> bool:
        """Write the settings to a TOML file, which becomes the preset."""
        if not self._do(self.session.save_settings, path):
            return False
        self._take_as_preset(path.stem)
        self.noticed.emit(f"Saved {path.name}")
        return True

    def load_settings(self, path: Path) -> bool:
        """Take the settings from a TOML file; nothing changes if it cannot be used."""
        if not self._do(self.session.load_settings, path):
            return False
        self._take_as_preset(path.stem)
        self.noticed.emit(f"Loaded {path.name}")
        return True

    def load_preset(self, path: Path) -> Preset | None:
        """Take a preset's stages; None, and nothing changed, if it cannot be used."""
        taken: list[Preset] = []

        def take() -> None:
            preset = presets.load(path)
            louder_db = self.session.apply_preset(preset)
            self._take_as_preset(preset.name)
            said = [f"Preset {preset.name}"]
            if louder_db > presets.JUMP_DB:
                said.append(f"{louder_db:.1f} dB louder: muted, unmute with M")
            elif abs(louder_db) >= 0.5:
                said.append(f"{abs(louder_db):.1f} dB {'louder' if louder_db > 0 else 'softer'}")
            said += preset.misfits(self.session.array_name, self.session.layout_name)
            self.noticed.emit("; ".join(said))
            taken.append(preset)

        self._do(take)
        return taken[0] if taken else None

    def save_preset(self, path: Path, name: str, stages: tuple[str, ...], description: str) -> Preset | None:
        """Write what the stages are set to as a preset; None if it cannot be written."""
        session = self.session
        preset = presets.from_params(self.params, name, stages, description, session.array_name, session.layout_name)
        if not self._do(presets.save, preset, path):
            return None
        session.mark_saved()
        self._take_as_preset(name)
        self.noticed.emit(f"Saved {path.name}")
        return preset

    def load_factory(self) -> None:
        """Every parameter at its default, as one undo step; what is muted stays muted."""
        defaults = Params()
        changed = [path for path in parameters.differences(self.params, defaults) if path not in TRANSPORT]
        values = {path: parameters.get(defaults, path) for path in changed}
        if not values or self.set(values, gesture=FACTORY):
            self._factory = defaults
            self._take_as_preset(FACTORY)

    def _take_as_preset(self, name: str) -> None:
        self.preset_name = name
        if name != FACTORY:
            self._factory = None
        self.params_changed.emit(self.params)
