"""`workbench devices`: the sound devices, with their channels and how to name them."""

from __future__ import annotations

import argparse

from workbench.commands.common import add_json_argument, note, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    add_json_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Print the list, as a table or as JSON."""
    from workbench.audio.devices import query

    found = query()
    if args.json:
        keys = ("hostapi", "name", "inputs", "outputs", "default_rate", "default_input", "default_output")
        write_json([{key: _value(device, key) for key in keys} for device in found.devices], args.json)
    for device in found.devices if not args.json else ():
        marks = " default input" * device.default_input + " default output" * device.default_output
        print(f"{device.inputs:3} in {device.outputs:3} out {device.default_rate_hz:8g} Hz  {device.spec}{marks}")
    if not found.devices:
        apis = ", ".join(found.hostapis) or "none"
        note(f"No sound device here (host APIs: {apis}). The simulated room and files work without one.")
    return 0


def _value(device, key: str):
    return device.default_rate_hz if key == "default_rate" else getattr(device, key)
