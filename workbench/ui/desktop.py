"""Opening addresses with what the desktop has for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

LIBRARIES = "LD_LIBRARY_PATH"


@contextmanager
def surroundings_of_others() -> Iterator[None]:
    """The environment that other programs are started in.

    A frozen program sets the path of libraries for itself (what was there before is kept under the name with _ORIG): a
    browser would load ours instead of its own, and not start.
    """
    ours = os.environ.get(LIBRARIES)
    if not getattr(sys, "frozen", False) or ours is None:
        yield
        return
    before = os.environ.get(f"{LIBRARIES}_ORIG")
    try:
        if before:
            os.environ[LIBRARIES] = before
        else:
            del os.environ[LIBRARIES]
        yield
    finally:
        os.environ[LIBRARIES] = ours


def open_address(url: QUrl) -> bool:
    """Open a file, folder or page with the desktop's program for it; False: there is none."""
    with surroundings_of_others():
        return QDesktopServices.openUrl(url)
