import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from workbench.core import file_kinds

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
SUFFIXES = {file_kinds.PRESET_SUFFIX, file_kinds.SETTINGS_SUFFIX, file_kinds.SESSION_SUFFIX}


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("a.toml", True),
        ("Mine.EARSHOT-PRESET", True),
        ("a.earshot-settings", True),
        ("open.earshot-session", False),
        ("a.wav", False),
        ("toml", False),
    ],
)
def test_tables_are_known_by_name(name, table):
    assert file_kinds.is_table(name) == table


def test_desktops_know_the_same_names():
    """Linux by the MIME types, Windows by the installer, macOS by the bundle's document types."""
    mime = ET.parse(PACKAGING / "linux" / "org.earshot.Earshot.mime.xml")
    globs = {glob.get("pattern") for glob in mime.iter("{http://www.freedesktop.org/standards/shared-mime-info}glob")}
    assert globs == {f"*{suffix}" for suffix in SUFFIXES}
    types = {kind.get("type") for kind in mime.iter("{http://www.freedesktop.org/standards/shared-mime-info}mime-type")}
    entry = (PACKAGING / "linux" / "org.earshot.Earshot.desktop").read_text(encoding="utf-8")
    assert types <= set(re.search("^MimeType=(.*)$", entry, re.MULTILINE)[1].split(";"))
    windows = (PACKAGING / "windows" / "earshot.nsi").read_text(encoding="utf-8")
    assert {f".{name}" for name in re.findall(r'insertmacro FileType "(\S+)"', windows)} == SUFFIXES
    bundle = (PACKAGING / "earshot.spec").read_text(encoding="utf-8")
    assert all(f'"{suffix[1:]}"' in bundle for suffix in SUFFIXES)
