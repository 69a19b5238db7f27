"""`workbench evaluate localize` and `workbench evaluate scenes`: scores of localization over scenes, and the scenes."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

import numpy as np

from workbench.commands.common import (
    SCHEMA,
    add_json_argument,
    made_folder,
    note,
    number_from,
    parse_settings,
    whole_from,
    write_json,
)
from workbench.commands.progress import ProgressLine
from workbench.core.errors import InputError

_COLUMNS = (
    ("ospa_deg", "OSPA °", 7, ".2f"),
    ("error_deg", "error °", 8, ".2f"),
    ("recall_5deg", "rec 5°", 7, ".2f"),
    ("recall_10deg", "rec 10°", 8, ".2f"),
    ("precision_5deg", "prec 5°", 8, ".2f"),
    ("precision_10deg", "prec 10°", 9, ".2f"),
    ("count_error", "count", 6, ".2f"),
    ("swaps_per_minute", "swaps/min", 10, ".2f"),
    ("identities_kept", "kept", 5, ".2f"),
    ("distance_error_m", "dist m", 7, ".2f"),
    ("false_per_minute", "false/min", 10, ".1f"),
)


def add_localize_arguments(actions) -> None:
    """Arguments of `evaluate localize`."""
    parser = actions.add_parser("localize", help="score localization over scenes with known directions")
    parser.add_argument(
        "--set", required=True, type=Path, metavar="DIR", dest="folder", help="SCENE.flac, SCENE.json, array.toml"
    )
    parser.add_argument(
        "--methods", nargs="+", default=["combined", "srp", "normmusic"], metavar="METHOD", help="see `localize --help`"
    )
    parser.add_argument("--live", action="store_true", help="score tracks as they were live, not as known in hindsight")
    parser.add_argument(
        "--reliability", action="store_true", help="also how often directions of each confidence are right"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="run on a dask.distributed cluster instead")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write charts (.svg) into DIR")
    parser.add_argument("--limit", type=int, metavar="N", help="only every so many-th scene, N in all")
    settings = parser.add_argument_group("parameters")
    settings.add_argument(
        "--param", action="append", default=[], metavar="PATH=VALUE", help="e.g. localize.threshold=0.5"
    )
    add_json_argument(parser)


def add_scenes_arguments(actions) -> None:
    """Arguments of `evaluate scenes`."""
    parser = actions.add_parser("scenes", help="make a set of localization scenes")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="a folder, made if need be")
    parser.add_argument("--speech", required=True, type=Path, metavar="DIR", help="clean speech: sound files")
    parser.add_argument("--only", metavar="PATTERN", default="", help="only files with PATTERN in their name")
    parser.add_argument("--arrays", nargs="+", default=["uca8-100mm", "uca8-45mm"], metavar="A")
    parser.add_argument("--still", type=int, default=192, metavar="N", help="scenes of 1 to 4 talkers who stand")
    parser.add_argument("--crossing", type=int, default=24, metavar="N", help="scenes of two talkers who cross")
    parser.add_argument("--silent", type=int, default=24, metavar="N", help="scenes in which nobody speaks")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of a scene (crossing: twice)")
    sigma_db, sigma_mm = number_from(0, 20), number_from(0, 100)
    parser.add_argument("--gain-sigma-db", type=sigma_db, default=0.0, help="microphones' gain errors")
    parser.add_argument("--position-sigma-mm", type=sigma_mm, default=0.0, help="microphones' position errors")
    parser.add_argument("--seed", type=whole_from(0), default=1, help="of the scenes (default: 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="run on a dask.distributed cluster instead")


def run_localize(args: argparse.Namespace) -> int:
    """Score and print a table, or JSON."""
    from workbench.core import params as parameters
    from workbench.evaluation.localization import LocalizationTask, run_localization_tasks, tables
    from workbench.evaluation.localization_sets import read_localization_set
    from workbench.localize.models import find_model

    if args.jobs < 1 or (args.limit is not None and args.limit < 1):
        raise InputError("--jobs and --limit have to be 1 or more")
    known = [value for value, _ in parameters.entry("localize.method").knob.choices]
    for method in args.methods:
        if method not in known:
            raise InputError(f"--methods {method}: no such method (there are: {', '.join(known)})")
    params = parse_settings(args.param).localize
    if args.plots:
        made_folder(args.plots)  # before the work
    scenes = read_localization_set(args.folder)
    if any(method in ("network", "combined") for method in args.methods):
        for array in {scene.array.name: scene.array for scene in scenes}.values():
            find_model(array, params.model)
    if args.limit is not None and args.limit < len(scenes):
        scenes = [scenes[k] for k in np.linspace(0, len(scenes) - 1, args.limit).round().astype(int)]
    tasks = [
        LocalizationTask(scene, method, params, args.live, args.reliability)
        for method in args.methods
        for scene in scenes
    ]

    line = ProgressLine()

    def progress(done: int, total: int) -> None:
        line.show(f"{done} of {total} scored", done / total)

    scores = run_localization_tasks(tasks, args.jobs, progress, args.scheduler)
    methods = {method: tables([s for s in scores if s.method == method]) for method in args.methods}
    document = {
        "schema": SCHEMA,
        "set": str(args.folder),
        "cutoff_deg": 20.0,
        "live": args.live,
        "methods": methods,
        "scenes": [
            {"method": s.method, "scene": s.name, "array": s.array, "ospa_deg": s.ospa_sum / max(s.heard_frames, 1)}
            for s in scores
        ],
    }
    if args.json:
        write_json(document, args.json)
    if args.json != "-":
        _print_tables(methods)
    if args.plots:
        _write_plots(methods, args.plots)
    note(f"{len(scenes)} scenes, {len(args.methods)} methods")
    return 0


def _print_tables(methods: dict) -> None:
    width = max(22, *(len(method) + 2 for method in methods))
    print(" " * width + "".join(f"{title:>{size}}" for _, title, size, _ in _COLUMNS))
    for method, data in methods.items():
        print(f"{method:{width}}{_row(data['still'] if data['still']['scenes'] else data['all'])}")
        for title, unit in (("by_talkers", "talkers"), ("by_rt60_s", "s RT60"), ("by_array", ""), ("by_kind", "")):
            for name, values in data[title].items():
                print(f"{f'  {name} {unit}':{width}}{_row(values)}")
        for row in data.get("reliability", []):
            low, high = row["confidence"]
            right = row["right"]
            print(f"  confidence {low:.1f}…{high:.1f}: {right:.2f} right of {row['reports']}")


def _row(values: dict) -> str:
    cells = []
    for key, _, size, form in _COLUMNS:
        value = values[key]
        cells.append(f"{'–':>{size}}" if math.isnan(value) else f"{value:{size}{form}}")
    return "".join(cells)


def _write_plots(methods: dict, folder: Path) -> None:
    """OSPA over talkers and RT60, and reliability where it was measured."""
    from workbench.commands.plots import plot_classes
    from workbench.core.charts import line_chart, write_text

    tables = (("by_talkers", "talkers"), ("by_rt60_s", "RT60 in s"))
    plot_classes(methods, tables, (("ospa_deg", "OSPA in degrees"), ("recall_10deg", "recall at 10 degrees")), folder)
    known = {method: data["reliability"] for method, data in methods.items() if "reliability" in data}
    if known:
        centres = np.array([np.mean(row["confidence"]) for row in next(iter(known.values()))])
        series = {"right as often as said": centres}
        series |= {method: np.array([row["right"] for row in rows], dtype=float) for method, rows in known.items()}
        title = "Reliability of confidences"
        chart = line_chart(
            title, centres, series, x_label="confidence", y_label="right within 10 degrees", y_range=(0, 1)
        )
        write_text(folder / "reliability.svg", chart)


def run_scenes(args: argparse.Namespace) -> int:
    """Make the scenes."""
    from functools import partial

    from workbench.engine import cluster
    from workbench.evaluation.scene_sets import ScenePlan, plan_scenes, write_hum, write_voices

    if args.jobs < 1 or min(args.still, args.crossing, args.silent) < 0 or not 1 <= args.seconds <= 600:
        raise InputError("--jobs has to be 1 or more, counts not negative, --seconds between 1 and 600")
    made_folder(args.out)
    voices = write_voices(args.speech, args.only, args.out / "voices", 2 * args.seconds, args.seed)
    plan = ScenePlan(
        arrays=tuple(args.arrays),
        still=args.still,
        crossing=args.crossing,
        silent=args.silent,
        gain_sigma_db=args.gain_sigma_db,
        position_sigma_mm=args.position_sigma_mm,
        seed=args.seed,
    )
    scenes = plan_scenes(plan, voices)
    line = ProgressLine()
    cluster.results(
        partial(_render, folder=args.out, seconds=args.seconds),
        scenes,
        args.jobs,
        args.scheduler,
        lambda done, total: line.show(f"{done} of {total} scenes", done / total),
    )
    for array in plan.arrays:
        write_hum(args.out / array, array, args.seconds, args.seed)
    note(f"{args.out}: {len(scenes)} scenes for {', '.join(plan.arrays)}, and hum")
    return 0


def _render(scene, folder: Path, seconds: float) -> None:
    """One scene to sound and truth, as `workbench simulate` does it."""
    import contextlib
    import io

    from workbench.audio.scene_files import save_scene
    from workbench.commands import simulate

    where = folder / scene.array
    where.mkdir(exist_ok=True)
    toml = folder / "scenes" / f"{scene.name}.toml"
    toml.parent.mkdir(exist_ok=True)
    save_scene(scene, toml)
    length_s = 2 * seconds if scene.name.startswith("crossing") else seconds
    with contextlib.redirect_stdout(io.StringIO()):
        simulate.run(
            argparse.Namespace(
                scene=str(toml), out=str(where / f"{scene.name}.flac"), seconds=length_s, clean=False, json=None
            )
        )
