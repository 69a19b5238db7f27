"""Fixtures that several packages share."""

import pytest

from tests.audio.jack_server import JackServer


@pytest.fixture
def jack_server():
    """A private JACK server, 8 in and 8 out, 48 kHz, period 480; gone after the test."""
    server = JackServer()
    yield server
    server.stop()
