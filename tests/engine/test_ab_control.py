import numpy as np
import pytest

from tests.engine.watched import WatchedSession, until
from workbench.core import params as parameters
from workbench.core.ab import TAPS
from workbench.core.errors import InputError
from workbench.core.params import Params
from workbench.engine.ab_control import ABControl
from workbench.engine.ab_settings import SideHistory
from workbench.engine.mailbox import Mailbox
from workbench.engine.settings import Settings


@pytest.fixture
def sides():
    history = SideHistory()
    return history, ABControl(history)


def test_each_side_has_its_settings_and_its_undo(sides):
    history, ab = sides
    history.set({"enhance.strength_percent": 40.0})
    ab.choose("b")
    assert history.params == Params() and not history.undo_label
    history.set({"render.place_deg": 15.0})
    assert "15" in history.undo_label
    ab.choose("a")
    assert history.params.enhance.strength_percent == 40.0
    history.undo()
    assert ab.settings("a") == Params() and ab.settings("b").render.place_deg == 15.0


def test_what_is_transport_is_common(sides):
    history, ab = sides
    history.set({"output.bypass": True, "beamformer.follow": 3})
    assert ab.settings("b").output.bypass and ab.settings("b").beamformer.follow == 3
    ab.choose("b")
    history.set({"output.muted": True})
    assert ab.settings("a").output.muted
    assert ab.differences() == ()


def test_copy_and_swap_are_steps_that_can_be_undone(sides):
    history, ab = sides
    history.set({"enhance.strength_percent": 40.0})
    ab.copy("a", "b")
    assert ab.differences() == () and history.side(1).undo_label == "Copy A to B"
    history.set({"enhance.strength_percent": 60.0})
    ab.swap()
    assert [ab.settings(side).enhance.strength_percent for side in "ab"] == [40.0, 60.0]
    history.undo()
    assert ab.settings("a").enhance.strength_percent == 60.0


def test_differences_are_readable(sides):
    history, ab = sides
    history.set({"enhance.strength_percent": 40.0, "beamformer.method": "mvdr", "output.gain_db": -3.0})
    found = {difference.path: (difference.a, difference.b) for difference in ab.differences()}
    assert found["enhance.strength_percent"] == ("40 %", f"{Params().enhance.strength_percent:.0f} %")
    assert found["output.gain_db"] == ("−3.0 dB", "0.0 dB")
    assert set(found) == {"enhance.strength_percent", "beamformer.method", "output.gain_db"}


def test_a_blind_side_changes_nothing_that_is_shown(sides):
    history, ab = sides
    history.set({"enhance.strength_percent": 40.0})
    before = (ab.state, history.params, ab.side)
    ab.play("b")
    assert ab.heard == "b" and (ab.state, history.params, ab.side) == before
    ab.play(None)
    assert ab.heard == "a"


def test_bad_names_are_refused(sides):
    _, ab = sides
    for wrong in (
        lambda: ab.choose("c"),
        lambda: ab.play("x"),
        lambda: ab.choose_tap("nowhere"),
        lambda: ab.copy("a", ""),
    ):
        with pytest.raises(InputError):
            wrong()
    assert ab.state.tap == "output"


def test_what_is_shared_is_told(sides):
    history, ab = sides
    assert ab.state.equal
    history.set({"enhance.strength_percent": 40.0})
    assert ab.state.shared == ("beam",)


def test_a_session_compares_while_it_plays():
    """Two methods of beam on the room: each side's picture comes when it is shown, and the offset is measured."""
    session = WatchedSession(
        Settings(params=parameters.replace(Params(), {"enhance.method": "classical"}), source="room")
    )
    try:
        session.play()
        assert set(session.ab.taps) == set(TAPS)
        session.set({"beamformer.steering_deg": 40.0, "enhance.output_gain_db": -6.0})
        until(lambda: session.mailbox.beam_pattern.steering_rad == pytest.approx(np.radians(40.0)))
        session.ab.choose("b")
        until(lambda: session.mailbox.beam_pattern.steering_rad == pytest.approx(0.0))
        assert session.params.beamformer.steering_deg == Params().beamformer.steering_deg
        until(lambda: session.ab.state.gain_b_db < -1.0)
        assert session.ab.state.gain_a_db == 0.0
        for tap in TAPS:
            session.ab.choose_tap(tap)
            at = session.mailbox.snapshots.next_sequence
            until(lambda at=at: session.mailbox.snapshots.next_sequence > at + 5)
        session.ab.copy("b", "a")
        until(lambda: session.ab.state.gain_b_db == 0.0)
        session.becomes("running", from_now=True)
        assert not any(failed for _, failed in session.said)
        assert isinstance(session.mailbox, Mailbox)
    finally:
        session.close()
