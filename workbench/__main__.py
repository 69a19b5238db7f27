"""`workbench` opens the window; `workbench COMMAND …` runs without one."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Dispatch to the audio or design server (child processes of this program), a command, or the window."""
    program = argv is None
    argv = list(sys.argv[1:] if argv is None else argv)
    # Before numpy is loaded: threads of a matrix product spin while they wait, and keep the sound from its processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if argv and argv[0] == "--audio-server":
        # First of all, before any Qt or scipy import: the child must be up in a fraction of a second.
        from workbench.audio.server import main as serve

        return serve(argv[1:])
    if argv and argv[0] == "--design-server":
        from workbench.engine.design_server import main as design

        return design(argv[1:])

    from workbench.core.interrupts import INTERRUPTED, CommandInterrupt

    # Asked to end, a command clears up as after Ctrl-C: nothing half-written stays behind.
    with CommandInterrupt(lasting=program) as interrupt:
        from workbench import cli

        if not cli.opens_window(argv):
            code = cli.main(argv, interrupt)
            if program and code == INTERRUPTED:
                _leave(code)
            return code
    cli.set_up_logging(argv)
    from workbench.ui.app import main as open_window

    return open_window([word for word in argv if word not in ("-v", "--verbose")])


def _leave(code: int) -> None:
    """End with this code for certain. An interpreter that has seen a KeyboardInterrupt pass through code made of text
    (a dataclass) ends itself by a signal, and threads that are still in a library's code may bring it down as it ends.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    import multiprocessing

    multiprocessing.freeze_support()
    sys.exit(main())
