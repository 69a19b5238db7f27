"""Nothing that sounds hangs on the clock on the wall, which may jump."""

import re
from pathlib import Path

import pytest

import workbench

PACKAGE = Path(workbench.__file__).parent
WALL = re.compile(r"\btime\.time(_ns)?\(|\bdatetime\.(utc)?now\(")
TIME_OF_DAY = re.compile(r"datetime\.now\(\)\.(strftime|astimezone|isoformat)\(")
"""May be shown, or written into a name; nothing is subtracted from it."""


@pytest.mark.parametrize("package", ["audio", "engine", "dsp", "enhance", "localize", "render"])
def test_no_interval_is_measured_by_the_wall_clock(package):
    lines = {
        f"{path.relative_to(PACKAGE)}: {line.strip()}"
        for path in (PACKAGE / package).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if WALL.search(line) and not TIME_OF_DAY.search(line)
    }
    assert lines == set()
