import hashlib
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.dsp import ahead, built_loops, kernel_loader, kernels, loop_trial


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache of its own, empty."""
    monkeypatch.setattr(built_loops, "folder", lambda: tmp_path / "cache" / "loops")
    return tmp_path / "cache" / "loops"


def test_what_is_built_is_kept_and_found_again(folder, monkeypatch):
    name = built_loops.module_names()[0]

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
    (folder / f"{built_loops.module_names()[0]}.cpython.so").write_bytes(b"nothing")
    assert ahead.kept() is None


def test_a_module_is_refused_for_a_single_bit():
    loops = pytest.importorskip("workbench.dsp.loops", reason="numba is not installed")

    def nearly(gain, energy, tiny, silence, out):
        loops.implied_snr_db(gain, energy, tiny, silence, out)
        out[0] = np.nextafter(out[0], np.float32(np.inf))

    entries = {name: getattr(loops, name) for name in kernels.ENTRIES}
    ahead._try_out(SimpleNamespace(**entries))
    with pytest.raises(AssertionError, match="differ"):
        ahead._try_out(SimpleNamespace(**entries | {"implied_snr_db": nearly}))
    with pytest.raises(AssertionError, match="has no pitch_hop"):
        ahead._try_out(SimpleNamespace(**{name: loop for name, loop in entries.items() if name != "pitch_hop"}))


@pytest.mark.skipif(not ahead.possible(), reason="no C compiler, or no headers of Python, to build the loops with")
def test_the_built_loops_give_numbas_samples_and_leave_numba_out():
    assert kernel_loader.load()
    script = """
import sys
from workbench.dsp import ahead, kernel_loader, kernels
assert kernel_loader.load() and "numba" not in sys.modules
kernel_loader.by_numba()
assert "numba" in sys.modules
ahead._try_out(kernels.ready())
print(kernels.ready().__name__)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == built_loops.module_names()[0]


@pytest.mark.parametrize("first", ["", "import numba", "import workbench.dsp.loops"])
def test_numba_gives_the_same_samples_whoever_imported_it_first(first):
    """For this very processor it would take sums in another order: a batch gave other bits in one of its processes."""
    pytest.importorskip("numba")
    script = f"""
import hashlib
{first}
from workbench.dsp import ahead, kernel_loader, loop_trial
loops = kernel_loader.by_numba()
built = ahead.kept()
if built is not None:
    ahead._try_out(built)
from numba.core.registry import cpu_target
names, samples = loop_trial.samples(loops)
print(cpu_target.target_context.codegen().magic_tuple()[1])
print(hashlib.sha256(b"".join(one.tobytes() for one in samples)).hexdigest())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    cpu, digest = done.stdout.split()
    assert cpu == (built_loops.CPU[built_loops.module_names()[0]] or cpu)
    names, samples = loop_trial.samples(kernels.ready())
    assert names == set(kernels.ENTRIES)
    assert digest == hashlib.sha256(b"".join(one.tobytes() for one in samples)).hexdigest()
