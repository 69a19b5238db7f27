"""The oracle ladder of the session: what it climbs with, its measurement, hearing a rung."""

from __future__ import annotations

from pathlib import Path

from workbench.audio.file_source import FileSource
from workbench.core.errors import InputError
from workbench.dsp.bands import RATE_HZ
from workbench.engine.session.structure import StructureCommands


class OracleCommands(StructureCommands):
    """The oracle ladder over what was just heard."""

    def measure_oracle(self) -> None:
        """Climb the oracle ladder with what was just heard; `mailbox.oracle` gets the result, or health the reason
        why not. Raises InputError: nothing runs."""
        assembly = self._assembly
        if assembly is None:
            raise InputError("The oracle ladder is climbed with what was just heard: press Start (Space) first")
        if assembly.oracle:
            assembly.oracle.measure(self.params.enhance)

    def choose_clean(self, path: str | Path) -> None:
        """Name the clean recording to the file that plays, which begins anew with it. Raises InputError: the source is
        no file, or the two do not fit together."""
        kind, _, noisy = self._structure.source.partition(":")
        if kind != "file":
            raise InputError("A clean recording belongs to a file as source: choose the noisy file first")
        FileSource(noisy, clean=path).close()
        self._restructure(clean=str(path))

    @property
    def clean_wanted(self) -> bool:
        """Whether a clean recording can be named: the source is a file."""
        return self._structure.source.startswith("file:")

    @property
    def methods_ready(self) -> tuple[str, ...]:
        """Methods and networks that the running enhancer can use now; empty while nothing runs."""
        assembly = self._assembly
        return assembly.runner.chain.methods if assembly else ()

    def play_oracle(self, rung: str, loop: bool = True) -> None:
        """Play a rung of the measured excerpt in place of the live sound ("" goes back to that). Raises InputError."""
        assembly = self._assembly
        if assembly:
            assembly.runner.chain.oracle.loop = loop
            assembly.runner.chain.oracle.play(rung)

    @property
    def knows_clean(self) -> bool:
        """Whether the oracle ladder has something to climb with; True while that is not known yet."""
        assembly = self._assembly
        return assembly is None or assembly.runner.samples_in < RATE_HZ or assembly.runner.chain.ladder_tap.hops > 0

    @property
    def oracle_playing(self) -> tuple[str, float]:
        """The rung that plays ("" for the live sound) and the place in the excerpt, in seconds."""
        assembly = self._assembly
        if assembly is None:
            return "", 0.0
        return assembly.runner.chain.oracle.playing, assembly.runner.chain.oracle.position_s
