"""`workbench render IN OUT`: a stereo file as driver signals, as headphones would hear them, or upmixed."""

from __future__ import annotations

import argparse
import dataclasses
import math
from typing import Any

import numpy as np

from workbench.commands.common import note
from workbench.commands.design import add_design_arguments, chosen_design
from workbench.core.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("input", metavar="IN", help="mono, stereo or 5.1 sound file, any rate")
    parser.add_argument("output", metavar="OUT", help="sound file at 48 kHz, one channel a driver (32-bit float .wav)")
    parser.add_argument("--layout", required=True, metavar="L", help="shipped loudspeaker layout or TOML file")
    add_design_arguments(parser)
    parser.add_argument(
        "--audition", action="store_true", help="two channels for headphones: the drivers as the ears hear them"
    )
    parser.add_argument("--plain", action="store_true", help="write left′, right′ and centre, before the filters")
    parser.add_argument(
        "--room",
        metavar="RT60[,DISTANCE[,XxYxZ]]",
        help="two channels for headphones: the drivers as heard in a simulated room, e.g. 0.5,2.5 or 0.4,2,6x4.5x2.7",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="what the exported filters make of the sound: not matched in loudness, with no headroom and no limiter",
    )
    parser.add_argument("--limit", action="store_true", help="limit the true peak also with --exact or --plain")


def parse_room(text: str):
    """`RT60[,DISTANCE[,XxYxZ]]` as a `ListeningRoom`.

    Raises
    ------
    InputError
        Not of that form, or no room in which somebody could listen.
    """
    from workbench.engine.listening_room import ListeningRoom

    words = text.split(",")
    try:
        given: dict[str, Any] = dict(zip(("rt60_s", "distance_m"), map(float, words[:2])))
        if len(words) == 3:
            given["size_m"] = tuple(float(side) for side in words[2].lower().split("x"))
            if len(given["size_m"]) != 3:
                raise ValueError
        elif len(words) > 3:
            raise ValueError
    except ValueError:
        raise InputError(f"--room {text}: expected RT60[,DISTANCE[,XxYxZ]], such as 0.5,2.5,6x4.5x2.7") from None
    return ListeningRoom(**given)


def in_room(drivers: np.ndarray, layout, room) -> np.ndarray:
    """Driver signals (drivers, N) as the two ears hear them in the room, (2, N); the way there takes no time."""
    from scipy.signal import oaconvolve

    from workbench.engine.room_responses import room_responses
    from workbench.render.causal import AUDITION_DELAY

    heard = oaconvolve(drivers[:, None], room_responses(layout, room), axes=-1).sum(axis=0)
    return heard[:, AUDITION_DELAY : AUDITION_DELAY + drivers.shape[1]].astype(np.float32)


def through(stream, x: np.ndarray, *arguments) -> np.ndarray:
    """A whole signal (channels, N) through a streaming object, its latency taken out: (outputs, N)."""
    from workbench.dsp.bands import HOP

    length = x.shape[1]
    hops = -(-(length + stream.latency) // HOP)
    padded = np.zeros((len(x), hops * HOP), dtype=np.float32)
    padded[:, :length] = x
    pieces = [stream.process(padded[:, hop * HOP : (hop + 1) * HOP], *arguments) for hop in range(hops)]
    return np.concatenate(pieces, axis=1)[:, stream.latency : stream.latency + length]


def as_stereo(samples: np.ndarray, name: str) -> np.ndarray:
    """Mono on both channels, stereo as it is, 5.1 (left, right, centre, low, left and right surround: the order of WAV
    files) mixed down as ITU-R BS.775 has it, without the low channel.

    Raises
    ------
    InputError
        Another number of channels.
    """
    if len(samples) == 6:
        left, right, centre, _, left_surround, right_surround = samples
        half = math.sqrt(0.5)
        note(f"{name}: 5.1 mixed down to stereo (ITU-R BS.775; the low-frequency channel is left out)")
        return np.stack([left + half * (centre + left_surround), right + half * (centre + right_surround)]).astype(
            np.float32
        )
    if len(samples) > 2:
        raise InputError(f"{name}: has {len(samples)} channels; render takes mono or stereo, or 5.1")
    return np.broadcast_to(samples, (2, samples.shape[1])).astype(np.float32)


def matched(
    layout, plant: str, stereo: np.ndarray, out: np.ndarray, audition: bool, limit_dbtp: float
) -> tuple[float, str]:
    """Gain in dB that makes drivers, or ears, as loud as plain stereo at the ears, with headroom; and that in words."""
    from workbench.dsp.loudness import integrated_lufs
    from workbench.render import level

    found = integrated_lufs(out) if audition else level.ears_lufs(layout, out, plant)
    match_db = level.matching_gain_db(level.plain_lufs(layout, stereo, plant), found)
    down_db = level.headroom_gain_db(stereo, limit_dbtp)
    words = f", {match_db:+.1f} dB to be as loud at the ears as plain stereo"
    if down_db < 0:
        words += f", {-down_db:.1f} dB down for headroom"
    return match_db + down_db, words


def run(args: argparse.Namespace) -> int:
    """Render one file."""
    import soxr

    from workbench.audio.files import check_apart, check_target, read_sound, write_sound
    from workbench.commands.common import parse_settings
    from workbench.core.geometry import load_layout
    from workbench.dsp.bands import RATE_HZ
    from workbench.dsp.limiter import TruePeakLimiter, true_peak_dbtp
    from workbench.render.renderer import Renderer, make_filters
    from workbench.render.upmix import Upmixer

    layout = load_layout(args.layout)
    design = chosen_design(args)
    room = parse_room(args.room) if args.room else None
    if room and (args.plain or args.audition):
        raise InputError("--room is heard on headphones, from the drivers: without --plain and --audition")
    check_apart(args.input, args.output)
    check_target(args.output, 1)  # before the work; the writer asks again with the channels
    samples, rate_hz = read_sound(args.input)
    stereo = as_stereo(samples, args.input)
    if rate_hz != RATE_HZ:
        stereo = np.ascontiguousarray(soxr.resample(stereo.T, rate_hz, RATE_HZ).T)
    params = parse_settings(args.set).render
    level = ""
    if args.plain:
        out, what = through(Upmixer(), stereo, params), "left′, right′, centre"
    else:
        params = dataclasses.replace(params, audition=args.audition)
        scene = stereo if design.centre == "none" else through(Upmixer(), stereo, params)
        filters = make_filters(layout, design)
        out = through(Renderer(layout, len(scene), filters.latency_samples), scene, params, filters)
        out = out[:2] if args.audition else out[: len(layout.drivers)]
        if not args.exact:
            gain_db, level = matched(layout, design.plant, stereo, out, args.audition, params.limit_dbtp)
            out = (10 ** (gain_db / 20) * out).astype(np.float32)
        what = "headphones" if args.audition else ", ".join(layout.driver_names)
        if room:
            out, what = in_room(out, layout, room), f"headphones in a room of {room.rt60_s:g} s"
    peak_dbtp = true_peak_dbtp(out)
    limited = args.limit or not (args.exact or args.plain)
    if limited and peak_dbtp > params.limit_dbtp:
        out = through(TruePeakLimiter(len(out)), out, params.limit_dbtp)
    write_sound(args.output, out, RATE_HZ)
    note(
        f"{args.output}: {out.shape[1] / RATE_HZ:.2f} s, {what}, {design.name} on {layout.name}, "
        f"true peak {peak_dbtp:.1f} dBTP{level}"
        + (f", limited to {params.limit_dbtp:g} dBTP" if limited and peak_dbtp > params.limit_dbtp else "")
    )
    if peak_dbtp > 0 and not limited:
        note(
            f"the drivers' signals exceed full scale by {peak_dbtp:.1f} dB: the file holds them (32-bit float); "
            "turn it down before playing, or use --limit"
        )
    return 0
