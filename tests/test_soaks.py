"""The soaks' own words and statuses: what they find is up to them."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tests.soak import __main__ as soaks
from tests.soak.screen import screen
from tests.soak.verdict import FAULT, NOT_JUDGED, verdict


def test_a_verdict_is_one_line_and_a_status(capsys):
    assert verdict(True, "3 rounds") == 0
    assert verdict(FAULT, "3 rounds", ["round 2: late"]) == verdict(np.bool_(False), "3 rounds") == 1
    assert verdict(NOT_JUDGED, "busy") == 3
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == ["good: 3 rounds", "FAULT round 2: late", "FAULT: 3 rounds"] and said[-1] == "not judged: busy"


@pytest.mark.parametrize("name", [name for name in soaks.SOAKS if name not in soaks.ELSEWHERE])
def test_each_soak_can_be_asked_what_it_does(name):
    asked = [sys.executable, "-m", f"tests.soak.{name}", "--help"]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=240)
    assert said.returncode == 0 and "--full" in said.stdout


@pytest.mark.parametrize(
    ("statuses", "status"),
    [((0, 0), 0), ((0, 3), 3), ((3, 1), 1), ((0, -9), 1)],
    ids=["good", "busy", "fault", "killed"],
)
def test_the_table_ends_with_the_worst(monkeypatch, capsys, statuses, status):
    found = dict(zip(("gui_stall", "fuzzed_files"), statuses))
    monkeypatch.setattr(soaks, "run", lambda name, options: (found[name], "good: all well"))
    monkeypatch.setattr(sys, "argv", ["soak", *found])
    assert soaks.main() == status
    said = capsys.readouterr().out
    words = {0: "good", 3: "not judged"}
    for name, one in found.items():
        assert any(line.split()[:1] == [name] and words.get(one, "FAULT") in line for line in said.splitlines())


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_each_window_has_a_screen_of_its_own(monkeypatch):
    for name in ("DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # put back afterwards
    with screen() as first, screen((640, 480)) as second:
        assert first != second and os.environ["DISPLAY"] == second
