"""What the packages are made of: pins and lock, icons, manual page, what a removal may leave."""

import re
import struct
import sys
import tomllib
from pathlib import Path

import pytest

from workbench.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "packaging"), str(ROOT / "packaging" / "linux")]
import installer_test  # noqa: E402
import make_deb  # noqa: E402
import make_icons  # noqa: E402


def test_the_lock_file_has_what_is_pinned_with_hashes_and_names_no_host():
    text = (ROOT / "packaging" / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+) \\$", text, re.MULTILINE))
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for pin in pins:
        name, _, version = pin.partition("==")
        assert locked[re.sub("[-_.]+", "-", name).lower()] == version, "run `make lock`"
    for entry in re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in entry
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)


def test_icons_hold_a_png_for_each_size():
    pictures = {size: b"\x89PNG" + bytes([size % 251]) * size for size in make_icons.SIZES}
    data = make_icons.ico(pictures)
    reserved, kind, count = struct.unpack_from("<3H", data)
    assert (reserved, kind, count) == (0, 1, len(make_icons.ICO_SIZES))
    for place, size in enumerate(make_icons.ICO_SIZES):
        width, height, _, _, _, bits, length, offset = struct.unpack_from("<4B2H2I", data, 6 + 16 * place)
        assert (width or 256, height or 256, bits) == (size, size, 32)
        assert data[offset : offset + length] == pictures[size]
    data = make_icons.icns(pictures)
    assert data[:4] == b"icns" and struct.unpack_from(">I", data, 4)[0] == len(data)
    at, found = 8, {}
    while at < len(data):
        kind, length = struct.unpack_from(">4sI", data, at)
        found[kind] = data[at + 8 : at + length]
        at += length
    assert found == {kind: pictures[size] for size, kind in make_icons.ICNS_KINDS.items()}


def test_the_manual_page_names_every_command():
    page = make_deb.manual_page("workbench")
    assert page.startswith(".TH WORKBENCH 1 ")
    for name in COMMANDS:
        assert f"\n.B {name}\n" in page


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/var/lib/dpkg/info/x.list", True),
        ("/var/cache/apt/pkgcache.bin", True),
        ("/etc/passwd-", True),
        ("/etc/earshot.conf", False),
        ("/usr/lib/earshot/earshot", False),
        ("/var/lib/earshot", False),
        ("/home/listener/.config/earshot/window.ini", False),
        ("/rundown", False),
    ],
)
def test_a_removal_may_leave_what_the_system_keeps_alone(path, kept):
    assert bool(installer_test.SYSTEM_KEEPS.match(path)) == kept


def test_the_older_package_of_the_upgrade_is_older():
    control = make_deb.control_text(["libc6 (>= 2.35)"], 1000)
    assert f"\nVersion: {make_deb.version()}\n" in control and "\nDepends: libc6 (>= 2.35)\n" in control
    assert [int(part) for part in make_deb.version().split(".")] > [0, 0, 1]
    assert re.sub("^Version: .*$", "Version: 0.0.1", control, flags=re.MULTILINE).count("Version: 0.0.1\n") == 1
