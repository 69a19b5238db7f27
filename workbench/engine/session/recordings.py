"""Recordings of the session."""

from __future__ import annotations

from pathlib import Path

from workbench.core.errors import InputError
from workbench.engine.assembly import Structure
from workbench.engine.recording import begin_recording
from workbench.engine.session.state import SessionState
from workbench.engine.settings import Settings


class RecordingCommands(SessionState):
    """Recording what comes in and goes out, with markers."""

    def start_recording(self, folder: str | Path) -> None:
        """Record what the source gives and what goes out, as `recording_kind` says, in a new folder under `folder`."""

        def begin() -> None:
            if self._assembly is None or self._recorder is not None:
                return
            self._recorder = begin_recording(
                folder,
                self._assembly.runner,
                self.recording_kind,
                self._settings_now(self._structure),
                self.mailbox.localizations_since,
            )
            self._say(f"Recording to {self._recorder.folder}")

        self._commands.put(begin)

    def mark(self, text: str = "") -> None:
        """A marker with a note in the recording that runs. Raises InputError where none does."""
        recording = self._recorder
        if recording is None or recording.journal is None:
            raise InputError("Markers belong to a recording: press R first")
        recording.journal.mark(text)

    def stop_recording(self) -> None:
        """Finish the recording."""
        self._commands.put(self._end_recording)

    def _end_recording(self) -> None:
        recorder, self._recorder = self._recorder, None
        self._faults.recording_left_s = None
        if recorder is None:
            return
        if self._assembly is not None:
            self._assembly.runner.taker = None
        recorder.stop()
        clipped = recorder.clipped_samples
        note = f"; {clipped} samples beyond full scale were clipped, which .wav would have held" if clipped else ""
        self._say(f"Recorded {recorder.seconds:.1f} s to {recorder.folder}{note}", failed=bool(clipped))

    def _settings_now(self, structure: Structure) -> Settings:
        """All that a settings file holds."""
        return Settings(
            self.params,
            structure.source,
            structure.sink,
            structure.array or "",
            structure.layout or "",
            structure.inputs,
        )
