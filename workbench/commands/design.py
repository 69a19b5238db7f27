"""`workbench design`: loudspeaker filters for a layout, exported with figures and plots of what they do."""

from __future__ import annotations

import argparse
import dataclasses

from workbench.commands.common import SCHEMA, add_json_argument, add_set_argument, note, parse_settings, write_json
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
    from workbench.render.designs import design_from_params, load_design

    if args.design and args.set:
        raise InputError("--set changes the parameters, which --design replaces: give one of them")
    design = load_design(args.design) if args.design else design_from_params(parse_settings(args.set).render)
    given = {name: getattr(args, name) for name in ("target", "plant") if getattr(args, name)}
    return dataclasses.replace(design, **given)


def room_figures(layout, driver_fir, room=None) -> dict:
    """How directly the centre is heard in a simulated room, beside a plain mix of the same drivers."""
    import numpy as np

    from workbench.engine.listening_room import ListeningRoom, depth_frequencies, listening_depth
    from workbench.render.designs import plain_stereo
    from workbench.render.report import fir_response

    room = room or ListeningRoom()
    made = fir_response(driver_fir, depth_frequencies())
    centre = made[..., 2] if made.shape[2] == 3 else made.sum(axis=2)
    mix = np.broadcast_to(plain_stereo(layout).sum(axis=1), centre.shape)
    found = {
        name: listening_depth(layout, weights, room).figures()
        for name, weights in (("centre", centre), ("plain_mix", mix))
    }
    rounded = {name: {key: round(value, 2) for key, value in table.items()} for name, table in found.items()}
    return {"size_m": list(room.size_m), "rt60_s": room.rt60_s, "distance_m": room.distance_m, **rounded}


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
    from workbench.commands.charts import csv_table, line_chart, write_text
    from workbench.core.geometry import load_layout
    from workbench.engine.design_export import export_filters
    from workbench.render.designs import MODELLING_DELAY
    from workbench.render.measured import describe
    from workbench.render.renderer import make_filters
    from workbench.render.report import measure

    layout = load_layout(args.layout)
    design = chosen_design(args)
    filters = make_filters(layout, design)
    measured = measure(layout, design, filters)

    folder = export_filters(layout, design, args.out, filters)
    report = {
        "schema": SCHEMA,
        "layout": layout.name,
        "design": dataclasses.asdict(design),
        "plant": describe(layout, design.plant),
        **measured.figures,
    }
    if design.centre != "none":
        report["room"] = room_figures(layout, filters.driver_fir)
    write_json(report, str(folder / "report.json"))
    titles = {
        "separation": ("Crosstalk separation", "Fed ear over other ear (dB)", (0.0, 45.0)),
        "drive": ("Drive over plain stereo", "Driver gain at equal loudness at the fed ear (dB)", None),
        "beam": ("Centre beam", "Level over the axis (dB)", (-60.0, 10.0)),
    }
    for name in measured.curves:
        title, y_label, y_range = titles[name]
        chart = line_chart(
            f"{title}: {layout.name}, {design.name}",
            measured.frequency_hz,
            measured.curves[name],
            x_label="Frequency (Hz)",
            y_label=y_label,
            log_x=True,
            y_range=y_range,
        )
        write_text(folder / f"{name}.svg", chart)
        write_text(folder / f"{name}.csv", csv_table("frequency_hz", measured.frequency_hz, measured.curves[name]))

    if measured.pattern:
        chart = line_chart(
            f"Centre beam: {layout.name}, {design.name}",
            measured.azimuth_deg,
            measured.pattern,
            x_label="Azimuth at the loudspeaker (°)",
            y_label="Level over the axis (dB)",
            y_range=(-50.0, 10.0),
        )
        write_text(folder / "pattern.svg", chart)
        write_text(folder / "pattern.csv", csv_table("azimuth_deg", measured.azimuth_deg, measured.pattern))

    figures = measured.figures
    positions = "; ".join(f"{name} {value:.1f}" for name, value in figures["separation_db"].items())
    note(f"{folder}: {len(layout.drivers)} drivers, {design.name} for {design.target}, {MODELLING_DELAY} samples late")
    note(
        f"separation (dB): {positions}; off nominal {figures['separation_off_nominal_db']:.1f}; "
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
    if "beam" in figures:
        beam = figures["beam"]
        note(
            f"beam, 400 Hz to 3 kHz: nulls {beam['null_db_400_3000']:.1f} dB, "
            f"{beam['mismatched_null_db_400_3000']:.1f} dB with unequal drivers; "
            f"even within {beam['unevenness_db_400_3000']:.1f} dB over ±{design.window_deg:g}°"
        )
    if "room" in report:
        note(room_note(report["room"]))
    if args.json:
        write_json(report, args.json)
    return 0
