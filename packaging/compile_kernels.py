"""Compiles the live chain's inner loops ahead of time: `python packaging/compile_kernels.py FOLDER`.

In a checkout they are compiled on the machine (`workbench.dsp.ahead`). The packaged program brings them along: it needs
neither numba nor llvmlite (200 MB), and its first start compiles nothing. One module for each kind of processor
(`workbench.dsp.built_loops.CPU`); the types are those that `workbench.dsp.loop_trial.warm_up` runs the loops with.
Each module is tried out beside numba before it is kept.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from workbench.dsp import ahead, built_loops, kernels, loop_trial

TOLERANCE = 1e-5
"""Between the modules: a wider processor takes sums in another order."""


def _names() -> list[str]:
    """Modules that are of use on processors like this machine's."""
    if platform.machine().lower() in ("x86_64", "amd64"):
        return ["prebuilt_v3", "prebuilt_v2"]
    return ["prebuilt"]


def _try_out(name: str, folder: Path) -> None:
    """Run the module beside numba on speech-like sound; raises AssertionError where they differ."""
    import importlib.util
    import time

    from workbench.core.params import EnhanceParams
    from workbench.enhance.enhancer import Enhancer
    from workbench.render.upmix import Upmixer

    (file,) = folder.glob(f"{name}.*")
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    missing = [entry for entry in kernels.ENTRIES if not hasattr(module, entry)]
    if missing:
        raise AssertionError(f"{name} has no {', '.join(missing)}")

    rng = np.random.default_rng(1)
    t = np.arange(300 * 480) / 48000
    phase = 2 * np.pi * np.cumsum(120 + 40 * np.sin(4 * t)) / 48000
    voice = sum(np.sin(k * phase) / k for k in range(1, 30)) * (np.sin(9 * t) > -0.5)
    sound = (0.1 * voice + 0.03 * rng.standard_normal((2, t.size))).astype(np.float32)

    def run(taken) -> tuple[np.ndarray, float]:
        kernels.use(taken)
        enhancer, upmixer, out = Enhancer(2), Upmixer(), []
        began = time.process_time()
        for at in range(0, t.size, 480):
            enhanced = enhancer.process(sound[:, at : at + 480], EnhanceParams(method="percepnet-small"))
            out.append(np.concatenate([enhanced, upmixer.process(enhanced)]))
        return np.concatenate(out, axis=1), time.process_time() - began

    from workbench.dsp import loops

    loop_trial.warm_up(loops)
    (ours, ours_s), (numbas, numbas_s), (plain, plain_s) = run(module), run(loops), run(None)
    difference = np.abs(ours - numbas).max() / np.abs(numbas).max()
    print(
        f"{file.name}: {file.stat().st_size / 1e6:.1f} MB, differs by {difference:.1e} from numba; a second of two "
        f"channels takes {1000 * ours_s / 3:.0f} ms, {1000 * numbas_s / 3:.0f} ms with numba, "
        f"{1000 * plain_s / 3:.0f} ms with numpy"
    )
    if not difference < TOLERANCE or not np.isfinite(plain).all():
        raise AssertionError(f"{name}: its sound differs from numba's by {difference:.1e} of the peak")


def main() -> int:
    """Compile and try out every module for this kind of machine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the modules go")
    parser.add_argument("--one", choices=built_loops.CPU, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        ahead.compile_module(args.one, args.folder)
        _try_out(args.one, args.folder)
        return 0
    args.folder.mkdir(parents=True, exist_ok=True)
    for old in args.folder.glob("prebuilt*"):
        old.unlink()
    for name in _names():
        with tempfile.TemporaryDirectory() as cache:
            environment = {**os.environ, "NUMBA_CACHE_DIR": cache, "OPENBLAS_NUM_THREADS": "1"}
            environment |= built_loops.environment(name)
            command = [sys.executable, __file__, str(args.folder.resolve()), "--one", name]
            if subprocess.run(command, env=environment, check=False).returncode:
                print(f"compile_kernels: {name} could not be made", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
