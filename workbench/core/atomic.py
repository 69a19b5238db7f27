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

    A link stays a link, to a new file. A device or a pipe, such as /dev/stdout, is written to and never replaced.

    Raises
    ------
    OSError
        The folder is missing or cannot be written; an existing file is untouched.
    """
    if is_stream(path):
        with open(path, "wb") as stream:
            stream.write(content)
        return
    path = Path(os.path.realpath(path))
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


def is_stream(path: str | Path) -> bool:
    """Whether there is something that is neither a file nor a folder (a device, a pipe), or another name of something
    that is open, as /dev/stdout is.
    """
    if os.path.isdir(path) or not os.path.exists(path):
        return False
    return not os.path.isfile(path) or os.path.abspath(path).startswith(("/dev/", "/proc/"))


def _mode(path: Path) -> int:
    """Permissions of the file that is replaced, or those of any new file."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
