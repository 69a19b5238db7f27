"""The menu of the spectrograms: freezing, axes, colours, the selection, and what can be saved."""

from __future__ import annotations

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from workbench.ui.frequency_scale import SCALES
from workbench.ui.painting import THIN_SPACE, number
from workbench.ui.theme import LEVEL_MAPS, LEVEL_RANGE_DB
from workbench.ui.views.sound_axes import SPANS_S, span_text
from workbench.ui.views.sound_looking import SoundLooking

RANGES_DB = (LEVEL_RANGE_DB, (-100.0, -20.0), (-120.0, 0.0), (-70.0, -10.0), (-60.0, -20.0))


def range_text(range_db: tuple[float, float]) -> str:
    """A range of levels as text: "−85 to −25 dB"."""
    low, high = range_db
    return f"{number(low)} to {number(high)}{THIN_SPACE}dB"


def _choices(menu: QMenu, title: str, entries, chosen, act) -> QMenu:
    """A submenu of (text, value) of which one is in force."""
    part = menu.addMenu(title)
    group = QActionGroup(part)
    for text, value in entries:
        action = part.addAction(text)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        action.triggered.connect(lambda _=False, value=value: act(value))
        group.addAction(action)
    return part


def build_menu(view: SoundLooking) -> QMenu:
    """The menu as things are now; who shows it also deletes it."""
    axes = view.axes
    menu = QMenu(view)
    freeze = menu.addAction("Freeze the picture\tF")
    freeze.setCheckable(True)
    freeze.setChecked(view.frozen)
    freeze.triggered.connect(view.set_frozen)
    menu.addAction("Scroll back\tPage up", lambda: view.scroll(-0.5))
    menu.addAction("Back to now\tEnd", lambda: view.set_frozen(False)).setEnabled(view.frozen)
    menu.addSeparator()
    _choices(menu, "Time span", [(span_text(span), span) for span in SPANS_S], axes.span_s, axes.set_span)
    scales = [(scale.label, scale) for scale in SCALES.values()]
    _choices(menu, "Frequency axis", scales, axes.scale, axes.set_scale)
    maps = [(name.capitalize(), name) for name in LEVEL_MAPS]
    _choices(menu, "Colours", maps, view.before.level_map, view.set_level_map)
    ranges = [(range_text(range_db), range_db) for range_db in RANGES_DB]
    levels = _choices(menu, "Levels", ranges, view.before.level_range_db, lambda ends: view.set_level_range(*ends))
    levels.addSeparator()
    levels.addAction("Fit to what is shown", view.fit_level_range).setEnabled(view.shown.count > 0)
    menu.addSeparator()
    selected = axes.selection is not None
    for text, act in (
        ("Loop the selection\tShift+Enter", view.loop_selection),
        ("Zoom to the selection", view.zoom_to_selection),
        ("Clear the selection\tEsc", view.clear_selection),
    ):
        menu.addAction(text, act).setEnabled(selected)
    menu.addAction("Select all that is shown\tCtrl+A", view.select_shown).setEnabled(view.shown.count > 0)
    menu.addSeparator()
    what = "selection" if selected else "picture"
    for text, kind in (
        (f"Save the {what} as an image…", "image"),
        (f"Save the {what}'s levels…", "data"),
    ):
        menu.addAction(text, lambda kind=kind: view.save_wanted.emit(kind)).setEnabled(view.shown.count > 0)
    return menu
