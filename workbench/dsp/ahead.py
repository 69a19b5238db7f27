"""The inner loops compiled ahead of time, as an extension module that needs neither numba nor LLVM.

Both together take 130 MB in the process that imports them. So they are imported in a process of its own, once on a
machine: `build` compiles the loops there and keeps the module beside the sources, or in the user's cache folder where
that cannot be written; `kept` finds it from then on. That takes a C compiler and Python's headers; where they are
missing, numba stays in the program.

`python -m workbench.dsp.ahead FOLDER NAME` is that process.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import platformdirs

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

log = logging.getLogger(__name__)

CPU = {"prebuilt_v3": "x86-64-v3", "prebuilt_v2": "x86-64-v2", "prebuilt": ""}
"""LLVM's name of the processor that each module is compiled for; empty: any of this machine's kind."""
PATIENCE_S = 600.0
_FAILED = "failed.txt"


def processor_has(feature: str) -> bool:
    """Whether numpy found a feature of the processor, by numpy's name for it."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]
    return feature in found["baseline"] or feature in found["found"]


def module_names() -> tuple[str, ...]:
    """Names of the modules that run on this processor, the fastest first."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return ("prebuilt",)
    return ("prebuilt_v3", "prebuilt_v2") if processor_has("X86_V3") else ("prebuilt_v2",)


def environment(name: str) -> dict[str, str]:
    """What tells numba, before it is imported, for which processor it shall compile: the same loops then give the same
    samples, bit for bit, however they were compiled."""
    return {"NUMBA_CPU_NAME": CPU[name], "NUMBA_CPU_FEATURES": ""} if CPU[name] else {}


def _folder() -> Path:
    """Where the module for this interpreter, these loops and this numba is kept."""
    sources = ("ahead", "compiled", "kernels", "bands", "comb", "pitch", "stft")  # the types are those of the callers
    parts = [Path(__file__).with_name(f"{name}.py").read_bytes() for name in sources]
    parts += [sys.implementation.cache_tag.encode(), platform.machine().encode(), np.__version__.encode()]
    parts.append(importlib.metadata.version("numba").encode())
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
    beside = Path(__file__).with_name("__pycache__")
    beside.mkdir(exist_ok=True)
    if os.access(beside, os.W_OK):
        return beside / f"loops-{key}"
    return platformdirs.user_cache_path("earshot", appauthor=False) / f"loops-{key}"


def _load(folder: Path, name: str) -> ModuleType | None:
    for file in folder.glob(f"{name}.*"):
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            continue
        try:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
        except ImportError as error:
            log.info("%s: %s", file, error)
            continue
        return module
    return None


def kept() -> ModuleType | None:
    """The module that was built on this machine before; None where there is none."""
    try:
        return _load(_folder(), module_names()[0])
    except (OSError, importlib.metadata.PackageNotFoundError):
        return None


def possible() -> bool:
    """Whether this machine has what building takes, and it has not failed here before."""
    compiler = shutil.which(os.environ.get("CC", "cc").split()[0]) if os.environ.get("CC", "cc").split() else None
    headers = Path(sysconfig.get_path("include"), "Python.h")
    try:
        return bool(compiler) and headers.is_file() and not (_folder() / _FAILED).exists()
    except (OSError, importlib.metadata.PackageNotFoundError):
        return False


def build() -> ModuleType | None:
    """Compile the loops in a process of its own, which keeps them; takes half a minute. None where that fails, which is
    remembered."""
    folder, name = _folder(), module_names()[0]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "workbench.dsp.ahead", str(folder), name],
            env={**os.environ, **environment(name)},
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode:
            folder.mkdir(exist_ok=True)
            (folder / _FAILED).write_text(done.stderr[-4000:], encoding="utf-8")
            log.info("the inner loops could not be built; numba takes their place: %s", done.stderr.strip()[-200:])
            return None
    except (OSError, subprocess.SubprocessError) as error:
        log.info("the inner loops were not built: %s", error)
        return None
    return _load(folder, name)


def compile_module(name: str, folder: Path) -> Path:
    """Make one extension module of the loops; to be called in a process with `environment(name)`.

    Returns the file. Raises what numba and the C compiler raise.
    """
    from numba.core.compiler import Flags
    from numba.pycc import CC, compiler  # type: ignore[attr-defined]

    from workbench.dsp import compiled, kernels

    def flags() -> Flags:
        made = Flags()
        made.release_gil = True  # type: ignore[attr-defined]  # as the loops' own option `nogil`, which CC does not know
        return made

    compiler.Flags = flags  # type: ignore[attr-defined]
    compiled.warm_up()
    extension = CC(name, source_module=compiled)
    extension.output_dir = str(folder)
    extension.target_cpu = CPU[name]
    for loop in kernels.ENTRIES:
        dispatcher = getattr(compiled, loop)
        (signature,) = dispatcher.nopython_signatures
        # Called, not exported itself: so it keeps its own rules for products and sums.
        extension.export(loop, signature)(_caller(loop, len(signature.args), compiled))
    extension.compile()
    (file,) = folder.glob(f"{name}.*")
    return file


def _caller(loop: str, count: int, compiled: ModuleType):
    words = ", ".join(f"a{index}" for index in range(count))
    scope = {"loop": getattr(compiled, loop)}
    exec(f"def {loop}({words}):\n    return loop({words})\n", scope)
    return scope[loop]


def _try_out(module: ModuleType) -> None:
    """Run the module beside numba. Raises AssertionError where they differ."""
    from workbench.dsp import compiled, kernels
    from workbench.dsp.comb import CombFilter
    from workbench.dsp.pitch import PitchTracker
    from workbench.dsp.stft import Analysis, Synthesis

    missing = [name for name in kernels.ENTRIES if not hasattr(module, name)]
    if missing:
        raise AssertionError(f"the module has no {', '.join(missing)}")
    rng = np.random.default_rng(0)
    sound = np.sin(0.02 * np.arange(40 * 480)) + 0.1 * rng.standard_normal(40 * 480)

    def run(loops: ModuleType) -> np.ndarray:
        analysis, synthesis, pitch, comb, out = Analysis(1), Synthesis(1), PitchTracker(1), CombFilter(1), []
        for hop in sound.astype(np.float32).reshape(-1, 1, 480):
            found = pitch._process_compiled(loops, hop)
            combed = comb._process_compiled(loops, hop, found.period, found.decided_period)
            out += [synthesis._process_compiled(loops, analysis._process_compiled(loops, hop)), combed.spectrum]
        return np.concatenate([np.abs(one).ravel() for one in out])

    if not np.array_equal(run(module), run(compiled)):
        raise AssertionError("the module's samples differ from numba's")


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time builds for a folder, the others wait; where the system has no such lock, all do."""
    with open(folder.parent / f"{folder.name}.lock", "w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process, however that ends
        yield


def main() -> int:
    """Compile one module, try it out and keep it in a folder, even if nobody waits for it any more."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    if hasattr(os, "nice"):
        os.nice(10)  # meanwhile the sound runs on numpy
    with _turn(folder):
        if _load(folder, name) is not None:
            return 0  # another one was faster
        place = folder.parent / f"{folder.name}.making"
        shutil.rmtree(place, ignore_errors=True)  # of one that was killed
        place.mkdir()
        try:
            os.environ["NUMBA_CACHE_DIR"] = str(place / "cache")
            file = compile_module(name, place)
            module = _load(place, name)
            if module is None:
                raise SystemExit("the module was built and cannot be loaded")
            _try_out(module)
            folder.mkdir(exist_ok=True)
            os.replace(file, folder / file.name)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
