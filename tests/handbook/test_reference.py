import argparse

from docs.handbook import markdown, reference
from workbench import cli
from workbench.core.params import ENTRIES
from workbench.ui.dialogs.help import KEYS


def section(page: markdown.Page, anchor: str) -> str:
    return next(each.text for each in page.sections if each.heading.anchor == anchor)


def test_every_parameter_has_a_place_with_what_it_does_and_when_to_move_it():
    page = markdown.render(reference.parameters_page())
    for path, entry in ENTRIES.items():
        words = " ".join(section(page, path).split())
        assert markdown.render(f"# x\n\n{entry.knob.help}").sections[0].text in words
        assert markdown.render(f"# x\n\n{entry.knob.when}").sections[0].text in words
        assert path in words


def test_range_unit_and_default_of_each_kind_of_parameter():
    page = markdown.render(reference.parameters_page())
    assert "−180 to 180°" in section(page, "beamformer.steering_deg")
    assert section(page, "enhance.attenuation_limit_db").split()[-5:] == ["0", "to", "60", "dB", "30"]
    assert "±5 to ±90°" in section(page, "render.virtual_deg")
    assert section(page, "output.muted").split()[-3:] == ["on,", "off", "off"]
    assert "mvdr (MVDR)" in section(page, "beamformer.method")
    assert "hertz:value" in section(page, "render.cancellation_shape")


def leaves(parser: argparse.ArgumentParser, name: str):
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child, subparser in action.choices.items():
                yield from leaves(subparser, f"{name} {child}")
            return
    yield name, parser


def test_every_command_appears_with_every_argument():
    page = markdown.render(reference.commands_page())
    sections = {each.heading.text: each.text for each in page.sections}
    found = dict(leaves(cli.full_parser(), "workbench"))
    assert set(cli.COMMANDS) == {name.split()[1] for name in found}
    assert "workbench train enhance" in found and "workbench evaluate localize" in found
    for name, parser in found.items():
        words = sections[name]
        for action in parser._actions:
            if isinstance(action, argparse._HelpAction) or action.help == argparse.SUPPRESS:
                continue
            for option in action.option_strings or [action.metavar or action.dest.upper()]:
                assert str(option) in words, (name, option)
            if action.help:
                assert action.help.split()[0] in words


def test_the_windows_own_options_are_there():
    page = markdown.render(reference.commands_page())
    words = section(page, "workbench-the-window")
    assert "--theme {dark,light,contrast,system}" in words
    assert "--settings FILE" in words


def test_every_key_appears():
    page = markdown.render(reference.keys_page())
    for keys, what in KEYS:
        assert what in page.sections[0].text
        assert all(key.strip() in page.sections[0].text for key in keys.split("   "))
