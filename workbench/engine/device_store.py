"""What is remembered of each device: channel map, rate, block and calibration. One readable TOML file."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli_w

from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.resources import read_toml
from workbench.core.versions import take_version
from workbench.engine import inputs
from workbench.engine.inputs import InputSetup

log = logging.getLogger(__name__)

VERSION = 1


@dataclass(frozen=True, slots=True)
class OutputSetup:
    """How a sink's device is opened; 0 = as suits it."""

    rate_hz: int = 0
    block: int = 0


def key_of(spec: str) -> str:
    """A device's own name, whichever of its channels are asked for; others are what they are."""
    return spec.partition("#")[0].strip() if spec.startswith("device:") else spec


class DeviceStore:
    """Setups by source and sink. Devices are kept in a file, files and rooms while the program runs.

    A file that cannot be read or written costs what it would have remembered, and says so in the log.

    Parameters
    ----------
    path : of the file; None: nothing is kept. Nor is it where the file cannot be read: it stays as it is.
    """

    def __init__(self, path: Path | None = None):
        self._path = path
        self._inputs: dict[str, InputSetup] = {}
        self._outputs: dict[str, OutputSetup] = {}
        if path is not None and path.exists():
            try:
                self._read(read_toml(path))
            except InputError as error:
                log.warning("the devices' settings are not used (%s)", error)
                self._path = None  # what cannot be read, a newer Earshot's perhaps, is not written over

    def _read(self, table: dict[str, Any]) -> None:
        take_version(table, "earshot_devices", VERSION, str(self._path), "list of devices")
        for name, row in table.get("inputs", {}).items():
            try:
                self._inputs[name] = inputs.from_table(row)
            except InputError as error:
                log.warning("%s: %s: %s", self._path, name, error)
        for name, row in table.get("outputs", {}).items():
            self._outputs[name] = OutputSetup(int(row.get("rate_hz", 0)), int(row.get("block", 0)))

    def inputs(self, spec: str) -> InputSetup:
        """What is known of a source; the plain setup of one that is new."""
        return self._inputs.get(key_of(spec), InputSetup())

    def inputs_of(self, spec: str, wanted: InputSetup | None) -> InputSetup:
        """The setup that a settings file brings for a source, or what is remembered where it brings none.

        Calibration belongs to the device and its gain, not to the settings: what is remembered of it counts.
        """
        known = self.inputs(spec)
        if wanted is None:
            return known
        if not known.calibration:
            return wanted
        return replace(
            wanted, calibration=known.calibration, correct=known.correct, show_corrected=known.show_corrected
        )

    def outputs(self, spec: str) -> OutputSetup:
        """What is known of a sink."""
        return self._outputs.get(key_of(spec), OutputSetup())

    def keep_inputs(self, spec: str, setup: InputSetup) -> None:
        """Remember a source's setup."""
        key = key_of(spec)
        if self._inputs.get(key, InputSetup()) != setup:
            self._inputs[key] = setup
            self._keep("inputs", key, inputs.to_table(setup))

    def keep_outputs(self, spec: str, setup: OutputSetup) -> None:
        """Remember a sink's setup."""
        key = key_of(spec)
        if self._outputs.get(key, OutputSetup()) != setup:
            self._outputs[key] = setup
            row = {name: value for name, value in (("rate_hz", setup.rate_hz), ("block", setup.block)) if value}
            self._keep("outputs", key, row)

    def _keep(self, kind: str, key: str, row: dict[str, Any]) -> None:
        """Write one device's row. The others stay as they are in the file: another Earshot that runs beside this one
        may have written them since."""
        if self._path is None or not key.startswith("device:"):
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            table = read_toml(self._path) if self._path.exists() else {}
            table = {**table, "earshot_devices": VERSION, kind: {**table.get(kind, {}), key: row}}
            write_text(self._path, tomli_w.dumps(table))
        except InputError as error:
            log.warning("the devices' settings cannot be kept (%s)", error)
        except OSError as error:
            log.warning("%s: the devices' settings cannot be kept (%s)", self._path, error.strerror)
