"""A soak on a machine that others use as well: put it before their programs, where the system lets us.

What is judged is the program, not the machine. A thread that has the interpreter's lock and is interrupted by another
program makes the sound wait for that program; on a machine of its own that does not happen.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

MARK = "EARSHOT_SOAK_CALM"
NICENESS = -15
AUTOGROUP = Path("/proc/self/autogroup")


def run_calmly(module: str) -> int | None:
    """Start this script again in a session of its own, which Linux schedules as a group, with high priority.

    Returns its exit status, or None in that session itself (and where it is not allowed): then go on.
    """
    if os.environ.get(MARK) or shutil.which("setsid") is None or not AUTOGROUP.exists():
        with contextlib.suppress(OSError):
            if os.environ.get(MARK):
                AUTOGROUP.write_text(str(NICENESS))
                os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
                print("scheduled before other programs", flush=True)
        return None
    command = ["setsid", "--wait", sys.executable, "-m", module, *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, MARK: "1"}).returncode
