"""What is said after an internal error, and at the start after a run that did not end in order: nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.ui.controls import rule
from workbench.ui.dialogs.float_panel import FloatPanel
from workbench.ui.dialogs.parts import button, holder, label
from workbench.ui.views.time_span import clock

WIDTH = 480
MOST_LISTED = 5


class CrashPanel(FloatPanel):
    """A sentence on what happened, what is safe, and what one can do. It stays until it is closed."""

    open_wanted = Signal(object)
    """The folder of a session."""
    folder_wanted = Signal()
    copy_wanted = Signal()
    go_on_wanted = Signal()

    def __init__(self, window: QWidget):
        super().__init__("Earshot", WIDTH, window)
        self.pin.setChecked(True)
        self.pin.hide()
        self.what = label("", 13, 600, wrap=True)
        self.safe = label("", 12, tone="2", wrap=True)
        self.detail = label("", 11, tone="3", wrap=True)
        text = QVBoxLayout()
        text.setContentsMargins(12, 4, 12, 8)
        text.setSpacing(6)
        for part in (self.what, self.safe, self.detail):
            text.addWidget(part)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(12, 0, 12, 8)
        self._rows.setSpacing(4)
        self._list = holder(self._rows)
        footer = QHBoxLayout()
        footer.setContentsMargins(12, 8, 12, 8)
        footer.setSpacing(8)
        copy = button("Copy diagnostics", "Versions, state, devices, the error: no sound, no names of yours", None)
        copy.clicked.connect(lambda _=False: self.copy_wanted.emit())
        folder = button("Open log folder", "The folder with the log files", None)
        folder.clicked.connect(lambda _=False: self.folder_wanted.emit())
        self.go_on = button("Go on", "Close this; the sound goes on", None)
        self.go_on.clicked.connect(lambda _=False: self.go_on_wanted.emit())
        footer.addWidget(copy)
        footer.addWidget(folder)
        footer.addStretch(1)
        footer.addWidget(self.go_on)
        self.body.addWidget(holder(text))
        self.body.addWidget(self._list)
        self.body.addWidget(rule())
        self.body.addLayout(footer)

    def say(self, title: str, what: str, safe: str, detail: str, go_on: str, tip: str) -> None:
        """Show the panel with these words; the last button says `go_on`."""
        self.title.setText(title)
        self.what.setText(what)
        self.safe.setText(safe)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self.go_on.setText(go_on)
        self.go_on.setToolTip(tip)
        self.setAccessibleName(f"{title}. {what} {safe}")
        self.setAccessibleDescription(detail)
        self.show_at(None)
        self.go_on.setFocus()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def list_recordings(self, recordings: Sequence) -> None:
        """Rows of `engine.run_marker.SavedRecording`, each with a way to open it; call before `say`."""
        while self._rows.count():
            widget = self._rows.takeAt(0).widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for saved in recordings[:MOST_LISTED]:
            row = QHBoxLayout()
            row.setContentsMargins(0, 0, 0, 0)
            if saved.problem:
                text = f"{saved.folder.name}: {saved.problem}"
            else:
                repaired = f", {saved.repaired_s:.1f} s of it repaired" if saved.repaired_s else ""
                text = f"{saved.folder.name}: {clock(saved.seconds, 1)}{repaired}"
            line = label(text, 12, wrap=True)
            line.setToolTip(str(saved.folder))
            row.addWidget(line, 1)
            if not saved.problem:
                show = button("Open", f"Open the session {saved.folder}", None)
                show.setAccessibleName(f"Open {text}")
                show.clicked.connect(lambda _=False, folder=saved.folder: self.open_wanted.emit(folder))
                row.addWidget(show)
            self._rows.addWidget(holder(row))
        left = len(recordings) - MOST_LISTED
        if left > 0:
            self._rows.addWidget(label(f"and {left} more", 12, tone="2"))
        self._list.setVisible(bool(recordings))
