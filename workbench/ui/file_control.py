"""Files that a person opens, drops or saves: which of the program's parts each one is for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QWidget

from workbench.core.errors import InputError
from workbench.core.file_kinds import PRESET_SUFFIX, SESSION_SUFFIX, SETTINGS_SUFFIX, is_table
from workbench.core.geometry import load_array, load_layout
from workbench.core.resources import read_toml
from workbench.render.design import design_settings, load_design
from workbench.ui import dialogs
from workbench.ui.bridge import Bridge
from workbench.ui.file_asker import FileAsker
from workbench.ui.preset_control import PresetControl
from workbench.ui.timeline_control import session_folder

SOUND_FILES = "Sound files (*.wav *.flac *.aif *.aiff *.ogg *.mp3);;All files (*)"
OPENED_FILES = (
    "Recordings and settings (*.wav *.flac *.aif *.aiff *.ogg *.mp3 *.toml events.jsonl "
    f"*{PRESET_SUFFIX} *{SETTINGS_SUFFIX} *{SESSION_SUFFIX});;All files (*)"
)
SETTINGS_FILES = f"Settings (*{SETTINGS_SUFFIX} *.toml);;All files (*)"


class FileControl(QObject):
    """Opens and saves files; chooses sources and sinks, which may be files too.

    Parameters
    ----------
    window : QWidget
    bridge : Bridge
    asker : FileAsker
    presets : PresetControl
    store : QSettings
        Remembers source and sink.
    presets_folder : Path
        Where settings are saved.
    """

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        asker: FileAsker,
        presets: PresetControl,
        store: QSettings,
        presets_folder: Path,
    ):
        super().__init__(window)
        self.bridge, self._asker, self._presets = bridge, asker, presets
        self.store, self._presets_folder = store, presets_folder
        self.take_session: Callable[[Path], object] = bridge.open_session
        """What is done with the folder of a recorded session."""

    def choose_source(self, value: str) -> None:
        """A line of the Source panel."""
        if value == dialogs.OPEN_FILE:
            self.open()
        else:
            self.bridge.choose_source(value)
            self.store.setValue("source", value)

    def choose_sink(self, value: str) -> None:
        """A line of the Sink panel."""
        if value == dialogs.WRITE_FILE:
            write = lambda path: self.bridge.choose_sink(f"file:{path}")  # noqa: E731
            self._asker.ask_file("Write the output to", SOUND_FILES, write, save=True, suffix="wav")
        else:
            self.bridge.choose_sink(value)
            self.store.setValue("sink", value)

    def open(self) -> None:
        """Ask for a recording or a settings file."""
        self._asker.ask_file("Open", OPENED_FILES, self.take)

    def begin_with(self, path: Path) -> None:
        """The session was begun with this settings file: its stages are the preset."""
        self._presets.began_with(path)
        self.bridge.preset_name = path.stem

    def take(self, path: Path) -> None:
        """A file that was opened or dropped: settings, array, layout or design if it is TOML, a session if it is its
        folder or journal, else the source."""
        if (folder := session_folder(path)) is not None or path.is_dir():
            self.take_session(folder or path)
            return
        if not is_table(path):
            if not path.is_file():
                self.bridge.failed.emit(f"{path}: no such file")
                return
            self.bridge.choose_source(f"file:{path}")
            return
        try:
            table = read_toml(path)
            if "mics" in table:
                load_array(path)
            elif "drivers" in table:
                load_layout(path)
            elif "earshot_design" in table:
                self.bridge.set(design_settings(load_design(path)))
                self.bridge.noticed.emit(f"The filters are those of {path.name} now")
                return
        except InputError as error:
            self.bridge.failed.emit(str(error))
            return
        if "mics" in table:
            self.bridge.choose_array(str(path))
        elif "drivers" in table:
            self.bridge.choose_layout(str(path))
        elif "room" in table and "array" in table:
            self.choose_source(f"room:{path}")
        elif "earshot_preset" in table:
            self._presets.take(path)
        elif self.bridge.load_settings(path):
            self._presets.began_with(path)

    def save_settings(self) -> None:
        """Ask for a file, and write everything into it: all parameters, source, sink, array and layout."""
        self._presets_folder.mkdir(parents=True, exist_ok=True)
        self._asker.ask_file(
            "Save all settings", SETTINGS_FILES, self.bridge.save_settings, save=True, suffix=SETTINGS_SUFFIX[1:]
        )

    def export_design(self) -> None:
        """Ask for a folder, which need not be there, and write the loudspeakers' filters into it."""
        self._asker.ask_file("Export the filters into a folder", "Folder (*)", self.bridge.export_design, True)
