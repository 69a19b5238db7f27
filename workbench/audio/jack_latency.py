"""Latency of our own JACK ports, as the JACK server knows it.

PortAudio reports the latency of the physical ports that it connected at the start, whatever is connected since.
JACK itself keeps, for every port, the range of latencies over all paths to it: right too when another program is
wired to our ports in the place of the hardware, or beside it.
"""

from __future__ import annotations

import ctypes
import ctypes.util

MAX_PORTS = 64


class _Range(ctypes.Structure):
    _fields_ = (("min", ctypes.c_uint32), ("max", ctypes.c_uint32))


_NO_START_SERVER = 0x01
_CAPTURE, _PLAYBACK = 0, 1


class JackLatency:
    """Reads the port latency of PortAudio's JACK client in this process.

    Parameters
    ----------
    portaudio_library : str
        Name of the PortAudio library that is loaded already.
    direction : "input" or "output"

    Raises
    ------
    OSError, AttributeError
        No JACK library, no server, or a PortAudio without JACK.
    """

    def __init__(self, portaudio_library: str, direction: str):
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
        # Never activated: this client takes no part in the graph, it only looks.
        self._client = self._jack.jack_client_open(b"earshot-latency", _NO_START_SERVER, None)
        if not self._client:
            raise OSError("the JACK server does not answer")

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
