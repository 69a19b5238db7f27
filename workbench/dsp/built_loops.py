"""What the inner loops are compiled to on this machine: for which processor, and in which folder it is kept."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import sys
from pathlib import Path

import numpy as np
import platformdirs

CPU = {"prebuilt_v3": "x86-64-v3", "prebuilt_v2": "x86-64-v2", "prebuilt": ""}
"""LLVM's name of the processor that each module is compiled for; empty: any of this machine's kind."""
TYPES_BY = ("ahead", "bands", "built_loops", "comb", "kernels", "loop_trial", "pitch", "stft")
"""Modules beside the loops that say how they are compiled and for which types."""


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
    """What tells numba, before it compiles anything, for which processor it shall do so: the same loops then give the
    same samples, bit for bit, however they were compiled."""
    return {"NUMBA_CPU_NAME": CPU[name], "NUMBA_CPU_FEATURES": ""} if CPU[name] else {}


def folder() -> Path:
    """Where what was compiled for this interpreter, these loops and this numba is kept; another one for each.

    Raises OSError, and PackageNotFoundError without numba.
    """
    here = Path(__file__).parent
    sources = [*sorted((here / "loops").glob("*.py")), *(here / f"{name}.py" for name in TYPES_BY)]
    parts = [path.read_bytes() for path in sources]
    parts += [sys.implementation.cache_tag.encode(), platform.machine().encode(), np.__version__.encode()]
    parts.append(importlib.metadata.version("numba").encode())
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
    beside = here / "__pycache__"
    beside.mkdir(exist_ok=True)
    if os.access(beside, os.W_OK):
        return beside / f"loops-{key}"
    return platformdirs.user_cache_path("earshot", appauthor=False) / f"loops-{key}"
