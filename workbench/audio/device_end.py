"""What the two ends of a device, `DeviceSource` and `DeviceSink`, have in common: one stream, opened by name."""

from __future__ import annotations

import numpy as np

from workbench.audio.protocols import RATE_HZ
from workbench.audio.specs import DeviceSpec
from workbench.audio.stream import OPEN_TIMEOUT_S, StreamProcess
from workbench.core.errors import DeviceUnavailable


class DeviceEnd:
    """One end of a device: its stream while it is open, its counters over all streams.

    Parameters
    ----------
    device : DeviceSpec
    direction : "input" or "output"
    block : int
        Samples per callback of the device; 0 = its own choice, which has the least latency.
    rate_hz : int or None
        None = 48 kHz, or the device's own rate where it refuses that.
    latency : "low", "high" or seconds
    variables : dict
        Changes to the audio process's environment, such as JACK_DEFAULT_SERVER.

    Attributes
    ----------
    channels, channel_names : known after `start`, or before when the device names its channels
    lost : bool
        The device has stopped; `lost_reason` says how. `reopen` tries again.
    """

    live = True

    def __init__(
        self,
        device: DeviceSpec,
        direction: str,
        block: int,
        rate_hz: int | None,
        latency: str | float,
        variables: dict[str, str] | None,
    ):
        self.device, self.direction, self.variables = device, direction, variables
        self.name = device.name or device.hostapi or f"Default {direction}"
        self._options = {"block": block, "rate_hz": rate_hz, "latency": latency, "variables": variables}
        self._stream: StreamProcess | None = None
        self._mean_latency_s: float | None = None
        self._xruns_before = 0
        self._rate_hz = rate_hz or RATE_HZ

    def _name_channels(self, numbers: tuple[int, ...]) -> None:
        """Use the device's channels of these numbers, counted from 1."""
        self._columns = np.array(numbers, dtype=int) - 1
        self.channels = len(numbers)
        word = "in" if self.direction == "input" else "out"
        self.channel_names = tuple(f"{word} {number}" for number in numbers)

    def _open(self, channels: int, at_most: bool, open_timeout_s: float, **more) -> StreamProcess:
        """A running stream of the device, for `start`. Raises DeviceError."""
        return StreamProcess(
            self.direction,
            self.device.hostapi,
            self.device.name,
            channels,
            at_most=at_most,
            open_timeout_s=open_timeout_s,
            **self._options,
            **more,
        )

    def start(self, open_timeout_s: float) -> None:
        """Open the device. Raises DeviceError."""
        raise NotImplementedError

    def reopen(self, open_timeout_s: float = OPEN_TIMEOUT_S) -> None:
        """After a loss: end what is left of the stream and open the same device again, by name. Raises DeviceError.

        Counters go on. A device that came back with another rate is taken at that rate.
        """
        try:
            self.start(open_timeout_s)
        except DeviceUnavailable as error:
            if error.cause != "rate" or self._options["rate_hz"] is None:
                raise
            self._options["rate_hz"] = None
            self.start(open_timeout_s)

    @property
    def rate_hz(self) -> int:
        """The device's rate; valid after `start`."""
        return self._rate_hz

    @property
    def server_dropouts(self) -> int:
        """Overflows or underflows that the sound server reported."""
        stream = self._stream
        return self._xruns_before + (stream.xruns if stream else 0)

    @property
    def stalled_s(self) -> float:
        """For how long the device asked for nothing just now, though it runs; else 0."""
        stream = self._stream
        return stream.stalled_s if stream else 0.0

    @property
    def lost_reason(self) -> str:
        """Why the device counts as lost; empty while it does not."""
        stream = self._stream
        return stream.lost_reason if stream else ""

    @property
    def lost(self) -> bool:
        """No callback for a while, or the audio process has gone."""
        return bool(self.lost_reason)

    @property
    def device_latency_samples(self) -> int:
        """Latency between converters and callback, as the sound server reports it, at 48 kHz."""
        stream = self._stream
        last = stream.last if stream else None
        return round(last.device_s * RATE_HZ) if last else 0

    @property
    def latency_samples(self) -> int:
        """`device_latency_samples` and the mean time on our side of the callback, at 48 kHz."""
        return round((self._mean_latency_s or 0.0) * RATE_HZ) + self.device_latency_samples

    def close(self) -> None:
        """Stop and free everything, in about a second at most; may be called twice."""
        stream, self._stream = self._stream, None
        if stream is not None:
            self._xruns_before += stream.xruns
            self._closing(stream)
            stream.close()

    def _closing(self, stream: StreamProcess) -> None:
        """Take over what counts beyond the stream's end."""
