"""What several commands share: JSON output and parameter settings."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core import params as parameters
from workbench.core.atomic import is_stream, write_text
from workbench.core.errors import InputError
from workbench.core.params import Params

SCHEMA = 1
"""Version of every JSON document that the commands write; described in docs/contracts.md."""


LARGEST_BLOCK = 8192
"""Samples; 170 ms in a device's block are not live any more."""


def add_json_argument(parser: argparse.ArgumentParser) -> None:
    """`--json [FILE]`: the result as JSON, on stdout or into FILE."""
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="write the result as JSON (to FILE, or stdout)"
    )


def whole_from(low: int) -> Callable[[str], int]:
    """Type of an argument: a whole number from `low` on."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < low:
            raise argparse.ArgumentTypeError(f"{text}: has to be a whole number, {low} or more")
        return value

    return parse


def number_from(low: float, high: float) -> Callable[[str], float]:
    """Type of an argument: a number from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text}: has to be a number from {low:g} to {high:g}")
        return value

    return parse


def add_set_argument(parser: argparse.ArgumentParser) -> None:
    """`--set path=value`, repeatable."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="set a parameter, e.g. enhance.strength_percent=80 (`workbench params` lists them)",
    )


def add_environment_arguments(parser: argparse.ArgumentParser) -> None:
    """`--source-env NAME=VALUE` and `--sink-env`, repeatable; `parse_variables` reads them."""
    for end in ("source", "sink"):
        parser.add_argument(
            f"--{end}-env",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help=f"environment of the {end}'s audio process, such as JACK_DEFAULT_SERVER=studio",
        )


def parse_settings(assignments: list[str], base: Params | None = None) -> Params:
    """Apply `--set` assignments to the defaults (or `base`)."""
    values = {}
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals:
            raise InputError(f"--set {assignment}: expected PATH=VALUE")
        values[path.strip()] = parameters.parse(path.strip(), text)
    return parameters.replace(base or Params(), values)


def plain(value: Any) -> Any:
    """The value with numpy types and NaN/Inf turned into what JSON can hold (NaN and Inf become null)."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write_json(value: Any, target: str) -> None:
    """Write JSON to stdout (`-`) or to a file, which is replaced only when complete."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    if target == "-":
        print(text)
        return
    path = Path(target)
    try:
        write_text(path, text + "\n")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def check_json_target(target: str | None) -> None:
    """Refuse a file of `--json` that cannot be written, before the work whose result it would lose.

    Raises InputError as `write_json` would.
    """
    if target is None or target == "-" or is_stream(target):
        return
    path = Path(target)
    reason = None
    if path.is_dir():
        reason = os.strerror(errno.EISDIR)
    elif not path.parent.is_dir():
        reason = os.strerror(errno.ENOTDIR if path.parent.exists() else errno.ENOENT)
    elif not os.access(path.parent, os.W_OK):
        reason = os.strerror(errno.EACCES)
    if reason:
        raise InputError(f"{path}: cannot be written ({reason})")


def made_folder(path: Path) -> Path:
    """The folder, made if it is not there. Raises InputError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be made a folder ({error.strerror})") from error
    return path


def check_block(block: int | None) -> None:
    """Raises InputError for a device's block that no device has."""
    if block is not None and not 1 <= block <= LARGEST_BLOCK:
        raise InputError(f"--block {block}: must be from 1 to {LARGEST_BLOCK}")


@contextlib.contextmanager
def resumable(work: Path) -> Iterator[None]:
    """A training that is interrupted says where its checkpoint is, if there is one yet."""
    try:
        yield
    except KeyboardInterrupt:
        if (work / "checkpoint.pt").is_file():
            note(f"stopped; the checkpoint is in {work}. Go on with the same command and --resume.")
        raise


def note(message: str) -> None:
    """A line for the person at the terminal, on stderr, so that stdout stays data."""
    print(message, file=sys.stderr, flush=True)


def parse_variables(option: str, texts: list[str]) -> dict[str, str]:
    """Environment variables from `NAME=VALUE` texts. Raises InputError."""
    variables = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise InputError(f"{option} {text!r}: expected NAME=VALUE")
        variables[name] = value
    return variables
