"""What a loudspeaker design may be traded for, computed in a process of its own, with progress and a way out.

It takes some ten seconds of numpy, beside which neither sound nor window would get the interpreter as they need it.
"""

from __future__ import annotations

import logging
import threading

from workbench.core.geometry import SpeakerLayout
from workbench.core.params import RenderParams
from workbench.core.trades import Trades
from workbench.engine import compute_child
from workbench.engine.compute_child import receive, send
from workbench.engine.design_server import TradesAnswer, TradesTask, answer_trades

log = logging.getLogger(__name__)

LOOK_S = 0.05
"""How often it is asked whether it was cancelled."""


class _Cancelled(OSError):
    """Nobody wants it any more."""


class TradeJob:
    """Starts at once. `part` is what is done, 0 to 1; afterwards there is `result`, or `error` in words, or neither if
    it was cancelled."""

    def __init__(self, layout: SpeakerLayout, params: RenderParams):
        self.part = 0.0
        self.result: Trades | None = None
        self.error = ""
        self._cancelled = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(TradesTask(layout, params),), name="trades", daemon=True
        )
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def cancel(self) -> None:
        """End it at the next step."""
        self._cancelled.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end; whether it came."""
        self._thread.join(timeout_s)
        return not self.running

    def _progress(self, part: float) -> None:
        if self._cancelled.is_set():
            raise _Cancelled
        self.part = part

    def _run(self, task: TradesTask) -> None:
        try:
            answer = self._answer(task)
        except _Cancelled:
            return
        except (EOFError, OSError):
            self.error = "the process that computed the trades has ended; try again"
            return
        if answer.failure:
            log.error("trades: %s", answer.failure)
        self.result = answer.trades
        self.error = answer.refusal or (answer.failure and f"the trades could not be computed: {answer.failure}")

    def _answer(self, task: TradesTask) -> TradesAnswer:
        """Raises _Cancelled, and EOFError or OSError where the child has ended."""
        try:
            process, link = compute_child.start("--design-server")
        except OSError as error:
            log.warning("trades are computed in the program itself: %s", error)
            return answer_trades(task, self._progress)
        try:
            send(link, task)
            while True:
                self._progress(self.part)
                if link.poll(LOOK_S):
                    said = receive(link)
                    if isinstance(said, TradesAnswer):
                        return said
                    self._progress(said)
        finally:
            process.terminate()
            compute_child.end(process, link)
