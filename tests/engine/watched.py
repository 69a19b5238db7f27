"""A session of which nothing escapes: what it says or is for a moment is still known to who looks late."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from workbench.core.messages import Health
from workbench.engine.mailbox import Mailbox
from workbench.engine.session import Session

PATIENCE_S = 90.0
"""For a machine that has other things to do; what is awaited comes within a second on a calm one."""


def until(condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
    """Wait for what lasts once it has come."""
    deadline_s = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline_s, "did not happen in time"
        time.sleep(0.01)


class WatchedMailbox(Mailbox):
    """Keeps all that was published of the session's health."""

    def __init__(self) -> None:
        self.healths: list[Health] = []
        super().__init__()

    @property
    def health(self) -> Health:
        """The newest."""
        return self.healths[-1]

    @health.setter
    def health(self, health: Health) -> None:
        self.healths.append(health)


class WatchedSession(Session):
    """A session with a memory. A sentence or a state that the next one soon takes the place of is not missed, however
    seldom the test comes to look: both are looked for among all that came since the one awaited before.
    """

    def __init__(self, *args, **kwargs):
        self.said: list[tuple[str, bool]] = []
        self._heard = self._seen = 0
        super().__init__(*args, **kwargs)
        self.mailbox = WatchedMailbox()

    def _say(self, message: str, failed: bool = False) -> None:
        self.said.append((message, failed))
        super()._say(message, failed)

    def says(self, words: str) -> tuple[str, bool]:
        """Wait for a sentence with these words; gives it, and whether it tells of a failure."""
        found: list[int] = []

        def look() -> list[int]:
            found[:] = [at for at in range(self._heard, len(self.said)) if words in self.said[at][0]][:1]
            return found

        try:
            until(look)
        except AssertionError:
            raise AssertionError(f"{words!r} was not said, but {self.said[self._heard :]}") from None
        self._heard = found[0] + 1
        return self.said[found[0]]

    def becomes(self, condition: str | Callable[[Health], Any], *, from_now: bool = False) -> Health:
        """Wait for a health that is like that, or of that state, and give it.

        `from_now`: what was published before the call does not count.
        """
        fulfils = (lambda health: health.state == condition) if isinstance(condition, str) else condition
        healths = self.mailbox.healths
        self._seen = len(healths) if from_now else self._seen

        def look() -> bool:
            while self._seen < len(healths):
                if fulfils(healths[self._seen]):
                    return True
                self._seen += 1
            return False

        try:
            until(look)
        except AssertionError:
            raise AssertionError(f"it is {self.mailbox.health}") from None
        return healths[self._seen]

    def play(self) -> Health:
        """Start, and wait until sound flows."""
        self.start()
        return self.becomes("running", from_now=True)
