"""`workbench params`: every parameter with path, unit, range, default, label and help."""

from __future__ import annotations

import argparse

from workbench.commands.common import add_json_argument, write_json
from workbench.core.params import ENTRIES, Entry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_json_argument(parser)


def describe(entry: Entry) -> dict:
    """One parameter as plain data."""
    knob = entry.knob
    return {
        "path": entry.path,
        "type": entry.kind.__name__,
        "unit": knob.unit,
        "range": [value for value, _ in knob.choices] if knob.choices else [knob.low, knob.high],
        "default": entry.default,
        "label": knob.label,
        "help": knob.help,
    }


def run(args: argparse.Namespace) -> int:
    """Print the list, as a table or as JSON."""
    rows = [describe(entry) for entry in ENTRIES.values()]
    if args.json:
        write_json(rows, args.json)
        return 0
    for row in rows:
        choices = isinstance(row["range"][0], str)
        span = "|".join(row["range"]) if choices else "…".join(f"{v:g}" for v in row["range"] if v is not None)
        print(f"{row['path']:34} {row['default']!s:>16} {row['unit']:5} {span:28} {row['label']}")
    return 0
