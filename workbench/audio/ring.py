"""Sound between two processes: a ring in anonymous shared memory, and the messages that tell how far it is filled.

One side writes samples, then sends its new index in a small message over a non-blocking socket pair: the message
wakes the other side and orders memory on every processor, so that the ring itself needs no lock and nothing spins.
Indices count samples (of all channels at once) since the stream began and never wrap. A message that finds the
socket full is left out: the next one carries a newer index anyway.

The memory has no name that could outlive a killed process: memfd on Linux, an unlinked file on other POSIX systems.
Its descriptor is handed over when the child starts. (On Windows the same roles fall to a pagefile section, a
loopback socket pair and `socket.share`; only `create_memory`, `create_link` and the start of the child would differ.)

This module and `server` import neither numpy nor anything else that is slow: they run in the audio process.
"""

from __future__ import annotations

import mmap
import os
import socket
import struct
import tempfile
from typing import NamedTuple

FLOAT_BYTES = 4


def create_memory(size: int) -> int:
    """Descriptor of `size` bytes of zeroed shared memory that vanishes with its last user."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("earshot-ring", os.MFD_CLOEXEC)
    else:
        descriptor, path = tempfile.mkstemp(prefix="earshot-ring-")
        os.unlink(path)
    os.ftruncate(descriptor, size)
    return descriptor


class Ring:
    """Interleaved float32 samples in shared memory, addressed by their running index.

    Parameters
    ----------
    descriptor : int
        From `create_memory`, at least ``capacity * channels * 4`` bytes. The ring takes it over and closes it.
    channels : int
    capacity : int
        Samples per channel; the sample with index i lies at ``i % capacity``.
    """

    def __init__(self, descriptor: int, channels: int, capacity: int):
        self.channels = channels
        self.capacity = capacity
        self.sample_bytes = FLOAT_BYTES * channels
        self._size = capacity * self.sample_bytes
        try:
            self._memory = mmap.mmap(descriptor, self._size)
        finally:
            os.close(descriptor)
        self._bytes = memoryview(self._memory)

    def write(self, index: int, data: memoryview) -> None:
        """Put `data` (bytes of whole samples, at most the capacity) at sample `index`."""
        start = (index % self.capacity) * self.sample_bytes
        first = min(len(data), self._size - start)
        self._bytes[start : start + first] = data[:first]
        if first < len(data):
            self._bytes[: len(data) - first] = data[first:]

    def read(self, index: int, data: memoryview) -> None:
        """Fill `data` (bytes of whole samples) from sample `index` on."""
        start = (index % self.capacity) * self.sample_bytes
        first = min(len(data), self._size - start)
        data[:first] = self._bytes[start : start + first]
        if first < len(data):
            data[first:] = self._bytes[: len(data) - first]

    def close(self) -> None:
        """Give the memory back; may be called twice."""
        self._bytes.release()
        self._memory.close()


class Message(NamedTuple):
    """What one side tells the other.

    index : samples written (capture) or taken (playback) so far; towards the player, samples written so far.
    time_s : `time.perf_counter` at the device callback; one clock for all processes of a machine.
    device_s : latency between the converters and the callback, as the sound server reports it.
    block : samples of this callback.
    missed : samples of silence played so far because nothing was there.
    xruns : overflows or underflows that the sound server reported so far.
    """

    index: int
    time_s: float = 0.0
    device_s: float = 0.0
    block: int = 0
    missed: int = 0
    xruns: int = 0


_LAYOUT = struct.Struct("<qddqqq")


def create_link() -> tuple[socket.socket, socket.socket]:
    """A connected pair of sockets that keep message boundaries; wrap each end in a `Link`."""
    kind = getattr(socket, "SOCK_SEQPACKET", socket.SOCK_DGRAM)
    try:
        return socket.socketpair(socket.AF_UNIX, kind)
    except OSError:  # macOS knows SEQPACKET by name only
        return socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)


class Link:
    """One end of the message channel. Never blocks; `closed` tells that the other end has gone."""

    def __init__(self, end: socket.socket):
        end.setblocking(False)
        self._socket = end
        self.closed = False

    def fileno(self) -> int:
        """For `select`."""
        return self._socket.fileno()

    def send(self, message: Message) -> None:
        """Send, or leave out when the other side is far behind."""
        try:
            self._socket.send(_LAYOUT.pack(*message))
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True

    def newest(self) -> Message | None:
        """The newest message that has come since the last call, older ones skipped; None when none came."""
        messages = self.messages()
        return messages[-1] if messages else None

    def messages(self) -> list[Message]:
        """All messages that have come since the last call, oldest first."""
        found = []
        while not self.closed:
            try:
                data = self._socket.recv(_LAYOUT.size)
            except BlockingIOError:
                break
            except OSError:
                self.closed = True
                break
            if len(data) < _LAYOUT.size:
                self.closed = True
                break
            found.append(Message(*_LAYOUT.unpack(data)))
        return found

    def close(self) -> None:
        """Close this end; may be called twice."""
        self.closed = True
        self._socket.close()
