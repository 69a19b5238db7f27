"""Between the bridge and the Sound region: what is shown when it is heard, looping, saving, remembered looks."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QObject,
    QRectF,
    QRunnable,
    QSettings,
    QSize,
    QThreadPool,
    Signal,
)
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from workbench.core.atomic import write_bytes
from workbench.core.messages import Health, Snapshot
from workbench.ui.theme import Tokens
from workbench.ui.views.sound import SoundView
from workbench.ui.views.sound_excerpt import Excerpt, csv_text, npz_bytes
from workbench.ui.views.sound_picture import HEIGHT, WIDTH, FigureStyle, paint_figure

log = logging.getLogger(__name__)

STORED = "sound/"
AFTER_ENHANCEMENT = ("upmix", "loudspeakers", "limiter", "computing", "ring", "out")
"""Parts of the latency that lie between the enhanced sound, which After shows, and the ear."""
LONGEST_DELAY_HOPS = 200
IMAGES = "PNG picture (*.png);;SVG drawing (*.svg)"
DATA = "NumPy archive (*.npz);;Table (*.csv)"


def heard_delay_hops(health: Health) -> int:
    """How many hops what has left the enhancer is still on its way to the ear."""
    samples = sum(part.samples for part in health.latency if part.label in AFTER_ENHANCEMENT)
    return min(LONGEST_DELAY_HOPS, round(samples / health.hop)) if health.hop else 0


class HeardDelay:
    """Holds hops back until they are heard: a hop is let go once one that is `hops` newer has come."""

    def __init__(self) -> None:
        self.hops = 0
        self._waiting: deque[Snapshot] = deque()

    def take(self, snapshots: list[Snapshot]) -> list[Snapshot]:
        """Add new hops; returns those that are heard by now, oldest first."""
        if self._waiting and snapshots and snapshots[0].sequence < self._waiting[-1].sequence:
            self._waiting.clear()  # another run
        self._waiting.extend(snapshots)
        heard = []
        while self._waiting and self._waiting[0].sequence <= self._waiting[-1].sequence - self.hops:
            heard.append(self._waiting.popleft())
        return heard

    def flush(self) -> list[Snapshot]:
        """All that still waits: the sound has ended."""
        rest = list(self._waiting)
        self._waiting.clear()
        return rest


def image_bytes(excerpt: Excerpt, style: FigureStyle, tokens: Tokens, kind: str) -> bytes:
    """The figure as "png" (twice its size in pixels) or "svg"."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if kind == "svg":
        target = QSvgGenerator()
        target.setOutputDevice(buffer)
        target.setSize(QSize(WIDTH, HEIGHT))
        target.setViewBox(QRectF(0, 0, WIDTH, HEIGHT))
        target.setTitle("Spectrograms before and after")
    else:
        target = QImage(2 * WIDTH, 2 * HEIGHT, QImage.Format.Format_RGB32)
        target.setDevicePixelRatio(2)
    painter = QPainter(target)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    paint_figure(painter, excerpt, style, tokens)
    painter.end()
    if kind != "svg":
        target.save(buffer, "PNG")
    buffer.close()
    return bytes(content.data())


class _Cancelled(Exception):
    pass


class _Saving(QRunnable):
    """Makes and writes a file on a pool thread."""

    def __init__(self, control: SoundControl, path: Path, make: Callable[[Callable[[float], None]], bytes]):
        super().__init__()
        self.setAutoDelete(True)
        self.control, self.path, self.make = control, path, make
        self.cancelled = False

    def _progress(self, share: float) -> None:
        if self.cancelled:
            raise _Cancelled
        self.control.progressed.emit(share)

    def run(self) -> None:
        problem = ""
        try:
            write_bytes(self.path, self.make(self._progress))
        except _Cancelled:
            problem = f"Saving {self.path.name} was stopped; no file was written"
        except OSError as error:
            problem = f"{self.path}: cannot be written: {error.strerror or error}"
        except Exception as error:
            log.exception("saving %s failed", self.path)
            problem = f"{self.path}: {error}"
        with contextlib.suppress(RuntimeError):  # the window may have gone
            self.control.saved.emit(str(self.path), problem)


class SoundControl(QObject):
    """Wires the Sound region.

    Parameters
    ----------
    parent : QObject
    view : SoundView
    bridge : Bridge
    store : QSettings
        Where the looks are remembered.
    ask_file : callable
        The window's file dialog: (title, filters, action, save, suffix).
    """

    progressed = Signal(float)
    saved = Signal(str, str)
    """A file was saved (path, ""), or why not (path, problem)."""

    def __init__(self, parent: QObject, view: SoundView, bridge, store: QSettings, ask_file: Callable):
        super().__init__(parent)
        self.view, self.bridge, self.store, self._ask_file = view, bridge, store, ask_file
        self.delay = HeardDelay()
        self._saving: _Saving | None = None
        self.keys = {"F": view.toggle_frozen}
        view.set_looks({name: str(store.value(STORED + name, "")) for name in view.looks()})
        view.looks_changed.connect(self._remember)
        view.span_chosen.connect(bridge.loop_span)
        view.save_wanted.connect(self.ask_and_save)
        bridge.kept_changed.connect(lambda kept: view.show_looping(kept.looping))
        bridge.health_changed.connect(self._on_health)
        bridge.running_changed.connect(self._on_running)
        self.progressed.connect(self._on_progress)
        self.saved.connect(self._on_saved)

    # ------------------------------------------------------------------------------------------- what is heard

    def heard(self, snapshots: list[Snapshot]) -> list[Snapshot]:
        """Of the hops so far, those that are heard by now: what left the enhancer is shown when the ear gets it."""
        return self.delay.take(snapshots)

    def _on_health(self, health: Health) -> None:
        if health.state == "running":
            self.delay.hops = heard_delay_hops(health)

    def _on_running(self, running: bool) -> None:
        rest = self.delay.flush()
        if rest and not running:
            self.view.show_snapshots(rest)

    def _remember(self) -> None:
        for name, value in self.view.looks().items():
            self.store.setValue(STORED + name, value)

    # -------------------------------------------------------------------------------------------------- saving

    @property
    def saving(self) -> bool:
        return self._saving is not None

    def ask_and_save(self, kind: str) -> None:
        """Ask for a file and save an "image" or "data"; what is saved is what is shown now, not when it is named."""
        if self.view.shown.count == 0:
            return
        excerpt, style, tokens = self.view.excerpt(), self.view.figure_style(), self.view.tokens
        filters, suffix = (IMAGES, "png") if kind == "image" else (DATA, "npz")
        title = "Save the spectrograms" if kind == "image" else "Save the levels"
        self._ask_file(title, filters, lambda path: self.save(path, excerpt, style, tokens), True, suffix)

    def save(self, path: Path, excerpt: Excerpt, style: FigureStyle, tokens: Tokens) -> None:
        """Write a file as its suffix says (.png, .svg, .npz or .csv) on a pool thread; `saved` tells how it went."""
        if self._saving is not None:
            self.bridge.failed.emit("Another file is still being saved")
            return
        kind = path.suffix.lower().lstrip(".")
        makers = {
            "png": lambda _: image_bytes(excerpt, style, tokens, "png"),
            "svg": lambda _: image_bytes(excerpt, style, tokens, "svg"),
            "npz": lambda _: npz_bytes(excerpt),
            "csv": lambda progress: csv_text(excerpt, progress).encode(),
        }
        if kind not in makers:
            self.bridge.failed.emit(f"{path.name}: .{kind} cannot be written; choose .png, .svg, .npz or .csv")
            return
        self._saving = _Saving(self, path, makers[kind])
        QThreadPool.globalInstance().start(self._saving)

    def stop_saving(self) -> None:
        """End the saving that runs; no file is left behind."""
        if self._saving is not None:
            self._saving.cancelled = True

    def _on_progress(self, share: float) -> None:
        if self._saving is not None:
            self.bridge.noticed.emit(f"Saving {self._saving.path.name}: {100 * share:.0f} %")

    def _on_saved(self, path: str, problem: str) -> None:
        self._saving = None
        if problem:
            self.bridge.failed.emit(problem)
        else:
            self.bridge.noticed.emit(f"Saved {Path(path).name}")
