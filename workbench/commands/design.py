"""`workbench design`: loudspeaker filters for a layout, exported with figures and plots of what they do."""

from __future__ import annotations

import argparse
import dataclasses

from workbench.commands.common import add_json_argument, add_set_argument, note, parse_settings, write_json
from workbench.core.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--layout", required=True, metavar="L", help="shipped loudspeaker layout or TOML file")
    add_design_arguments(parser)
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the filters; made if it is not there")
    add_json_argument(parser)


def add_design_arguments(parser: argparse.ArgumentParser) -> None:
    """`--design`, `--target` and `--set`: what the filters shall do."""
    parser.add_argument("--design", metavar="D", help="shipped design or TOML file (default: the parameters render.*)")
    parser.add_argument(
        "--target",
        choices=("speakers", "ears"),
        help="speakers: each input comes from a virtual loudspeaker; ears: each is for one ear alone",
    )
    parser.add_argument(
        "--plant",
        metavar="P",
        help="from drivers to ears: sphere, none, a head's SOFA file, or a folder that measure wrote "
        "(default: the design's, the layout's, sphere)",
    )
    add_set_argument(parser)


def chosen_design(args: argparse.Namespace):
    """The `Design` that the arguments ask for."""
    from workbench.render.design import design_from_params, load_design

    if args.design and args.set:
        raise InputError("--set changes the parameters, which --design replaces: give one of them")
    design = load_design(args.design) if args.design else design_from_params(parse_settings(args.set).render)
    given = {name: getattr(args, name) for name in ("target", "plant") if getattr(args, name)}
    return dataclasses.replace(design, **given)


def room_note(figures: dict) -> str:
    """The figures in one line."""
    centre, mix = figures["centre"], figures["plain_mix"]
    return (
        f"at {figures['distance_m']:g} m in a room of {figures['rt60_s']:g} s: direct to reverberant "
        f"{centre['direct_to_reverberant_db']:.1f} dB (plain mix {mix['direct_to_reverberant_db']:.1f}), "
        f"critical distance {centre['critical_distance_m']:.2f} m ({mix['critical_distance_m']:.2f}), coherence "
        f"{centre['interaural_coherence']:.2f} ({mix['interaural_coherence']:.2f})"
    )


def run(args: argparse.Namespace) -> int:
    """Design, measure, write."""
    from workbench.core.geometry import load_layout
    from workbench.engine.design_export import export_filters
    from workbench.engine.design_report import write_report
    from workbench.render.renderer import make_filters

    layout = load_layout(args.layout)
    design = chosen_design(args)
    filters = make_filters(layout, design)
    folder = export_filters(layout, design, args.out, filters)
    report = figures = write_report(layout, design, filters, folder)
    positions = "; ".join(f"{name} {value:.1f}" for name, value in figures["separation_db"].items())
    note(
        f"{folder}: {len(layout.drivers)} drivers, {design.name} for {design.target}, {design.taps} taps, "
        f"{design.delay_samples} samples late"
    )
    note(
        f"separation (dB): {positions}; off nominal {figures['separation_off_nominal_db']:.1f}; "
        f"least third octave from 600 Hz up {figures['least_third_octave_db']:.1f}; "
        f"plain stereo {figures['plain_separation_db']:.1f}"
    )
    note(
        f"drive {figures['drive_db']:.1f} dB at {figures['drive_at_hz']:.0f} Hz, "
        f"near ear coloured by {figures['near_ear_colouration_db']:.1f} dB, a centre source by "
        f"{figures['centre_colouration_db']:.1f} dB"
    )
    if len(figures["target_not_met_hz"]):
        bands = ", ".join(f"{value:.0f}" for value in figures["target_not_met_hz"])
        reason = "the boost limit is reached" if figures["boost_limited_hz"] else "head region and filter length"
        note(f"separation is more than 1 dB under the {design.cancellation_db:g} dB asked for at {bands} Hz: {reason}")
    if "virtual" in figures:
        virtual = figures["virtual"]
        note(
            f"virtual ±{design.virtual_deg:g}°: time between the ears off by {virtual['itd_error_us']:.0f} µs from 700 "
            f"Hz to 1.5 kHz, level by {virtual['ild_error_db']:.1f} dB; the target is "
            f"{virtual['ild_target_to_sphere_db']:.1f} dB from a rigid sphere"
        )
    filters_made = figures["filters"]
    note(f"filters: error at most {filters_made['largest_error_db_300_8000']:.0f} dB from 300 Hz to 8 kHz")
    if "beam" in figures:
        beam = figures["beam"]
        note(
            f"beam, 400 Hz to 3 kHz: nulls {beam['null_db_400_3000']:.1f} dB "
            f"({beam['null_db_400_1000']:.1f} up to 1 kHz), "
            f"{beam['mismatched_null_db_400_3000']:.1f} dB with unequal drivers; "
            f"even within {beam['unevenness_db_400_3000']:.1f} dB over ±{design.window_deg:g}°"
        )
    if "room" in report:
        note(room_note(report["room"]))
    if args.json:
        write_json(report, args.json)
    return 0
