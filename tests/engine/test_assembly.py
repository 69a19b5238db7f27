from dataclasses import replace

import numpy as np
import pytest

from tests.engine.watched import WatchedSession, until
from workbench.core import params as parameters
from workbench.core.array_shapes import grid_xyz_m
from workbench.core.geometry import MicrophoneArray
from workbench.core.params import Params
from workbench.engine.ab_settings import SideHistory
from workbench.engine.array_files import save_array
from workbench.engine.assembly import Structure, assemble
from workbench.engine.mailbox import Mailbox
from workbench.engine.settings import Settings


@pytest.mark.parametrize(("mics", "words"), [(1, "single microphone"), (64, "")])
def test_the_whole_program_works_with_one_microphone_and_with_sixty_four(tmp_path, mics, words):
    """Sound, beams of every method, localization; what is not possible is said."""
    places = grid_xyz_m(8, 8, 0.02) if mics == 64 else np.zeros((1, 3))
    save_array(MicrophoneArray("mine", places), tmp_path / "mine.toml")
    values = {"enhance.method": "classical", "localize.method": "srp"}
    session = WatchedSession(
        Settings(params=parameters.replace(Params(), values), source="room", array=str(tmp_path / "mine.toml"))
    )
    try:
        session.play()
        for method in ("delay-and-sum", "superdirective", "mvdr", "lcmv"):
            session.set({"beamformer.method": method})
            at = session.mailbox.snapshots.next_sequence
            until(lambda at=at: session.mailbox.snapshots.next_sequence > at + 20)
        until(lambda: session.mailbox.localizations.latest is not None)
        session.becomes("running", from_now=True)
        assert session.array.mics == mics
        assert any(words in message for message, _ in session.said) or not words
    finally:
        session.close()


@pytest.mark.parametrize("side", [0, 1])
def test_the_side_may_change_while_the_chain_is_built(side):
    """What was prepared is for the side that was shown when the preparation began; the chain begins with it anyway."""
    history = SideHistory(parameters.replace(Params(), {"enhance.method": "classical"}))
    history.choice = replace(history.choice, shown=side, heard=side)
    said = []

    def report(text):
        said.append(text)

    class Mail(Mailbox):
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if name == "beam_pattern" and value is not None:  # in the midst of the preparation
                history.choice = replace(history.choice, shown=1 - side, heard=1 - side)

    assembly = assemble(Structure("room", "none", "uca8-100mm", "pair-100mm"), history, Mail(), report)
    try:
        assembly.runner.start()
        while assembly.runner.samples_in < 480 * 20:
            assembly.runner.step()
        assert history.choice.shown == 1 - side
    finally:
        assembly.close()
