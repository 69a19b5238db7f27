"""Everything can be reached by keyboard and has a name for those who do not see it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

from workbench.dsp.bands import PEAK_HZ
from workbench.ui.theme import THEMES
from workbench.ui.views.sound import SoundView
from workbench.ui.views.space import SpaceView


@pytest.fixture(params=["sound", "space", "space compact"])
def region(request, qtbot):
    view = SoundView(PEAK_HZ) if request.param == "sound" else SpaceView()
    qtbot.addWidget(view)
    if request.param == "sound":
        view.set_layout(compact=False, lane=True)
    else:
        view.set_compact(request.param == "space compact")
    view.resize(1080 if request.param == "sound" else 472, 976)
    view.show()
    return view


def controls(region: QWidget) -> list[QWidget]:
    kinds = (QAbstractButton, QComboBox, QLineEdit)
    return [part for part in region.findChildren(QWidget) if isinstance(part, kinds) and part.isEnabled()]


def among_tabs(part: QWidget) -> bool:
    """One of several buttons of which one is pressed: Tab goes to that one, arrow keys to the others."""
    return isinstance(part, QAbstractButton) and part.group() is not None and part.group().exclusive()


def test_every_control_takes_the_tab_key(region):
    deaf = [
        part.accessibleName() or part.objectName() or type(part).__name__
        for part in controls(region)
        if not part.focusPolicy() & Qt.FocusPolicy.TabFocus and not among_tabs(part)
    ]
    assert deaf == []


def test_every_control_has_a_name_and_says_what_it_does(region):
    nameless = [type(part).__name__ for part in controls(region) if not (part.accessibleName() or part.text())]
    assert nameless == []
    silent = [part.accessibleName() for part in controls(region) if not part.toolTip()]
    assert silent == []


def test_every_picture_has_a_name(region):
    painted = [part for part in region.findChildren(QWidget) if type(part).__module__.startswith("workbench.ui.views")]
    nameless = {
        type(part).__name__
        for part in painted
        if not part.accessibleName() and type(part).__name__ not in CONTAINERS and part.isVisible()
    }
    assert nameless == set()


CONTAINERS = {
    "TabHeader",
    "_Panel",
    "BeamView",
    "SourceMapView",
    "LoudspeakersView",
    "TalkerTable",
    "Title",
    "SpaceView",
}
"""They only hold named parts, or are text that is its own name."""


def test_tab_goes_round_through_all_that_is_shown(region, qtbot):
    """From the first control the Tab key comes back to it, and has met every visible control on its way."""
    region.activateWindow()
    wanted = {part for part in controls(region) if part.isVisible() and part.width() > 0}
    chain, part = set(), region.nextInFocusChain()
    while part is not region:
        chain.add(part)
        part = part.nextInFocusChain()
    assert wanted <= chain


@pytest.mark.parametrize("tokens", THEMES.values(), ids=THEMES)
def test_every_view_paints_in_every_theme_without_sound(region, tokens):
    region.apply_theme(tokens)
    image = region.grab().toImage()
    colors = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(colors) > 4
