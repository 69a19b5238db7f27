"""`workbench evaluate beam`: what a beam gains that is locked to a walking talker beside somebody else who talks."""

from __future__ import annotations

import argparse
import os

from workbench.commands.common import SCHEMA, add_json_argument, note, parse_settings, whole_from, write_json
from workbench.commands.progress import ProgressLine
from workbench.core import params as parameters
from workbench.core.errors import InputError

_METHODS = tuple(value for value, _ in parameters.entry("beamformer.method").knob.choices)


def add_arguments(actions) -> None:
    """Arguments of `evaluate beam`."""
    parser = actions.add_parser("beam", help="score a beam locked to the track of a walking talker, in simulated rooms")
    parser.add_argument("--scenes", type=int, default=12, metavar="N", help="how many rooms (default: 12)")
    parser.add_argument("--array", default="uca8-100mm", metavar="A", help="microphone array (name or TOML)")
    parser.add_argument("--rt60", type=float, default=0.3, metavar="S", help="reverberation time (default: 0.3)")
    parser.add_argument("--methods", nargs="+", default=list(_METHODS), choices=_METHODS, metavar="METHOD")
    parser.add_argument("--seed", type=whole_from(0), default=1, help="of the rooms (default: 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: cores)")
    settings = parser.add_argument_group("parameters")
    settings.add_argument(
        "--param", action="append", default=[], metavar="PATH=VALUE", help="e.g. beamformer.white_noise_floor_db=-6"
    )
    add_json_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Score and print a table, or JSON."""
    from workbench.core.geometry import load_array
    from workbench.engine import cluster
    from workbench.evaluation.locked_beam import LockedBeamTask, score, summary

    if min(args.scenes, args.jobs) < 1 or not 0 <= args.rt60 <= 1.5:
        raise InputError("--scenes and --jobs have to be 1 or more, --rt60 between 0 and 1.5")
    load_array(args.array)
    params, methods = parse_settings(args.param), tuple(args.methods)
    tasks = [LockedBeamTask(number, args.array, args.rt60, methods, params, args.seed) for number in range(args.scenes)]
    line = ProgressLine()
    scores = cluster.results(
        score, tasks, args.jobs, None, lambda done, total: line.show(f"{done} of {total} rooms", done / total)
    )
    found = summary(scores, methods)
    if args.json:
        rooms = [
            {"scene": one.number, "microphone_db": one.microphone_db, "beam_db": one.beam_db, "off_deg": one.off_deg}
            for one in scores
        ]
        write_json({"schema": SCHEMA, "array": args.array, "rt60_s": args.rt60, **found, "rooms": rooms}, args.json)
    if args.json != "-":
        print(f"microphone 1: SI-SDR {found['microphone_db']:.1f} dB; beam off by {found['off_deg']:.1f}° (median)")
        for method, row in found["methods"].items():
            print(
                f"{method:16} {row['beam_db']:6.1f} dB, gain {row['gain_db']:5.1f} dB (worst room "
                f"{row['worst_gain_db']:.1f}; {row['part_above_6_db']:.0%} at 6 dB or more)"
            )
    note(f"{len(scores)} rooms; the track was lost {found['relocks']} times")
    return 0
