"""A child of the program that computes: starting and ending it, and the objects that go over its link.

The child is the program itself (see `workbench.__main__`), so that a packaged program needs no second file. The link is
a stream socket; when the parent's end closes, for whatever reason, the child reads the end of it and leaves.
"""

from __future__ import annotations

import pickle
import socket
import subprocess
from multiprocessing.connection import Connection
from typing import Any

from workbench.audio.stream import environment, program

CLOSE_S = 1.0


def start(option: str) -> tuple[subprocess.Popen, Connection]:
    """Start the program with `option` and the number of its end of the link. Raises OSError."""
    ours, its = socket.socketpair()
    try:
        process = subprocess.Popen(
            [*program(), option, str(its.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(its.fileno(),),
            env=environment({"OMP_NUM_THREADS": "1"}),
        )
    except BaseException:
        ours.close()
        raise
    finally:
        its.close()
    return process, Connection(ours.detach())


def end(process: subprocess.Popen, link: Connection) -> None:
    """End a child, kindly if it listens; takes a second at most."""
    link.close()
    try:
        process.wait(CLOSE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def send(link: Connection, message: Any) -> None:
    """Send an object; its arrays are not copied on the way. Raises OSError where the other end is closed."""
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    link.send_bytes(len(buffers).to_bytes(4, "little") + data)
    for buffer in buffers:
        link.send_bytes(buffer.raw())


def receive(link: Connection) -> Any:
    """The object that was sent; None for an empty message. Its arrays are read-only.

    Raises EOFError and OSError where the other end is closed.
    """
    data = link.recv_bytes()
    if not data:
        return None
    buffers = [link.recv_bytes() for _ in range(int.from_bytes(data[:4], "little"))]
    return pickle.loads(data[4:], buffers=buffers)
