import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor

import workbench.ui
from workbench.ui.painting import colormap
from workbench.ui.theme import DARK, LEVEL_MAPS, LIGHT, THEMES, map_ink

SOURCES = sorted(Path(workbench.ui.__file__).parent.rglob("*.py"))


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    levels = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_no_colour_is_defined_outside_the_theme():
    """Hexadecimal colours, QColor with numbers and Qt's named colours; a colour that is nothing (alpha 0) is none."""
    literal = re.compile(r"\"#[0-9A-Fa-f]{6,8}\"|QColor\(\s*\d|GlobalColor\.(?!transparent)\w+|\brgba?\(\d")
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in SOURCES
        if path.name != "theme.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if literal.search(line) and "QColor(0, 0, 0, 0)" not in line
    ]
    assert found == []


def test_no_axis_is_defined_twice():
    """The ERB formula and the ends of the frequency axis stand in one module each."""
    erb = [path.name for path in SOURCES if re.search(r"0\.00437|21\.4\b", path.read_text(encoding="utf-8"))]
    ends = [path.name for path in SOURCES if re.search(r"^LOW_HZ, HIGH_HZ = 40", path.read_text("utf-8"), re.M)]
    notes = [path.name for path in SOURCES if "440.0" in path.read_text(encoding="utf-8")]
    assert erb == ["painting.py"] and ends == ["painting.py"] and notes == ["painting.py"]


def test_the_minus_and_the_thin_space_come_from_one_place():
    spelled = [
        path.name
        for path in SOURCES
        if path.name != "painting.py" and re.search(r"\\u2212", path.read_text(encoding="utf-8"))
    ]
    assert spelled == []


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_text_can_be_read(tokens):
    least = 7.0 if tokens.name == "contrast" else 4.5
    for ground in (tokens.window, tokens.panel, tokens.plot, tokens.field):
        for ink in (tokens.text1, tokens.text2, tokens.text3):
            assert contrast(ink, ground) >= least, (ink, ground)
    for fill in (tokens.a, tokens.b):
        assert contrast(tokens.on_ab, fill) >= 4.5
    for ink in (tokens.before, tokens.after, tokens.left, tokens.right, tokens.warning, tokens.clip, *tokens.tracks):
        assert contrast(ink, tokens.plot) >= (least if tokens.name == "contrast" else 3.0), ink


def test_high_contrast_draws_every_border():
    tokens = THEMES["contrast"]
    assert contrast(tokens.line, tokens.panel) >= 4.5 and contrast(tokens.line_strong, tokens.panel) >= 20


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_talkers_differ_also_for_the_colour_blind(tokens):
    """No two talkers' colours are alike; where two are of like lightness their shapes still differ."""
    rgb = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in tokens.tracks], dtype=float)
    apart = np.linalg.norm(rgb[:, None] - rgb[None], axis=2) + 1e3 * np.eye(4)
    assert apart.min() > 60


def test_themes_have_all_tokens_and_know_whether_they_are_dark():
    for tokens in THEMES.values():
        values = [value for name, value in dataclasses.asdict(tokens).items() if name != "name"]
        assert all(re.fullmatch(r"#[0-9A-F]{6}", value) for value in values)
    assert DARK.is_dark and not LIGHT.is_dark and THEMES["contrast"].is_dark
    assert (DARK.difference_map, LIGHT.difference_map) == ("berlin", "vik")


@pytest.mark.parametrize("name", [*LEVEL_MAPS, "viridis"])
def test_maps_of_levels_rise_in_lightness_without_a_step_back(name):
    shades = np.array([luminance(QColor.fromRgb(int(color)).name()) for color in colormap(name)])
    assert np.all(np.diff(shades) > -2e-3) and shades[-1] - shades[0] > 0.6


def test_lines_over_maps_stand_out():
    assert map_ink("magma").name() == "#ffffff" and map_ink("vik").name() == "#000000"
