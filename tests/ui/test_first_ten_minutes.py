import json
import shutil
import subprocess
import sys

import pytest

from tests.ui.first_ten_minutes import PAGE, STEPS, steps_of_the_page

TOOLS = all(shutil.which(tool) for tool in ("Xvfb", "xdotool"))


def test_every_step_of_the_page_states_a_result_and_is_followed():
    steps = steps_of_the_page(PAGE.read_text(encoding="utf-8"))
    assert list(steps) == list(STEPS)
    assert all(len(stated.split()) > 4 for stated in steps.values())


def test_a_steps_result_is_what_stands_in_its_quote():
    page = "# T\n\n## 1. A\n\nDo.\n\n> Seen **it**,\n> again.\n\n## 2. B\n\n> Two.\n\n## From here\n\n> No step.\n"
    assert steps_of_the_page(page) == {"1. A": "Seen **it**, again.", "2. B": "Two."}


@pytest.mark.slow
@pytest.mark.realtime
@pytest.mark.skipif(not TOOLS, reason="needs Xvfb and xdotool")
def test_the_first_ten_minutes_reach_each_stated_result():
    command = [sys.executable, "-m", "tests.ui.first_ten_minutes", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=800)
    assert run.stdout, run.stderr
    result = json.loads(run.stdout.splitlines()[-1])
    assert [step["step"] for step in result["steps"]] == list(STEPS), result["failure"]
    assert result["as_stated"], [step for step in result["steps"] if not step["reached"]]
