"""Sound that is not live: the loop of what was just heard, files and recorded sessions with their place."""

from __future__ import annotations

from pathlib import Path

from workbench.engine.taps import BIN_HZ
from workbench.ui.bridge.state import BridgeState


class PlayCommands(BridgeState):
    """What plays again."""

    @property
    def kept(self):
        """What is kept of the input (KeptSound)."""
        return self.session.kept.state

    def toggle_kept(self) -> None:
        """From live sound to a loop of the last seconds, and back."""
        looping = self.kept.looping
        if self._do(self.session.kept.toggle):
            text = (
                "Live sound again" if looping else f"The last {self.kept.kept_s:.1f} s loop; K goes back to live sound"
            )
            self.noticed.emit(text)

    def loop_again(self) -> bool:
        """Loop what was kept last."""
        return self._do(self.session.kept.again)

    def loop_all(self) -> bool:
        """Loop all that is kept, not only a region."""
        return self._do(self.session.kept.set_region, None)

    def loop_span(self, begin_time_s: float, end_time_s: float) -> bool:
        """Loop what sounded between two times of the views' time axis (`Snapshot.time_s`)."""
        return self._do(self.session.kept.keep_span, begin_time_s, end_time_s)

    def set_loop_region(self, region) -> bool:
        """Loop a part of the kept sound (LoopRegion)."""
        return self._do(self.session.kept.set_region, region)

    def cut_loop(self, begins: bool) -> bool:
        """Let the loop begin, or end, where it is now."""
        return self._do(self.session.kept.cut, begins)

    def loop_spectra(self, columns: int):
        """What the sound that loops looks like: (columns, bins) dBFS and the bins' distance in Hz, or None."""
        levels_dbfs = self.session.kept.spectra(columns)
        return None if levels_dbfs is None else (levels_dbfs, BIN_HZ)

    def set_keep_seconds(self, seconds: float) -> bool:
        """Keep 10 to 60 seconds."""
        return self._do(self.session.kept.set_seconds, seconds)

    def open_session(self, folder: Path) -> bool:
        """Play a recorded session."""
        return self._do(self.session.open_session, folder)

    def seek(self, position_s: float) -> bool:
        """Go on from another place of the file or session."""
        return self._do(self.session.transport.seek, position_s)

    def set_play_region(self, region_s: tuple[float, float] | None) -> bool:
        """Loop a part of the file or session; None: all of it."""
        return self._do(self.session.transport.set_region, region_s)

    def play_as_recorded(self, on: bool) -> bool:
        """A session through the settings of then, or through those of now."""
        return self._do(self.session.transport.play_as_recorded, on)

    def take_recorded(self) -> bool:
        """The settings that a session has at this moment become a person's own."""
        return self._do(self.session.transport.take_recorded)
