"""The Presets panel: shipped ones and one's own, what the chosen one is for, and what was changed since."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.ui.controls import rule
from workbench.ui.dialogs.chooser import ChooserPanel
from workbench.ui.dialogs.difference_list import DifferenceList, DifferenceRow
from workbench.ui.dialogs.parts import MenuChooser, button, heading, holder, label

WIDTH = 420


class PresetPanel(ChooserPanel):
    """A list of presets; below it the chosen one's purpose, its differences, and when it is taken by itself."""

    back_wanted = Signal(str)
    device_preset_chosen = Signal(object)
    """Path of the preset for the source in use, "" for none."""
    fallback_chosen = Signal(object)
    """Path of the preset for every other device."""
    save_wanted = Signal()
    save_as_wanted = Signal()
    open_wanted = Signal()
    delete_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Presets", WIDTH, window)
        self.about = label("", 12, tone="2", wrap=True)
        self.about.setContentsMargins(12, 8, 12, 8)
        self.misfit = label("", 12, tone="warning", wrap=True)
        self.misfit.setContentsMargins(12, 0, 12, 8)
        self.misfit.hide()
        self.body.addWidget(rule())
        self.body.addWidget(self.about)
        self.body.addWidget(self.misfit)
        self.all_back = button("All back", "Take everything back to the preset, as one step", self._take_all_back, True)
        head, self.changed_note = heading("Changed since", right=self.all_back)
        self.body.addWidget(rule())
        self.body.addWidget(head)
        self.differences = DifferenceList(
            "Preset", "Now", "Nothing: everything is as the preset says.", back_tip="Back to the preset's value"
        )
        self.differences.back_wanted.connect(self.back_wanted)
        self.body.addWidget(self.differences)
        self.body.addWidget(rule())
        self.for_device = MenuChooser("For this source", 194, "Taken by itself whenever this source is chosen")
        self.for_others = MenuChooser(
            "For other devices", 194, "Taken when a device is chosen that has none of its own"
        )
        self.for_device.chosen.connect(self.device_preset_chosen)
        self.for_others.chosen.connect(self.fallback_chosen)
        row = QHBoxLayout()
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(8)
        row.addWidget(self.for_device)
        row.addWidget(self.for_others)
        row.addStretch(1)
        self.body.addWidget(holder(row))
        self.save_button = self.add_footer_button("Save", self.save_wanted.emit)
        self.save_button.setToolTip("Write what the stages are set to into this preset (Ctrl+S)")
        self.add_footer_button("Save as…", self.save_as_wanted.emit).setToolTip(
            "Write a new preset of your own; it can also be dragged out of this list as a file"
        )
        self.add_footer_button("Open…", self.open_wanted.emit).setToolTip("Take a preset from a file; or drag it in")
        self.delete_button = self.add_footer_button("Delete", self.delete_wanted.emit)
        self.delete_button.setToolTip("Move this preset of your own to the wastebasket")
        self.add_footer_button("Folder", self.folder_wanted.emit).setToolTip("Show the folder of your presets")

    def _take_all_back(self) -> None:
        self.back_wanted.emit("")

    def show_preset(self, description: str, misfits: Sequence[str], own: bool) -> None:
        """What the chosen preset is for, what does not fit it, and whether it may be written."""
        self.about.setText(description)
        self.about.setVisible(bool(description))
        self.misfit.setText("; ".join(misfits).capitalize())
        self.misfit.setVisible(bool(misfits))
        self.save_button.setEnabled(own)
        self.delete_button.setEnabled(own)

    def show_differences(self, rows: Sequence[DifferenceRow]) -> None:
        """What differs now from the preset."""
        before = self.differences.rows
        self.differences.show_rows(rows)
        self.changed_note.setText(str(len(rows)) if rows else "")
        self.all_back.setVisible(bool(rows))
        if self.isVisible() and len(before) != len(rows):
            self.place()

    def show_rules(self, source: str, presets: Sequence[tuple[str, str]], mine: str, fallback: str) -> None:
        """Which preset is taken by itself: for the source in use, and for devices without one."""
        choices = (("", "None"), *presets)
        for chooser, current in ((self.for_device, mine), (self.for_others, fallback)):
            chooser.choices = choices
            chooser.show_choice(current)
        self.for_device.setToolTip(f"Taken by itself whenever {source} is chosen")

    def sizeHint(self) -> QSize:
        rows = sum(row.height() for row in self.rows) + 8
        rest = self.body.totalMinimumHeightForWidth(self.width()) - self.scroll.minimumSizeHint().height()
        return QSize(self.width(), rows + max(rest, 0))

    def wanted_height(self) -> int:
        return self.sizeHint().height()
