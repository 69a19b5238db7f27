"""Keeps the list of sound devices fresh while the sound goes on.

PortAudio looks for devices once, when it starts, so each listing is a short-lived process of its own
(`workbench.audio.devices`). It is made when the system shows signs of a change, while somebody looks at a list, and
when asked for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from workbench.audio.device_signs import signs
from workbench.audio.devices import DeviceList, query
from workbench.core.errors import DeviceError

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""How often the signs are looked at."""

ATTENDED_S = 2.0
"""While somebody looks at the list it is made so often, signs or not."""

BLIND_S = 5.0
"""The same where the system shows no signs."""

SETTLE_S = 0.4
"""A card or server that has just shown up may need a moment; it is looked at once more after this."""


class DeviceWatch:
    """The devices that are there, always fresh, from a thread of its own.

    Parameters
    ----------
    variables : dict, optional
        Changes to the listing process's environment, such as JACK_DEFAULT_SERVER.
    ask, look : for tests: what lists the devices, what gives the signs of a change

    Attributes
    ----------
    listing : DeviceList or None
        The newest list; None before the first one.
    error : str
        Why there is none; empty when all is well.
    serial : int
        Grows whenever list or error has changed.
    """

    def __init__(
        self,
        variables: dict[str, str] | None = None,
        ask: Callable[[dict[str, str] | None], DeviceList] = query,
        look: Callable[[], tuple | None] = signs,
    ):
        self.listing: DeviceList | None = None
        self.error = ""
        self.serial = 0
        self._variables, self._ask, self._look = variables, ask, look
        self._attended = 0
        self._callbacks: list[Callable[[], None]] = []
        self._wake, self._ended = threading.Event(), threading.Event()
        self._wanted = True
        self._answered = threading.Event()
        self._thread = threading.Thread(target=self._run, name="device watch", daemon=True)
        self._thread.start()

    def refresh(self) -> None:
        """List the devices now. Returns at once."""
        self._wanted = True
        self._wake.set()

    def attend(self, on: bool) -> None:
        """Somebody begins, or ends, to look at the list. May be nested."""
        self._attended = max(self._attended + (1 if on else -1), 0)
        if on:
            self.refresh()

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback` after each change, on the watch's own thread."""
        self._callbacks.append(callback)

    def wait_for_first(self, timeout_s: float) -> DeviceList | None:
        """The newest list; waits for the first one, at most so long."""
        self._answered.wait(timeout_s)
        return self.listing

    def close(self) -> None:
        """End the thread; may be called twice."""
        self._ended.set()
        self._wake.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        seen = self._look()
        asked_s = -BLIND_S
        again_s: float | None = None
        while not self._ended.is_set():
            now_s = time.monotonic()
            found = self._look()
            if found != seen:
                seen, self._wanted, again_s = found, True, now_s + SETTLE_S
            if again_s is not None and now_s >= again_s:
                self._wanted, again_s = True, None
            period_s = ATTENDED_S if self._attended else BLIND_S if found is None else None
            if self._wanted or (period_s is not None and now_s - asked_s >= period_s):
                self._wanted = False
                self._list()
                asked_s = time.monotonic()
            self._wake.wait(LOOK_S)
            self._wake.clear()

    def _list(self) -> None:
        before = self.listing, self.error
        try:
            self.listing, self.error = self._ask(self._variables), ""
        except DeviceError as error:
            self.error = str(error)
        first = not self._answered.is_set()
        self._answered.set()
        if first or (self.listing, self.error) != before:
            self.serial += 1
            for callback in tuple(self._callbacks):
                try:
                    callback()
                except Exception:
                    log.exception("somebody who watches the devices failed")
