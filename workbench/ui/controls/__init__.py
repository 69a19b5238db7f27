"""The window's own controls: slider rows, switches, choosers, segmented buttons. They paint from the tokens.

A control shows a value that somebody else holds: `set_…` changes what is shown and emits nothing; what a person
does is emitted, and comes back through `set_…` when it has become true.
"""

from workbench.ui.controls.base import Themed, draw_focus_ring, new_gesture, rule
from workbench.ui.controls.choosers import CaptionChooser, MethodChooser
from workbench.ui.controls.rows import ChoiceRow, Row, SliderRow, SwitchRow
from workbench.ui.controls.segmented import Segment, Segmented
from workbench.ui.controls.slider import ParameterSlider
from workbench.ui.controls.switch import ToggleSwitch
from workbench.ui.controls.value_box import ValueBox

__all__ = [
    "CaptionChooser",
    "ChoiceRow",
    "MethodChooser",
    "ParameterSlider",
    "Row",
    "Segment",
    "Segmented",
    "SliderRow",
    "SwitchRow",
    "Themed",
    "ToggleSwitch",
    "ValueBox",
    "draw_focus_ring",
    "new_gesture",
    "rule",
]
