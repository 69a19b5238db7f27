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
