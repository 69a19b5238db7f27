"""Between the job queue and the Jobs panel, and what a person can begin from there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from workbench.audio.scene_files import save_scene
from workbench.engine.jobs import JobQueue, JobState
from workbench.ui.bridge import Bridge
from workbench.ui.panels.jobs_panel import JobsPanel

POLL_MS = 200
SCENE_S = 60
TRAINING_MIN = 60
RECIPES = "Recipes (*.toml);;All files (*)"
MODELS = "Networks (*.onnx);;All files (*)"


class JobsControl(QObject):
    """Wires the panel.

    Parameters
    ----------
    window : QWidget
        Over which the panel floats.
    bridge : Bridge
    ask_file : callable
        `ask_file(title, filters, action, save, suffix)` asks for a file without stopping anything.
    ask_folder : callable
        `ask_folder(title, action)` asks for a folder.
    queue : JobQueue, optional
    """

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        ask_file: Callable,
        ask_folder: Callable[[str, Callable[[Path], None]], None],
        queue: JobQueue | None = None,
    ):
        super().__init__(window)
        self.bridge, self.queue = bridge, queue or JobQueue()
        self._ask_file, self._ask_folder = ask_file, ask_folder
        self.panel = JobsPanel(
            window,
            (
                ("Simulated room to files…", self.simulate),
                ("A recipe over a folder of sound…", self.batch),
                ("Train an enhancement network…", self.train_enhancement),
                ("Train localization for this array…", self.train_localization),
            ),
        )
        self._scenes: tempfile.TemporaryDirectory | None = None
        self._over: set[int] = set()
        self._serial = -1
        self.panel.wanted.connect(lambda what, number: getattr(self.queue, what)(number))
        self.panel.log_wanted.connect(self.copy_log)
        self.timer = QTimer(self)
        self.timer.setInterval(POLL_MS)
        self.timer.timeout.connect(self.poll)
        self.timer.start()

    def poll(self) -> None:
        """Show what changed."""
        if self.queue.serial == self._serial:
            return
        self._serial = self.queue.serial
        jobs = self.queue.states
        self.panel.show_jobs(jobs)
        for job in jobs:
            if job.over and job.number not in self._over:
                self._over.add(job.number)
                self._tell(job)

    def _ask_next(self, title: str, action: Callable[[Path], None]) -> None:
        """Ask for a folder when the dialog before it has closed."""
        QTimer.singleShot(0, lambda: self._ask_folder(title, action))

    def _tell(self, job: JobState) -> None:
        if job.state == "done":
            self.bridge.noticed.emit(f"{job.name}: done")
        elif job.state == "failed":
            self.bridge.failed.emit(f"{job.name}: {job.text}")

    def add(self, name: str, words: Sequence[str], finished: Callable[[JobState], None] | None = None) -> int:
        """Begin a job; gives its number. `finished` is called from another thread."""
        number = self.queue.add(name, words, finished)
        self.bridge.noticed.emit(f"{name}: begun, see Jobs (J)")
        self.poll()
        return number

    def close(self) -> None:
        """Stop all jobs; what they can save, they save."""
        self.timer.stop()
        self.queue.close()
        if self._scenes is not None:
            self._scenes.cleanup()

    def copy_log(self) -> None:
        """Copy what all jobs said last."""
        texts = [f"{job.name}: {job.state}\n{self.queue.log_of(job.number)}" for job in self.queue.states]
        QGuiApplication.clipboard().setText("\n\n".join(texts))
        self.bridge.noticed.emit("The jobs' log is copied")

    # ---- what can be begun -----------------------------------------------------------------------------------

    def simulate(self) -> None:
        """The simulated room as it is set now, as sound and ground truth."""
        scene = self.bridge.session.room_scene
        if scene is None:
            self.bridge.failed.emit("The source is no simulated room: choose one first")
            return

        def begin(folder: Path) -> None:
            if self._scenes is None:
                self._scenes = tempfile.TemporaryDirectory(prefix="earshot-scenes-")
            path = Path(self._scenes.name) / f"{scene.name}-{len(self.queue.states) + 1}.toml"
            save_scene(scene, path)
            words = ["simulate", str(path), "--out", str(folder / scene.name), "--seconds", str(SCENE_S), "--clean"]
            self.add(f"Scene {scene.name}", words)

        self._ask_folder("Write the scene into", begin)

    def batch(self) -> None:
        """A recipe over all sound files of a folder."""

        def with_recipe(recipe: Path) -> None:
            self._ask_next("The folder with the sound", lambda folder: begin(recipe, folder))

        def begin(recipe: Path, folder: Path) -> None:
            out = folder.with_name(f"{folder.name}-{recipe.stem}")
            self.add(f"{recipe.stem} over {folder.name}", ["batch", str(recipe), str(folder), "--out", str(out)])

        self._ask_file("Which recipe", RECIPES, with_recipe, False, "toml")

    def train_enhancement(self) -> None:
        """An enhancement network from a folder of speech and one of noise."""

        def with_speech(speech: Path) -> None:
            self._ask_next("The folder with noise", lambda noise: with_noise(speech, noise))

        def with_noise(speech: Path, noise: Path) -> None:
            def begin(model: Path) -> None:
                words = ["train", "enhance", "--speech", str(speech), "--noise", str(noise), "--out", str(model)]
                self.add(f"Training {model.stem}", [*words, "--max-minutes", str(TRAINING_MIN)])

            QTimer.singleShot(0, lambda: self._ask_file("Where to write the network", MODELS, begin, True, "onnx"))

        self._ask_folder("The folder with clean speech", with_speech)

    def train_localization(self) -> None:
        """A localization network for the array in use."""
        array = self.bridge.session.array_name
        if not array:
            self.bridge.failed.emit("There is no microphone array: choose one first")
            return

        def begin(model: Path) -> None:
            words = ["train", "localize", "--array", array, "--out", str(model), "--max-minutes", str(TRAINING_MIN)]
            self.add(f"Training {model.stem}", words)

        self._ask_file("Where to write the network", MODELS, begin, True, "onnx")
