"""Pages made of the program itself: its parameters, its commands, its keys. As Markdown, like all other pages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from workbench import cli
from workbench.core.params import ENTRIES, Entry

GROUPS = {
    "beamformer": ("Capture beam", "What the microphones are made into: [how beams work](beams.md)."),
    "enhance": ("Enhancement", "What takes the noise out: [how it works](enhancement.md)."),
    "localize": ("Localization", "Who talks from where: [how it works](localization.md)."),
    "render": ("Rendering", "How it comes out of loudspeakers or headphones: [how it works](loudspeakers.md)."),
    "output": ("Output", "The last stage before the sink."),
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _range(entry: Entry) -> str:
    """What values there are, for a person."""
    knob = entry.knob
    if knob.choices:
        return ", ".join(f"`{value}` ({label})" for value, label in knob.choices)
    if knob.curve:
        return f"points hertz:value, each {_number(knob.low)} to {_number(knob.high)} {knob.unit}"
    if knob.text:
        return "a file's name, or empty"
    if entry.kind is bool:
        return "on, off"
    unit = knob.unit.lstrip("±")
    sign = "±" if knob.unit.startswith("±") else ""
    space = "" if unit == "°" else " "
    return f"{sign}{_number(knob.low)} to {sign}{_number(knob.high)}{space}{unit}".rstrip()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}".replace("-", "−")


def _default(entry: Entry) -> str:
    if entry.kind is bool:
        return "on" if entry.default else "off"
    if isinstance(entry.default, str):
        return f"`{entry.default}`" if entry.default else "empty"
    return _number(entry.default)


def parameters_page() -> str:
    """Every parameter: what it does to the sound, range, default, when to move it."""
    lines = [
        "# Parameters",
        "",
        "All that can be moved while sound plays. Each acts at once and without a click, can be taken back with "
        "`Ctrl+Z`, found with `Ctrl+F`, and reset with a double click on its label. `--set PATH=VALUE` sets it in a "
        "command; the same paths stand in settings files, presets and recipes. `workbench params` lists them.",
        "",
    ]
    group = ""
    for path, entry in ENTRIES.items():
        if path.partition(".")[0] != group:
            group = path.partition(".")[0]
            title, words = GROUPS[group]
            lines += [f"## {title} {{#{group}}}", "", words, ""]
        lines += [
            f"### {entry.knob.label} {{#{path}}}",
            "",
            entry.knob.help,
            "",
            f"**When to move it:** {entry.knob.when}",
            "",
            "| path | range | default |",
            "|---|---|---|",
            f"| `{path}` | {_cell(_range(entry))} | {_cell(_default(entry))} |",
            "",
        ]
    return "\n".join(lines)


def commands_page() -> str:
    """Every command with all its arguments, as its parser says."""
    from workbench.ui.app import argument_parser

    parser = cli.full_parser()
    lines = [
        "# Commands",
        "",
        "`workbench` without a command opens the window. Exit codes: 0 done; 2 wrong arguments or input, nothing was "
        "changed; 1 failure; 130 interrupted. What the commands write as JSON is in [contracts](contracts.md).",
        "",
        *_options(parser, skip_commands=True),
    ]
    for name, subparser in _subparsers(parser).items():
        lines += _command(f"workbench {name}", subparser, cli.COMMANDS[name], 2)
    lines += [
        "## workbench, the window",
        "",
        "Options without a command open the window with them.",
        "",
        *_options(argument_parser()),
    ]
    return "\n".join(lines)


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:  # argparse offers no public way to its own arguments
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _summaries(parser: argparse.ArgumentParser) -> dict[str, str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return {choice.dest: choice.help or "" for choice in action._choices_actions}
    return {}


def _command(title: str, parser: argparse.ArgumentParser, summary: str, level: int) -> Iterator[str]:
    nested = _subparsers(parser)
    yield from [f"{'#' * level} {title}", "", summary[:1].upper() + summary[1:].rstrip(".") + ".", ""]
    if not nested:
        usage = re.sub(r"\s+", " ", parser.format_usage()).removeprefix("usage: ").strip()
        yield from ["```", usage, "```", "", *_options(parser)]
    for name, subparser in nested.items():
        yield from _command(f"{title} {name}", subparser, _summaries(parser).get(name, ""), level + 1)


def _options(parser: argparse.ArgumentParser, skip_commands: bool = False) -> Iterator[str]:
    rows = []
    for action in parser._actions:
        if isinstance(action, (argparse._HelpAction, argparse._SubParsersAction)) or action.help == argparse.SUPPRESS:
            continue
        metavar = parser._get_formatter()._format_args(action, action.dest.upper()) if action.nargs != 0 else ""
        names = ", ".join(f"`{name} {metavar}`" if metavar else f"`{name}`" for name in action.option_strings)
        words = (action.help or "").replace("%%", "%").replace("%(default)s", str(action.default))
        if action.required and action.option_strings:
            words = f"{words} (needed)".strip()
        rows.append(f"| {_cell(names or f'`{metavar}`')} | {_cell(words)} |")
    if rows:
        yield from ["| argument | what |", "|---|---|", *rows, ""]


def keys_page() -> str:
    """The keys of the window."""
    from workbench.ui.dialogs.help import KEYS

    rows = [f"| {' '.join(f'`{_cell(key)}`' for key in keys.split('   '))} | {_cell(what)} |" for keys, what in KEYS]
    words = "Everything in the window can be done by keys; Tab goes on to the next place."
    return "\n".join(["# Keys", "", words, "", "| key | what |", "|---|---|", *rows, ""])


GENERATED = {"parameters": parameters_page, "commands": commands_page, "keys": keys_page}
"""Pages by name."""
