"""The panel around the plan: whose way, of which kind, how fast, with which pauses."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.audio.scene import Scene
from workbench.core.errors import InputError
from workbench.core.params import Entry, Knob
from workbench.ui.controls import MethodChooser, ToggleSwitch, ValueBox, rule
from workbench.ui.dialogs import FloatPanel
from workbench.ui.dialogs.parts import label
from workbench.ui.room_entries import typed_number
from workbench.ui.room_plan import edits
from workbench.ui.room_plan.plan import RoomPlan

WIDTH = 620


def _entry(name: str, help: str, unit: str, low: float, high: float, default: float, decimals: int) -> Entry:
    return Entry(f"plan.{name}", float, default, Knob(name, help, unit=unit, low=low, high=high, decimals=decimals))


SPEED_M = _entry("Speed", "How fast the talker walks", "m/s", 0.05, 3.0, 0.8, 2)
SPEED_DEG = _entry("Speed", "How fast the talker walks about the array", "°/s", 1, 120, 15, 0)
REST = _entry("Rest", "How long the talker stands at each end or point", "s", 0, 60, 0, 1)
PAUSE = _entry("Silence", "How long the talker is silent each time the voice has been played through", "s", 0, 60, 1, 1)


class PlanPanel(FloatPanel):
    """Shows a scene; `scene_changed` gives what a person made of it, and the gesture."""

    scene_changed = Signal(object, str)
    refused = Signal(str)

    def __init__(self, window: QWidget):
        super().__init__("Plan of the room", WIDTH, window)
        self.scene: Scene | None = None
        self.plan = RoomPlan()
        self.plan.setFixedHeight(430)
        holder = QHBoxLayout()
        holder.setContentsMargins(12, 4, 12, 8)
        holder.addWidget(self.plan)
        self.body.addLayout(holder)
        self.body.addWidget(rule())
        self.body.addLayout(self._way_row())
        self.body.addLayout(self._number_row())
        self.body.addWidget(rule())
        self.body.addLayout(self._foot())
        self.plan.changed.connect(self._take)
        self.plan.refused.connect(self.refused)
        self.plan.chosen.connect(lambda _: self._show())
        self._show()

    def _way_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 10, 12, 4)
        row.setSpacing(8)
        self.who = MethodChooser("Talker")
        self.who.setToolTip("Whose way is drawn and changed")
        self.who.chosen.connect(lambda value: (self.plan.choose(int(value)), self._show()))
        self.kind = MethodChooser("Kind of way", edits.KINDS)
        self.kind.setToolTip("Stands, walks on an arc about the array, or from point to point and back")
        self.kind.chosen.connect(lambda kind: self._edit(lambda: edits.with_kind(self.scene, self.plan.talker, kind)))
        self.walks = ToggleSwitch("Walks")
        self.walks.setToolTip("Walks along the way, or stands where it begins")
        self.walks.clicked.connect(lambda on: self._edit(lambda: self._with_talker(walking=bool(on))))
        self.closed_label = label("Round", tone="2")
        self.loops = ToggleSwitch("From the last point straight to the first")
        self.loops.setToolTip("From the last point straight to the first, rather than back the same way")
        self.loops.clicked.connect(
            lambda on: self._edit(lambda: edits.with_path(self.scene, self.plan.talker, closed=bool(on)))
        )
        row.addWidget(self.who)
        row.addWidget(self.kind)
        row.addWidget(label("Walks", tone="2"))
        row.addWidget(self.walks)
        row.addWidget(self.closed_label)
        row.addWidget(self.loops)
        row.addStretch(1)
        return row

    def _number_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 10)
        row.setSpacing(8)
        self.boxes: dict[str, ValueBox] = {}
        self._words = {}
        for key, entry in (("speed_m_s", SPEED_M), ("speed_deg_s", SPEED_DEG), ("rest_s", REST), ("pause_s", PAUSE)):
            box = ValueBox(entry)
            box.setToolTip(entry.knob.help)
            box.committed.connect(lambda text, key=key: self._typed(key, text))
            word = label(entry.knob.label, tone="2")
            self.boxes[key], self._words[key] = box, word
            row.addWidget(word)
            row.addWidget(box)
        row.addStretch(1)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(label("Double-click: a point more. Delete: one less. Ctrl+Z takes a change back.", 11, tone="3"))
        row.addStretch(1)
        return row

    # ---- what is shown -------------------------------------------------------------------------------------

    def show_scene(self, scene: Scene | None) -> None:
        """Show a scene; None: the source is no room."""
        self.scene = scene
        self.plan.show_scene(scene)
        self._show()

    def _show(self) -> None:
        scene = self.scene
        some = scene is not None and bool(scene.talkers)
        for part in (self.who, self.kind, self.walks, *self.boxes.values()):
            part.setEnabled(some)
        if not some:
            return
        index = min(self.plan.talker, len(scene.talkers) - 1)
        talker = scene.talkers[index]
        self.who.set_choices(
            tuple((str(number), f"{number + 1} {one.name}") for number, one in enumerate(scene.talkers))
        )
        self.who.set_value(str(index))
        kind = edits.path_kind(talker)
        self.kind.set_value(kind)
        self.walks.setEnabled(kind != "stand")
        self.walks.setChecked(kind != "stand" and talker.walking)
        for part in (self.closed_label, self.loops):
            part.setVisible(kind == "walk")
        self.loops.setChecked(kind == "walk" and talker.path.closed)
        shown = {"stand": (), "arc": ("speed_deg_s", "rest_s"), "walk": ("speed_m_s", "rest_s")}[kind]
        for key, box in self.boxes.items():
            visible = key == "pause_s" or key in shown
            box.setVisible(visible)
            self._words[key].setVisible(visible)
            if visible:
                box.set_number(getattr(talker if key == "pause_s" else talker.path, key))

    # ---- what a person does --------------------------------------------------------------------------------

    def _with_talker(self, **changes) -> Scene:
        talkers = list(self.scene.talkers)
        talkers[self.plan.talker] = replace(talkers[self.plan.talker], **changes)
        return replace(self.scene, talkers=tuple(talkers))

    def _typed(self, key: str, text: str) -> None:
        def make() -> Scene:
            value = typed_number(self.boxes[key].entry, text)
            if key == "pause_s":
                return self._with_talker(pause_s=value)
            return edits.with_path(self.scene, self.plan.talker, **{key: value})

        self._edit(make)

    def _edit(self, make) -> None:
        if self.scene is None:
            return
        try:
            scene = make()
        except InputError as error:
            self.refused.emit(str(error))
            self._show()
            return
        self._take(scene)

    def _take(self, scene: Scene, gesture: str = "") -> None:
        if self.scene is not None and scene != self.scene:
            self.scene = scene
            self.plan.show_scene(scene)
            self._show()
            self.scene_changed.emit(scene, gesture)
