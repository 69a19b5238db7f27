"""`workbench evaluate render`: exported loudspeaker filters on heads and at places that their design did not see."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path

from workbench.commands.common import SCHEMA, add_json_argument, note, write_json
from workbench.core.errors import InputError

DESIGNS = ("robust", "gentle", "virtual", "beam")


def add_arguments(actions) -> None:
    """Arguments of `evaluate render`."""
    parser = actions.add_parser("render", help="judge loudspeaker filters on heads and at places not designed for")
    parser.add_argument(
        "--layouts", nargs="+", metavar="L", help="shipped layouts or TOML files (default: all shipped)"
    )
    parser.add_argument(
        "--designs", nargs="+", default=list(DESIGNS), metavar="D", help="shipped designs or TOML files"
    )
    parser.add_argument("--fir", type=Path, metavar="DIR", help="judge what `design` wrote there, for one layout")
    parser.add_argument("--head", metavar="FILE.sofa", help="a measured head as the dummy head (default: a model)")
    add_json_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Export, read back, judge; a table or JSON."""
    from workbench.core.geometry import load_layout
    from workbench.core.resources import shipped_names
    from workbench.evaluation import rendering

    names = args.layouts or shipped_names("layouts")
    if args.fir and (not args.layouts or len(names) != 1):
        raise InputError("--fir holds filters for one layout: name it with --layouts")
    results = []
    for name in names:
        layout = load_layout(name)
        groups = rendering.judging_plants(layout, args.head)
        candidates = [(rendering.plain_filters(layout), {}), (rendering.textbook(layout), {})]
        candidates += [_read(args.fir, layout)] if args.fir else [_exported(layout, design) for design in args.designs]
        judged = [rendering.judge(layout, filters, groups, table) for filters, table in candidates]
        results.append({"layout": layout.name, "designs": [rendering.rounded(entry) for entry in judged]})
        if args.json != "-":
            _print_table(results[-1])
    if args.json:
        head = args.head or "model"
        write_json({"schema": SCHEMA, "dummy_head": head, "layouts": results}, args.json)
    note(
        f"{len(results)} layout{'s' * (len(results) != 1)}; "
        f"dummy head: {args.head or 'a model, see docs/loudspeakers.md'}"
    )
    return 0


def _read(folder: Path, layout):
    from workbench.evaluation.rendering import read_exported
    from workbench.render.design import load_design

    design = folder / "design.toml"
    return read_exported(folder, layout), dataclasses.asdict(load_design(design)) if design.is_file() else {}


def _exported(layout, name: str):
    """A design written to files and read back, as another program would get it."""
    from workbench.engine.design_export import export_filters
    from workbench.evaluation.rendering import read_exported
    from workbench.render.design import load_design

    design = load_design(name)
    with tempfile.TemporaryDirectory() as folder:
        exported = read_exported(export_filters(layout, design, folder), layout)
    return dataclasses.replace(exported, name=design.name), dataclasses.asdict(design)


def _print_table(result: dict) -> None:
    print(f"{result['layout']}")
    head = ("nominal", "2 cm off", "5 cm off", "radius ±10 %", "dummy head")
    print(f"  {'':18}" + "".join(f"{title:>14}" for title in (*head, "off nominal", "drive", "least 1/3")))
    for entry in result["designs"]:
        if "separation_db" in entry:
            cells = [*(entry["separation_db"][name] for name in head), entry["off_nominal_db"], entry["drive_db"]]
            print(
                f"  {entry['design']:18}"
                + "".join(f"{value:14.1f}" for value in (*cells, entry["least_third_octave_db"]))
            )
        if "image" in entry:
            image = entry["image"]
            print(
                f"  {entry['design']:18}  image: ITD off by {image['itd_error_us']:.0f} µs (from 300 Hz: "
                f"{image['itd_error_from_300_hz_us']:.0f}), ILD by {image['ild_error_db']:.1f} dB, its target by "
                f"{image['ild_target_to_sphere_db']:.1f} dB from the sphere; near ear coloured by "
                f"{image['near_ear_colouration_db']:.1f} dB, the middle by "
                f"{image['phantom_centre_colouration_db']:.1f} dB; drive {entry['drive_db']:.1f} dB"
            )
        if "beam" in entry:
            beam = entry["beam"]
            print(
                f"  {entry['design']:18}  beam: nulls {beam['null_db']:.1f} dB ({beam['null_to_1_khz_db']:.1f} up to "
                f"1 kHz), {beam['null_95_percent_db']:.1f} dB in 95 % of units, even within "
                f"{beam['unevenness_db']:.1f} dB, white-noise gain {beam['white_noise_gain_db']:.1f} dB"
            )
    sys.stdout.flush()
