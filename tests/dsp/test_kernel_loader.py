import subprocess
import sys
from types import ModuleType

import pytest

from workbench.dsp import built_loops, kernel_loader, kernels


def test_without_load_there_is_nothing_compiled():
    script = "import workbench.engine.chain; from workbench.dsp import kernels; print(kernels.ready())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"


@pytest.mark.parametrize(("features", "taken"), [({"X86_V3"}, "prebuilt_v3"), (set(), "prebuilt_v2")])
def test_loops_that_come_with_the_package_are_taken_by_processor(monkeypatch, features, taken):
    for name in ("prebuilt_v3", "prebuilt_v2"):
        monkeypatch.setitem(sys.modules, f"workbench.dsp.{name}", ModuleType(name))
    monkeypatch.setattr(built_loops, "processor_has", lambda feature: feature in features)
    monkeypatch.setattr(built_loops.platform, "machine", lambda: "x86_64")
    before = kernels.ready()
    kernels.unload()
    try:
        assert kernel_loader.load()
        assert kernels.ready().__name__ == taken
    finally:
        kernels.use(before)


NO_COMPILER = """
import sys
from workbench.dsp import ahead, built_loops, kernel_loader, kernels
from pathlib import Path
from types import ModuleType
ahead.possible = lambda: False
ahead.kept = lambda: None
built_loops.folder = lambda: Path(sys.argv[1])
kernel_loader.by_numba = lambda: ModuleType("by numba")
asked = []
real = kernel_loader.subprocess.run
def run(command, **options):
    asked.append(command[-1])
    (Path(sys.argv[1]) / "numba").mkdir(parents=True)
    return real([sys.executable, "-c", ""], **options)
kernel_loader.subprocess.run = run
assert kernel_loader.load() and kernels.ready().__name__ == "by numba"
kernels.unload()
assert kernel_loader.load()
print(*asked)
"""


def test_without_a_compiler_numba_compiles_in_a_process_of_its_own_once(tmp_path):
    command = [sys.executable, "-c", NO_COMPILER, str(tmp_path / "loops")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["workbench.dsp.kernel_loader"]


def test_that_process_fills_the_cache_from_which_this_one_loads(tmp_path):
    cache = built_loops.folder() / "numba"
    done = subprocess.run([sys.executable, "-m", "workbench.dsp.kernel_loader"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert any(cache.rglob("*pitch_hop*.nbi"))
