"""`workbench bench`: what the stages cost, beside a named reference, in one run on this machine."""

from __future__ import annotations

import argparse

from workbench.commands.common import add_json_argument, note, write_json
from workbench.core.errors import InputError

LONGEST_S = 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each measurement at real-time pace")
    parser.add_argument("--stage", help="only this stage")
    add_json_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    from workbench.evaluation import bench

    stages = bench.stages()
    if args.stage is not None and args.stage not in stages:
        raise InputError(f"--stage {args.stage}: not one of {', '.join(sorted(stages))}")
    if not 0 < args.seconds <= LONGEST_S:
        raise InputError(f"--seconds {args.seconds:g}: must be above 0, and {LONGEST_S:g} at most")
    rows = bench.run(args.seconds, args.stage, note)
    if args.json:
        write_json(rows, args.json)
        return 0
    print(
        f"{'stage':9} {'case':58} {'median':>8} {'p99':>8} {'paced':>8} {'p99':>8} {'core':>7} {'load':>7} "
        f"{'grows':>8}  reference"
    )
    for row in rows:
        reference = row["reference"]
        beside = (
            f"{reference['name']}: {reference['p50_us']:.0f} µs, {reference['core_percent']:.1f} %"
            if reference
            else "–"
        )
        print(
            f"{row['stage']:9} {row['case']:58} {row['p50_us']:5.0f} µs {row['p99_us']:5.0f} µs "
            f"{row['paced_p50_us']:5.0f} µs {row['paced_p99_us']:5.0f} µs {row['core_percent']:5.1f} % "
            f"{row['load_s']:5.2f} s {row['growth_mb']:5.1f} MB  {beside}"
        )
    return 0
