"""Measurements and tests: what is shown beside what, levels, the oracle ladder, the delay, outputs, microphones."""

from __future__ import annotations

from pathlib import Path

from workbench.core.messages import InputLevels, MicrophoneReport
from workbench.ui.bridge.state import BridgeState


class MeasureCommands(BridgeState):
    """What looks at the sound and leaves it as it is."""

    def show_before(self, channel: int) -> bool:
        """Choose the input channel (from 0) that Before shows."""
        return self._do(self.session.show_before, channel)

    def show_pair(self, kind: str, first: int, second: int) -> bool:
        """Hold two channels (from 0) of the "output" or the "input" against each other."""
        return self._do(self.session.show_pair, kind, first, second)

    def reset_loudness(self) -> bool:
        """Begin integrated loudness anew."""
        return self._do(self.session.reset_loudness)

    def measure_oracle(self) -> bool:
        """Climb the oracle ladder with what was just heard."""
        return self._do(self.session.measure_oracle)

    def choose_clean(self, path: Path) -> bool:
        """Name the clean recording to the file that plays, for the oracle ladder."""
        return self._do(self.session.choose_clean, path)

    def play_oracle(self, rung: str, loop: bool) -> bool:
        """Hear a rung of the oracle ladder in place of the live sound; "" goes back to that."""
        return self._do(self.session.play_oracle, rung, loop)

    def measure_loopback(self) -> bool:
        """Measure the whole delay with a chirp."""
        return self._do(self.session.measure_loopback)

    def test_output(self, kind: str, output: int = 0) -> bool:
        """Play "tone" or "pink" on one output (from 0), muted at first; "" ends it."""
        return self._do(self.session.test_output, kind, output)

    def listen_to(self, channel: int | None) -> bool:
        """Hear one of the source's own channels (from 0) alone; None: the whole sound again."""
        return self._do(self.session.listen_to, channel)

    def check_microphones(self) -> bool:
        """Find dead, inverted, swapped and mismatched channels from ordinary sound."""
        return self._do(self.session.check_microphones)

    def stop_microphone_check(self) -> bool:
        """Give the microphone check up."""
        return self._do(self.session.stop_microphone_check)

    @property
    def microphone_report(self) -> MicrophoneReport:
        """What the microphone check says."""
        return self.session.mailbox.microphones

    def input_levels(self, weighting: str = "A", speed: str = "fast") -> InputLevels | None:
        """Levels of the source's own channels, measured from the first call on."""
        return self.session.input_levels(weighting, speed)

    def end_input_levels(self) -> None:
        """Nobody looks at the levels of the source's channels any more."""
        self.session.end_input_levels()
