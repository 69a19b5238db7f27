"""`workbench enhance IN OUT`: enhance the speech in a file; rate, length, channels and alignment stay."""

from __future__ import annotations

import argparse
import sys

from workbench.commands.common import add_set_argument, note, parse_settings
from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.messages import ORACLE_RUNGS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    methods = [choice for choice, _ in parameters.entry("enhance.method").knob.choices]
    parser.add_argument("input", metavar="IN", help="sound file, any rate and number of channels")
    parser.add_argument("output", metavar="OUT", help=".wav (32-bit float) or .flac (24-bit)")
    parser.add_argument("--method", choices=methods, help="default: the parameter's (see `workbench params`)")
    parser.add_argument(
        "--oracle",
        metavar="CLEAN",
        help="clean recording of the same length and rate: enhance with what a perfect estimator would say",
    )
    parser.add_argument(
        "--rung", choices=ORACLE_RUNGS, help="rung of the oracle ladder (default: postfilter, the highest)"
    )
    add_set_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Enhance one file."""
    from workbench.engine.offline import process_file, process_file_with_oracle

    if args.rung and not args.oracle:
        raise InputError(f"--rung {args.rung}: needs --oracle CLEAN, the clean recording")
    if args.oracle and args.method:
        raise InputError(f"--method {args.method}: with --oracle the clean recording decides, no method")
    params = parse_settings(args.set)
    if args.method:
        params = parameters.replace(params, {"enhance.method": args.method})

    def progress(done_s: float, total_s: float | None) -> None:
        if sys.stderr.isatty():
            print(f"\r{done_s:.0f} of {total_s or done_s:.0f} s", end="", file=sys.stderr)

    if args.oracle:
        rung = args.rung or ORACLE_RUNGS[-1]
        seconds = process_file_with_oracle(args.input, args.oracle, args.output, rung, params.enhance, progress)
        note(f"{args.output}: {seconds:.2f} s, oracle {rung}")
        return 0
    seconds = process_file(args.input, args.output, params, progress=progress)
    note(f"{args.output}: {seconds:.2f} s, {params.enhance.method}")
    return 0
