"""Diagnostics for a report: versions, devices, settings and state; no sound, and no names of a person's own."""

from __future__ import annotations

import getpass
import platform
import re
from collections.abc import Sequence
from pathlib import Path, PurePath

from workbench.core import params as parameters
from workbench.core.messages import Health
from workbench.core.params import Params

LOG_LINES = 40


def without_names(text: str, home: Path | None = None, user: str | None = None) -> str:
    """The text with the home folder as `~`, the person's name as `USER`, and files named by their kind alone."""
    home = home or Path.home()
    if user is None:
        try:
            user = getpass.getuser()
        except (OSError, KeyError):
            user = ""
    text = re.sub(r"\b(file|session|room):(?!//)(/|~|[A-Za-z]:\\)[^\n;'\"]*", _kind_alone, text)
    for folder in sorted({str(home), str(home.resolve())}, key=len, reverse=True):
        if len(folder) > 1:
            text = text.replace(folder, "~")
    text = re.sub(r"~[/\\](?!\.)[^\n;:'\"]*", _own_path, text)
    if len(user) > 2:
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(user)}(?![A-Za-z0-9])", "USER", text)
    return text


def _kind_alone(found: re.Match) -> str:
    suffix = PurePath(found[0].strip()).suffix
    return f"{found[1]}:…{suffix if len(suffix) <= 6 else ''}"


def _own_path(found: re.Match) -> str:
    suffix = PurePath(found[0].strip()).suffix
    return f"~/…{suffix if len(suffix) <= 6 else ''}"


def diagnostics(
    version: str,
    health: Health,
    devices: Sequence[dict],
    log_path: Path | None,
    params: Params | None = None,
    failure: str = "",
    source: str = "",
) -> str:
    """Plain text for a report.

    Parameters
    ----------
    params : what differs from the defaults is listed
    failure : what went wrong, as a traceback
    source : as it was named; its path is left out
    """
    import numpy
    import onnxruntime
    import PySide6

    name = source if source.startswith(("file:", "session:")) else health.source
    lines = [
        f"Earshot {version}",
        f"Python {platform.python_version()}, PySide {PySide6.__version__}, numpy {numpy.__version__}, "
        f"onnxruntime {onnxruntime.__version__}",
        f"System: {platform.platform()}, {platform.machine()}",
        f"State: {health.state}, {health.elapsed_s:.0f} s, load {100 * health.load:.0f} %",
        f"Source: {name}; sink: {health.sink}; array: {health.array}; layout: {health.layout}",
        "Latency: " + (", ".join(f"{part.label} {part.samples} samples" for part in health.latency) or "unknown"),
        f"Dropouts: {health.own_dropouts} own, {health.server_dropouts} of the sound server, "
        f"{health.machine_dropouts} of the busy machine",
        *(f"  {drop.time_s:.2f} s {drop.stage} {drop.detail}" for drop in health.dropouts[-20:]),
        f"Message: {health.message or 'none'}",
        "Devices:",
        *(
            f"  {device['hostapi']}/{device['name']}: {device['inputs']} in, {device['outputs']} out, "
            f"{device.get('default_rate_hz')} Hz"
            for device in devices
        ),
    ]
    if params is not None:
        changed = parameters.differences(Params(), params)
        lines.append("Settings other than the defaults:" if changed else "Settings: all at their defaults")
        lines += [f"  {path} = {parameters.get(params, path)}" for path in changed]
    if failure:
        lines += ["Failure:", *(f"  {line}" for line in failure.rstrip().splitlines())]
    lines += _log_end(log_path)
    return without_names("\n".join(lines))


def _log_end(folder: Path | None) -> list[str]:
    """The newest warnings and errors of the log."""
    if folder is None:
        return []
    try:
        with (folder / "earshot.log").open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 64_000))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return [f"Log: none in {folder}"]
    wanted = [line for line in text.splitlines() if " WARNING " in line or " ERROR " in line]
    return [f"Log ({folder}), newest warnings:", *(f"  {line[:300]}" for line in wanted[-LOG_LINES:])]
