"""The inner loops compiled ahead of time, as an extension module that needs neither numba nor LLVM.

Both together take 130 MB in the process that imports them. So they are imported in a process of its own, once on a
machine: `build` compiles the loops there and keeps the module beside the sources, or in the user's cache folder where
that cannot be written; `kept` finds it from then on. That takes a C compiler and Python's headers; where they are
missing, numba stays in the program.

`python -m workbench.dsp.ahead FOLDER NAME` is that process.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from workbench.dsp import built_loops, kernels, loop_trial

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

log = logging.getLogger(__name__)

PATIENCE_S = 600.0
_FAILED = "failed.txt"


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
        return _load(built_loops.folder(), built_loops.module_names()[0])
    except (OSError, importlib.metadata.PackageNotFoundError):
        return None


def possible() -> bool:
    """Whether this machine has what building takes, and it has not failed here before."""
    compiler = shutil.which(os.environ.get("CC", "cc").split()[0]) if os.environ.get("CC", "cc").split() else None
    headers = Path(sysconfig.get_path("include"), "Python.h")
    try:
        return bool(compiler) and headers.is_file() and not (built_loops.folder() / _FAILED).exists()
    except (OSError, importlib.metadata.PackageNotFoundError):
        return False


def build() -> ModuleType | None:
    """Compile the loops in a process of its own, which keeps them; takes half a minute. None where that fails, which is
    remembered."""
    folder, name = built_loops.folder(), built_loops.module_names()[0]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "workbench.dsp.ahead", str(folder), name],
            env={**os.environ, **built_loops.environment(name)},
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
    """Make one extension module of the loops; to be called in a process with `built_loops.environment(name)`.

    Returns the file. Raises what numba and the C compiler raise.
    """
    from numba.core.compiler import Flags
    from numba.pycc import CC, compiler  # type: ignore[attr-defined]

    from workbench.dsp import loops

    def flags() -> Flags:
        made = Flags()
        made.release_gil = True  # type: ignore[attr-defined]  # as the loops' own option `nogil`, which CC does not know
        return made

    compiler.Flags = flags  # type: ignore[attr-defined]
    loop_trial.warm_up(loops)
    extension = CC(name, source_module=loops)
    extension.output_dir = str(folder)
    extension.target_cpu = built_loops.CPU[name]
    for entry in kernels.ENTRIES:
        dispatcher = getattr(loops, entry)
        (signature,) = dispatcher.nopython_signatures
        # Called, not exported itself: so it keeps its own rules for products and sums.
        extension.export(entry, signature)(_caller(entry, len(signature.args), dispatcher))
    extension.compile()
    (file,) = folder.glob(f"{name}.*")
    return file


def _caller(entry: str, count: int, dispatcher) -> Callable:
    words = ", ".join(f"a{index}" for index in range(count))
    scope = {"loop": dispatcher}
    exec(f"def {entry}({words}):\n    return loop({words})\n", scope)
    return scope[entry]


def _try_out(module: ModuleType) -> None:
    """Run every loop of the module beside numba's. Raises AssertionError where they differ in a single bit."""
    from workbench.dsp import loops

    missing = [entry for entry in kernels.ENTRIES if not hasattr(module, entry)]
    if missing:
        raise AssertionError(f"the module has no {', '.join(missing)}")
    names, ours = loop_trial.samples(module)
    _, numbas = loop_trial.samples(loops)
    if names != set(kernels.ENTRIES):
        raise AssertionError(f"not tried out: {', '.join(set(kernels.ENTRIES) - names)}")
    if any(one.tobytes() != other.tobytes() for one, other in zip(ours, numbas, strict=True)):
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
