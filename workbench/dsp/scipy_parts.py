"""Compiled parts of scipy, each without the Python package around it.

`import scipy.fft` brings scipy.special, `import scipy.signal` brings stats, optimize, interpolate, sparse and spatial:
80 MB and half a second, of which the running program needs three functions. They lie in extension modules that need
nothing else. Where one cannot be found (another build of scipy), the ordinary import takes its place.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import logging
import sys
from pathlib import Path
from types import ModuleType

log = logging.getLogger(__name__)


def _file(name: str) -> Path | None:
    """Where an extension module of scipy lies; finding it imports nothing."""
    package, *inner = name.split(".")
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations or ()) if found else ():
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            file = Path(folder, *inner[:-1], inner[-1] + suffix)
            if file.is_file():
                return file
    return None


def part(name: str) -> ModuleType:
    """An extension module of scipy by its full name, "scipy.fft._pocketfft.pypocketfft".

    It is entered under that name, so that an `import scipy.fft` that comes later finds the same module.
    """
    if name in sys.modules:
        return sys.modules[name]
    file = _file(name)
    spec = importlib.util.spec_from_file_location(name, file) if file else None
    if spec is None or spec.loader is None:
        return importlib.import_module(name)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        log.info("%s cannot be had alone: %s", name, error)
        return importlib.import_module(name)
    sys.modules[name] = module
    return module
