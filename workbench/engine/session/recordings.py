"""Recordings of the session."""

from __future__ import annotations

import time
from pathlib import Path

from workbench.core.errors import InputError
from workbench.core.messages import TalkerRecording
from workbench.engine.assembly import Structure
from workbench.engine.recording import begin_recording
from workbench.engine.session.state import SessionState
from workbench.engine.settings import Settings

KERNELS_PATIENCE_S = 60.0


def talkers_note(state: TalkerRecording) -> str:
    """What became of the talkers' files, for the end of a sentence."""
    note = f", and {state.files} file{'s' * (state.files != 1)} of talkers"
    if state.left_out:
        note += f"; there was no room for talker {', '.join(map(str, state.left_out))} all the time"
    if state.lost_s:
        note += f"; {state.lost_s:.1f} s of them are missing, as the computer was too slow"
    return note


class RecordingCommands(SessionState):
    """Recording what comes in and goes out, with markers."""

    def start_recording(self, folder: str | Path) -> None:
        """Record what the source gives and what goes out, as `recording_kind` says, in a new folder under `folder`;
        with `record_talkers` each tracked talker as well."""

        until_s = time.monotonic() + KERNELS_PATIENCE_S
        self._recording_wanted = True

        def begin() -> None:
            if self._assembly is None or self._recorder is not None or not self._recording_wanted:
                return
            if self._kernels.is_alive() and time.monotonic() < until_s:
                # A chain that goes over to compiled loops in the middle could not be replayed bit for bit.
                self._say("The recording begins in a moment: this first start is still compiling")
                self._kernels.join(0.1)
                self._commands.put(begin)
                return
            self._recorder = begin_recording(
                folder,
                self._assembly.runner,
                self.recording_kind,
                self._settings_now(self._structure),
                self.mailbox.localizations_since,
                self.record_talkers,
            )
            if self.run is not None:
                self.run.recording_begins(self._recorder.folder)
            self._say(f"Recording to {self._recorder.folder}{self._without_talkers()}")

        self._commands.put(begin)

    def _without_talkers(self) -> str:
        """Why talkers were asked for and none will be recorded, for the end of a sentence."""
        recorder = self._recorder
        if recorder is None or not self.record_talkers:
            return ""
        if recorder.talkers is None:
            return "; no talkers: without an array they cannot be told apart"
        return "" if self.params.localize.enabled else "; no talkers while localization is off"

    @property
    def recording_folder(self) -> Path | None:
        """Where the recording that runs goes; None where none does."""
        recording = self._recorder
        return recording.folder if recording is not None else None

    @property
    def recorded_samples(self) -> int:
        """Samples that the recording which runs has taken; 0 where none does."""
        recording = self._recorder
        return recording.journal.samples if recording is not None and recording.journal is not None else 0

    def mark(self, text: str = "", at_sample: int | None = None) -> None:
        """A marker with a note in the recording that runs: now, or at a sample of it. Raises InputError where none
        does."""
        recording = self._recorder
        if recording is None or recording.journal is None:
            raise InputError("Markers belong to a recording: press R first")
        recording.journal.mark(text, at_sample)

    def stop_recording(self) -> None:
        """Finish the recording."""
        self._recording_wanted = False
        self._commands.put(self._end_recording)

    def _end_recording(self) -> None:
        recorder, self._recorder = self._recorder, None
        self._faults.recording_left_s = None
        if recorder is None:
            return
        if self._assembly is not None:
            self._assembly.runner.taker = None
        recorder.stop()
        if self.run is not None:
            self.run.recording_ended(recorder.folder)
        clipped = recorder.clipped_samples
        note = f"; {clipped} samples beyond full scale were clipped, which .wav would have held" if clipped else ""
        failed = bool(clipped)
        if (talkers := recorder.talkers) is not None:
            note += talkers_note(talkers.state)
            if talkers.error is not None:
                note, failed = f"{note}. {talkers.error}", True
        self._say(f"Recorded {recorder.seconds:.1f} s to {recorder.folder}{note}", failed=failed)

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
