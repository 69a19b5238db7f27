"""Which page of the handbook tells of which part of the window."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.core.params import ENTRIES
from workbench.ui.controls import MethodChooser
from workbench.ui.handbook import set_page

PAGES = {
    "toolbar": "views.html",
    "toolbar.source": "hardware.html#choosing-a-source-and-a-sink",
    "toolbar.sink": "hardware.html#choosing-a-source-and-a-sink",
    "toolbar.preset": "sessions.html#presets",
    "toolbar.undo_button": "sessions.html#history",
    "toolbar.match_button": "comparing.html#a-and-b",
    "toolbar.record_button": "hardware.html#recording",
    "status": "hardware.html#latency-and-dropouts",
    "sound": "views.html#spectrograms",
    "space": "views.html#source-map",
    "parameters": "parameters.html",
    "source_panel": "hardware.html#choosing-a-source-and-a-sink",
    "sink_panel": "hardware.html#loudspeakers",
    "calibration_panel": "hardware.html#calibration",
    "preset_panel": "sessions.html#presets",
    "oracle_panel": "oracle-ladder.html",
    "latency_panel": "hardware.html#latency-and-dropouts",
    "loudspeaker_panel": "loudspeakers.html#the-window",
    "trade_panel": "loudspeakers.html#the-window",
    "history_panel": "sessions.html#history",
    "recording_panel": "hardware.html#recording",
    "abx.panel": "sessions.html#blind-abx",
    "jobs.panel": "sessions.html#jobs",
    "adapt.panel": "sessions.html#adapting-to-a-room",
    "ab_switch.panel": "comparing.html#a-and-b",
    "enhancer_control.panel": "enhancement.html",
    "arrays.panel": "arrays.html",
    "layouts.panel": "loudspeakers.html#the-window",
    "rooms.panel": "simulated-room.html#in-the-window",
    "rooms.plan_panel": "simulated-room.html#in-the-window",
}
"""Widgets by the way to them from the window. What has none takes the page of what it is in."""


def find(window: QWidget, way: str) -> QWidget:
    """A widget by the way to it, such as "toolbar.source"."""
    found = window
    for name in way.split("."):
        found = getattr(found, name)
    return found


def parameter_page(path: str) -> str:
    """Where the handbook tells of a parameter."""
    return f"parameters.html#{path}"


def set_pages(window: QWidget) -> None:
    """Give all parts of a main window their pages, every parameter's row its own."""
    for way, page in PAGES.items():
        set_page(find(window, way), page)
    for name, group in window.parameters.groups.items():
        set_page(group, f"parameters.html#{name}")
        set_page(group.method, parameter_page(f"{name}.method"))
        set_page(group.switch, parameter_page(f"{name}.enabled"))
    for row in window.findChildren(QWidget):
        path = getattr(row, "path", None)
        if isinstance(path, str) and path in ENTRIES and not isinstance(row, MethodChooser):
            set_page(row, parameter_page(path))
