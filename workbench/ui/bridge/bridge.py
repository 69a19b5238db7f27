"""The window's only door to the engine: polls the mailbox on a timer, passes commands on, never waits.

Everything here runs on the GUI thread, except the listing of devices (up to a second), which runs on a pool thread.
"""

from __future__ import annotations

from workbench.ui.bridge.comparing import CompareCommands
from workbench.ui.bridge.devices import DeviceList
from workbench.ui.bridge.measuring import MeasureCommands
from workbench.ui.bridge.playing import PlayCommands
from workbench.ui.bridge.recording import RecordCommands
from workbench.ui.bridge.settings import SettingsCommands
from workbench.ui.bridge.structure import StructureCommands


class Bridge(
    DeviceList,
    SettingsCommands,
    StructureCommands,
    CompareCommands,
    PlayCommands,
    MeasureCommands,
    RecordCommands,
):
    """Signals with what the engine published; methods for what a person wants."""
