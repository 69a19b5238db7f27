"""Fixtures that several packages share."""

import os

# As in the program, and before numpy is loaded: several threads of matrix products in each of several test processes
# wait for each other instead of working.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

from tests.audio.jack_server import JackServer


@pytest.fixture
def jack_server():
    """A private JACK server, 8 in and 8 out, 48 kHz, period 480; gone after the test."""
    server = JackServer()
    yield server
    server.stop()
