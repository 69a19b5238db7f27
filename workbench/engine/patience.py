"""When hops come late, or nearly late, again and again, the playback queue is made longer: better a little later than
broken."""

from __future__ import annotations

import time
from collections import deque

from workbench.audio.protocols import Sink
from workbench.core.messages import Dropout

LATE_STAGES = {"sound server", "source", "computer"}
"""What a longer queue does not help against: the server's own faults, what was lost before it came to us, and a
standstill."""

OFTEN, WITHIN_S = 2, 30.0
"""One late hop happens; that many within that time make the queue longer."""
CLOSE_CALLS = 3
"""So many that were only nearly late, within the same time, do so too: nobody has heard anything yet."""


class Patience:
    """Looks at the dropouts some ten times a second and lengthens the sink's queue hop by hop."""

    def __init__(self) -> None:
        self._late_s: deque[float] = deque(maxlen=OFTEN)
        self._newest: Dropout | None = None
        self._close_s: deque[float] = deque(maxlen=CLOSE_CALLS)
        self._close_calls: int | None = None

    def look(self, dropouts: deque[Dropout], sink: Sink, close_calls: int = 0) -> str:
        """A sentence when the queue was made longer, else empty; `close_calls` hops were nearly late so far."""
        now_s = time.monotonic()
        late, close = self._late(dropouts, now_s), self._nearly_late(close_calls, now_s)
        if not (late or close) or not hasattr(sink, "lengthen") or not sink.lengthen():
            return ""
        self._late_s.clear()
        self._close_s.clear()
        longer = f"the playback queue is {1000 * sink.extra_s:.0f} ms longer now"
        return f"Hops came {'late' if late else 'nearly late'}, so {longer}. Flush the queue when the machine is calm"

    def _nearly_late(self, close_calls: int, now_s: float) -> bool:
        fresh = close_calls - (close_calls if self._close_calls is None else self._close_calls)
        self._close_calls = close_calls
        self._close_s.extend([now_s] * min(fresh, CLOSE_CALLS))
        return fresh > 0 and len(self._close_s) == CLOSE_CALLS and now_s - self._close_s[0] <= WITHIN_S

    def _late(self, dropouts: deque[Dropout], now_s: float) -> bool:
        fresh = []
        for dropout in reversed(tuple(dropouts)):
            if dropout is self._newest:
                break
            fresh.append(dropout)
        if not fresh:
            return False
        self._newest = fresh[0]
        late = [dropout for dropout in fresh if dropout.stage not in LATE_STAGES and "was lost" not in dropout.detail]
        self._late_s.extend([now_s] * min(len(late), OFTEN))
        return bool(late) and len(self._late_s) == OFTEN and now_s - self._late_s[0] <= WITHIN_S
