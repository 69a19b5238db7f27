"""Channel map, calibration and levels of the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.core.messages import InputLevels
from workbench.engine.assembly import Structure
from workbench.engine.device_store import OutputSetup
from workbench.engine.input_meter import InputMeter
from workbench.engine.inputs import InputSetup
from workbench.engine.mapped_source import MappedSource
from workbench.engine.session.structure import StructureCommands


class ChannelCommands(StructureCommands):
    """What belongs to the channels of the source and of the chain that a person looks at."""

    @property
    def inputs(self) -> InputSetup:
        """Channel map, calibration, rate and block of the source."""
        return self._structure.inputs

    @property
    def outputs(self) -> OutputSetup:
        """Rate and block of the sink."""
        return self._structure.outputs

    @property
    def source_names(self) -> tuple[str, ...]:
        """Names of the source's own channels, before the channel map; empty while nothing runs."""
        assembly = self._assembly
        return getattr(assembly.runner.source, "source_names", ()) if assembly else ()

    def set_inputs(self, setup: InputSetup) -> None:
        """Another channel map, calibration, rate or block: at once and crossfaded where that can be, else the source
        is opened anew. It is remembered with the device. What is wrong with it is said in health."""
        self._commands.put(self._setting_inputs(setup))

    def _setting_inputs(self, setup: InputSetup, noted: bool = True) -> Callable[[], None]:
        restructure = self._restructuring({"inputs": setup}, noted)

        def change() -> None:
            source, before = self._running_source, self._structure
            channels = getattr(source, "source_channels", 0)
            if source is None or setup.structure(channels) != before.inputs.structure(channels):
                restructure()
                return
            source.apply(setup)
            self._structure = replace(before, inputs=setup)
            self._show_calibration()
            self._devices.keep_inputs(self._structure.source, setup)
            self._note_structure(before, noted)

        return change

    def _put_structure_back(self, now: Structure, wanted: Structure) -> None:
        if replace(now, inputs=wanted.inputs) == wanted:
            self._commands.put(self._setting_inputs(wanted.inputs, noted=False))
        else:
            super()._put_structure_back(now, wanted)

    def input_levels(self, weighting: str = "A", speed: str = "fast") -> InputLevels | None:
        """Levels of the source's own channels; the first call, or one with another weighting, begins to measure."""
        assembly = self._assembly
        source = assembly.runner.source if assembly else None
        if not isinstance(source, MappedSource):
            return None
        meter = source.meter
        if meter is None or (meter.weighting, meter.speed) != (weighting, speed):
            source.meter = meter = InputMeter(source.source_channels, weighting, speed)
        return meter.levels

    def end_input_levels(self) -> None:
        """Nobody looks at the levels any more."""
        assembly = self._assembly
        if assembly and isinstance(assembly.runner.source, MappedSource):
            assembly.runner.source.meter = None

    def show_before(self, channel: int) -> None:
        """Choose the input channel (from 0) shown as Before."""
        assembly = self._assembly
        if assembly and 0 <= channel < assembly.runner.source.channels:
            assembly.runner.chain.before_channel = channel
            self._show_calibration()

    def show_pair(self, kind: str, first: int, second: int) -> None:
        """Hold two channels (from 0) of the "output" or the "input" against each other in `Snapshot.scope`."""
        assembly = self._assembly
        if assembly and assembly.runner.chain.pair:
            assembly.runner.chain.pair.pair = (kind, first, second)

    def reset_loudness(self) -> None:
        """Begin integrated loudness, its range and the highest true peak anew."""
        assembly = self._assembly
        if assembly and assembly.runner.chain.loudness:
            assembly.runner.chain.loudness.reset_wanted = True
