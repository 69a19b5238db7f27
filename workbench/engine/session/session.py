"""The live session: its control thread.

Commands are carried out one after the other on this thread, which also looks after the running chain: it says how it
is, notices a lost device and takes it again when it is back.
"""

from __future__ import annotations

import logging
import queue
import threading

from workbench.core.errors import EarshotError
from workbench.engine import memory
from workbench.engine.device_store import DeviceStore
from workbench.engine.run_marker import RunMarker
from workbench.engine.session.channels import ChannelCommands
from workbench.engine.session.files import FileCommands
from workbench.engine.session.oracle import OracleCommands
from workbench.engine.session.probes import ProbeCommands
from workbench.engine.session.source import SourceCommands
from workbench.engine.settings import Settings

log = logging.getLogger(__name__)

HEALTH_PERIOD_S = 0.1


class Session(FileCommands, ChannelCommands, OracleCommands, ProbeCommands, SourceCommands):
    """One chain under command: what the window and the scripts talk to. No call waits for a device or a file.

    Parameters
    ----------
    settings : Settings, optional
        What to begin with; nothing starts by itself.
    devices : DeviceStore, optional
        What is remembered of each device.
    run : RunMarker, optional
        Is told of each recording, so that the next start finds it after a crash.
    """

    def __init__(
        self, settings: Settings | None = None, devices: DeviceStore | None = None, run: RunMarker | None = None
    ):
        memory.settle()
        super().__init__(settings, devices, run)
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop and end the session; waits for the control thread, at most a few seconds."""
        self._wanted = False
        self._commands.put(self._stop)
        self._commands.put(None)
        self._thread.join(timeout=10)
        self._designing.close()
        if self._watch is not None:
            self._watch.close()

    def _run(self) -> None:
        while True:
            try:
                command = self._commands.get(timeout=HEALTH_PERIOD_S)
            except queue.Empty:
                command = self._look_after
            if command is None:
                return
            try:
                command()
            except EarshotError as error:
                self._say(str(error), failed=True)
            except Exception as error:
                log.exception("a command failed")
                self._wanted = self._worker is not None
                self._say(f"Something went wrong: {error} (the log has the details)", failed=True)
            self._publish()

    def _look_after(self) -> None:
        if self._worker is None:
            return
        self._worker.hasten_others()
        runner = self._worker.runner
        notice = self._room.news(runner.source)
        if notice:
            self._say(notice)
        self._faults.note_lost(runner)
        self._take_wishes()
        self._follow_render_delay()
        if self._worker is None or self._worker.runner is not runner:
            return
        self._note_loopback(runner)
        self._faults.note(runner, self._recorder)
        if not self._worker.alive:
            error = self._worker.error
            self._stop()
            self._wanted = False
            self._say(f"The chain stopped: {error}" if error else "The file has ended.", failed=error is not None)
        elif self._recorder is not None and self._recorder.error:
            error = self._recorder.error
            self._end_recording()
            self._say(str(error), failed=True)
