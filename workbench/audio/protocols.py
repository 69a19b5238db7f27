"""What the engine asks of a source and of a sink. Both speak 48 kHz hops; other rates are resampled inside."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import Block

RATE_HZ = 48000
HOP = 480


class Source(Protocol):
    """Where sound comes from. All methods are called from one thread, except the counters, which any may read."""

    @property
    def name(self) -> str:
        """Shown to a person, e.g. "Simulated room"."""
        ...

    @property
    def channels(self) -> int: ...

    @property
    def channel_names(self) -> tuple[str, ...]: ...

    @property
    def live(self) -> bool:
        """True: a device's clock paces `read`. False: `read` gives what was prepared ahead, as fast as it is asked."""
        ...

    @property
    def array(self) -> MicrophoneArray | None:
        """The array that the source knows it has (the room does; a device or file does not)."""
        ...

    @property
    def latency_samples(self) -> int:
        """Time from the air (or file) to `read`, at 48 kHz; valid after the first block."""
        ...

    @property
    def dropped_samples(self) -> int:
        """Samples lost so far because nobody read them in time (capture keeps the newest)."""
        ...

    @property
    def server_dropouts(self) -> int:
        """Overflows that the sound server itself reported."""
        ...

    @property
    def finished(self) -> bool:
        """No block will come any more (end of a file that does not loop)."""
        ...

    def start(self) -> None:
        """Begin to deliver. Raises InputError (bad file) or DeviceError."""

    def read(self, timeout_s: float) -> Block | None:
        """The next hop, or None when none came in time. Never touches disk."""

    def close(self) -> None:
        """Stop and free everything; may be called twice."""


class Sink(Protocol):
    """Where sound goes."""

    @property
    def name(self) -> str: ...

    @property
    def channels(self) -> int: ...

    @property
    def channel_names(self) -> tuple[str, ...]: ...

    @property
    def live(self) -> bool:
        """True: a device's clock empties the queue. False: takes hops as fast as they come."""
        ...

    @property
    def latency_samples(self) -> int:
        """Time from `write` to the air, queue included, at 48 kHz; valid while running."""
        ...

    @property
    def missed_samples(self) -> int:
        """Samples of silence that were played because nothing was there in time."""
        ...

    @property
    def server_dropouts(self) -> int: ...

    def start(self) -> None:
        """Begin to play. Raises InputError or DeviceError."""

    def wait(self, timeout_s: float) -> bool:
        """Wait until there is room for one hop; False when there was none in time."""
        ...

    def write(self, samples: np.ndarray) -> None:
        """Queue (channels, HOP) float32. Never blocks; drops and counts when full."""

    def close(self) -> None:
        """Finish what was written (a file is complete and playable), free everything; may be called twice."""

    def discard(self) -> None:
        """Close without completing: no file appears, and one that was there before stays as it was."""
