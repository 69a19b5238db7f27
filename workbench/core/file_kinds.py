"""Names of the files that a desktop knows as Earshot's and opens with it: see packaging/linux/*.mime.xml."""

from __future__ import annotations

from pathlib import Path

PRESET_SUFFIX = ".earshot-preset"
SETTINGS_SUFFIX = ".earshot-settings"
SESSION_SUFFIX = ".earshot-session"
"""A file in the folder of a recorded session, which stands for the folder."""
TABLE_SUFFIXES = (".toml", PRESET_SUFFIX, SETTINGS_SUFFIX)
"""All of them hold TOML; what it is of, the file's first key says."""


def is_table(path: str | Path) -> bool:
    """Whether a file holds TOML, by its name."""
    return Path(path).suffix.lower() in TABLE_SUFFIXES
