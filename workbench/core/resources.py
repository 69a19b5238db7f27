"""Where shipped files lie: arrays, layouts, voices, icons and models, from a checkout or a frozen program."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from workbench.core.errors import InputError


def root() -> Path:
    """Folder that holds `resources/` and `models/` (the checkout, or the frozen program's data folder)."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parents[2]


def resource(*parts: str) -> Path:
    """Path of a shipped resource, e.g. ``resource("arrays", "uca8-100mm.toml")``."""
    return root().joinpath("resources", *parts)


def shipped_names(folder: str) -> list[str]:
    """Names (file stems) of the shipped TOML files in ``resources/<folder>``, sorted."""
    return sorted(path.stem for path in resource(folder).glob("*.toml"))


def find_toml(folder: str, name_or_path: str | Path) -> Path:
    """Resolve a shipped name or a path to a TOML file.

    Raises
    ------
    InputError
        Neither a shipped name nor an existing file; the message lists the shipped names.
    """
    shipped = resource(folder, f"{name_or_path}.toml")
    if shipped.is_file():
        return shipped
    path = Path(name_or_path)
    if path.is_file():
        return path
    raise InputError(
        f"{name_or_path}: no such file, and no shipped {folder[:-1]} of that name "
        f"(shipped: {', '.join(shipped_names(folder)) or 'none'})"
    )


def read_toml(path: Path) -> dict:
    """Parse a TOML file.

    Raises
    ------
    InputError
        Unreadable, not UTF-8 text, or not TOML; the message names the file and the position.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text file (invalid UTF-8 at byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from error
