"""The version of a file's format, which every file that Earshot writes carries; it is looked at before anything else.

The rule for all formats: a file of an older version opens with the same meaning, whatever it takes to read it so; a
file of a newer version is refused by name, because half of its meaning would be lost; what a person may write by hand
(arrays, layouts, scenes, designs) may leave the version out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.core.errors import InputError


def check_version(version: Any, newest: int, path: str | Path) -> int:
    """A version that this program reads.

    Raises
    ------
    InputError
        No version number, or that of a newer Earshot; the message names the file.
    """
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise InputError(f"{path}: the version must be a whole number from 1, got {version!r}")
    if version > newest:
        raise InputError(f"{path}: written by a newer Earshot (version {version}; this one reads up to {newest})")
    return version


def take_version(table: dict[str, Any], key: str, newest: int, path: str | Path, kind: str = "") -> int:
    """Take the version out of a table that was read.

    Parameters
    ----------
    kind : str
        What the file must be, such as "settings file", where only the version tells that it is one; empty: a file
        without a version is of the newest.

    Raises
    ------
    InputError
        The version is missing where it must not be, is none, or is newer than `newest`.
    """
    version = table.pop(key, None)
    if kind and (isinstance(version, bool) or not isinstance(version, int)):
        raise InputError(f"{path}: not an Earshot {kind} (no line `{key} = {newest}`)")
    return check_version(newest if version is None else version, newest, path)
