import time

import numpy as np
import pytest

from workbench.core import params as parameters
from workbench.core.array_shapes import grid_xyz_m
from workbench.core.geometry import MicrophoneArray
from workbench.core.params import Params
from workbench.engine.array_files import save_array
from workbench.engine.session import Session
from workbench.engine.settings import Settings


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.02)


@pytest.mark.parametrize(("mics", "words"), [(1, "single microphone"), (64, "")])
def test_the_whole_program_works_with_one_microphone_and_with_sixty_four(tmp_path, mics, words):
    """Sound, beams of every method, localization; what is not possible is said."""
    places = grid_xyz_m(8, 8, 0.02) if mics == 64 else np.zeros((1, 3))
    save_array(MicrophoneArray("mine", places), tmp_path / "mine.toml")
    values = {"enhance.method": "classical", "localize.method": "srp"}
    session = Session(
        Settings(params=parameters.replace(Params(), values), source="room", array=str(tmp_path / "mine.toml"))
    )
    said = set()
    try:
        session.start()
        wait_for(lambda: session.mailbox.health.state == "running", 60.0)
        for method in ("delay-and-sum", "superdirective", "mvdr", "lcmv"):
            session.set({"beamformer.method": method})
            at = session.mailbox.snapshots.next_sequence

            def moved(at=at):
                said.add(session.mailbox.health.message)
                return session.mailbox.snapshots.next_sequence > at + 20

            wait_for(moved, 60.0)
        wait_for(lambda: session.mailbox.localizations.latest is not None, 60.0)
        assert session.mailbox.health.state == "running"
        assert session.array.mics == mics
        assert any(words in message for message in said)
    finally:
        session.close()
