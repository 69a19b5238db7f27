"""`workbench measure`: impulse responses from each driver of a layout to each microphone, by sweeps."""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.commands.common import SCHEMA, add_json_argument, check_block, note, write_json
from workbench.core.errors import InputError

QUEUE_S = 0.2
"""Nobody plays live here: a long queue keeps a sweep whole on a busy machine."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--sink", required=True, metavar="SPEC", help="device:HOSTAPI/NAME[#channels 1,2]: the drivers")
    parser.add_argument(
        "--source", required=True, metavar="SPEC", help="device:HOSTAPI/NAME[#channels 1,2]: left ear, right ear"
    )
    parser.add_argument("--layout", required=True, metavar="L", help="shipped loudspeaker layout or TOML file")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the responses; made if it is not there")
    parser.add_argument("--sweep", type=float, default=3.0, metavar="S", help="length of each sweep (default 3)")
    parser.add_argument("--level", type=float, default=-12.0, metavar="DBFS", help="level of the sweep (default −12)")
    parser.add_argument("--length", type=float, default=0.25, metavar="S", help="what is kept of a response")
    parser.add_argument("--delay", type=float, default=1.0, metavar="S", help="longest delay of devices and air")
    parser.add_argument("--block", type=int, help="samples in a device's block")
    add_json_argument(parser)


def _between(value: float, low: float, high: float, name: str) -> float:
    if not (math.isfinite(value) and low <= value <= high):
        raise InputError(f"--{name} {value:g}: must be from {low:g} to {high:g}")
    return value


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder while something is measured for it; folders made for it go again when that fails.

    Raises
    ------
    InputError
        The folder cannot be made or written. Better known before minutes of sweeps than after.
    """
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"{folder}: cannot be made a folder to write to ({error.strerror})") from error
    try:
        yield
    except BaseException:
        for path in new:
            with suppress(OSError):  # not empty: somebody else's by now
                path.rmdir()
        raise


def run(args: argparse.Namespace) -> int:
    """Measure, write, show."""
    import numpy as np

    from workbench.audio.endpoints import open_sink, open_source
    from workbench.audio.files import write_sound
    from workbench.core.charts import csv_table, line_chart, write_text
    from workbench.core.geometry import load_layout
    from workbench.dsp.bands import RATE_HZ
    from workbench.engine.measurement import MeasurementPlan, measure

    layout = load_layout(args.layout)
    plan = MeasurementPlan(
        sweep_s=_between(args.sweep, 0.2, 60, "sweep"),
        level_dbfs=_between(args.level, -80, 0, "level"),
        length_s=_between(args.length, 0.005, 2.7, "length"),
        delay_s=_between(args.delay, 0.02, 5, "delay"),
    )
    check_block(args.block)
    for name in ("sink", "source"):
        if not getattr(args, name).startswith("device:"):
            raise InputError(f"--{name} {getattr(args, name)}: measuring needs a device (device:HOSTAPI/NAME)")
    folder = Path(args.out)
    names = layout.driver_names
    prefill = round(QUEUE_S * RATE_HZ) if plan.delay_s > 2 * QUEUE_S else None
    with _made(folder):
        sink = open_sink(args.sink, len(names), block=args.block, prefill=prefill)
        try:
            source = open_source(args.source, block=args.block)
        except BaseException:
            sink.close()
            raise
        found = measure(source, sink, len(names), plan, names, note)

    files = [f"{number:02d}_{_file_name(name)}.wav" for number, name in enumerate(names, start=1)]
    for old in folder.glob("[0-9][0-9]_*.wav"):
        old.unlink()  # a plant is all responses of a folder: an earlier layout's may not stay
    for file, impulse in zip(files, found.impulse):
        write_sound(folder / file, impulse, RATE_HZ)
    frequency_hz = np.geomspace(20, 20000, 400)
    turn = np.exp(-2j * np.pi * frequency_hz[:, None] * np.arange(found.impulse.shape[-1]) / RATE_HZ)
    level_db = 20 * np.log10(np.abs(found.impulse @ turn.T) + 1e-9)
    inputs = list(source.channel_names)
    curves = {
        f"{name} → {microphone}": level_db[output, channel]
        for output, name in enumerate(names)
        for channel, microphone in enumerate(inputs)
    }
    milliseconds = 1000 * np.arange(min(found.impulse.shape[-1], RATE_HZ // 50)) / RATE_HZ
    times = {
        f"{name} → {microphone}": found.impulse[output, channel, : len(milliseconds)]
        for output, name in enumerate(names)
        for channel, microphone in enumerate(inputs)
    }
    labels: dict[str, Any] = {"x_label": "Frequency (Hz)", "y_label": "Level (dB)", "log_x": True}
    write_text(folder / "response.svg", line_chart(f"Responses: {layout.name}", frequency_hz, curves, **labels))
    write_text(folder / "response.csv", csv_table("frequency_hz", frequency_hz, curves))
    labels = {"x_label": "Time (ms)", "y_label": "Amplitude"}
    write_text(folder / "impulse.svg", line_chart(f"Impulse responses: {layout.name}", milliseconds, times, **labels))
    report = {
        "schema": SCHEMA,
        "layout": layout.name,
        "rate": RATE_HZ,
        "drivers": names,
        "microphones": inputs,
        "files": files,
        "samples": found.impulse.shape[-1],
        "delay_samples": found.delay_samples,
        "snr_db": found.snr_db.round(1),
        "sweep": {"seconds": plan.sweep_s, "level_dbfs": plan.level_dbfs},
        "attempts": found.attempts,
    }
    write_json(report, str(folder / "measurement.json"))
    note(
        f"{folder}: {len(names)} drivers × {len(inputs)} microphones, {found.delay_samples} samples of delay, "
        f"at least {found.snr_db.min():.0f} dB above the noise"
    )
    if len(inputs) == 2:
        note(f"use them with `workbench design --layout {args.layout} --plant {folder} …`")
    if args.json:
        write_json(report, args.json)
    return 0


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)
