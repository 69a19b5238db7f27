"""What the parts of the session share: its state, saying something, and how it is."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from workbench.audio.device_watch import DeviceWatch
from workbench.core.messages import Health, Said
from workbench.core.params import Params
from workbench.dsp import kernel_loader
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.ab_control import ABControl
from workbench.engine.ab_settings import SideHistory
from workbench.engine.assembly import Assembly, Structure
from workbench.engine.design_process import DesignProcess
from workbench.engine.device_store import DeviceStore
from workbench.engine.kept_sound import KeptSoundControl
from workbench.engine.mailbox import Mailbox
from workbench.engine.mapped_source import MappedSource
from workbench.engine.recording import Recording
from workbench.engine.room import RoomControl
from workbench.engine.run_marker import RunMarker
from workbench.engine.session.faults import Faults
from workbench.engine.session.health import running_health
from workbench.engine.settings import Settings
from workbench.engine.stand_ins import Wishes
from workbench.engine.transport import TransportControl
from workbench.engine.worker import Worker

log = logging.getLogger(__name__)

SAID_KEPT = 8
"""Lines that whoever looks at the health may have missed."""


class SessionState:
    """What is known of the session, and how it says something.

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
        self.run = run
        settings = settings or Settings()
        self._devices = devices or DeviceStore()
        self.mailbox = Mailbox()
        self._history = SideHistory(settings.params)
        self.ab = ABControl(self._history)
        """Two settings, compared by ear: `params`, `set`, `undo` and the like are those of the shown side."""
        self._structure = Structure(
            settings.source,
            settings.sink,
            settings.array or None,
            settings.layout or None,
            loop=True,
            inputs=self._devices.inputs_of(settings.source, settings.inputs),
            outputs=self._devices.outputs(settings.sink),
        )
        self._preset = settings.params
        self._assembly: Assembly | None = None
        self._worker: Worker | None = None
        self._designing = DesignProcess()
        self._recorder: Recording | None = None
        self._recording_wanted = False
        self.recording_kind = "wav"
        """"wav" or "flac": what the next recording is written as."""
        self.record_talkers = False
        """Whether the next recording has a file for each talker."""
        self._room = RoomControl()
        self.kept = KeptSoundControl()
        """The last seconds of the input, which can be looped through the chain."""
        self.transport = TransportControl(self._history)
        """Where a file or a recorded session plays, and whether that plays as recorded."""
        self.transport.choose(settings.source)
        self._wanted = False
        self._wishes = Wishes()
        self._delay_wanted: tuple[int, float] | None = None
        self._watch: DeviceWatch | None = None
        self._faults = Faults(self._history, self._say)
        self._measuring = False
        self._measured: tuple[float | None, str] = (None, "")
        self._message, self._failed = "", False
        self._said: tuple[Said, ...] = ()
        self._saying = threading.Lock()
        self._commands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        # Loading them holds the interpreter for moments that sound would notice, so the first start waits a little;
        # on a first run they take longer to compile, and the chain changes over when they are there.
        self._kernels = threading.Thread(target=kernel_loader.load, name="kernels", daemon=True)
        self._kernels.start()

    @property
    def params(self) -> Params:
        """The parameters in force."""
        return self._history.params

    @property
    def _running_source(self) -> Any:
        assembly = self._assembly
        return assembly.runner.source if assembly else None

    def _say(self, message: str, failed: bool = False) -> None:
        with self._saying:  # from the control thread, and from those that load and design
            number = self._said[-1].number + 1 if self._said else 0
            self._said = (*self._said, Said(number, message, failed))[-SAID_KEPT:]
            self._message, self._failed = message, failed
        log.info(message)

    def _complain(self, message: str) -> None:
        self._say(message, failed=True)

    def _show_calibration(self) -> None:
        """Put the calibration of the microphone that Before shows on its spectrum, where that is wanted."""
        assembly = self._assembly
        if assembly and isinstance(assembly.runner.source, MappedSource):
            chain = assembly.runner.chain
            chain.before_curve_db = assembly.runner.source.curve_db(chain.before_channel)

    def _publish(self, state: str | None = None) -> None:
        said = {
            "message": self._message,
            "failed": self._failed,
            "awaited": self._wishes.names,
            "said": self._said,
        }
        assembly = self._assembly
        if self._worker is None or assembly is None:
            structure = self._structure
            self.mailbox.health = Health(
                state=state or "stopped", rate_hz=RATE_HZ, hop=HOP, source=structure.source, sink=structure.sink, **said
            )
            return
        self.mailbox.health = running_health(
            assembly,
            self.params,
            state,
            recording_s=self._recorder.seconds if self._recorder else None,
            recording_left_s=self._faults.recording_left_s if self._recorder else None,
            talkers=self._recorder.talkers.state if self._recorder and self._recorder.talkers else None,
            silent_inputs=self._faults.silent,
            measured_ms=self._measured[0],
            measured_at=self._measured[1],
            **said,
        )
