"""When late hops come again and again, the playback queue is made longer: better a little later than broken."""

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


class Patience:
    """Looks at the dropouts some ten times a second and lengthens the sink's queue hop by hop."""

    def __init__(self) -> None:
        self._late_s: deque[float] = deque(maxlen=OFTEN)
        self._newest: Dropout | None = None

    def look(self, dropouts: deque[Dropout], sink: Sink) -> str:
        """A sentence when the queue was made longer, else empty."""
        fresh = []
        for dropout in reversed(tuple(dropouts)):
            if dropout is self._newest:
                break
            fresh.append(dropout)
        if not fresh:
            return ""
        self._newest = fresh[0]
        late = [dropout for dropout in fresh if dropout.stage not in LATE_STAGES and "was lost" not in dropout.detail]
        now_s = time.monotonic()
        self._late_s.extend([now_s] * min(len(late), OFTEN))
        if not late or len(self._late_s) < OFTEN or now_s - self._late_s[0] > WITHIN_S:
            return ""
        if not hasattr(sink, "lengthen") or not sink.lengthen():
            return ""
        self._late_s.clear()
        longer = f"the playback queue is {1000 * sink.extra_s:.0f} ms longer now"
        return f"Hops came late, so {longer}. Flush the queue when the machine is calm"
