"""Draws docs/pictures/training-*.svg: what each lever of training gave, and the validation curves.

The table is docs/training.md's own; the curves are those inside the weights files in models/. Run it from the
repository's root after a training: `.venv/bin/python docs/make_training_plots.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from workbench.core.charts import line_chart
from workbench.training import checkpoint

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
NUMBER = re.compile(r"^-?\d*\.?\d+$")


def lever_rows(text: str) -> list[tuple[float, dict[str, float]]]:
    """(hours of mixtures, scores) of the rows of the table of levers that have both, in order."""
    rows = []
    for line in text.splitlines():
        cells = [cell.strip().strip("*") for cell in line.strip().strip("|").split("|")]
        if len(cells) == 6 and all(NUMBER.match(cell) for cell in cells[1:]):
            names = ("PESQ", "STOI", "SI-SDR", "OVRL")
            rows.append((float(cells[1]), dict(zip(names, map(float, cells[2:]), strict=True))))
    return rows


def main() -> None:
    """Write the pictures."""
    rows = lever_rows((ROOT / "docs" / "training.md").read_text(encoding="utf-8"))
    hours = np.array([row[0] for row in rows])
    scores = {name: np.array([row[1][name] for row in rows]) for name in ("PESQ", "OVRL")}
    chart = line_chart(
        "Scores over the development set", hours, scores, x_label="hours of mixtures seen", y_label="PESQ-WB, OVRL"
    )
    (PICTURES / "training-levers.svg").write_text(chart, encoding="utf-8")
    curves = {}
    for path in sorted((ROOT / "models").glob("percepnet*.pt")):
        curve = checkpoint.load(path)["curve"]
        curves[path.stem] = {point["hours"]: point["validation_loss"] for point in curve}
    at = np.array(sorted({hour for curve in curves.values() for hour in curve}))
    series = {}
    for name, curve in curves.items():
        inside = (at >= min(curve)) & (at <= max(curve))
        values = np.interp(at, sorted(curve), [curve[hour] for hour in sorted(curve)])
        series[name] = np.where(inside, values, np.nan)
    chart = line_chart("Validation loss", at, series, x_label="hours of mixtures in this run", y_label="loss")
    (PICTURES / "training-loss.svg").write_text(chart, encoding="utf-8")


if __name__ == "__main__":
    main()
