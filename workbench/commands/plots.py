"""Charts of what `workbench evaluate` found, one SVG file each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from workbench.core.charts import line_chart, write_text


def plot_classes(
    methods: Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]],
    tables: Iterable[tuple[str, str]],
    metrics: Iterable[tuple[str, str]],
    folder: Path,
) -> None:
    """One chart for each metric over each table's classes; none over a single class, or of a metric nobody measured.

    Parameters
    ----------
    methods : method -> table -> class, a number as text -> metric -> value
    tables : name of the table, and what stands at its axis
    metrics : name of the metric, and its title
    folder : Path
        Gets METRIC_TABLE.svg; is there.
    """
    metrics = tuple(metrics)
    for table, label in tables:
        classes = sorted({float(name) for data in methods.values() for name in data[table]})
        if len(classes) < 2:
            continue
        for metric, title in metrics:
            series = {
                method: np.array([data[table].get(f"{x:g}", {}).get(metric, np.nan) for x in classes])
                for method, data in methods.items()
            }
            if np.isfinite(np.concatenate(list(series.values()))).any():
                chart = line_chart(title, np.array(classes), series, x_label=label, y_label=title)
                write_text(folder / f"{metric}_{table}.svg", chart)
