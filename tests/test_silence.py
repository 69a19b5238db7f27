"""The program tells nobody that it runs, and leaves no identity of the computer behind."""

import os
import subprocess
import sys
from pathlib import Path

MODEL = next((Path(__file__).parents[1] / "models").glob("*.onnx"))
SCRIPT = """
import sys, workbench, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
print(len(session.get_inputs()))
"""


def test_a_loaded_network_leaves_nothing_in_the_persons_folders(tmp_path):
    # onnxruntime reports nothing where it believes to be under test: it shall not believe so.
    unset = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_RUNNING_UNIT_TESTS", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    command = [sys.executable, "-c", SCRIPT, str(MODEL)]
    done = subprocess.run(
        command, env=environment | {"HOME": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
