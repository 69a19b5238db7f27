"""File dialogs that stop nothing: one at a time, and they begin where the last one ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.core.file_kinds import is_table


class FileAsker(QObject):
    """Asks for files and folders.

    Parameters
    ----------
    window : QWidget
        Over which the dialogs open.
    store : QSettings
        Remembers the folder of the last file.
    settings_folder : Path
        Where TOML files are looked for.
    """

    def __init__(self, window: QWidget, store: QSettings, settings_folder: Path):
        super().__init__(window)
        self._window, self._store, self._settings_folder = window, store, settings_folder
        self.dialog: QFileDialog | None = None
        """The one that is open."""

    def ask_file(
        self,
        title: str,
        filters: str,
        action: Callable[[Path], object],
        save: bool = False,
        suffix: str = "",
        folder: Path | None = None,
        name: str = "",
    ) -> None:
        """Ask for a file, offering a name; `action` gets its path, or is not called at all."""
        if self.dialog is not None:
            self.dialog.close()
        dialog = QFileDialog(self._window, title)
        dialog.setModal(False)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters(filters.split(";;"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if save else QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile if save else QFileDialog.FileMode.ExistingFile)
        if suffix:
            dialog.setDefaultSuffix(suffix)
        if folder is None:
            last = Path(str(self._store.value("folder", Path.home())))
            folder = self._settings_folder if is_table(f"x.{suffix}") else last
        if folder.is_dir():
            dialog.setDirectory(str(folder))
        if name:
            dialog.selectFile(name)

        def accepted(name: str) -> None:
            if not is_table(f"x.{suffix}"):
                self._store.setValue("folder", str(Path(name).parent))
            action(Path(name))

        dialog.fileSelected.connect(accepted)
        # Choosing may have opened the next one already.
        dialog.finished.connect(lambda _: setattr(self, "dialog", None) if self.dialog is dialog else None)
        self.dialog = dialog
        dialog.show()

    def ask_folder(self, title: str, action: Callable[[Path], object], folder: Path | None = None) -> None:
        """Ask for a folder."""
        self.ask_file(title, "Folder (*)", action, folder=folder)
        self.dialog.setFileMode(QFileDialog.FileMode.Directory)
        self.dialog.setOption(QFileDialog.Option.ShowDirsOnly)
