"""Another delay of the loudspeakers' filters is another chain, as soon as the slider has come to rest."""

import pytest

from tests.engine.watched import WatchedSession, until
from workbench.engine.session import running
from workbench.engine.settings import Settings


@pytest.fixture
def session():
    session = WatchedSession(Settings(source="room:four-talkers", sink="none", layout="pair-100mm"))
    yield session
    session.close()


def _delay(session):
    assembly = session._assembly
    return None if assembly is None else assembly.runner.chain.config.render_delay


def test_a_later_filter_makes_a_later_chain(session):
    session.play()
    assert _delay(session) == 240
    latency = session._assembly.runner.chain.latency
    first = session._assembly
    for delay_ms in (6.0, 8.0, 10.0):
        session.set({"render.delay_ms": delay_ms}, gesture="slider")
    until(lambda: _delay(session) == 480)
    again = session._assembly
    assert again is not first and again.runner.chain.latency == latency + 240
    begun_s = session.becomes("running", from_now=True).elapsed_s
    session.set({"render.virtual_deg": 40.0})
    session.becomes(lambda health: health.elapsed_s > begun_s + 2 * running.DELAY_PATIENCE_S, from_now=True)
    assert session._assembly is again
    session.undo()
    session.undo()
    until(lambda: _delay(session) == 240)
