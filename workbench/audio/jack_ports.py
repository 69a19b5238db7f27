"""What the JACK server knows of our own ports and of the device that they belong to.

PortAudio reports the latency of the physical ports that it connected at the start, whatever is connected since.
JACK itself keeps, for every port, the range of latencies over all paths to it: right too when another program is
wired to our ports in the place of the hardware, or beside it.

And when the ports of the device go (PipeWire takes a node away, another client leaves), PortAudio's callbacks just go
on, with nothing at the other end: only the list of ports shows it.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import re

MAX_PORTS = 64
MISSING_LOOKS = 2
"""A sound server that is busy with its graph may show none for a moment."""


class _Range(ctypes.Structure):
    _fields_ = (("min", ctypes.c_uint32), ("max", ctypes.c_uint32))


_NO_START_SERVER = 0x01
_CAPTURE, _PLAYBACK = 0, 1


class JackPorts:
    """Looks at the ports of PortAudio's JACK client in this process, and at those of the device that it has opened.

    Parameters
    ----------
    portaudio_library : str
        Name of the PortAudio library that is loaded already.
    direction : "input" or "output"
    device : str
        Name of the device: to PortAudio the name of a JACK client.

    Raises
    ------
    OSError, AttributeError
        No JACK library, no server, or a PortAudio without JACK.
    """

    def __init__(self, portaudio_library: str, direction: str, device: str):
        portaudio = ctypes.CDLL(portaudio_library)
        name = ctypes.c_char_p()
        if portaudio.PaJack_GetClientName(ctypes.byref(name)) != 0 or not name.value:
            raise OSError("PortAudio has no JACK client")
        self._port_prefix = name.value + (b":in_" if direction == "input" else b":out_")
        self._mode = _CAPTURE if direction == "input" else _PLAYBACK
        self._jack = ctypes.CDLL(ctypes.util.find_library("jack") or "libjack.so.0")
        self._jack.jack_client_open.restype = ctypes.c_void_p
        self._jack.jack_port_by_name.restype = ctypes.c_void_p
        self._jack.jack_port_by_name.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
        self._jack.jack_port_get_latency_range.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Range))
        self._jack.jack_client_close.argtypes = (ctypes.c_void_p,)
        self._jack.jack_get_ports.restype = ctypes.c_void_p
        self._jack.jack_get_ports.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong)
        self._jack.jack_free.argtypes = (ctypes.c_void_p,)
        # A POSIX regular expression knows no \x for letters that mean nothing: only what has a meaning is escaped.
        self._device = b"^" + re.sub(rb"([][\\.^$*+?(){}|])", rb"\\\1", device.encode()) + b":"
        self._missing = 0
        # Never activated: this client takes no part in the graph, it only looks.
        self._client = self._jack.jack_client_open(b"earshot-ports", _NO_START_SERVER, None)
        if not self._client:
            raise OSError("the JACK server does not answer")

    @property
    def gone(self) -> bool:
        """The device has no ports any more, nor had it when this was asked before."""
        ports = self._jack.jack_get_ports(self._client, self._device, None, 0)
        if ports:
            self._jack.jack_free(ports)
        self._missing = 0 if ports else self._missing + 1
        return self._missing >= MISSING_LOOKS

    def samples(self) -> int | None:
        """Latency between the nearest end of the JACK graph and any of our ports; None when there are no ports."""
        shortest = None
        found = _Range()
        for number in range(MAX_PORTS):
            port = self._jack.jack_port_by_name(self._client, self._port_prefix + str(number).encode())
            if not port:
                break
            self._jack.jack_port_get_latency_range(port, self._mode, ctypes.byref(found))
            shortest = found.min if shortest is None else min(shortest, found.min)
        return None if shortest is None else int(shortest)

    def close(self) -> None:
        """Leave the server."""
        self._jack.jack_client_close(self._client)
