"""Between the bridge and the Sound region: what is shown when it is heard, looping, saving, remembered looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRectF, QSettings, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from workbench.core.messages import Health, Snapshot
from workbench.ui.saving import Saver, png_bytes
from workbench.ui.theme import Tokens
from workbench.ui.views.sound import SoundView
from workbench.ui.views.sound_excerpt import Excerpt, csv_text, npz_bytes
from workbench.ui.views.sound_picture import HEIGHT, WIDTH, FigureStyle, paint_figure

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
    buffer.close()
    return bytes(content.data()) if kind == "svg" else png_bytes(target)


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
    saver : Saver
    """

    def __init__(self, parent: QObject, view: SoundView, bridge, store: QSettings, ask_file: Callable, saver: Saver):
        super().__init__(parent)
        self.view, self.bridge, self.store, self._ask_file, self.saver = view, bridge, store, ask_file, saver
        self.delay = HeardDelay()
        self.keys = {"F": view.toggle_frozen}
        view.set_looks({name: str(store.value(STORED + name, "")) for name in view.looks()})
        view.looks_changed.connect(self._remember)
        view.span_chosen.connect(bridge.loop_span)
        view.save_wanted.connect(self.ask_and_save)
        bridge.kept_changed.connect(lambda kept: view.show_looping(kept.looping))
        bridge.health_changed.connect(self._on_health)
        bridge.running_changed.connect(self._on_running)

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

    def ask_and_save(self, kind: str) -> None:
        """Ask for a file and save an "image" or "data"; what is saved is what is shown now, not when it is named."""
        if self.view.shown.count == 0:
            return
        excerpt, style, tokens = self.view.excerpt(), self.view.figure_style(), self.view.tokens
        filters, suffix = (IMAGES, "png") if kind == "image" else (DATA, "npz")
        title = "Save the spectrograms" if kind == "image" else "Save the levels"
        self._ask_file(title, filters, lambda path: self.save(path, excerpt, style, tokens), True, suffix)

    def save(self, path: Path, excerpt: Excerpt, style: FigureStyle, tokens: Tokens) -> None:
        """Write a file as its suffix says (.png, .svg, .npz or .csv)."""
        kind = path.suffix.lower().lstrip(".")
        makers = {
            "png": lambda _: image_bytes(excerpt, style, tokens, "png"),
            "svg": lambda _: image_bytes(excerpt, style, tokens, "svg"),
            "npz": lambda progress: npz_bytes(excerpt, progress),
            "csv": lambda progress: csv_text(excerpt, progress).encode(),
        }
        if kind not in makers:
            self.bridge.failed.emit(f"{path.name}: .{kind} cannot be written; choose .png, .svg, .npz or .csv")
            return
        self.saver.save(path, makers[kind])
