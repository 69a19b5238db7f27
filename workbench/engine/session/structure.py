"""Source, sink, array and layout of the session: choosing another one builds a new chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from workbench.core.geometry import MicrophoneArray, SpeakerLayout
from workbench.core.messages import MicrophoneReport
from workbench.engine.assembly import Structure, fitted
from workbench.engine.device_store import OutputSetup
from workbench.engine.room_steps import RoomState
from workbench.engine.session.running import Running
from workbench.engine.structure_steps import structure_label


class StructureCommands(Running):
    """What changes the structure. A change that sound cannot start with is taken back."""

    @property
    def source_spec(self) -> str:
        return self._structure.source

    @property
    def sink_spec(self) -> str:
        return self._structure.sink

    @property
    def array_name(self) -> str | None:
        return self._structure.array

    @property
    def layout_name(self) -> str | None:
        return self._structure.layout

    @property
    def array(self) -> MicrophoneArray | None:
        """The array in use; None when the channels are independent or nothing runs."""
        assembly = self._assembly
        return assembly.array if assembly else None

    @property
    def layout(self) -> SpeakerLayout | None:
        """The layout in use."""
        assembly = self._assembly
        return assembly.layout if assembly else None

    def choose_source(self, spec: str) -> None:
        """`room[:SCENE]`, `file:PATH` or `device:HOSTAPI/NAME[#channels …]`; a running chain goes on with it."""
        self._restructure(source=spec, inputs=self._devices.inputs(spec))

    def choose_sink(self, spec: str) -> None:
        """`none`, `file:PATH` or `device:HOSTAPI/NAME[#channels …]`."""
        self._restructure(sink=spec, outputs=self._devices.outputs(spec))

    def choose_array(self, name: str | None) -> None:
        """A shipped name or a TOML path; None: the channels are independent."""
        self._restructure(array=name)

    def choose_layout(self, name: str | None) -> None:
        """A shipped name or a TOML path; None: no rendering."""
        self._restructure(layout=name)

    def set_outputs(self, setup: OutputSetup) -> None:
        """Another rate or block of the sink's device."""
        self._restructure(outputs=setup)

    def _restructure(self, label: str = "", **changes: Any) -> None:
        self._commands.put(self._restructuring(changes, label=label))

    def _restructuring(self, changes: dict[str, Any], noted: bool = True, label: str = "") -> Callable[[], None]:
        """The command that changes the structure, and takes the change back if sound cannot start with it.

        `noted`: it is a step that can be undone; `label` names it, if not what changed.
        """

        def change() -> None:
            nonlocal changes
            if "source" in changes:
                changes = {"clean": None, **changes}  # a clean recording belongs to one file
            before, wishes = self._structure, self._wishes
            left = self._room.edits(self._running_source, before.source) if "source" in changes else None
            self._wishes = wishes.without(changes)
            self._structure = fitted(replace(before, **changes), before)
            if {"source", "array"} & set(changes):
                self.mailbox.microphones = MicrophoneReport()  # what was found is of another array
            if not (self._wanted or self._worker):
                if "source" in changes:
                    self._room.forget()
                    self.transport.choose(self._structure.source)
                self._remember_devices()
                self._note_structure(before, noted, label, left)
                return
            if self._go_over_from(before):
                self._remember_devices()
                self._note_structure(before, noted, label, left)
            else:
                self._wishes = wishes

        return change

    def _note_structure(self, before: Structure, noted: bool, label: str = "", left: RoomState | None = None) -> None:
        changed = structure_label(before, self._structure)
        if noted and changed:
            room = left if before.source != self._structure.source else None
            self._history.note_structure(label or changed, before, self._structure, room)

    def _put_structure_back(self, now: Structure, wanted: Structure) -> None:
        names = [one.name for one in fields(Structure) if getattr(now, one.name) != getattr(wanted, one.name)]
        self._commands.put(self._restructuring({name: getattr(wanted, name) for name in names}, noted=False))

    def _remember_devices(self) -> None:
        self._devices.keep_inputs(self._structure.source, self._structure.inputs)
        self._devices.keep_outputs(self._structure.sink, self._structure.outputs)
