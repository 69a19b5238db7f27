"""Memory that is free shall be free for others too, also after weeks of choosing other sources and rooms.

glibc keeps what was freed for later use, in an arena for each thread, and begins to keep ever larger pieces once some
were freed: after a dozen changes of the source the process held 150 MB that nobody used. Two settings help: large
pieces always come straight from the system and go straight back, and after each stop the arenas are trimmed.
(Live, this costs nothing that can be measured: the chain's own arrays are small.)
"""

from __future__ import annotations

import contextlib
import ctypes
import sys

M_MMAP_THRESHOLD = -3
LARGE_BYTES = 1 << 20


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def settle() -> None:
    """Let large pieces go straight back to the system. Call once; may be called again."""
    with contextlib.suppress(OSError, AttributeError):
        if (library := _glibc()) is not None:
            library.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def give_back() -> None:
    """Give the system what was freed. Takes some milliseconds in which other threads may have to wait: not while sound
    runs."""
    with contextlib.suppress(OSError, AttributeError):
        if (library := _glibc()) is not None:
            library.malloc_trim(0)
