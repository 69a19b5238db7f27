"""What is measured with the running chain: the whole delay, outputs, microphones, a walk through the room."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from workbench.core.errors import EarshotError, InputError
from workbench.engine.loopback import LoopbackProbe, total_ms
from workbench.engine.microphone_check import MicrophoneCheck
from workbench.engine.output_test import OutputTest
from workbench.engine.runner import Runner
from workbench.engine.session.state import SessionState
from workbench.engine.walk_recorder import WalkRecorder


class ProbeCommands(SessionState):
    """Measurements that a person begins."""

    def measure_loopback(self, output: int = 0) -> None:
        """Play a chirp on an output channel (from 0) in the sound's place and listen for it: the whole delay then
        stands in `mailbox.health`, or the reason why it was not found."""

        def begin() -> None:
            runner = self._assembly.runner if self._assembly else None
            if runner is None or not (runner.source.live and runner.sink.live):
                raise EarshotError("Measuring the delay needs a running device on both sides")
            if runner.loopback is None or runner.loopback.done:
                runner.loopback = LoopbackProbe(runner.source.channels, output)
                self._measuring = True
                self._say("Measuring the delay with a chirp ...")

        self._commands.put(begin)

    def _note_loopback(self, runner: Runner) -> None:
        probe = runner.loopback
        if not self._measuring or probe is None or not probe.done:
            return
        self._measuring, runner.loopback = False, None
        try:
            self._measured = (total_ms(probe, runner.chain.latency), datetime.now().strftime("%H:%M"))
        except EarshotError as error:
            self._say(f"The delay was not measured: {error}", failed=True)
        else:
            self._say(f"Measured: {self._measured[0]:.1f} ms from the air to the air")

    def test_output(self, kind: str, output: int = 0) -> None:
        """Play "tone" or "pink" on one output (from 0) in the sound's place, muted at first; "" ends it.
        Raises InputError."""
        assembly = self._assembly
        if assembly is None:
            return
        runner = assembly.runner
        if not kind:
            runner.output_test = None
            return
        test = OutputTest(kind, output)
        if runner.output_test is None:
            self._history.set({"output.muted": True})
            self._say("Test signal, muted: turn the amplifier down, then unmute with M")
        runner.output_test = test

    def listen_to(self, channel: int | None) -> None:
        """Hear one of the source's own channels (from 0) alone, unprocessed and before the channel map; None: the whole
        sound again. Raises InputError."""
        assembly = self._assembly
        if assembly is None:
            return
        runner = assembly.runner
        names = getattr(runner.source, "source_names", tuple(runner.source.channel_names))
        if channel is not None and not 0 <= channel < len(names):
            raise InputError(f"There is no channel {channel + 1} to listen to: the source has {len(names)}")
        before, runner.solo.channel = runner.solo.channel, channel
        if channel is not None:
            muted = " The output is muted: unmute with M" if self._history.params.output.muted else ""
            self._say(f"Listening to {names[channel]} alone, unprocessed.{muted}")
        elif before is not None:
            self._say("The whole sound again")

    @property
    def listened_to(self) -> int | None:
        """The source's channel (from 0) that is heard alone; None while the whole sound is."""
        assembly = self._assembly
        return assembly.runner.solo.channel if assembly else None

    def check_microphones(self) -> None:
        """Listen for ten seconds, then say what is wrong with the channels: dead, inverted, swapped, other gain."""

        def begin() -> None:
            assembly = self._assembly
            if assembly is None or assembly.array is None:
                raise EarshotError("The microphone check needs a running source and its microphone array")
            runner = assembly.runner
            if runner.check is not None and runner.check.running:
                return
            names = tuple(runner.source.channel_names)
            tell = lambda report: setattr(self.mailbox, "microphones", report)  # noqa: E731
            runner.check = MicrophoneCheck(assembly.array, names, self._say, changed=tell)
            self._say("Checking the microphones: talk for ten seconds, from several sides ...")

        self._commands.put(begin)

    def stop_microphone_check(self) -> None:
        """Give the microphone check up."""

        def end() -> None:
            runner = self._assembly.runner if self._assembly else None
            if runner is not None and runner.check is not None:
                check, runner.check = runner.check, None
                check.close()

        self._commands.put(end)

    def begin_walk(self, folder: str | Path, distance_m: float, marks: int, wanted: int) -> WalkRecorder:
        """Collect labelled samples of the room from what the array hears; paused at first. Raises InputError."""
        assembly = self._assembly
        if assembly is None or assembly.array is None:
            raise InputError("Walking needs a running source and its microphone array: press Start")
        walk = WalkRecorder(folder, assembly.array.mics, distance_m, marks, wanted)
        assembly.runner.walk = walk
        return walk

    def end_walk(self) -> None:
        """Collect no more."""
        assembly = self._assembly
        if assembly is not None:
            assembly.runner.walk = None
