import json
import shutil
import subprocess
import sys

import pytest

TOOLS = all(shutil.which(tool) for tool in ("Xvfb", "xdotool"))


@pytest.mark.slow
@pytest.mark.realtime
@pytest.mark.skipif(not TOOLS, reason="needs Xvfb and xdotool")
def test_a_blind_test_by_keys_alone_gives_the_binomial_p_value():
    run = subprocess.run([sys.executable, "-m", "tests.ui.abx_by_keys"], capture_output=True, text=True, timeout=600)
    assert run.stdout, run.stderr
    result = json.loads(run.stdout.splitlines()[-1])
    assert result["as_expected"], result
