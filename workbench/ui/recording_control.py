"""Between the bridge and the Recording panel: where recordings go, of which kind, their markers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QUrl
from PySide6.QtWidgets import QWidget

from workbench.ui.bridge import Bridge
from workbench.ui.desktop import open_address
from workbench.ui.file_asker import FileAsker
from workbench.ui.panels.recording_panel import RecordingPanel


class RecordingControl(QObject):
    """Wires the panel; remembers kind, folder and whether each talker is recorded.

    Parameters
    ----------
    window : QWidget
        Over which the panel floats.
    bridge : Bridge
    store : QSettings
    folder : Path
        Where recordings go unless a person has chosen another one.
    asker : FileAsker
    """

    def __init__(self, window: QWidget, bridge: Bridge, store: QSettings, folder: Path, asker: FileAsker):
        super().__init__(window)
        self.bridge, self.store, self._asker = bridge, store, asker
        self.mark_file: Callable[[], bool] = lambda: False
        """Sets a marker in the file that plays; False where none does."""
        self.panel = panel = RecordingPanel(window)
        kind = str(store.value("recording/kind", "wav"))
        self.folder = Path(str(store.value("recording/folder") or folder))
        panel.show_kind(kind)
        panel.set_folder(self.folder)
        bridge.set_recording_kind(kind if kind in ("wav", "flac") else "wav")
        talkers = store.value("recording/talkers", False, bool)
        panel.show_talkers(talkers)
        bridge.set_record_talkers(talkers)
        panel.kind_chosen.connect(self._on_kind)
        panel.talkers_chosen.connect(self._on_talkers)
        panel.folder_wanted.connect(lambda: asker.ask_folder("Record into", self.set_folder, self.folder))
        panel.record_wanted.connect(self.toggle)
        panel.show_wanted.connect(self.show_folder)

    def _on_kind(self, kind: str) -> None:
        self.bridge.set_recording_kind(kind)
        self.store.setValue("recording/kind", kind)

    def _on_talkers(self, wanted: bool) -> None:
        self.bridge.set_record_talkers(wanted)
        self.panel.show_talkers(wanted)
        self.store.setValue("recording/talkers", wanted)

    def set_folder(self, folder: Path) -> None:
        """Recordings go there from now on."""
        self.folder = folder
        self.store.setValue("recording/folder", str(folder))
        self.panel.set_folder(folder)

    def show_folder(self) -> None:
        """Show the folder of recordings in the file manager."""
        if not self.folder.is_dir() or not open_address(QUrl.fromLocalFile(str(self.folder))):
            self.bridge.noticed.emit(f"Recordings go to {self.folder}")

    def toggle(self) -> None:
        """Record microphones and output, or end the recording."""
        self.bridge.toggle_recording(self.folder)

    def mark(self) -> None:
        """A marker in the recording that runs, or in the file that plays."""
        if self.bridge.health.recording_s is not None:
            self.bridge.mark()
        elif not self.mark_file():
            self.bridge.noticed.emit("Markers belong to a recording or a file: press R, or open one with Ctrl+O")
