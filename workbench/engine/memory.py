"""Memory that is free shall be free for others too, also after weeks of choosing other sources and rooms.

glibc keeps what was freed for later use, in an arena for each thread, and begins to keep ever larger pieces once some
were freed: after a dozen changes of the source the process held 150 MB that nobody used. Two settings help: large
pieces always come straight from the system and go straight back, and after each stop the arenas are trimmed.

Once it is set, glibc no longer learns how much free memory to keep at an arena's end and keeps 128 KB: every array that
is a little larger then costs its pages anew, hop after hop, which made an update of the localizer half as slow again.
So that is set as well. Each thread keeps an arena of its own (fewer would save 10 MB): in a shared one the sound would
wait for a thread of low priority that was interrupted while it had the arena.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGE_BYTES = 1 << 20
KEPT_BYTES = 2 * LARGE_BYTES
"""At the end of each arena, until `give_back`."""


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
            library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def give_back() -> None:
    """Give the system what was freed. Takes some milliseconds in which other threads may have to wait: not while sound
    runs."""
    with contextlib.suppress(OSError, AttributeError):
        if (library := _glibc()) is not None:
            library.malloc_trim(0)
