"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from workbench.core.interrupts import DeferredInterrupt


def write_text(path: str | Path, text: str) -> None:
    """Write a text file (UTF-8) as `write_bytes` writes."""
    write_bytes(path, text.encode())


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file; a reader sees the old content or the new, also after a crash.

    Raises
    ------
    OSError
        The folder is missing or cannot be written; an existing file is untouched.
    """
    path = Path(path)
    with DeferredInterrupt():
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(partial, _mode(path))
            os.replace(partial, path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise


def _mode(path: Path) -> int:
    """Permissions of the file that is replaced, or those of any new file."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
