"""`workbench train localize` and `workbench train adapt`: a localization network for an array, and for a room."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

from workbench.commands.common import SCHEMA, add_json_argument, note, resumable, whole_from, write_json
from workbench.core.errors import InputError


def add_localize_arguments(actions) -> None:
    """Arguments of `train localize`."""
    parser = actions.add_parser("localize", help="train a localization network for an array and export it")
    parser.add_argument("--array", required=True, metavar="A", help="microphone array: a shipped name or a TOML file")
    parser.add_argument(
        "--speech", nargs="+", default=[], type=Path, metavar="DIR", help="clean speech (default: the shipped voices)"
    )
    parser.add_argument("--noise", nargs="+", default=[], type=Path, metavar="DIR", help="sounds that are no talkers")
    parser.add_argument("--out", required=True, type=Path, metavar="MODEL", help="model to write (.onnx)")
    parser.add_argument("--max-minutes", type=float, metavar="M", help="length of the whole in minutes")
    parser.add_argument(
        "--steps", type=int, default=8000, metavar="N", help="length in steps of 64 windows, without --max-minutes"
    )
    parser.add_argument("--shards", type=int, default=1000, metavar="N", help="simulated rooms at most (6 scenes each)")
    parser.add_argument(
        "--rt60", nargs=2, type=float, metavar="S", help="reverberation times from … to (default 0.1 0.8; 0 0: none)"
    )
    parser.add_argument("--seed", type=whole_from(0), default=1, help="of the random numbers (default: 1)")
    parser.add_argument("--jobs", type=int, metavar="N", help="simulating processes (default: half of the cores)")
    parser.add_argument(
        "--start", type=Path, metavar="FILE", help="start from this network (e.g. models/regions-uca8-100mm.pt)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted training of MODEL")


def add_adapt_arguments(actions) -> None:
    """Arguments of `train adapt`."""
    parser = actions.add_parser("adapt", help="adapt a localization network to a room, from labelled recordings")
    parser.add_argument("--array", required=True, metavar="A", help="microphone array: a shipped name or a TOML file")
    parser.add_argument(
        "--recordings",
        required=True,
        type=Path,
        metavar="DIR",
        help="recordings of one talker each, named like az+045.0_d1.50_003.flac, or with labels.csv",
    )
    parser.add_argument("--format", choices=("named", "av16.3"), default="named", help="how recordings are labelled")
    parser.add_argument("--out", required=True, type=Path, metavar="MODEL", help="model to write (.onnx)")
    parser.add_argument("--start", type=Path, metavar="FILE", help="weights (.pt) to adapt; default: the shipped ones")
    parser.add_argument(
        "--speech", nargs="+", default=[], type=Path, metavar="DIR", help="speech for simulation (default: shipped)"
    )
    parser.add_argument("--recorded", type=int, default=100, metavar="N", help="recorded windows (default 100)")
    parser.add_argument("--simulated", type=int, default=100, metavar="N", help="simulated windows (default 100)")
    parser.add_argument("--seed", type=whole_from(0), default=1, help="of the random numbers (default: 1)")
    parser.add_argument(
        "--progress", action="store_true", help="a line of JSON on stderr for each step: {stage, done, total}"
    )
    add_json_argument(parser)


def run_localize(args: argparse.Namespace) -> int:
    """Train."""
    from workbench.core.geometry import load_array
    from workbench.core.resources import resource
    from workbench.training.localize import LocalizeRequest, train
    from workbench.training.localize_scenes import SceneRanges

    if args.max_minutes is not None and not 0 < args.max_minutes < math.inf:
        raise InputError(f"--max-minutes {args.max_minutes:g}: has to be more than 0")
    if args.steps < 1 or args.shards < 1 or (args.jobs is not None and args.jobs < 1):
        raise InputError("--steps, --shards and --jobs have to be 1 or more")
    ranges = SceneRanges()
    if args.rt60:
        low_s, high_s = args.rt60
        if not 0 <= low_s <= high_s <= 2:
            raise InputError(f"--rt60 {low_s:g} {high_s:g}: has to be from 0 to 2 s, the smaller first")
        anechoic = 1.0 if high_s == 0 else 0.0
        ranges = SceneRanges(anechoic_share=anechoic, rt60_s=(max(low_s, 0.1), max(high_s, 0.1)))
    request = LocalizeRequest(
        array=load_array(args.array),
        speech=tuple(args.speech) or (resource("voices"),),
        out=args.out,
        noise=tuple(args.noise),
        seed=args.seed,
        steps=args.steps,
        shards=args.shards,
        max_minutes=args.max_minutes,
        jobs=args.jobs,
        resume=args.resume,
        start=args.start,
        ranges=ranges,
    )
    with resumable(request.work):
        written = train(request, note)
    note(f"{written}: written, with its weights, card and localization.json")
    return 0


def run_adapt(args: argparse.Namespace) -> int:
    """Adapt, and say what it brought."""
    from workbench.core.geometry import load_array
    from workbench.training.adapt import AdaptRequest, adapt

    if args.recorded < 2 or args.simulated < 1:
        raise InputError("--recorded has to be 2 or more, --simulated 1 or more")
    request = AdaptRequest(
        array=load_array(args.array),
        recordings=args.recordings,
        out=args.out,
        form=args.format,
        start=args.start,
        speech=tuple(args.speech),
        recorded=args.recorded,
        simulated=args.simulated,
        seed=args.seed,
    )

    def progress(stage: str, done: int, total: int) -> None:
        if args.progress:
            print(json.dumps({"stage": stage, "done": done, "total": total}), file=sys.stderr, flush=True)

    report = adapt(request, progress)
    if args.json:
        write_json({"schema": SCHEMA, **report.as_dict()}, args.json)
    if args.json != "-":
        print(f"{report.windows} recorded windows of {report.recordings} recordings, {report.held_back} held back")
        for title, error in (("before", report.before), ("after", report.after)):
            print(
                f"{title:8} {error.mean_deg:5.2f}° mean, {error.median_deg:5.2f}° median, {error.within_5deg:4.0%} "
                f"within 5°, {error.missed:4.0%} missed, distance {error.distance_m:.2f} m"
            )
        print(
            "microphones found away from the array's file: " + " ".join(f"{mm:.1f}" for mm in report.moved_mm) + " mm"
        )
    note(f"{report.model}: written; use it with `workbench localize --model {report.model}`. {report.base} is kept.")
    return 0
