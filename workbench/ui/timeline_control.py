"""Between the bridge and the timeline: opening sessions, seeking, the loop of a file, markers and notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.errors import InputError
from workbench.core.file_kinds import SESSION_SUFFIX
from workbench.core.timeline import Marker
from workbench.core.transport import TransportState
from workbench.engine.journal import EVENTS_NAME
from workbench.engine.marker_files import MarkerFiles
from workbench.engine.recorded_session import recorded_sound
from workbench.engine.timeline_reader import TimelineReader
from workbench.ui.bridge import Bridge
from workbench.ui.file_asker import FileAsker
from workbench.ui.kept_control import KeptControl
from workbench.ui.panels.note_panel import NotePanel
from workbench.ui.panels.timeline_strip import TimelineStrip
from workbench.ui.views.time_span import clock

POLL_MS = 100
RECENT, MOST_RECENT = "sessions/recent", 8
HIDDEN = "timeline/hidden"
HERE_S = 0.05
"""A marker as near as this is the one at the place."""
Edit = Callable[[tuple[Marker, ...]], tuple[Marker, ...]]
"""Gives the markers after a change."""


def session_folder(path: Path) -> Path | None:
    """The folder of a recorded session that a path names: the folder itself, its journal, or the file in it that
    stands for it; else None."""
    if path.is_dir() and (path / EVENTS_NAME).is_file():
        return path
    stands = path.name == EVENTS_NAME or path.suffix.lower() == SESSION_SUFFIX
    return path.parent if stands and path.is_file() else None


class TimelineControl(QObject):
    """Wires the strip. It is seen while the source is a file or session, unless a person has hidden it.

    Parameters
    ----------
    window : QWidget
    bridge : Bridge
    kept : KeptControl
        Its keys for the loop are those of the file's loop while no kept sound loops.
    asker : FileAsker
    store : QSettings
        Remembers the sessions opened last, and whether the strip is hidden.
    markers_folder, recordings_folder : callable
        Where markers of ordinary files are kept; where sessions are looked for (called each time).
    """

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        kept: KeptControl,
        asker: FileAsker,
        store: QSettings,
        markers_folder: Path,
        recordings_folder,
    ):
        super().__init__(window)
        self.bridge, self.store, self._asker = bridge, store, asker
        self._recordings_folder = recordings_folder
        self.reader = TimelineReader()
        self.files = MarkerFiles(markers_folder)
        self.strip = TimelineStrip(window)
        self.strip.hide()
        self.timeline = self.strip.timeline
        self.note_panel = NotePanel(window)
        self._note_at: tuple[str, float] = ("", 0.0)
        """What a note that is being written is about: "recording" or the path that plays, and when in it."""
        self._state = TransportState()
        self._own_markers: tuple[Marker, ...] | None = None
        self._unsaved: list[Edit] = []
        """Of markers, while those of the recording are still being read: a list of one's own takes their place."""
        self.recent_menu = QMenu("Recent sessions", window)
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        self.keys = {
            "T": self.toggle,
            "Ctrl+Shift+O": self.ask_session,
            "N": self.note,
            "[": self._first_of(kept.keys["["], lambda: self.cut(begins=True)),
            "]": self._first_of(kept.keys["]"], lambda: self.cut(begins=False)),
            "\\": self._first_of(kept.keys["\\"], lambda: self.set_region(None)),
        }
        self._connect()
        self.timer = QTimer(self)
        self.timer.setInterval(POLL_MS)
        self.timer.timeout.connect(self._show_picture)

    def _first_of(self, of_kept, of_file):
        """Kept sound that loops comes before the file, and is what is meant where there is no file."""
        return lambda: of_kept() if self.bridge.kept.looping or not self._state.path else of_file()

    def _connect(self) -> None:
        strip, timeline, bridge = self.strip, self.timeline, self.bridge
        bridge.transport_changed.connect(self.show_state)
        timeline.seek_wanted.connect(bridge.seek)
        timeline.region_wanted.connect(self.set_region)
        timeline.view_changed.connect(lambda begin_s, end_s: self.reader.look(begin_s, end_s, timeline.columns))
        timeline.marker_moved_to.connect(self.go_to_marker)
        timeline.delete_wanted.connect(self.delete_here)
        timeline.menu_wanted.connect(self._show_menu)
        strip.as_recorded_wanted.connect(self.play_as_recorded)
        strip.take_wanted.connect(bridge.take_recorded)
        strip.marker_wanted.connect(lambda: self.mark())
        strip.note_wanted.connect(self.note)
        self.note_panel.written.connect(self._keep_note)
        strip.command_wanted.connect(self.copy_command_line)
        strip.loop_wanted.connect(self.set_region)
        strip.closed.connect(self.toggle)

    # ---- what is shown -----------------------------------------------------------------------------------------

    def show_state(self, state: TransportState) -> None:
        """Where it plays now; another file or session is read anew."""
        before, self._state = self._state, state
        if (state.path, state.session) != (before.path, before.session):
            self._open(state)
        self.strip.show_state(state)

    def _open(self, state: TransportState) -> None:
        if self._unsaved:
            self._unsaved.clear()
            self.bridge.failed.emit("The last marker was not kept: the session's journal was still being read")
        kind = "session" if state.session else "file"
        self.reader.open(kind, state.path)
        self._own_markers = None
        if state.path:
            try:
                self._own_markers = self.files.load(kind, state.path)
            except InputError as error:
                self.bridge.failed.emit(str(error))
            self.timer.start()
        else:
            self.timer.stop()
        self._show_picture()
        self._see()

    def _see(self) -> None:
        hidden = str(self.store.value(HIDDEN, "false")) == "true"
        self.strip.setVisible(bool(self._state.path) and not hidden)

    def _show_picture(self) -> None:
        picture = self.reader.picture
        if picture is not self.timeline.picture:
            self.timeline.show_picture(picture)
            self._save_edits()
            self.timeline.show_markers(self.markers)
            self.strip.show_state(self._state)

    @property
    def markers(self) -> tuple[Marker, ...]:
        """All markers in order: a person's own list where there is one, else those of the recording, as far as they
        are read."""
        markers = self.reader.picture.markers if self._own_markers is None else self._own_markers
        for edit in self._unsaved:
            markers = edit(markers)
        return tuple(sorted(markers))

    def toggle(self) -> None:
        """Show the timeline, or hide it."""
        if not self._state.path:
            self.bridge.noticed.emit("The timeline belongs to a file or a recorded session: open one with Ctrl+O")
            return
        self.store.setValue(HIDDEN, "true" if self.strip.isVisible() else "false")
        self._see()
        if self.strip.isVisible():
            self.timeline.setFocus()

    # ---- sessions ----------------------------------------------------------------------------------------------

    def ask_session(self) -> None:
        """Ask for the folder of a session."""
        self._asker.ask_folder("Open a session: the folder of a recording", self.open, self._recordings_folder())

    def open(self, folder: Path) -> bool:
        """Play a recorded session; a recording without a journal plays as a file."""
        sound = recorded_sound(folder, "input")
        if folder.is_dir() and session_folder(folder) is None and sound is not None:
            self.bridge.failed.emit(f"{folder.name}: its journal is missing, so its sound plays through your settings")
            return self.bridge.choose_source(f"file:{sound}")
        if not self.bridge.open_session(session_folder(folder) or folder):
            self._forget(folder)
            return False
        recent = [str(folder), *(path for path in self.recent if path != str(folder))]
        self.store.setValue(RECENT, recent[:MOST_RECENT])
        self.store.setValue(HIDDEN, "false")
        return True

    @property
    def recent(self) -> list[str]:
        """Folders of the sessions opened last, the newest first."""
        stored = self.store.value(RECENT, [])
        return [stored] if isinstance(stored, str) and stored else [str(path) for path in stored or ()]

    def _forget(self, folder: Path) -> None:
        self.store.setValue(RECENT, [path for path in self.recent if path != str(folder)])

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in self.recent:
            action = self.recent_menu.addAction(Path(path).name, lambda path=path: self.open(Path(path)))
            action.setToolTip(path)
        if not self.recent:
            self.recent_menu.addAction("None yet").setEnabled(False)

    def play_as_recorded(self, on: bool) -> None:
        """Through the settings of then, or through those of now."""
        self.bridge.play_as_recorded(on)
        self.strip.show_state(self._state)

    # ---- loop --------------------------------------------------------------------------------------------------

    def set_region(self, region_s) -> None:
        """Loop a part of the file; None: all of it."""
        if not self.bridge.set_play_region(region_s):
            self.timeline.show_state(replace(self._state, region_s=None))
            self.timeline.show_state(self._state)

    def cut(self, begins: bool) -> None:
        """Let the loop begin, or end, where it is now."""
        begin_s, end_s = self._state.region_s or (0.0, self.timeline.span.duration_s)
        here_s = self._state.position_s
        self.set_region((here_s, end_s) if begins else (begin_s, here_s))

    # ---- markers -----------------------------------------------------------------------------------------------

    def mark(self, text: str = "", time_s: float | None = None) -> bool:
        """A marker at the place where it plays, or at another, with a note; one that is there gets another note."""
        if not self._state.path:
            return False
        here = self._here(time_s)
        marker = Marker(here.time_s if here else round(self._state.position_s if time_s is None else time_s, 3), text)
        if not self._edit(lambda markers: (*(one for one in markers if one != here), marker)):
            return False
        self.bridge.noticed.emit(f"Marked {clock(marker.time_s, 1)}{f': {text}' if text else ''}")
        return True

    def note(self) -> None:
        """Let a note be written about this moment of the recording or file; of a marker that is there, its own."""
        recorded_s = self.bridge.health.recording_s
        if recorded_s is not None:
            self._note_at = ("recording", self.bridge.recorded_s)
            self.note_panel.ask(f"at {clock(recorded_s, 1)} of the recording")
        elif self._state.path:
            here = self._here()
            self._note_at = (self._state.path, here.time_s if here else self._state.position_s)
            self.note_panel.ask(f"at {clock(self._note_at[1], 1)}", here.text if here else "")
        else:
            self.bridge.noticed.emit("Notes belong to a recording or a file: record with R, or open one with Ctrl+O")

    def _keep_note(self, text: str) -> None:
        of, time_s = self._note_at
        if of == "recording":
            self.bridge.mark(text, time_s)
        elif of == self._state.path:
            self.mark(text, time_s)

    def delete_here(self) -> None:
        """Delete the marker at the place."""
        here = self._here()
        if here is None:
            self.bridge.noticed.emit("There is no marker here: Ctrl+Left and Ctrl+Right go from one to the next")
        elif self._edit(lambda markers: tuple(one for one in markers if one != here)):
            self.bridge.noticed.emit(f"Marker {clock(here.time_s, 1)} deleted")

    def go_to_marker(self, step: int) -> None:
        """Go to the next (1) or last (-1) marker."""
        here_s = self._state.position_s
        later = [one.time_s for one in self.markers if one.time_s > here_s + HERE_S]
        # While it plays, the last marker is the one before that which was just passed.
        earlier = [
            one.time_s for one in self.markers if one.time_s < here_s - (1.0 if self.bridge.session.running else HERE_S)
        ]
        if step > 0 and later:
            self.bridge.seek(later[0])
        elif step < 0:
            self.bridge.seek(earlier[-1] if earlier else 0.0)

    def _here(self, time_s: float | None = None) -> Marker | None:
        at_s = self._state.position_s if time_s is None else time_s
        near = [one for one in self.markers if abs(one.time_s - at_s) <= HERE_S]
        return min(near, key=lambda one: abs(one.time_s - at_s), default=None)

    def _edit(self, edit: Edit) -> bool:
        self._unsaved.append(edit)
        saved = self._save_edits()
        self.timeline.show_markers(self.markers)
        return saved

    def _save_edits(self) -> bool:
        """Save what was changed, unless the recording's own markers are not known yet; False where that fails."""
        if not self._unsaved or (self._own_markers is None and self.reader.picture.progress < 1):
            return True
        markers = self.markers
        self._unsaved.clear()
        try:
            place = self.files.save("session" if self._state.session else "file", self._state.path, markers)
        except InputError as error:
            self.bridge.failed.emit(str(error))
            return False
        if self._state.session and place.parent != Path(self._state.path):
            self.bridge.noticed.emit(f"The session cannot be written: its markers are kept in {place.parent}")
        self._own_markers = markers
        return True

    def _show_menu(self, place, time_s: float) -> None:
        menu = QMenu(self.strip)
        menu.aboutToHide.connect(menu.deleteLater)
        for marker in self.markers[:20]:
            name = f"{clock(marker.time_s, 1)}  {marker.text}".strip()
            menu.addAction(name, lambda marker=marker: self.bridge.seek(marker.time_s))
        if self.markers:
            menu.addSeparator()
        menu.addAction(f"Play from {clock(time_s, 1)}", lambda: self.bridge.seek(time_s))
        menu.addAction("Loop begins here\t[", lambda: self.set_region((time_s, self._region_end())))
        menu.addAction("Loop ends here\t]", lambda: self.set_region((self._region_begin(), time_s)))
        menu.addAction("Loop all of it\t\\", lambda: self.set_region(None)).setEnabled(self._state.region_s is not None)
        menu.addSeparator()
        menu.addAction("Marker at the place that plays\tCtrl+M", self.mark)
        menu.addAction("Note at the place that plays…\tN", self.note)
        menu.addAction("Delete the marker there\tDel", self.delete_here).setEnabled(self._here() is not None)
        menu.addSeparator()
        menu.addAction("See all of it", self.see_all).setEnabled(not self.timeline.span.whole)
        menu.addAction("Copy this moment as a command line", self.copy_command_line)
        menu.popup(place)

    def _region_end(self) -> float:
        return self._state.region_s[1] if self._state.region_s else self.timeline.span.duration_s

    def _region_begin(self) -> float:
        return self._state.region_s[0] if self._state.region_s else 0.0

    def see_all(self) -> None:
        """Zoom out."""
        span = self.timeline.span
        span.zoom(1e9, 0.0)
        self.timeline.invalidate()
        self.timeline.view_changed.emit(span.begin_s, span.end_s)

    def copy_command_line(self) -> None:
        """Copy what plays, from this moment on, as a command line."""
        text = self.bridge.command_line()
        QGuiApplication.clipboard().setText(text)
        self.bridge.noticed.emit("This moment as a command line: copied")

    def close(self) -> None:
        """End the reader's thread."""
        self.timer.stop()
        self.reader.close()
