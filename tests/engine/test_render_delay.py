"""Another delay of the loudspeakers' filters is another chain, as soon as the slider has come to rest."""

import time

import pytest

from workbench.engine.session import Session
from workbench.engine.settings import Settings


@pytest.fixture
def session():
    session = Session(Settings(source="room:four-talkers", sink="none", layout="pair-100mm"))
    yield session
    session.close()


def _wait(done, timeout_s=60.0):
    end = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def _delay(session):
    assembly = session._assembly
    return None if assembly is None else assembly.runner.chain.config.render_delay


def test_a_later_filter_makes_a_later_chain(session):
    session.start()
    _wait(lambda: _delay(session) == 240)
    latency = session._assembly.runner.chain.latency
    first = session._assembly
    for delay_ms in (6.0, 8.0, 10.0):
        session.set({"render.delay_ms": delay_ms}, gesture="slider")
        time.sleep(0.05)
    _wait(lambda: _delay(session) == 480)
    assert session._assembly.runner.chain.latency == latency + 240
    assert session._assembly is not first
    _wait(lambda: session.running and session.mailbox.health.state == "running")
    again = session._assembly
    session.set({"render.virtual_deg": 40.0})
    time.sleep(1.0)
    assert session._assembly is again
    session.undo()
    session.undo()
    _wait(lambda: _delay(session) == 240)
