"""Panels that float over the window: sources, sinks, presets, keys, about."""

from workbench.ui.dialogs.calibration_panel import CalibrationPanel
from workbench.ui.dialogs.choices import (
    OPEN_FILE,
    WRITE_FILE,
    default_output,
    device_spec,
    scene_title,
    sink_choices,
    source_choices,
    spec_name,
)
from workbench.ui.dialogs.chooser import Choice, ChoiceRowButton, ChooserPanel
from workbench.ui.dialogs.diagnostics import diagnostics
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.help import KEYS, AboutPanel, KeysPanel
from workbench.ui.dialogs.preset_panel import PresetPanel
from workbench.ui.dialogs.sink_panel import SinkPanel
from workbench.ui.dialogs.source_panel import SourcePanel

__all__ = [
    "KEYS",
    "OPEN_FILE",
    "WRITE_FILE",
    "AboutPanel",
    "CalibrationPanel",
    "Choice",
    "ChoiceRowButton",
    "ChooserPanel",
    "FloatPanel",
    "KeysPanel",
    "PresetPanel",
    "SinkPanel",
    "SourcePanel",
    "default_output",
    "device_spec",
    "diagnostics",
    "scene_title",
    "sink_choices",
    "source_choices",
    "spec_name",
]
