"""What stands in the lists of sources and sinks, and what these are called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.ui.dialogs.chooser import Choice
from workbench.ui.painting import UNKNOWN

OPEN_FILE = "open-file"
WRITE_FILE = "write-file"


def _count(number: int) -> str:
    return str(number) if number else UNKNOWN


def _rate(device: dict) -> str:
    rate = device.get("default_rate_hz")
    return f"{rate / 1000:g}" if rate else UNKNOWN


def device_spec(device: dict) -> str:
    """The address of a device: `device:HOSTAPI/NAME`."""
    return f"device:{device['hostapi']}/{device['name']}"


def _device_choices(devices: Sequence[dict], channels: str, default: str) -> list[Choice]:
    choices = []
    for api in dict.fromkeys(device["hostapi"] for device in devices):
        members = [device for device in devices if device["hostapi"] == api]
        usable = [device for device in members if device[channels] > 0]
        choices.append(Choice(api if usable else f"{api}: no {channels}"))
        choices.extend(
            Choice(
                device["name"],
                device_spec(device),
                (_count(device["inputs"]), _count(device["outputs"]), _rate(device)),
                tag="default" if device.get(default) else "",
            )
            for device in usable
        )
    return choices


def _absent(devices: Sequence[dict], current: str) -> list[Choice]:
    """A row for the device in use when it is not there: it was pulled out while somebody looks."""
    wanted = current.partition("#")[0].strip()
    if not wanted.startswith("device:") or any(device_spec(device) == wanted for device in devices):
        return []
    name = wanted.split("/", 1)[-1].removeprefix("device:") or "Default device"
    note = "not there now; taken again when it is back"
    return [Choice("Not there"), Choice(name, wanted, (UNKNOWN, UNKNOWN, UNKNOWN), note=note, usable=False)]


def scene_title(name: str) -> str:
    """A scene's file name as words: "four-talkers" is "Four talkers"."""
    words = Path(name).stem.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def source_choices(devices: Sequence[dict], scenes: Sequence[tuple[str, str, int]], current: str) -> list[Choice]:
    """The rows of the Source panel: built in, scenes of the room, then devices by host API.

    `scenes` are (name, description, microphones). A file in use has a row of its own.
    """
    rows = [Choice("Device", columns=("in", "out", "kHz")), Choice("Built in")]
    rows.append(Choice("Simulated room", "room", ("8", UNKNOWN, "48")))
    if current.startswith("file:"):
        rows.append(Choice(Path(current.removeprefix("file:")).name, current, (UNKNOWN, UNKNOWN, UNKNOWN)))
    rows.append(Choice("Open a recording…", OPEN_FILE, (UNKNOWN, UNKNOWN, UNKNOWN)))
    if scenes:
        rows.append(Choice("Scenes of the simulated room"))
    for name, description, mics in scenes:
        rows.append(Choice(scene_title(name), f"room:{name}", (str(mics), UNKNOWN, "48"), tip=description))
    return rows + _device_choices(devices, "inputs", "default_input") + _absent(devices, current)


def sink_choices(devices: Sequence[dict], current: str) -> list[Choice]:
    """The rows of the Sink panel."""
    rows = [
        Choice("Device", columns=("in", "out", "kHz")),
        Choice("Built in"),
        Choice("None (silent)", "none", (UNKNOWN, UNKNOWN, UNKNOWN)),
    ]
    if current.startswith("file:"):
        rows.append(Choice(Path(current.removeprefix("file:")).name, current, (UNKNOWN, UNKNOWN, UNKNOWN)))
    rows.append(Choice("Write to a file…", WRITE_FILE, (UNKNOWN, UNKNOWN, UNKNOWN)))
    return rows + _device_choices(devices, "outputs", "default_output") + _absent(devices, current)


def spec_name(spec: str) -> str:
    """What a source or sink is called in the toolbar."""
    kind, _, rest = spec.partition(":")
    if kind == "room":
        return f"Room: {scene_title(rest).lower()}" if rest else "Simulated room"
    if kind in ("file", "session"):
        return Path(rest).name
    if kind == "device":
        return rest.partition("#")[0].split("/", 1)[-1]
    return "None" if kind == "none" else spec


def default_output(devices: Sequence[dict]) -> str:
    """The address of the default output, or "none" where there is none."""
    for device in devices:
        if device.get("default_output") and device["outputs"] > 0:
            return device_spec(device)
    return "none"
