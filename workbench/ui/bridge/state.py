"""What the parts of the bridge share: the engine's news as signals, and how a command is carried out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal

from workbench.core.errors import EarshotError
from workbench.core.messages import Health
from workbench.core.params import Params
from workbench.ui.pace import PacedTimer

log = logging.getLogger(__name__)

HEALTH_EVERY = 6
"""Health, patterns and parameters are compared every so many ticks (5 to 10 times a second)."""

FOLLOW_MS, FOLLOW_S = 4, 1.0
"""While a value is dragged, what is designed for it is looked for so often, and so long after the last one: a tick of
all the rest would come up to 31 ms later."""


class BridgeState(QObject):
    """Signals with what the engine published.

    Parameters
    ----------
    session : Session
        Whose mailbox is polled, and who gets the commands.
    """

    snapshots = Signal(list)
    """list of Snapshot, oldest first; only when some are new."""
    localizations = Signal(list)
    health_changed = Signal(object)
    pattern_changed = Signal(object)
    gain_changed = Signal(object)
    """What the beam gains (BeamGain), None while it is not known."""
    response_changed = Signal(object)
    oracle_changed = Signal(object, bool)
    """The OracleReport, and whether the source knows its clean signal."""
    oracle_played = Signal(str, float)
    """The rung of the oracle ladder that is heard ("" is the live sound), and the place in the excerpt in seconds."""
    params_changed = Signal(object)
    """The Params now in force (from this window, from undo, from a settings file, from the engine)."""
    structure_changed = Signal()
    """Source, sink, array or layout is another one."""
    running_changed = Signal(bool)
    steps_changed = Signal()
    """What can be undone or done again is another step now."""
    ab_changed = Signal(object)
    """The ABState: how A and B stand to each other."""
    kept_changed = Signal(object)
    """The KeptSound: what is kept of the input, and whether it loops."""
    transport_changed = Signal(object)
    """The TransportState: where a file or recorded session plays."""
    devices_listed = Signal(list)
    """The sound devices, fresh; also by itself, when one has come or gone."""
    room_changed = Signal(object, str)
    """The simulated room's Scene (None: the source is no room) and what the room has to say about it."""
    failed = Signal(str)
    """A command could not be done: one line for the status bar."""
    noticed = Signal(str)
    """Something was done: one line for the status bar."""

    def __init__(self, session, parent: QObject | None = None):
        super().__init__(parent)
        self.session = session
        self._closed = False
        self._watched = True
        self._tick = 0
        self._snapshot = self._localization = -1
        self._health: Health | None = None
        self._params: Params | None = None
        self._pattern = self._response = self._gain = None
        self._oracle: tuple = ()
        self._played: tuple[str, float] = ("", 0.0)
        self._newest: tuple = ()
        self._structure: tuple = ()
        self._room = None
        self._running: bool | None = None
        self._kept = None
        self._transport = None
        self._ab = None
        self.timer = PacedTimer(self.poll, self)
        """Polls the mailbox; a repaint follows only where data came."""
        self._follower = QTimer(self)
        self._follower.setTimerType(Qt.TimerType.PreciseTimer)
        self._follower.setInterval(FOLLOW_MS)
        self._follower.timeout.connect(self._look_for_pictures)
        self._follow_until_s = 0.0

    @property
    def params(self) -> Params:
        """The parameters in force."""
        return self.session.params

    @property
    def health(self) -> Health:
        """How the engine is doing."""
        return self.session.mailbox.health

    def begin(self) -> None:
        """Start polling."""
        self._tick = 0
        self.poll()
        self.timer.start()

    def set_watched(self, watched: bool) -> None:
        """False while the window is minimised: the sound views are not fed, the rest goes on."""
        self._watched = watched

    def poll(self) -> None:
        """Emit what is new since the last time."""
        if self._closed:
            return
        mailbox = self.session.mailbox
        if self._watched:
            snapshots = mailbox.snapshots_since(self._snapshot)
            if snapshots:
                self._snapshot = snapshots[-1].sequence
                self.snapshots.emit(snapshots)
            localizations = mailbox.localizations_since(self._localization)
            if localizations:
                self._localization = localizations[-1].sequence
                self.localizations.emit(localizations)
        if self.session.oracle_playing != self._played:
            self._played = self.session.oracle_playing
            self.oracle_played.emit(*self._played)
        transport = self.session.transport.state
        if transport != self._transport:
            self._transport = transport
            self.transport_changed.emit(transport)
        self._poll_pictures(mailbox)  # at once: they follow a slider that is dragged
        if self._tick % HEALTH_EVERY == 0:
            self._poll_slow(mailbox)
        self._tick += 1

    def _poll_slow(self, mailbox) -> None:
        session = self.session
        # The array and layout objects change a little after their names: when the chain has been built anew.
        structure = (
            session.source_spec,
            session.sink_spec,
            session.array_name,
            session.layout_name,
            id(session.array),
            id(session.layout),
        )
        if structure != self._structure:
            self._structure = structure
            self._pattern = None  # who is told of another structure is told its pattern again
            self.structure_changed.emit()
        if mailbox.health is not self._health:
            self._health = mailbox.health
            self.health_changed.emit(self._health)
        running = bool(self.session.running)
        if running != self._running:
            self._running = running
            self.running_changed.emit(running)
        self._poll_pictures(mailbox)
        room = (session.room_scene, session.room_notice)
        if room != self._room:
            self._room = room
            self.room_changed.emit(*room)
        ab = session.ab.state
        if repr(ab) != repr(self._ab):  # the loudness is NaN while it is unknown
            self._ab = ab
            self.ab_changed.emit(ab)
        kept = session.kept.state
        if kept != self._kept:
            self._kept = kept
            self.kept_changed.emit(kept)
        oracle = (mailbox.oracle, self.session.knows_clean)
        if oracle != self._oracle:
            self._oracle = oracle
            self.oracle_changed.emit(*oracle)
        self._poll_params()
        newest = tuple(step for steps in session.steps for step in steps[-1:])
        if len(newest) != len(self._newest) or any(a is not b for a, b in zip(newest, self._newest, strict=True)):
            self._newest = newest
            self.steps_changed.emit()

    def _poll_pictures(self, mailbox) -> None:
        if mailbox.loudspeaker_response is not self._response and mailbox.loudspeaker_response is not None:
            self._response = mailbox.loudspeaker_response
            self.response_changed.emit(self._response)
        if mailbox.beam_pattern is not self._pattern and mailbox.beam_pattern is not None:
            self._pattern = mailbox.beam_pattern
            self.pattern_changed.emit(self._pattern)
        if mailbox.beam_gain is not self._gain:
            self._gain = mailbox.beam_gain
            self.gain_changed.emit(self._gain)

    def _follow(self) -> None:
        """A value is being dragged: show what is designed for it as soon as it is there."""
        self._follow_until_s = time.monotonic() + FOLLOW_S
        if not self._closed and not self._follower.isActive():
            self._follower.start()

    def _look_for_pictures(self) -> None:
        if self._closed or time.monotonic() > self._follow_until_s:
            self._follower.stop()
        else:
            self._poll_pictures(self.session.mailbox)

    def _poll_params(self) -> None:
        if self.session.params is not self._params:
            self._params = self.session.params
            self.params_changed.emit(self._params)

    def _do(self, action: Callable, *args, **kwargs) -> bool:
        """Run a command; what it refuses becomes a line in the status bar and changes nothing."""
        try:
            action(*args, **kwargs)
        except (EarshotError, OSError) as error:
            log.info("refused: %s", error)
            self.failed.emit(str(error))
            return False
        finally:
            if not self._closed:
                self._poll_slow(self.session.mailbox)
        return True

    def close(self) -> None:
        """Stop polling, end the session and everything it runs; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self.timer.stop()
        self._follower.stop()
        QThreadPool.globalInstance().waitForDone(3000)
        try:
            self.session.close()
        except Exception:
            log.exception("closing the session failed")
