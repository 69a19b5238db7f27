"""What the system tells in files such as those of /proc, which are read many times a second for as long as sound runs.

By name and not by `pathlib`: that interns each part of a path, and what is interned for the first time again and again
fills Python's table of such strings, which then grows by a megabyte at a time.
"""

from __future__ import annotations


def text_of(path: str) -> str:
    """All that the file tells; what is no UTF-8 is replaced. Raises OSError."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
