"""Between the bridge, the job queue and the panel in which localization is adapted to a room."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from workbench.core.errors import InputError
from workbench.engine.jobs import JobState
from workbench.engine.walk_recorder import WalkRecorder
from workbench.ui.bridge import Bridge
from workbench.ui.jobs_control import JobsControl
from workbench.ui.panels.adapt_panel import AdaptPanel

POLL_MS = 100
WALKING_S = 4.0
"""To go from one mark to the next before it listens again."""
NEEDED = ("torch", "onnx")
HOW = "Install it with: pip install torch==2.13.0 onnx (about 200 MB, without a graphics card), then try again."


def missing_packages() -> list[str]:
    """What learning needs and is not installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


class AdaptControl(QObject):
    """Wires the wizard.

    Parameters
    ----------
    window : QWidget
        Over which the panel floats.
    bridge : Bridge
    jobs : JobsControl
    folder : Path
        Of all adapted rooms; each has a folder of its own in it.
    """

    _finished = Signal(object)
    """From the job queue's thread: the JobState."""

    def __init__(self, window: QWidget, bridge: Bridge, jobs: JobsControl, folder: Path):
        super().__init__(window)
        self.bridge, self.jobs, self.folder = bridge, jobs, folder
        self.panel = panel = AdaptPanel(window)
        self.walk: WalkRecorder | None = None
        self.result: dict | None = None
        self._job: int | None = None
        self._you_rad: float | None = None
        self._listen_at_s: float | None = None
        panel.place_chosen.connect(self.begin)
        panel.pause_wanted.connect(self.toggle_pause)
        panel.next_wanted.connect(self.keep_mark)
        panel.skip_wanted.connect(lambda: self._step("skip_mark"))
        panel.back_wanted.connect(lambda: self._step("back"))
        panel.learn_wanted.connect(self.learn)
        panel.stop_wanted.connect(self.stop)
        panel.use_wanted.connect(self.use)
        panel.closed.connect(self._on_closed)
        bridge.localizations.connect(self._on_localizations)
        self._finished.connect(self._on_finished)
        self.timer = QTimer(self)
        self.timer.setInterval(POLL_MS)
        self.timer.timeout.connect(self.poll)

    def refresh(self) -> None:
        """Show the step that is due, when the panel opens."""
        self.panel.pin.setChecked(True)  # a click elsewhere must not end the walk
        if self.result is None and self._job is None and self.walk is None:
            self.panel.show_place(self.bridge.session.array_name or "")
        self.timer.start()

    @property
    def room(self) -> Path | None:
        """Folder of the room that is walked through."""
        return self.walk.folder if self.walk is not None else None

    @property
    def model(self) -> Path | None:
        """Where the adapted network is written."""
        return None if self.room is None else self.room / "adapted.onnx"

    # ---- walking ---------------------------------------------------------------------------------------------

    def begin(self, name: str, distance_m: float, marks: int, wanted: int) -> bool:
        """Begin to walk; False where that is not possible."""
        plain = "".join(letter for letter in name if letter not in '/\\:*?"<>|').strip(". ")
        try:
            if not plain:
                raise InputError("Give the room a name: it names the folder of its recordings")
            folder = self.folder / plain
            if folder.is_dir() and any(folder.iterdir()):
                raise InputError(f"{folder}: there are recordings of a room of this name; choose another name")
            self.walk = self.bridge.session.begin_walk(folder, distance_m, marks, wanted)
        except InputError as error:
            self.bridge.failed.emit(str(error))
            return False
        self.result = None
        self._listen_soon()
        self.poll()
        return True

    def _listen_soon(self) -> None:
        self.walk.pause(True)
        self._listen_at_s = time.monotonic() + WALKING_S

    def toggle_pause(self) -> None:
        """Halt, or go on."""
        paused = self.walk.state.paused and self._listen_at_s is None
        self._listen_at_s = None
        self.walk.pause(not paused)
        self.poll()

    def keep_mark(self) -> None:
        """Write what this mark has, and go to the next one."""
        self._step("keep_mark")

    def _step(self, name: str) -> None:
        getattr(self.walk, name)()
        if not self.walk.state.finished and not self.walk.state.error:
            self._listen_soon()
        self.poll()

    def _on_localizations(self, updates: list) -> None:
        tracks = [track for track in updates[-1].tracks if track.active]
        self._you_rad = max(tracks, key=lambda track: track.confidence).azimuth_rad if tracks else None

    def poll(self) -> None:
        """Show how it stands."""
        if self._job is not None:
            job = next((one for one in self.jobs.queue.states if one.number == self._job), None)
            if job is not None and not job.over:
                self.panel.show_learning(job)
            return
        if self.walk is None or self.result is not None or self.panel.steps.step > 1:
            return
        if self._listen_at_s is not None and time.monotonic() >= self._listen_at_s:
            self._listen_at_s = None
            self.walk.pause(False)
        if self.walk.mark_done and not self.walk.state.paused:
            self.keep_mark()
            return
        walking = self._listen_at_s is not None
        self.panel.show_walk(self.walk.state, self.walk.distance_m, self._you_rad, walking)

    # ---- learning --------------------------------------------------------------------------------------------

    def learn(self) -> None:
        """Adapt the network, as a job."""
        self.bridge.session.end_walk()
        if missing := missing_packages():
            self.panel.show_missing(f"It needs {' and '.join(missing)}. {HOW}", str(self.room))
            return
        words = ["train", "adapt", "--array", str(self.bridge.session.array_name), "--recordings", str(self.room)]
        words += ["--out", str(self.model), "--progress", "--json"]
        self._job = self.jobs.add(f"Adapting to {self.room.name}", words, self._finished.emit)
        self.poll()

    def stop(self) -> None:
        """Stop learning."""
        if self._job is not None:
            self.jobs.queue.cancel(self._job)

    def _on_finished(self, job: JobState) -> None:
        self._job = None
        if job.state == "done" and job.result is not None:
            self.result = job.result
            self.panel.show_comparison(job.result, self._used())
        else:
            self.panel.show_learning(job)

    def _used(self) -> bool:
        return self.bridge.params.localize.model == str(self.model)

    def use(self) -> None:
        """Take the adapted network, or the shipped one again: one undo step."""
        wanted = "" if self._used() else str(self.model)
        values = {"localize.model": wanted}
        if wanted and self.bridge.params.localize.method not in ("network", "combined"):
            values["localize.method"] = "combined"
        self.bridge.set(values)
        self.panel.show_comparison(self.result, self._used())

    def _on_closed(self) -> None:
        self.timer.stop()
        if self.walk is not None and not self.walk.state.finished:
            self.walk.pause(True)
        if self.result is not None:
            self.bridge.session.end_walk()
            self.walk = self.result = None
