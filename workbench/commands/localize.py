"""`workbench localize`: the talkers in a multichannel recording, five times a second."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from workbench.commands.common import (
    SCHEMA,
    add_json_argument,
    add_set_argument,
    note,
    parse_settings,
    write_json,
)
from workbench.core import params as parameters
from workbench.core.errors import InputError

NETWORK_RATE_HZ = 16000
"""Of recordings that the network can use."""
_METHODS = tuple(value for value, _ in parameters.entry("localize.method").knob.choices)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("input", metavar="IN", help="sound file, one channel for each microphone of the array")
    parser.add_argument(
        "--array", required=True, metavar="A", help="microphone array: a shipped name or a TOML file (see docs)"
    )
    parser.add_argument("--method", choices=_METHODS, help="how directions are found")
    parser.add_argument("--model", metavar="FILE", help="localization network (.onnx) instead of the shipped one")
    parser.add_argument("--max-sources", type=int, metavar="N", help="the most talkers at once (1 to 4)")
    parser.add_argument(
        "--tracks-dir",
        metavar="DIR",
        help="write each talker into DIR as a sound file of its own: a beam locked to the track, enhanced",
    )
    parser.add_argument("--tracks-format", choices=("wav", "flac"), default="wav", help="of these files (default: wav)")
    add_set_argument(parser)
    add_json_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Localize and print: a line for each frame, or JSON."""
    from workbench.core.geometry import load_array
    from workbench.localize.localizer import UPDATE_S, Localizer
    from workbench.localize.models import NoNetworkError, find_model
    from workbench.localize.offline import localize_recording
    from workbench.localize.srp import front_back_ambiguous

    settings = {}
    if args.method:
        settings["localize.method"] = args.method
    if args.model:
        settings["localize.model"] = args.model
    if args.max_sources is not None:
        settings["localize.max_sources"] = args.max_sources
    params = parameters.replace(parse_settings(args.set), settings)
    array = load_array(args.array)
    if array.mics < 2:
        raise InputError(f"array {array.name!r}: directions need at least 2 microphones")
    samples, rate_hz = _read(args.input, array)
    if rate_hz < NETWORK_RATE_HZ and params.localize.method in ("network", "combined"):
        params = _without_network(args, params, rate_hz)
    if params.localize.method in ("network", "combined"):
        try:
            find_model(array, params.localize.model)
        except NoNetworkError:
            if args.method:  # who asks for a network wants an error, not another method
                raise
    if front_back_ambiguous(array):
        note(
            f"array {array.name!r}: all microphones are on one line, so front and back cannot be told apart; "
            "each talker appears together with a mirror image"
        )
    localizer = Localizer(array)
    frames, sources = localize_recording(samples, array, params.localize, localizer)
    if localizer.notice:
        note(localizer.notice)
    if args.tracks_dir:
        _write_tracks(args, samples, array, params, frames)

    if args.json:
        write_json(
            {
                "schema": SCHEMA,
                "method": frames[-1].method if frames else params.localize.method,
                "array": array.name,
                "update_s": UPDATE_S,
                "frames": [
                    {"time_s": round(frame.time_s, 6), "sources": [_describe(source) for source in heard]}
                    for frame, heard in zip(frames, sources)
                ],
            },
            args.json,
        )
    if args.json != "-":
        _print(frames, sources)
    return 0


def _without_network(args: argparse.Namespace, params: parameters.Params, rate_hz: int) -> parameters.Params:
    """SRP-PHAT in place of the network, which was trained on sound with all its bands."""
    reason = (
        f"{args.input}: {rate_hz} Hz holds nothing above {rate_hz / 2000:g} kHz, and the network hears up to 7.5 kHz"
    )
    if args.method:  # who asks for a network wants an error, not another method
        raise InputError(f"{reason}: give a recording of {NETWORK_RATE_HZ} Hz or more, or --method srp")
    note(f"{reason}; SRP-PHAT is used")
    return parameters.replace(params, {"localize.method": "srp"})


def _write_tracks(args: argparse.Namespace, samples, array, params, frames) -> None:
    """Each talker as a file of its own."""
    from workbench.commands.progress import ProgressLine
    from workbench.dsp import kernel_loader
    from workbench.engine.talker_recorder import record_talkers

    kernel_loader.load()
    line = ProgressLine()

    def progress(done_s: float, total_s: float) -> None:
        line.show(f"talkers: {done_s:.0f} of {total_s:.0f} s", done_s / max(total_s, 1e-9))

    found = record_talkers(samples, array, params, frames, args.tracks_dir, args.tracks_format, progress)
    if found.notice:
        note(found.notice)
    note(f"{args.tracks_dir}: {found.files} file{'s' * (found.files != 1)} of talkers, listed in talkers.json")


def _read(name: str, array):
    """The recording at 48 kHz, (mics, n) float32, and its own rate; complains about what the localizer cannot use."""
    import numpy as np
    import soxr

    from workbench.audio.files import read_sound
    from workbench.dsp.bands import RATE_HZ
    from workbench.localize.localizer import UPDATE_S

    path = Path(name)
    samples, rate_hz = read_sound(path)
    if len(samples) != array.mics:
        raise InputError(
            f"{path}: {len(samples)} channel{'s' * (len(samples) != 1)}, but array {array.name!r} has {array.mics} "
            f"microphones; give the array that recorded it"
        )
    if samples.shape[1] < UPDATE_S * rate_hz:
        raise InputError(f"{path}: {samples.shape[1] / rate_hz:.3f} s is too short; at least {UPDATE_S:g} s is needed")
    if rate_hz != RATE_HZ:
        samples = soxr.resample(samples.T, rate_hz, RATE_HZ).T
    dead = [str(channel + 1) for channel in np.flatnonzero(np.abs(samples).max(axis=1) == 0)]
    if dead and len(dead) < len(samples):
        note(f"{path}: channel {', '.join(dead)} is silent throughout; directions may be wrong")
    return np.ascontiguousarray(samples, dtype=np.float32), rate_hz


def _describe(source) -> dict:
    return {
        "azimuth_deg": round(math.degrees(source.azimuth_rad), 2),
        "distance_m": None if source.distance_m is None else round(source.distance_m, 2),
        "confidence": round(source.confidence, 4),
        "track": source.track,
    }


def _print(frames, sources) -> None:
    """A line for each frame in which somebody is heard, and a line for each talker."""
    heard: dict[int, list[float]] = {}
    for frame, talkers in zip(frames, sources):
        if talkers:
            texts = (f"{s.track}: {math.degrees(s.azimuth_rad):+7.1f}° ({s.confidence:.2f})" for s in talkers)
            print(f"{frame.time_s:8.2f} s   " + "   ".join(texts))
        for source in talkers:
            heard.setdefault(source.track, []).append(frame.time_s)
    print(f"{len(heard)} talker{'s' * (len(heard) != 1)} in {len(frames)} frames")
    for track, times_s in sorted(heard.items()):
        print(f"talker {track}: {len(times_s)} frames from {times_s[0]:.2f} to {times_s[-1]:.2f} s")
