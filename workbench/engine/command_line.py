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


def live_command(
    params: Params, source: str, sink: str, array: str | None, layout: str | None, begin_s: float = 0.0
) -> str:
    """The chain as it runs, without a window: a line for a POSIX shell. `begin_s`: where in a file."""
    words = ["workbench", "live", "--source", source, "--sink", sink]
    words += ["--begin", f"{begin_s:.3f}"] if begin_s > 0 else []
    words += ["--array", array] if array else []
    words += ["--layout", layout] if layout else []
    return shlex.join(words + assignments(params))


def replay_command(folder: str | Path, target: str | Path, from_sample: int = 0, params: Params | None = None) -> str:
    """A recorded session's output again from a sample on, bit for bit; with `params` through these settings instead."""
    words = ["workbench", "replay", str(folder), "--out", str(target)]
    words += ["--from-sample", str(from_sample)] if from_sample else []
    words += ["--from-defaults", *assignments(params)] if params is not None else []
    return shlex.join(words)
