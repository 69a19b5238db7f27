"""What is taken along: recordings and their markers, a command line, the loudspeakers' filters."""

from __future__ import annotations

from pathlib import Path

from workbench.dsp.bands import RATE_HZ
from workbench.engine.command_line import live_command, replay_command
from workbench.ui.bridge.state import BridgeState


class RecordCommands(BridgeState):
    """Recordings, and other ways to have later what is heard now."""

    def toggle_recording(self, folder: Path) -> None:
        """Start a recording in the folder, or end the one that runs."""
        if self.health.recording_s is not None:
            self._do(self.session.stop_recording)
        else:
            self._do(self.session.start_recording, folder)

    def set_recording_kind(self, kind: str) -> None:
        """ "wav" or "flac" for the next recording."""
        self.session.recording_kind = kind

    def set_record_talkers(self, wanted: bool) -> None:
        """Whether the next recording has a file for each talker."""
        self.session.record_talkers = wanted

    @property
    def recorded_s(self) -> float:
        """How far the recording that runs is, to the hop; 0 where none does."""
        return self.session.recorded_samples / RATE_HZ

    def mark(self, text: str = "", time_s: float | None = None) -> bool:
        """A marker in the recording that runs: now, or at a time of it."""
        if not self._do(self.session.mark, text, None if time_s is None else round(time_s * RATE_HZ)):
            return False
        self.noticed.emit(f"Marked{f': {text}' if text else ''}")
        return True

    def command_line(self) -> str:
        """What the chain does now, as a command line."""
        session, transport = self.session, self.session.transport.state
        if transport.session:
            sample = round(transport.position_s * RATE_HZ)
            own = None if transport.as_recorded else self.params
            return replay_command(transport.path, f"{Path(transport.path).name} from {sample}.wav", sample, own)
        return live_command(
            self.params,
            session.source_spec,
            session.sink_spec,
            session.array_name,
            session.layout_name,
            transport.position_s,
        )

    def export_design(self, folder: Path) -> bool:
        """Write the loudspeakers' filters into a folder."""
        return self._do(self.session.export_design, folder)
