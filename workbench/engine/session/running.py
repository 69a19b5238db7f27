"""Starting and stopping the chain; standing in for devices that are not there, and taking them when they are."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from workbench.audio.device_watch import DeviceWatch
from workbench.core.errors import DeviceUnavailable, EarshotError
from workbench.engine import memory
from workbench.engine.assembly import Assembly, Structure, assemble, wanted_delay
from workbench.engine.session.recordings import RecordingCommands
from workbench.engine.stand_ins import ENDS, in_words, name_of, stand_ins
from workbench.engine.worker import Worker

KERNELS_PATIENCE_S = 1.5
LISTING_PATIENCE_S = 3.0
DELAY_PATIENCE_S = 0.6
HOWL_NOTICE = "Muted: live microphones and a loudspeaker could howl. Unmute with M."


class Running(RecordingCommands):
    """What runs: one assembly with its worker. The private methods belong to the control thread."""

    @property
    def running(self) -> bool:
        """Whether sound is meant to flow (also while a lost device is awaited)."""
        return self._wanted

    def start(self) -> None:
        """Start; what goes wrong is said in `mailbox.health`."""
        self._wanted = True
        self._commands.put(self._start_if_stopped)

    def stop(self) -> None:
        """Stop."""
        self._wanted = False
        self._commands.put(self._stop)

    @property
    def device_watch(self) -> DeviceWatch:
        """The list of devices, kept fresh from the first use on."""
        if self._watch is None:
            self._watch = DeviceWatch()
        return self._watch

    @property
    def wishes(self) -> dict[str, str]:
        """Devices that were not there at the start and will be taken when they appear, by end ("source", "sink")."""
        return dict(self._wishes.specs)

    def reopen_devices(self) -> None:
        """End the streams of the devices, though they seem to run, and open them anew."""
        assembly = self._assembly
        for end in (assembly.runner.source, assembly.runner.sink) if assembly else ():
            if hasattr(end, "reopen_now"):
                end.reopen_now()

    def look_at_loudspeakers(self, looking: bool) -> None:
        """Whether somebody looks at the loudspeakers' views: then what follows a slider is kept ready."""
        self._designing.look(looking)
        self._rehearse_designs()

    def _rehearse_designs(self) -> None:
        if (assembly := self._assembly) is not None and assembly.layout is not None:
            self._designing.rehearse(assembly.layout, self._history.params.render)

    def flush(self) -> None:
        """Bring an inflated playback queue back to its length, crossfaded."""
        assembly = self._assembly
        if assembly is not None and hasattr(assembly.runner.sink, "flush"):
            assembly.runner.sink.flush()

    def _start_if_stopped(self) -> None:
        if self._worker is not None:
            for end in (self._worker.runner.source, self._worker.runner.sink):
                if getattr(end, "lost", False):
                    end.retry()
        else:
            try:
                self._start_or_stand_in()
            except BaseException:
                self._wanted = False
                raise

    def _start_or_stand_in(self) -> None:
        """Start; what takes the place of a device that is not there plays until that appears."""
        for end, spec in self._wishes.specs.items():
            self._put(end, spec)
        said: list[str] = []
        tried: dict[str, tuple[str, ...]] = {}
        while True:
            try:
                self._start()
                break
            except DeviceUnavailable as error:
                end = ENDS[error.direction]
                missed = getattr(self._structure, end)
                if end not in tried:
                    self._wishes = self._wishes.plus(end, missed)
                    listing = self.device_watch.wait_for_first(LISTING_PATIENCE_S)
                    if error.cause != "missing":  # it stands in the list, but cannot be had: no reason to try again
                        self._wishes.come_true(self.device_watch.serial, listing)
                    tried[end] = stand_ins(end, missed, listing)
                    said.append(f"{error}; ")
                if not tried[end]:
                    raise
                stand_in, *rest = tried[end]
                tried[end] = tuple(rest)
                self._put(end, stand_in)
        for end in tried:
            said.append(f"{in_words(getattr(self._structure, end))}. ")
        if said:
            self._complain("".join(said) + f"{' and '.join(self._wishes.names)} will be taken on appearing.")

    def _put(self, end: str, spec: str) -> None:
        """Another source or sink, with what is remembered of it."""
        setup = {"inputs": self._devices.inputs(spec)} if end == "source" else {"outputs": self._devices.outputs(spec)}
        self._structure = replace(self._structure, **{end: spec}, **setup)
        if end == "source":
            self._room.forget()

    def _take_wishes(self) -> None:
        """Go over to a device that was wished for and has appeared; not while a recording runs, which would end."""
        if not self._wishes.specs or self._recorder is not None:
            return
        watch = self.device_watch
        for end in self._wishes.come_true(watch.serial, watch.listing):
            before, spec = self._structure, self._wishes.specs[end]
            self._put(end, spec)
            if self._go_over_from(before):
                self._wishes = self._wishes.without((end,))
                self._say(f"{name_of(spec)} is there and was taken.")

    def _follow_render_delay(self) -> None:
        """Build the chain anew when the loudspeakers' filters are wanted to be later or earlier than it has them, as
        soon as that has stayed so for a moment; not while a recording runs, which would end."""
        chain = self._worker.runner.chain if self._worker is not None else None
        wanted = wanted_delay(self._history)
        recorded = self._structure.source.startswith("session:")
        if chain is None or chain.config.layout is None or wanted == chain.config.render_delay or recorded:
            self._delay_wanted = None
            return
        if self._delay_wanted is None or self._delay_wanted[0] != wanted:
            self._delay_wanted = (wanted, time.monotonic())
        elif time.monotonic() - self._delay_wanted[1] >= DELAY_PATIENCE_S and self._recorder is None:
            self._delay_wanted = None
            muted = self._history.params.output.muted
            self._go_over_from(self._structure)
            self._history.set({"output.muted": muted})  # the same devices: nothing new to be protected from

    def _go_over_from(self, before: Structure) -> bool:
        """Stop, and start with the structure as it is now. If that fails, the sound that was there before goes on; if
        that fails as well, everything stands still, the new choice stays, and both errors are said."""
        self._stop()
        edits = self._room.set_aside() if self._structure.source != before.source else None
        try:
            self._start()
        except EarshotError as error:
            chosen, self._structure = self._structure, before
            if edits is not None:
                self._room.put_back(edits)
            try:
                self._start()
            except EarshotError as second:
                self._structure, self._wanted = chosen, False
                self._complain(f"{error}. Going back to what played before failed as well: {second}")
            else:
                self._complain(str(error))
            return False
        return True

    def _start(self) -> None:
        self._message, self._failed = "", False
        self._publish("starting")
        self._kernels.join(KERNELS_PATIENCE_S)
        assembly = assemble(
            *(self._structure, self._history, self.mailbox, self._say),
            complain=self._complain,
            process=self._designing,
        )
        complaint = self._room.apply(assembly.runner.source)
        if complaint:
            self._complain(complaint)
        self.ab.attach(assembly.runner.chain)
        assembly.runner.keeper = self.kept.keeper_for(self._structure.source, assembly.runner.source.channels)
        self.transport.attach(assembly.runner.source, self._structure.source)
        worker = Worker(assembly.runner)
        if assembly.runner.source.live and assembly.runner.sink.live:
            self._history.set({"output.muted": True})
            self._say(HOWL_NOTICE)
        try:
            worker.start()
        except BaseException:
            self.transport.detach()
            assembly.close(complete=False)
            raise
        self._assembly, self._worker = assembly, worker
        self._show_calibration()
        self._rehearse_designs()
        self._wanted = True
        self._faults.forget()
        self._measuring, self._measured = False, (None, "")

    def _stop(self) -> None:
        self._end_recording()
        worker, assembly = self._worker, self._assembly
        self._worker = self._assembly = None
        self.ab.attach(None)
        self.transport.detach()
        if worker is not None and assembly is not None:
            self._let_go(worker, assembly)
            del worker, assembly
            memory.give_back()

    def _let_go(self, worker: Worker, assembly: Assembly) -> None:
        """End a worker and close what it used, or have it do that itself once its hop has ended."""
        runner, stopper = assembly.runner, threading.current_thread()
        ends = f"{runner.source.name} and {runner.sink.name}"

        def late() -> None:
            self._complain(f"Stopped, but a step of the sound has not come to its end: {ends} are in use until it does")

        def free() -> None:
            if runner.check is not None:
                runner.check.close()
            try:
                assembly.close()
            except EarshotError as error:
                if threading.current_thread() is stopper:
                    raise
                self._complain(str(error))
            else:
                if threading.current_thread() is not stopper:
                    self._say(f"The step that did not end has ended: {ends} are free")

        try:
            worker.close(free, late)
        finally:
            self._room.keep(runner.source)
