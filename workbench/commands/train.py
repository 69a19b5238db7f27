"""`workbench train`: networks from a person's own sounds: enhancement, localization, adaptation to a room."""

from __future__ import annotations

import argparse
import importlib.util
import math
import sys
from pathlib import Path

from workbench import __version__
from workbench.commands import train_localize
from workbench.commands.common import note, resumable, whole_from
from workbench.core.errors import EarshotError, InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    enhance = actions.add_parser("enhance", help="train an enhancement network and export it")
    enhance.add_argument("--speech", nargs="+", required=True, type=Path, metavar="DIR", help="clean speech")
    enhance.add_argument("--noise", nargs="+", required=True, type=Path, metavar="DIR", help="noises")
    enhance.add_argument("--rooms", nargs="+", default=[], type=Path, metavar="DIR", help="room impulse responses")
    enhance.add_argument("--out", required=True, type=Path, metavar="MODEL", help="model to write (.onnx)")
    enhance.add_argument("--size", choices=("small", "full"), default="small", help="default: small")
    enhance.add_argument("--max-minutes", type=float, metavar="M", help="length of the training in minutes")
    enhance.add_argument(
        "--batches", type=int, default=4000, metavar="N", help="length in batches of 640 s, without --max-minutes"
    )
    enhance.add_argument("--seed", type=whole_from(0), default=1, help="of the random numbers (default: 1)")
    enhance.add_argument("--jobs", type=int, metavar="N", help="mixing processes (default: half of the cores)")
    enhance.add_argument(
        "--start", type=Path, metavar="FILE", help="start from this network (e.g. models/percepnet-small.pt)"
    )
    enhance.add_argument("--resume", action="store_true", help="go on with an interrupted training of MODEL")
    train_localize.add_localize_arguments(actions)
    train_localize.add_adapt_arguments(actions)
    export = actions.add_parser("export", help="export the best network of a training so far")
    export.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="MODEL.training/checkpoint.pt")
    export.add_argument("out", type=Path, metavar="MODEL", help="model to write (.onnx)")
    export.add_argument("--weights", type=Path, metavar="FILE", help="write the weights too, to start from (.pt)")
    export.add_argument("--precision", choices=("int8", "int4", "float32"), default="int8", help="of the weights")


def _require_torch() -> None:
    missing = [name for name in ("torch", "onnx") if importlib.util.find_spec(name) is None]
    if missing and getattr(sys, "frozen", False):
        raise EarshotError(
            f"training needs torch, which this package leaves out (200 MB to 3 GB). Get Earshot's sources of version "
            f"{__version__}, in them run `make run` once and `.venv/bin/python -m pip install '.[train]'`, then "
            "`.venv/bin/workbench train …` with the same arguments; this program loads the network that it writes"
        )
    if missing:
        raise EarshotError(
            f"training needs {' and '.join(missing)}, not installed here: pip install 'earshot-workbench[train]'"
        )


def run(args: argparse.Namespace) -> int:
    """Train or export."""
    _require_torch()
    if args.action == "localize":
        return train_localize.run_localize(args)
    if args.action == "adapt":
        return train_localize.run_adapt(args)
    from workbench.training.enhance import TrainingRequest, export_checkpoint, train, write_weights

    if args.action == "export":
        export_checkpoint(args.checkpoint, args.out, args.precision)
        if args.weights:
            write_weights(args.checkpoint, args.weights)
        note(f"{args.out}: written")
        return 0
    if args.max_minutes is not None and not 0 < args.max_minutes < math.inf:
        raise InputError(f"--max-minutes {args.max_minutes:g}: has to be more than 0")
    if args.batches < 1 or (args.jobs is not None and args.jobs < 1):
        raise InputError("--batches and --jobs have to be 1 or more")
    request = TrainingRequest(
        speech=tuple(args.speech),
        noise=tuple(args.noise),
        rooms=tuple(args.rooms),
        out=args.out,
        size=args.size,
        seed=args.seed,
        batches=args.batches,
        max_minutes=args.max_minutes,
        jobs=args.jobs,
        resume=args.resume,
        start=args.start,
    )
    with resumable(request.work):
        written = train(request, note)
    note(f"{written}: written, with its card and manifest.json")
    return 0
