import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon

from workbench.core.resources import resource
from workbench.ui import icons
from workbench.ui.theme import THEMES

NAMES = sorted(path.stem for path in resource("icons").glob("*.svg"))
LINES = [name for name in NAMES if "currentColor" in resource("icons", f"{name}.svg").read_text(encoding="utf-8")]
"""Drawings in any colour; the others are the program's own, in its own colours."""


def inked(image) -> list[QColor]:
    """Pixels that something was drawn on."""
    image = image.toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return [color for color in pixels if color.alpha() > 128]


@pytest.mark.parametrize("name", LINES)
def test_every_drawing_takes_the_colour_that_is_asked_for(qtbot, name):
    ink = inked(icons.pixmap(name, "#12AB9F", 32))
    assert ink, "nothing is drawn"
    near = [c for c in ink if abs(c.red() - 0x12) < 12 and abs(c.green() - 0xAB) < 12 and abs(c.blue() - 0x9F) < 12]
    assert len(near) > 0.9 * len(ink)


def test_a_drawing_is_sharp_on_a_fine_screen(qtbot):
    image = icons.pixmap("play", "#FFFFFF", 16, 2.0)
    assert (image.width(), image.devicePixelRatio()) == (32, 2.0)


def test_disabled_icons_are_fainter(qtbot):
    tokens = THEMES["dark"]
    icon = icons.icon("play", tokens)
    plain = inked(icon.pixmap(QSize(16, 16), QIcon.Mode.Normal))
    faint = inked(icon.pixmap(QSize(16, 16), QIcon.Mode.Disabled))
    assert max(c.lightness() for c in faint) < max(c.lightness() for c in plain)


def test_a_blend_lies_between():
    assert icons.blend("#FFFFFF", "#000000", 0.0) == "#000000"
    assert icons.blend("#ff0000", "#0000ff", 1.0) == "#ff0000"
    assert icons.blend("#FFFFFF", "#000000", 0.5) in ("#808080", "#7f7f7f")


def test_icons_that_the_program_asks_for_are_there():
    """Literal names in calls of icons.paint, icons.pixmap and icon."""
    root = resource().parent / "workbench" / "ui"
    asked = set()
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r"icons\.(?:icon|pixmap)\(\"([\w-]+)\"", text))
        asked |= set(re.findall(r"icons\.paint\(\w+, \"([\w-]+)\"", text))
        asked |= set(re.findall(r"\bicon\(\"([\w-]+)\"", text))
    assert len(asked) > 10
    assert asked <= set(NAMES), sorted(asked - set(NAMES))
