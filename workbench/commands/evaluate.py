"""`workbench evaluate`: enhancement (PESQ, STOI, SI-SDR, DNSMOS over a set of pairs), localization over scenes,
loudspeaker filters on heads and places that their design did not see."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from workbench.commands import evaluate_beam, evaluate_localize, evaluate_render
from workbench.commands.common import (
    SCHEMA,
    add_json_argument,
    made_folder,
    note,
    number_from,
    parse_settings,
    write_json,
)
from workbench.commands.progress import ProgressLine
from workbench.core.errors import InputError

_COLUMNS = (
    ("pesq", "PESQ", 6, ".2f"),
    ("stoi", "STOI", 6, ".3f"),
    ("si_sdr_db", "SI-SDR", 7, ".1f"),
    ("sig", "SIG", 6, ".2f"),
    ("bak", "BAK", 6, ".2f"),
    ("ovrl", "OVRL", 6, ".2f"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    enhance = actions.add_parser("enhance", help="score enhancement over pairs of clean and noisy files")
    enhance.add_argument("--set", required=True, type=Path, metavar="DIR", dest="folder", help="NNN_clean, NNN_noisy")
    enhance.add_argument(
        "--methods",
        nargs="+",
        default=["noisy", "classical", "percepnet-small"],
        metavar="METHOD",
        help="noisy, classical, percepnet-small, percepnet, oracle-magnitude|bands|comb|postfilter, paths of models",
    )
    enhance.add_argument("--dnsmos", type=Path, metavar="DIR", help="folder with sig_bak_ovr.onnx: adds DNSMOS")
    enhance.add_argument(
        "--gain-db", type=number_from(-200, 200), default=0.0, metavar="G", help="change the level of the noisy files"
    )
    enhance.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: cores)"
    )
    enhance.add_argument("--scheduler", metavar="ADDRESS", help="run on a dask.distributed cluster instead")
    enhance.add_argument("--plots", type=Path, metavar="DIR", help="write charts over SNR and level (.svg) into DIR")
    enhance.add_argument("--limit", type=int, metavar="N", help="only the first N pairs")
    settings = enhance.add_argument_group("parameters")
    settings.add_argument(
        "--param", action="append", default=[], metavar="PATH=VALUE", help="e.g. enhance.postfilter_beta=0.05"
    )
    add_json_argument(enhance)
    evaluate_localize.add_localize_arguments(actions)
    evaluate_localize.add_scenes_arguments(actions)
    evaluate_render.add_arguments(actions)
    evaluate_beam.add_arguments(actions)


def run(args: argparse.Namespace) -> int:
    """Score and print a table, or JSON."""
    if args.action == "localize":
        return evaluate_localize.run_localize(args)
    if args.action == "scenes":
        return evaluate_localize.run_scenes(args)
    if args.action == "beam":
        return evaluate_beam.run(args)
    if args.action == "render":
        return evaluate_render.run(args)
    from workbench.evaluation.metrics import Dnsmos
    from workbench.evaluation.quality import Task, check_methods, run_tasks, summary
    from workbench.evaluation.testset import read_set

    if args.jobs < 1 or (args.limit is not None and args.limit < 1):
        raise InputError("--jobs and --limit have to be 1 or more")
    params = parse_settings(args.param).enhance
    pairs = read_set(args.folder)[: args.limit]
    check_methods(args.methods)
    if args.plots:
        made_folder(args.plots)  # before the work
    if args.dnsmos:
        Dnsmos(args.dnsmos)  # an error now rather than in a worker
    tasks = [Task(pair, method, params, args.dnsmos, args.gain_db) for method in args.methods for pair in pairs]

    line = ProgressLine()

    def progress(done: int, total: int) -> None:
        line.show(f"{done} of {total} scored", done / total)

    methods = summary(run_tasks(tasks, args.jobs, args.scheduler, progress), args.gain_db)
    if args.json:
        write_json({"schema": SCHEMA, "set": str(args.folder), "gain_db": args.gain_db, "methods": methods}, args.json)
    if args.json != "-":
        _print_table(methods)
    if args.plots:
        _write_plots(methods, args.plots)
    note(f"{len(pairs)} pairs, {len(args.methods)} methods")
    return 0


def _write_plots(methods: dict, folder: Path) -> None:
    """One chart for each metric over SNR and over level, where there are two classes at least."""
    from workbench.commands.plots import plot_classes

    tables = (("by_snr_db", "SNR in dB"), ("by_peak_dbfs", "peak level in dBFS, lower end of the class"))
    plot_classes(methods, tables, [(metric, title) for metric, title, _, _ in _COLUMNS], folder)


def _print_table(methods: dict) -> None:
    width = max(24, *(len(method) + 2 for method in methods))
    print(" " * width + "".join(f"{title:>{size + 1}}" for _, title, size, _ in _COLUMNS))
    for method, data in methods.items():
        print(f"{method:{width}}{_row(data['mean'])}")
        for title, table in (("SNR", data["by_snr_db"]), ("peak", data["by_peak_dbfs"])):
            for key, means in table.items():
                unit = "dB" if title == "SNR" else "dBFS up"
                print(f"{f'  {title} {key} {unit}':{width}}{_row(means)}")


def _row(means: dict) -> str:
    cells = []
    for key, _, size, form in _COLUMNS:
        value = means[key]
        cells.append(f" {'–':>{size}}" if value != value else f" {value:{size}{form}}")
    return "".join(cells)
