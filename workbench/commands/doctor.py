"""`workbench doctor`: what this installation lacks, and what is wrong with the microphones of a source."""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import sys

from workbench.commands.common import (
    SCHEMA,
    add_environment_arguments,
    add_json_argument,
    note,
    parse_variables,
    write_json,
)
from workbench.core.errors import DeviceError, InputError
from workbench.core.resources import resource, root, shipped_names

QT_LIBRARIES = (
    "libEGL.so.1",
    "libGL.so.1",
    "libxkbcommon-x11.so.0",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
    "libxcb-image.so.0",
    "libxcb-render-util.so.0",
    "libxcb-xkb.so.1",
    "libdbus-1.so.3",
    "libfontconfig.so.1",
)
"""What Qt's window on X11 loads from the system; without one of them the window does not open."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--source", help="check the channels of this source: device:HOSTAPI/NAME[#channels 1,2] | file:PATH | room"
    )
    parser.add_argument("--array", help="its microphone array (shipped name or TOML)")
    parser.add_argument(
        "--loopback",
        action="store_true",
        help="measure the round trip from --sink to --source with a chirp (through a cable, or the air)",
    )
    parser.add_argument(
        "--calibration",
        metavar="FILE",
        help="read a microphone's calibration file (REW, miniDSP) and say what it holds",
    )
    parser.add_argument("--sink", help="where the chirp is played: device:HOSTAPI/NAME[#channels 1,2]")
    add_environment_arguments(parser)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to listen (default 10)")
    add_json_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Check the source if one is given, else the installation."""
    if args.loopback:
        return _loopback(args)
    if args.calibration:
        return _calibration(args)
    if args.source:
        return _check_source(args)
    checks = [_portaudio(), _resources(), _models(), _loops(), _window()]
    if args.json:
        write_json({"schema": SCHEMA, "installation": checks}, args.json)
    else:
        for check in checks:
            print(f"{'ok' if check['ok'] else 'FAULT':6} {check['check']:12} {check['detail']}")
    return 0 if all(check["ok"] for check in checks) else 1


def _found(check: str, ok: bool, detail: str) -> dict:
    return {"check": check, "ok": ok, "detail": detail}


def _portaudio() -> dict:
    from workbench.audio.devices import query

    try:
        listing = query()
    except DeviceError as error:
        return _found("sound", False, str(error))
    apis = ", ".join(listing.hostapis) or "none"
    version = listing.portaudio.partition(",")[0]
    return _found("sound", True, f"{version}; host APIs: {apis}; {len(listing.devices)} devices")


def _resources() -> dict:
    arrays, layouts = len(shipped_names("arrays")), len(shipped_names("layouts"))
    scenes = len(shipped_names("scenes"))
    voices = len(list(resource("voices").glob("*.flac")))
    detail = f"{arrays} arrays, {layouts} loudspeaker layouts, {scenes} scenes, {voices} voices in {resource()}"
    return _found("resources", bool(arrays and layouts and scenes and voices), detail)


def _models() -> dict:
    models = sorted(path.name for path in (root() / "models").glob("*.onnx"))
    missing = "none here: the classical methods work, the networks do not"
    return _found("models", True, ", ".join(models) or missing)


def _loops() -> dict:
    from workbench.dsp import kernel_loader, kernels

    if not kernel_loader.load():
        return _found("inner loops", True, "not compiled (numba is not installed): the chain takes three times as long")
    name = getattr(kernels.ready(), "__name__", "").rpartition(".")[2]
    return _found("inner loops", True, "compiled here by numba" if name == "loops" else f"compiled, {name}")


def _window() -> dict:
    if importlib.util.find_spec("PySide6") is None:
        return _found("window", False, "PySide6 is not installed; the commands work, the window does not")
    missing = [name for name in QT_LIBRARIES if not _loads(name)] if sys.platform.startswith("linux") else []
    if missing:
        return _found("window", False, f"missing system libraries: {' '.join(missing)}")
    return _found("window", True, "PySide6 and the system libraries that it needs are there")


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _calibration(args: argparse.Namespace) -> int:
    from workbench.core.calibration import load_calibration

    found = load_calibration(args.calibration)
    low_hz, high_hz = (float(found.frequency_hz[place]) for place in (0, -1))
    table = {
        "schema": SCHEMA,
        "file": args.calibration,
        "points": len(found.frequency_hz),
        "range_hz": [low_hz, high_hz],
        "response_db": [float(found.response_db.min()), float(found.response_db.max())],
        "phase": found.phase_deg is not None,
        "serial": found.serial or None,
        "sensitivity_dbfs": found.sensitivity_dbfs,
        "full_scale_db_spl": found.full_scale_db_spl,
    }
    if args.json:
        write_json(table, args.json)
        return 0
    low_db, high_db = table["response_db"]
    print(f"{table['points']} points from {low_hz:g} to {high_hz:g} Hz, {low_db:+.1f} to {high_db:+.1f} dB")
    if found.serial:
        print(f"microphone no. {found.serial}")
    if found.full_scale_db_spl is None:
        print("no sensitivity: sound pressure needs a calibrator")
    else:
        level = f"{found.full_scale_db_spl:.1f} dB SPL"
        print(f"94 dB SPL give {found.sensitivity_dbfs:.1f} dBFS: a signal of RMS 1 is {level}")
    return 0


def _loopback(args: argparse.Namespace) -> int:
    from workbench.audio.endpoints import open_sink, open_source
    from workbench.audio.specs import two_clocks
    from workbench.engine.loopback import measure_devices

    for option, spec in (("--source", args.source), ("--sink", args.sink)):
        if not (spec or "").startswith("device:"):
            raise InputError(f"{option}: --loopback needs a device:HOSTAPI/NAME on both sides")
    source_variables = parse_variables("--source-env", args.source_env)
    sink_variables = parse_variables("--sink-env", args.sink_env)
    source = open_source(args.source, variables=source_variables)
    own_clock = two_clocks(args.source, args.sink, source_variables, sink_variables)
    sink = open_sink(args.sink, 1, own_clock=own_clock, variables=sink_variables)
    note("A chirp is played at -20 dBFS ...")
    try:
        found, reported = measure_devices(source, sink)
    finally:
        source.close()
        sink.close()
    total = sum(reported.values())
    if args.json:
        report = {
            "schema": SCHEMA,
            "source": args.source,
            "sink": args.sink,
            "channel": found.channel,
            "clear": found.clear,
            "latency_ms": {"reported": reported, "measured": found.ms},
        }
        write_json(report, args.json)
        return 0
    parts = " + ".join(f"{label} {ms:.2f}" for label, ms in reported.items())
    print(f"measured {found.ms:.2f} ms, heard on {source.channel_names[found.channel]}")
    print(f"reported {parts} = {total:.2f} ms ({found.ms - total:+.2f} ms)")
    return 0


def _check_source(args: argparse.Namespace) -> int:
    from workbench.audio.endpoints import open_source
    from workbench.audio.protocols import RATE_HZ
    from workbench.core.geometry import load_array
    from workbench.evaluation.channels import check_channels

    if not 1 <= args.seconds <= 600:
        raise InputError(f"--seconds {args.seconds:g}: must be 1 to 600")
    array = load_array(args.array) if args.array else None
    source = open_source(args.source)
    try:
        array = array or source.array
        if array is None:
            raise InputError("--array: the microphone array of this source is needed (a shipped name or a TOML file)")
        if array.mics != source.channels:
            raise InputError(
                f"{args.source}: {source.channels} channels, but {array.name} has {array.mics} microphones"
            )
        samples = _listen(source, args.seconds)
    finally:
        source.close()
    if samples.shape[1] < RATE_HZ:
        raise InputError(f"{args.source}: {samples.shape[1] / RATE_HZ:.2f} s of sound are too short; 1 s is the least")
    report = check_channels(samples, RATE_HZ, array)
    if args.json:
        channels = [
            {"index": item.index, "fault": item.fault, "with": item.partner, "gain_db": item.gain_db}
            for item in report.channels
        ]
        seconds = samples.shape[1] / RATE_HZ
        write_json(
            {
                "schema": SCHEMA,
                "source": args.source,
                "array": array.name,
                "seconds": seconds,
                "score": report.score,
                "note": report.note,
                "channels": channels,
            },
            args.json,
        )
        return 0
    for item, name in zip(report.channels, source.channel_names):
        gain = "" if item.gain_db is None else f"{round(item.gain_db, 1) + 0.0:+6.1f} dB"
        fault = item.fault or "ok"
        print(f"{name:8} {gain:9}  {fault}{f' with channel {item.partner + 1}' if item.partner is not None else ''}")
    print(f"The sound fits the geometry to {report.score:.2f} (0: not at all, 1: one source in the open).")
    if report.note:
        note(f"Note: {report.note}.")
    return 0


def _listen(source, seconds: float):
    """Up to so many seconds of the source, (channels, n)."""
    import numpy as np

    from workbench.audio.protocols import HOP, RATE_HZ

    source.start()
    hops = []
    silent_s = 0.0
    while len(hops) * HOP < seconds * RATE_HZ and not source.finished:
        block = source.read(0.5)
        if block is not None:
            hops.append(block.samples)
            silent_s = 0.0
            continue
        silent_s += 0.5
        if getattr(source, "lost", False) or silent_s > 30:
            raise DeviceError(getattr(source, "lost_reason", "") or f"{source.name}: no sound comes from it")
    length = getattr(source, "length_samples", None)
    samples = np.concatenate(hops, axis=1) if hops else np.zeros((source.channels, 0), np.float32)
    return samples[:, : min(length or samples.shape[1], round(seconds * RATE_HZ))]
