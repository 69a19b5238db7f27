"""Sample and kind of a journal's lines as the journal writes them, for thousands of lines at once.

A line begins with ``{"at": 480, "tracks": …``. Looking at them one by one would contend with window and sound for the
interpreter, half a second for a journal of twelve hours; these are a few passes of numpy, which gives it away.
"""

from __future__ import annotations

import numpy as np

_HEAD = np.frombuffer(b'{"at": ', np.uint8)
_BETWEEN = np.frombuffer(b', "', np.uint8)
_MOST_DIGITS = 18
"""More do not fit into 64 bits for certain."""
_POWERS = np.concatenate((10 ** np.arange(_MOST_DIGITS, dtype=np.int64), [0]))


def looked_at(text: bytes, names: dict[bytes, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What the beginning of each line says.

    Parameters
    ----------
    text : whole lines, each with its end
    names : dict of bytes to int
        Numbers of the kinds to tell apart.

    Returns
    -------
    at : (lines,) int64
        Samples; 0 where `kind` is −1.
    kind : (lines,) int16
        The number of the line's first key after ``at``; −1 for another name, and for a line of any other form.
    begins, ends : (lines,) int64
        Where each line lies in `text`, its end included.
    """
    data = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(data == ord("\n")) + 1
    begins = np.concatenate(([0], ends))[: len(ends)]
    longest = max(map(len, names), default=0) + 1  # with its quotation mark
    width = len(_HEAD) + _MOST_DIGITS + 1 + len(_BETWEEN) + longest
    padded = np.concatenate((data, np.zeros(width, np.uint8)))
    # No line's end fits what is looked for, so that what is read of the next line does no harm.
    head = padded[begins[:, None] + np.arange(width)]
    usual = (head[:, : len(_HEAD)] == _HEAD).all(axis=1)
    usual &= padded[ends - 2] == ord("}")

    figures = head[:, len(_HEAD) : len(_HEAD) + _MOST_DIGITS + 1] - np.uint8(ord("0"))
    count = np.argmin(figures < 10, axis=1)  # 0 for too many, too
    power = count[:, None] - 1 - np.arange(_MOST_DIGITS)
    at = (figures[:, :_MOST_DIGITS] * _POWERS[np.where(power < 0, _MOST_DIGITS, power)]).sum(axis=1)

    after = len(_HEAD) + count[:, None]
    usual &= count > 0
    usual &= (np.take_along_axis(head, after + np.arange(len(_BETWEEN)), axis=1) == _BETWEEN).all(axis=1)
    name = np.take_along_axis(head, after + len(_BETWEEN) + np.arange(longest), axis=1)
    kind = np.full(len(ends), -1, np.int16)
    for word, number in names.items():
        quoted = np.frombuffer(word + b'"', np.uint8)
        kind[usual & (name[:, : len(quoted)] == quoted).all(axis=1)] = number
    return np.where(kind < 0, 0, at), kind, begins, ends
