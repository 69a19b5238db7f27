"""What the window does just now, as a command line that does the same without it."""

from __future__ import annotations

import shlex
from pathlib import Path

from workbench.core import params as parameters
from workbench.core.params import Params
from workbench.engine.history import TRANSPORT


def assignments(params: Params) -> list[str]:
    """`--set PATH=VALUE` for all that is not at its default; what is switched while listening is left out."""
    words = []
    for path in parameters.differences(Params(), params):
        if path in TRANSPORT:
            continue
        value = parameters.get(params, path)
        text = (
            str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)
        )
        words += ["--set", f"{path}={text}"]
    return words


def live_command(params: Params, source: str, sink: str, array: str | None, layout: str | None) -> str:
    """The chain as it runs, without a window: a line for a POSIX shell."""
    words = ["workbench", "live", "--source", source, "--sink", sink]
    words += ["--array", array] if array else []
    words += ["--layout", layout] if layout else []
    return shlex.join(words + assignments(params))


def replay_command(folder: str | Path, target: str | Path) -> str:
    """A recorded session's output again."""
    return shlex.join(["workbench", "replay", str(folder), "--out", str(target)])
