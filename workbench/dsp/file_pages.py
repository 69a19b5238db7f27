"""Memory that holds pages of a library's file, which nobody needs any more, given back to the system.

LLVM has read 70 MB of itself when a loop is loaded. They are no different from what lies in the file, so that they can
go: what is wanted after all is read again.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

_MADV_DONTNEED = 4


def unchanged(smaps: str, name: str) -> Iterator[tuple[int, int]]:
    """Where pages of files of that name lie which are only read, and are as in the file: addresses of begin and end.

    Parameters
    ----------
    smaps : what Linux tells in /proc/self/smaps
    name : what the file's name begins with
    """
    here: tuple[int, int] | None = None
    for line in smaps.splitlines():
        place, permissions, *more = line.split(maxsplit=5)
        if not place.endswith(":"):  # a mapping: place, permissions, offset, device, inode, path
            begin, _, end = place.partition("-")
            mine = len(more) == 4 and "w" not in permissions and Path(more[-1]).name.startswith(name)
            here = (int(begin, 16), int(end, 16)) if mine else None
        elif here is not None and place == "Private_Dirty:" and int(permissions) == 0:
            yield here


def give_back(name: str) -> None:
    """Give back the pages of a library; nothing where the system cannot."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError, ValueError):
        advise = ctypes.CDLL(None).madvise
        advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for begin, end in list(unchanged(Path("/proc/self/smaps").read_text(errors="replace"), name)):
            advise(begin, end - begin, _MADV_DONTNEED)
