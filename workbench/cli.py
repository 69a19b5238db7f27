"""The command line: one parser, one exit-code policy; each command is a module of `workbench.commands`."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import logging
import os
import sys
from collections.abc import Collection

from workbench import __version__
from workbench.core.errors import EarshotError, InputError
from workbench.core.interrupts import INTERRUPTED, CommandInterrupt

log = logging.getLogger(__name__)

COMMANDS = {
    "enhance": "enhance the speech in a sound file",
    "localize": "find the talkers in a multichannel recording",
    "render": "render a stereo file to loudspeakers",
    "design": "design loudspeaker filters and export them",
    "measure": "measure loudspeakers with sweeps",
    "simulate": "render a scene of the simulated room to files",
    "live": "run the live chain without a window",
    "replay": "run a recorded session again, as it was or with other settings",
    "batch": "run one recipe over thousands of files",
    "bench": "measure what the stages cost",
    "evaluate": "score enhancement against clean references",
    "train": "train a network on your own folders of sound",
    "params": "list the parameters",
    "devices": "list the sound devices",
    "doctor": "check a source, its microphones, and this installation",
}
"""Name and one line of help of each command; the module is imported only when the command is used."""


def _parser(chosen: Collection[str]) -> argparse.ArgumentParser:
    """The parser with the arguments of the chosen commands; the others are known by name alone."""
    parser = argparse.ArgumentParser(
        prog="workbench", description="Earshot, a live audio workbench. Without a command it opens the window."
    )
    parser.add_argument("--version", action="version", version=f"Earshot {__version__}")
    parser.add_argument("-v", "--verbose", action="store_true", help="log more, on stderr")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name in chosen:
            importlib.import_module(f"workbench.commands.{name}").add_arguments(subparser)
    return parser


def full_parser() -> argparse.ArgumentParser:
    """The parser with the arguments of all commands, for those who read it."""
    return _parser(COMMANDS)


_INFORMATION = {"-h", "--help", "--version"}
_VERBOSE = {"-v", "--verbose"}


def opens_window(argv: list[str]) -> bool:
    """Whether these arguments open the window: no command, but options (none that asks for information) or a file."""
    words = [word for word in argv if word not in _VERBOSE]
    if not words or words[0] in _INFORMATION:
        return not words
    return words[0].startswith("-") or (words[0] not in COMMANDS and os.path.exists(words[0]))


def set_up_logging(argv: list[str]) -> None:
    """Logs go to stderr; `-v` shows more."""
    logging.basicConfig(
        level=logging.DEBUG if argv and argv[0] in _VERBOSE else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


def main(argv: list[str], interrupt: CommandInterrupt | None = None) -> int:
    """Run one command. `interrupt` is told when its work begins.

    Returns
    -------
    int
        0, 2 (bad arguments or input), 1 (failure), 130 (interrupted).
    """
    chosen = next((word for word in argv if word not in _VERBOSE | _INFORMATION), None)
    parser = _parser(() if chosen is None else (chosen,))
    args = parser.parse_args(argv)
    set_up_logging(argv)
    if args.command is None:
        parser.print_help()
        return 0
    interrupt = interrupt or CommandInterrupt()
    try:
        code = _run(args, interrupt)
    except Exception:
        if not interrupt.heard:
            raise
        code = INTERRUPTED
    interrupt.end()
    return INTERRUPTED if code and interrupt.heard else code


def _run(args: argparse.Namespace, interrupt: CommandInterrupt) -> int:
    """The command, its errors as a line on stderr and an exit code."""
    try:
        from workbench.commands.common import check_json_target

        check_json_target(getattr(args, "json", None))
        command = importlib.import_module(f"workbench.commands.{args.command}")
        interrupt.begin()
        code = command.run(args)
        sys.stdout.flush()
        return code
    except InputError as error:
        print(f"workbench: {error}", file=sys.stderr)
        return 2
    except EarshotError as error:
        print(f"workbench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        _leave_output()
        if not isinstance(error, BrokenPipeError):  # who reads the output no longer wants any
            log.debug("an error of the system", exc_info=True)
            where = f"{error.filename}: " if error.filename else ""
            print(f"workbench: {where}{error.strerror or error}", file=sys.stderr)
        return 1


def _leave_output() -> None:
    """What is still to be written to stdout has nowhere to go; Python would say so once more at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
