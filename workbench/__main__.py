"""`workbench` opens the window; `workbench COMMAND …` runs without one."""

from __future__ import annotations

import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Dispatch to the audio server (a child process of this program), a command, or the window."""
    program = argv is None
    argv = list(sys.argv[1:] if argv is None else argv)
    # Before numpy is loaded: threads of a matrix product spin while they wait, and keep the sound from its processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if argv and argv[0] == "--audio-server":
        # First of all, before any Qt or scipy import: the child must be up in a fraction of a second.
        from workbench.audio.server import main as serve

        return serve(argv[1:])

    from workbench.core.interrupts import CommandInterrupt

    # Asked to end, a command clears up as after Ctrl-C: nothing half-written stays behind.
    with CommandInterrupt(lasting=program) as interrupt:
        from workbench import cli

        if not cli.opens_window(argv):
            return cli.main(argv, interrupt)
    cli.set_up_logging(argv)
    from workbench.ui.app import main as open_window

    return open_window([word for word in argv if word not in ("-v", "--verbose")])


if __name__ == "__main__":
    import multiprocessing

    multiprocessing.freeze_support()
    sys.exit(main())
