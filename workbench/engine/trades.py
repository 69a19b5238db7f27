"""What a loudspeaker design may be traded for, computed on a thread of its own, with progress and a way out."""

from __future__ import annotations

import logging
import threading

from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.core.params import RenderParams
from workbench.core.trades import Trades
from workbench.render.tradeoffs import trades

log = logging.getLogger(__name__)


class _Cancelled(Exception):
    """Thrown through the computation when nobody wants it any more."""


class TradeJob:
    """Starts at once. `part` is what is done, 0 to 1; afterwards there is `result`, or `error` in words, or neither if
    it was cancelled."""

    def __init__(self, layout: SpeakerLayout, params: RenderParams):
        self.part = 0.0
        self.result: Trades | None = None
        self.error = ""
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(layout, params), name="trades", daemon=True)
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

    def _run(self, layout: SpeakerLayout, params: RenderParams) -> None:
        try:
            self.result = trades(layout, params, self._progress)
        except _Cancelled:
            pass
        except InputError as error:
            self.error = str(error)
        except Exception as error:  # the thread may not die without a word
            log.exception("trades")
            self.error = f"the trades could not be computed: {error}"
