"""What a loudspeaker design does, as files beside its filters: report.json, plots (SVG) and their numbers (CSV)."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from workbench.core.atomic import write_text as write_whole
from workbench.core.charts import csv_table, line_chart, write_text
from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.engine.design_export import SCHEMA
from workbench.engine.listening_room import ListeningRoom, depths
from workbench.render.design import Design
from workbench.render.measured import describe
from workbench.render.renderer import RenderFilters
from workbench.render.report import measure


def room_figures(layout: SpeakerLayout, filters: RenderFilters, room: ListeningRoom | None = None) -> dict:
    """How directly the centre is heard in a simulated room, beside a plain mix of the same drivers."""
    room = room or ListeningRoom()
    found = {name: depth.figures() for name, depth in depths(layout, filters, room).items()}
    rounded = {name: {key: round(value, 2) for key, value in table.items()} for name, table in found.items()}
    return {"size_m": list(room.size_m), "rt60_s": room.rt60_s, "distance_m": room.distance_m, **rounded}


def write_report(layout: SpeakerLayout, design: Design, filters: RenderFilters, folder: str | Path) -> dict:
    """Measure filters and write `report.json`, and each plot as .svg and .csv, into a folder that is there.

    Returns
    -------
    dict
        The report: plain data.

    Raises
    ------
    InputError
        A file cannot be written; names it.
    """
    folder = Path(folder)
    measured = measure(layout, design, filters)
    report = {
        "schema": SCHEMA,
        "layout": layout.name,
        "design": dataclasses.asdict(design),
        "plant": describe(layout, design.plant),
        **measured.figures,
    }
    if design.centre != "none":
        report["room"] = room_figures(layout, filters)
    try:
        write_whole(folder / "report.json", json.dumps(_plain(report), indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise InputError(f"{folder / 'report.json'}: cannot be written ({error.strerror})") from error
    for plot in measured.plots:
        chart = line_chart(
            f"{plot.title}: {layout.name}, {design.name}",
            plot.x,
            plot.lines,
            x_label=plot.x_label,
            y_label=plot.y_label,
            log_x=plot.log_x,
            y_range=plot.y_range,
        )
        write_text(folder / f"{plot.name}.svg", chart)
        write_text(folder / f"{plot.name}.csv", csv_table(plot.x_name, plot.x, plot.lines))
    return report


def _plain(value):
    """Without numpy's types, and with null for what is not finite."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
