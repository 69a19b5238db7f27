"""The licences of the program and of all that comes with it, to read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPlainTextEdit, QWidget

from workbench.core.resources import root
from workbench.ui import theme
from workbench.ui.dialogs.float_panel import FloatPanel

COLLECTED = "THIRD_PARTY_LICENSES.txt"
"""Made with the package by packaging/licences.py: a list, then for each part a ruled title and its texts."""
FROM_SOURCES = (
    "Earshot runs from its sources here. The packages that it uses were installed beside it, each with its licence:\n"
    "see `pip show --files NAME`. The packaged program brings them along, and lists all their licences here."
)


def licence_parts(folder: Path) -> list[tuple[str, str]]:
    """Title and text of every licence in a program's folder, its own first."""
    own = ("Earshot · Apache-2.0", (folder / "LICENSE").read_text(encoding="utf-8"))
    try:
        text = (folder / COLLECTED).read_text(encoding="utf-8")
    except OSError:
        return [own, ("Packages", FROM_SOURCES)]
    _, *pieces = text.split(f"\n{'=' * 110}\n")
    return [own, *((title.strip(), body.strip()) for title, body in zip(pieces[::2], pieces[1::2]))]


class LicencesPanel(FloatPanel):
    """A list of what the program consists of, and the licence of what is chosen in it."""

    def __init__(self, window: QWidget):
        super().__init__("Licences", 860, window)
        self.list = QListWidget()
        self.list.setAccessibleName("Parts of the program")
        self.list.setToolTip("Everything that Earshot comes with")
        self.list.setFixedWidth(260)
        self.list.setSpacing(1)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Licence")
        self.text.setToolTip("The licence of the part that is chosen")
        self.text.setTabChangesFocus(True)
        for widget in (self.list, self.text):
            widget.setFont(theme.font(12))
            widget.setMinimumHeight(420)
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 12)
        row.setSpacing(8)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        self.body.addLayout(row)
        self._texts: list[str] = []
        self.list.currentRowChanged.connect(self._show)

    def open(self) -> None:
        """Read them, and show the panel in the middle of the window."""
        if not self._texts:
            parts = licence_parts(root())
            self._texts = [f"{title}\n\n{text}" for title, text in parts]
            self.list.addItems([title.partition(" · ")[0] for title, _ in parts])
            self.list.setCurrentRow(0)
        self.show_at(None)

    def _show(self, row: int) -> None:
        self.text.setPlainText(self._texts[row] if 0 <= row < len(self._texts) else "")
