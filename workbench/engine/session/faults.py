"""What the session watches while sound runs: lost devices, howling, silent or muted microphones, a disk that fills."""

from __future__ import annotations

from typing import Protocol

from workbench.core.errors import EarshotError
from workbench.core.messages import Dropout
from workbench.core.params import entry
from workbench.engine.ab_settings import SideHistory
from workbench.engine.meters import StolenMeter
from workbench.engine.patience import Patience
from workbench.engine.recording import Recording, disk_left_s
from workbench.engine.runner import Runner, lost_ends

HOWL_DROP_DB = 20.0
DISK_WARNING_S = 600.0


class Say(Protocol):
    """Tells the user something."""

    def __call__(self, message: str, failed: bool = False) -> None: ...


class Faults:
    """Looks at a running chain some ten times a second and says what is wrong with it, once.

    Parameters
    ----------
    history : SideHistory
        Whose output gain is lowered when it howls.
    say : Say
    """

    def __init__(self, history: SideHistory, say: Say):
        self._history, self._say = history, say
        self._stolen = StolenMeter()
        self.recording_left_s: float | None = None
        """How long the disk lasts; None while nothing is recorded or that is not known."""
        self.forget()

    def forget(self) -> None:
        """Another chain begins."""
        self._lost: tuple[str, ...] = ()
        self._rates_hz: dict[str, int] = {}
        self._muted: tuple[int, ...] = ()
        self.silent: tuple[str, ...] = ()
        """Devices that give nothing but zeros."""
        self._patience = Patience()
        self._standstill: Dropout | None = None
        self._talkers_error: EarshotError | None = None

    def note_lost(self, runner: Runner) -> None:
        """Say which device was lost and which is back; the chain goes on meanwhile."""
        lost = lost_ends(runner)
        ends = (runner.source, runner.sink)
        rates_hz = {end.name: end.rate_hz for end in ends if end.live and end.name not in lost}
        before_hz, self._rates_hz = self._rates_hz, {**self._rates_hz, **rates_hz}
        if lost == self._lost:
            return
        back = [name for name in self._lost if name not in lost]
        self._lost = lost
        if lost:
            one = len(set(lost)) == 1
            names = " and ".join(dict.fromkeys(lost))
            self._say(f"{names} {'is' if one else 'are'} lost, trying again.", failed=True)
        else:
            others = {rates_hz[name] for name in back if rates_hz[name] != before_hz.get(name, rates_hz[name])}
            rate = f", at {' and '.join(f'{rate / 1000:g}' for rate in sorted(others))} kHz now" if others else ""
            self._say(f"{' and '.join(dict.fromkeys(back))} {'is' if len(set(back)) == 1 else 'are'} back{rate}.")

    def note(self, runner: Runner, recorder: Recording | None) -> None:
        """Howling, microphones that give no numbers, hops that come late, a disk that fills."""
        runner.stolen_recently_s = self._stolen.look()
        self._note_standstill(runner, recorder)
        self._note_silence(runner)
        if notice := self._patience.look(runner.dropouts.newest, runner.sink, runner.close_calls):
            self._say(notice)
        self._note_howling(runner)
        self._note_muted(runner)
        if recorder is not None:
            self._note_disk(recorder)
            self._note_talkers(recorder)

    def _note_standstill(self, runner: Runner, recorder: Recording | None) -> None:
        """Say that the computer slept, or the program was halted, and mark it in a recording."""
        log = tuple(runner.dropouts.newest)
        newest = next((dropout for dropout in reversed(log) if dropout.stage == "computer"), None)
        if newest is None or newest is self._standstill:
            return
        self._standstill = newest
        words = newest.detail[0].upper() + newest.detail[1:]
        self._say(f"{words}. The sound goes on")
        if recorder is not None and recorder.journal is not None:
            recorder.journal.mark(words)

    def _note_howling(self, runner: Runner) -> None:
        if not runner.howl_hz:
            return
        howl_hz, runner.howl_hz = runner.howl_hz, 0.0
        gain_db = max(self._history.params.output.gain_db - HOWL_DROP_DB, entry("output.gain_db").knob.low)
        self._history.set({"output.gain_db": gain_db})
        self._say(
            f"Howling at {howl_hz:.0f} Hz: the output is {HOWL_DROP_DB:.0f} dB lower now. Use headphones, or move "
            "the microphones away from the loudspeakers",
            failed=True,
        )

    def _note_muted(self, runner: Runner) -> None:
        muted = runner.chain.guard.muted
        if muted == self._muted:
            return
        if set(muted) - set(self._muted):
            names = ", ".join(runner.source.channel_names[channel] for channel in muted)
            self._say(
                f"{names}: gives no numbers (NaN or beyond all sense) and is muted; the rest goes on", failed=True
            )
        elif not muted:
            self._say("All microphones give sound again")
        self._muted = muted

    def _note_silence(self, runner: Runner) -> None:
        """A device that had sound and gives nothing but zeros: its node may have gone, or somebody muted it."""
        silent = (runner.source.name,) if getattr(runner.source, "zeros", False) else ()
        if silent == self.silent:
            return
        self.silent = silent
        if silent:
            self._say(
                f"{silent[0]} gives nothing but digital zeros: it is muted, disconnected or gone. Opening it anew may "
                "help",
                failed=True,
            )
        elif not getattr(runner.source, "lost", False):
            self._say(f"{runner.source.name} gives sound again")

    def _note_disk(self, recorder: Recording) -> None:
        """How long the disk lasts; said once when it is short."""
        before_s, self.recording_left_s = self.recording_left_s, disk_left_s(recorder)
        if self.recording_left_s is None:
            return
        if self.recording_left_s < DISK_WARNING_S and (before_s is None or before_s >= DISK_WARNING_S):
            self._say(f"The disk is full in about {self.recording_left_s / 60:.0f} min of recording", failed=True)

    def _note_talkers(self, recorder: Recording) -> None:
        """The talkers' own files ended early; the rest is recorded on."""
        error = recorder.talkers.error if recorder.talkers is not None else None
        if error is not self._talkers_error:
            self._talkers_error = error
            if error is not None:
                self._say(str(error), failed=True)
