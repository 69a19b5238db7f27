import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.dsp import ahead, kernels


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache of its own, empty."""
    monkeypatch.setattr(ahead, "_folder", lambda: tmp_path / "cache" / "loops")
    return tmp_path / "cache" / "loops"


def test_the_fastest_module_that_runs_here_comes_first(monkeypatch):
    monkeypatch.setattr(ahead.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(ahead, "processor_has", lambda feature: feature == "X86_V3")
    assert ahead.module_names() == ("prebuilt_v3", "prebuilt_v2")
    monkeypatch.setattr(ahead, "processor_has", lambda feature: False)
    assert ahead.module_names() == ("prebuilt_v2",)
    monkeypatch.setattr(ahead.platform, "machine", lambda: "aarch64")
    assert ahead.module_names() == ("prebuilt",)


def test_a_feature_of_the_processor_that_numpy_does_not_know_is_not_there():
    assert not ahead.processor_has("X86_V99")
    assert all(ahead.processor_has(name) for name in np.show_config(mode="dicts")["SIMD Extensions"]["baseline"])


def test_what_is_built_is_kept_and_found_again(folder, monkeypatch):
    name = ahead.module_names()[0]

    def compiled(name, place):
        (place / "cache").mkdir()
        file = place / f"{name}.so"
        file.write_bytes(b"loops")
        return file

    def process(command, **_):
        assert command[1:3] == ["-m", "workbench.dsp.ahead"]
        monkeypatch.setattr(sys, "argv", command[2:])
        return SimpleNamespace(returncode=ahead.main(), stderr="")

    tried = []
    monkeypatch.setattr(ahead.os, "nice", lambda by: by)
    monkeypatch.setattr(ahead, "compile_module", compiled)
    monkeypatch.setattr(ahead.subprocess, "run", process)
    monkeypatch.setattr(ahead, "_try_out", tried.append)
    monkeypatch.setattr(
        ahead, "_load", lambda place, name: [file.read_bytes() for file in place.glob(f"{name}.*")] or None
    )
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    assert ahead.build() == [b"loops"] and tried == [[b"loops"]]
    assert ahead.kept() == [b"loops"]
    assert sorted(path.name for path in folder.parent.iterdir()) == ["loops", "loops.lock"]  # nothing half-made stays
    assert [path.name for path in folder.iterdir()] == [f"{name}.so"]
    assert ahead.main() == 0 and len(tried) == 1  # who had to wait finds it there


def test_a_module_whose_samples_differ_is_not_kept(folder, monkeypatch):
    def compiled(name, place):
        file = place / f"{name}.so"
        file.write_bytes(b"loops")
        return file

    def differs(module):
        raise AssertionError("the module's samples differ from numba's")

    folder.parent.mkdir()
    monkeypatch.setattr(ahead.os, "nice", lambda by: by)
    monkeypatch.setattr(ahead, "compile_module", compiled)
    monkeypatch.setattr(ahead, "_load", lambda place, name: "module" if place != folder else None)
    monkeypatch.setattr(ahead, "_try_out", differs)
    monkeypatch.setattr(sys, "argv", ["ahead", str(folder), "prebuilt"])
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    with pytest.raises(AssertionError, match="differ"):
        ahead.main()
    assert [path.name for path in folder.parent.iterdir()] == ["loops.lock"]


@pytest.mark.parametrize("fault", ["compiler", "time", "disk"])
def test_where_building_fails_numba_takes_its_place(folder, monkeypatch, fault):
    def compiler(command, **_):
        if fault == "time":
            raise subprocess.TimeoutExpired(command, 1)
        if fault == "disk":
            raise OSError("disk full")
        return SimpleNamespace(returncode=1, stderr="no linker here")

    monkeypatch.setattr(ahead.subprocess, "run", compiler)
    assert ahead.build() is None and ahead.kept() is None
    if fault == "compiler":  # will not be tried at each start
        assert not ahead.possible()
        assert "no linker" in (folder / "failed.txt").read_text()


def test_without_a_compiler_nothing_is_tried(folder, monkeypatch):
    monkeypatch.setattr(ahead.shutil, "which", lambda name: None)
    assert not ahead.possible()


def test_a_damaged_module_is_not_taken(folder):
    folder.mkdir(parents=True)
    (folder / f"{ahead.module_names()[0]}.cpython.so").write_bytes(b"nothing")
    assert ahead.kept() is None


def test_other_sources_other_folder(monkeypatch):
    before = ahead._folder()
    monkeypatch.setattr(ahead.importlib.metadata, "version", lambda name: "99")
    assert ahead._folder() != before and ahead._folder().parent == before.parent


@pytest.mark.skipif(not ahead.possible(), reason="no C compiler, or no headers of Python, to build the loops with")
def test_the_built_loops_give_numbas_samples_and_leave_numba_out():
    assert kernels.load()
    script = """
import sys
from workbench.dsp import ahead, kernels
assert kernels.load() and "numba" not in sys.modules
kernels.by_numba()
assert "numba" in sys.modules
ahead._try_out(kernels.ready())
print(kernels.ready().__name__)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ahead.module_names()[0]
