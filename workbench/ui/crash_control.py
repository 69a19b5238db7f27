"""Between failures and the person: the sound is muted, the recording goes on, and it is said that nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtWidgets import QWidget

from workbench.engine.run_marker import crashed_runs
from workbench.ui.bridge import Bridge
from workbench.ui.panels.crash_panel import CrashPanel
from workbench.ui.views.time_span import clock

log = logging.getLogger(__name__)


class _Search(QRunnable):
    """Looks for runs that did not end, and repairs their recordings, on a pool thread."""

    def __init__(self, folder: Path, done: Signal):
        super().__init__()
        self.folder, self.done = folder, done

    def run(self):
        try:
            found = crashed_runs(self.folder)
        except Exception:
            log.exception("the last runs could not be looked at")
            return
        try:
            self.done.emit(found)
        except RuntimeError:  # the window has gone meanwhile
            log.info("a crash was found, but there is no window any more")


class CrashControl(QObject):
    """Wires the panel.

    Parameters
    ----------
    window : QWidget
    bridge : Bridge
    open_session, open_log, copy : callable
        Open a session's folder; show the log folder; copy diagnostics with a text about the failure.
    """

    _found = Signal(object)

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        open_session: Callable[[Path], object],
        open_log: Callable[[], None],
        copy: Callable[[str], None],
    ):
        super().__init__(window)
        self.bridge, self._open_session = bridge, open_session
        self.panel = CrashPanel(window)
        self._count = 0
        self._known: set[str] = set()
        self._detail = ""
        self._muted_by_us = False
        self.panel.copy_wanted.connect(lambda: copy(self._detail))
        self.panel.folder_wanted.connect(open_log)
        self.panel.go_on_wanted.connect(self._go_on)
        self.panel.open_wanted.connect(self._open)
        self._found.connect(self._show_last_runs)

    def on_failure(self, summary: str, text: str) -> None:
        """An exception that nobody caught. One that comes again while it is known changes a number, and no more."""
        self._count += 1
        if summary in self._known:
            if self.panel.isVisible():
                self.panel.note.setText(f"{self._count} times")
            return
        self._known.add(summary)
        self._detail = text
        said = self._make_safe()
        self.panel.list_recordings(())
        self.panel.note.setText("")
        self.panel.say(
            "Something went wrong",
            "Earshot met an error of its own and goes on.",
            said,
            summary,
            "Unmute and go on" if self._muted_by_us else "Go on",
            "Hear the sound again (M)" if self._muted_by_us else "Close this",
        )

    def _make_safe(self) -> str:
        """Mute, unless that fails as well: then stop. Says how things stand."""
        said = []
        session = self.bridge.session
        if session.running:
            if not self.bridge.params.output.muted:
                self._muted_by_us = self.bridge.set({"output.muted": True})
                if not self._muted_by_us:
                    self.bridge.stop()
            said.append("The sound is muted." if self.bridge.params.output.muted else "The sound was stopped.")
        recorded_s = self.bridge.health.recording_s
        if recorded_s is not None:
            folder = session.recording_folder
            name = f" to {folder.name}" if folder is not None else ""
            said.append(f"The recording goes on{name}: {clock(recorded_s, 1)} are safe on the disk.")
        else:
            said.append("No recording runs; your settings and recordings are as they were.")
        return " ".join(said)

    def _go_on(self) -> None:
        self.panel.dismiss()
        if self._muted_by_us:
            self._muted_by_us = False
            self.bridge.set({"output.muted": False})

    def _open(self, folder: Path) -> None:
        self.panel.dismiss()
        self._open_session(folder)

    # ---- the run before ----------------------------------------------------------------------------------------

    def look_back(self, runs_folder: Path) -> None:
        """Look whether the last run ended in order; if not, it is said as soon as that is known."""
        QThreadPool.globalInstance().start(_Search(runs_folder, self._found))

    def _show_last_runs(self, runs: tuple) -> None:
        if not runs:
            return
        recordings = [saved for run in runs for saved in run.recordings]
        good = sum(not saved.problem for saved in recordings)
        began = runs[0].began.replace("T", " ")
        which = f"The run that began {began}" if began else "The last run"
        if not recordings:
            safe = "No recording was running: your settings and recordings are as they were."
        elif good == len(recordings):
            safe = "Your recording is safe" if good == 1 else f"All {good} recordings are safe"
            safe += ", up to the last second before."
        else:
            safe = f"{good} of {len(recordings)} recordings are safe; see below."
        self._detail = f"{which} did not come to its end."
        self.panel.list_recordings(recordings)
        self.panel.note.setText("")
        self.panel.say(
            "Earshot ended unexpectedly",
            f"{which} did not come to its end.",
            safe,
            "",
            "Close",
            "Close this",
        )
