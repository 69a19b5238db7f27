"""Runs before the packaged program: the system's PortAudio is used if there is one, else the one packed with us.

The packed libraries lie in a folder of their own, so that they never come between the system's PortAudio and the
system's JACK or ALSA.
"""

import ctypes
import ctypes.util
import sys
from pathlib import Path

_packed = Path(sys._MEIPASS) / "portaudio"
_find_library = ctypes.util.find_library


def _load(name: str):
    try:
        return ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return None


def find_library(name: str):
    """As `ctypes.util.find_library`; for PortAudio the packed one where the system has none that loads."""
    if name != "portaudio" or not sys.platform.startswith("linux"):
        return _find_library(name)
    if _load("libportaudio.so.2") is not None:
        return "libportaudio.so.2"
    for dependency in ("libdb-5.3.so", "libasound.so.2", "libjack.so.0"):
        if _load(dependency) is None:
            _load(str(_packed / dependency))
    return str(_packed / "libportaudio.so.2")


ctypes.util.find_library = find_library
