"""Cheap signs that the list of sound devices may have changed: no sound library is asked, no stream is disturbed.

Listing devices takes a process and a tenth of a second of processor time, and with JACK a client that comes and goes.
Twice a second that would be too much; looking at what the system itself says of cards and sound servers is not.
"""

from __future__ import annotations

import os
import sys

from workbench.audio.server import OWN_JACK_CLIENTS
from workbench.core.system_files import text_of

_SERVER_SOCKETS = ("jack_", "pipewire-", "pulse")


def signs() -> tuple | None:
    """Something that differs when a card, a sound server or another JACK client has come or gone.

    None where the system does not show them (anything but Linux): then only asking helps.
    """
    if not sys.platform.startswith("linux"):
        return None
    return (_text("/proc/asound/cards"), _names("/dev/snd"), _sockets(), _jack_clients())


def _text(path: str) -> str:
    try:
        return text_of(path)
    except OSError:
        return ""


def _names(path: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(os.listdir(path)))
    except OSError:
        return ()


def _sockets() -> tuple[str, ...]:
    """Names of the sockets at which sound servers listen now."""
    found = set()
    for line in _text("/proc/net/unix").splitlines():
        fields = line.split()
        name = fields[-1].rpartition("/")[2] if len(fields) > 7 else ""
        if name.startswith(_SERVER_SOCKETS):
            found.add(fields[-1])
    return tuple(sorted(found))


def _jack_clients() -> tuple[str, ...]:
    """Other programs' clients of JACK servers: each has a semaphore of its name."""
    names = (name for name in _names("/dev/shm") if name.startswith("jack_sem."))
    return tuple(name for name in names if not any(f"_{own}" in name for own in OWN_JACK_CLIENTS))
