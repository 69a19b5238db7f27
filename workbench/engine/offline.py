"""The chain over a file, as fast as it goes: the same samples as live, one run for each file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from workbench.audio.file_sink import FileSink
from workbench.audio.file_source import FileSource
from workbench.audio.files import check_apart, open_sound
from workbench.core.errors import InputError
from workbench.core.interrupts import DeferredInterrupt
from workbench.core.params import EnhanceParams, Params
from workbench.dsp import kernel_loader
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.assembly import Structure, assemble
from workbench.engine.history import ParameterHistory
from workbench.engine.inputs import InputSetup
from workbench.enhance.ladder import OracleLadder

WAIT_S = 60.0
"""A file that gives nothing for so long (a network drive) is given up."""


def process_file(
    source: str | Path,
    target: str | Path,
    params: Params,
    *,
    array: str | None = None,
    layout: str | None = None,
    inputs: InputSetup | None = None,
    begin_s: float = 0.0,
    progress: Callable[[float, float | None], None] | None = None,
) -> float:
    """Run a sound file through the chain.

    The output has the input's rate and length, with the chain's delay taken out.

    Parameters
    ----------
    source, target : paths
    params : Params
    array, layout : shipped names or TOML paths; without an array each channel is enhanced on its own
    inputs : InputSetup, optional
        Which of the file's channels is which microphone, and their calibration.
    begin_s : float
        Begin there in the file.
    progress : called with seconds done and seconds in all (None when unknown), about once a second of sound

    Returns
    -------
    float
        Seconds processed.

    Raises
    ------
    InputError
        Input that cannot be read, or an output that cannot be written.
    EarshotError
        Writing failed. Whatever ends it early, an interruption included: nothing half-written is left, and an
        existing output stays as it was.
    """
    open_sound(source).close()  # a bad file is refused before anything that takes long
    kernel_loader.load()  # before the first hop, so that the samples do not depend on when it would be done
    structure = Structure(f"file:{source}", f"file:{target}", array, layout, pace="fast", begin_s=begin_s)
    if inputs is not None:
        structure = replace(structure, inputs=inputs)
    assembly = assemble(structure, ParameterHistory(params), None, lambda message: None, strict=True)
    runner = assembly.runner
    complete = False
    with DeferredInterrupt() as interrupt:
        try:
            runner.start()
            length = getattr(runner.source, "length_samples", None)
            reported = 0
            while not runner.finished:
                interrupt.check()
                runner.step(1.0)
                if progress is not None and runner.samples_in - reported >= RATE_HZ:
                    reported = runner.samples_in
                    progress(reported / RATE_HZ, length / RATE_HZ if length else None)
            complete = True
        finally:
            assembly.close(complete)
    return runner.samples_out / RATE_HZ


def process_file_with_oracle(
    source: str | Path,
    clean: str | Path,
    target: str | Path,
    rung: str,
    params: EnhanceParams,
    progress: Callable[[float, float | None], None] | None = None,
) -> float:
    """Enhance a sound file with what a perfect estimator would say; see `workbench.enhance.ladder`.

    Parameters
    ----------
    source, target : paths
    clean : path of the clean signal: same rate and length, as many channels or one for all
    rung : one of `workbench.enhance.ladder.RUNGS`
    params, progress : as in `process_file`

    Returns
    -------
    float
        Seconds processed.

    Raises
    ------
    InputError
        Files that cannot be read or do not fit together, or an output that cannot be written.
    """
    kernel_loader.load()
    for read in (source, clean):
        check_apart(read, target)
    noisy = FileSource(source)
    try:
        reference = FileSource(clean)
    except BaseException:
        noisy.close()
        raise
    with DeferredInterrupt() as interrupt:
        try:
            _check_pair(noisy, reference)
            sink = FileSink(target, noisy.channels, rate_hz=noisy.file_rate_hz, frames=noisy.file_frames)
            ladder = OracleLadder(noisy.channels, (rung,))
            try:
                for end in (sink, noisy, reference):
                    end.start()
                _climb(noisy, reference, ladder, params, sink, progress, interrupt)
            except BaseException:
                sink.discard()
                raise
            sink.close()
        finally:
            noisy.close()
            reference.close()
    return noisy.file_frames / noisy.file_rate_hz


def _check_pair(noisy: FileSource, clean: FileSource) -> None:
    """Raises InputError unless both files can be compared sample by sample."""
    if clean.file_rate_hz != noisy.file_rate_hz:
        raise InputError(
            f"{clean.path}: its sample rate is {clean.file_rate_hz} Hz, {noisy.path} has {noisy.file_rate_hz} Hz: "
            "an oracle needs the same recording, clean"
        )
    if clean.file_frames != noisy.file_frames:
        raise InputError(
            f"{clean.path}: it has {clean.file_frames} samples, {noisy.path} has {noisy.file_frames}: "
            "an oracle needs the same recording, clean, sample by sample"
        )
    if clean.channels not in (1, noisy.channels):
        raise InputError(
            f"{clean.path}: it has {clean.channels} channels, {noisy.path} has {noisy.channels}: "
            "an oracle needs one clean channel, or as many as there are"
        )


def _climb(
    noisy: FileSource,
    clean: FileSource,
    ladder: OracleLadder,
    params: EnhanceParams,
    sink: FileSink,
    progress: Callable[[float, float | None], None] | None,
    interrupt: DeferredInterrupt,
) -> None:
    """Everything through the ladder's one rung, in step with the input."""
    silence = np.zeros((noisy.channels, HOP), dtype=np.float32)
    skip, length = ladder.latency, noisy.length_samples
    for start in range(0, length + ladder.latency, HOP):
        interrupt.check()
        pair = (silence, silence)
        if start < length:
            pair = (noisy.read(WAIT_S), clean.read(WAIT_S))
            if None in pair:
                raise InputError(f"{noisy.path}: could not be read in time")
            pair = (pair[0].samples, np.broadcast_to(pair[1].samples, (noisy.channels, HOP)))
        out = ladder.process(*pair, params)[0]
        skipped, skip = min(skip, HOP), max(0, skip - HOP)
        while not sink.wait(1.0):
            pass
        sink.write(out[:, skipped:])
        if progress is not None and start // RATE_HZ != (start + HOP) // RATE_HZ:
            progress((start + HOP) / RATE_HZ, length / RATE_HZ)
