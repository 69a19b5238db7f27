import json
import shutil
import subprocess
import sys

import pytest

TOOLS = all(shutil.which(tool) for tool in ("Xvfb", "xdotool"))


@pytest.mark.slow
@pytest.mark.realtime
@pytest.mark.skipif(not TOOLS, reason="needs Xvfb and xdotool")
def test_pattern_and_sound_follow_a_null_that_is_dragged_with_the_mouse():
    run = subprocess.run([sys.executable, "-m", "tests.ui.drag_null"], capture_output=True, text=True, timeout=600)
    assert run.stdout, run.stderr
    result = json.loads(run.stdout.splitlines()[-1])
    assert result["went_along"], result
