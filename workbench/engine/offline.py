"""The chain over a file, as fast as it goes: the same samples as live, one run for each file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.core.params import Params
from workbench.dsp import kernels
from workbench.dsp.bands import RATE_HZ
from workbench.engine.assembly import Structure, assemble
from workbench.engine.history import ParameterHistory


def process_file(
    source: str | Path,
    target: str | Path,
    params: Params,
    *,
    array: str | None = None,
    layout: str | None = None,
    progress: Callable[[float, float | None], None] | None = None,
) -> float:
    """Run a sound file through the chain.

    The output has the input's rate and length, with the chain's delay taken out.

    Parameters
    ----------
    source, target : paths
    params : Params
    array, layout : shipped names or TOML paths; without an array each channel is enhanced on its own
    progress : called with seconds done and seconds in all (None when unknown), about once a second of sound

    Returns
    -------
    float
        Seconds processed.

    Raises
    ------
    InputError
        Input that cannot be read, or an output that cannot be written.
    """
    kernels.load()  # first, so that the samples do not depend on when it would be done
    structure = Structure(f"file:{source}", f"file:{target}", array, layout, pace="fast")
    assembly = assemble(structure, ParameterHistory(params), None, lambda message: None, strict=True)
    runner = assembly.runner
    try:
        runner.start()
        length = getattr(runner.source, "length_samples", None)
        reported = 0
        while not runner.finished:
            runner.step(1.0)
            if progress is not None and runner.samples_in - reported >= RATE_HZ:
                reported = runner.samples_in
                progress(reported / RATE_HZ, length / RATE_HZ if length else None)
    finally:
        assembly.close()
    return runner.samples_out / RATE_HZ
