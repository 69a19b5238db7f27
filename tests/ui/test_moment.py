"""A moment of a session that plays in the window, copied as a command line: its output from there on, bit for bit."""

import shlex

import numpy as np
from PySide6.QtWidgets import QApplication

from tests.engine.test_replay import recorded  # noqa: F401 - a fixture
from tests.engine.watched import until
from workbench.audio.files import read_sound
from workbench.cli import main
from workbench.dsp.bands import HOP
from workbench.engine.session import Session
from workbench.engine.settings import Settings
from workbench.ui.bridge import Bridge


def test_it_gives_the_recorded_output_from_there_on(qapp, recorded, tmp_path, monkeypatch):  # noqa: F811
    session = Session(Settings(source="room", sink="none"))
    bridge = Bridge(session)
    try:
        assert bridge.open_session(recorded.folder)
        assert bridge.start()
        until(lambda: session.transport.state.session and session.mailbox.health.state == "running")
        assert bridge.set_play_region((1.2, 2.0))  # so that it is somewhere in there whenever one looks
        assert bridge.seek(1.3)
        until(lambda: session.transport.state.position_s > 1.3)
        line = bridge.command_line()
    finally:
        bridge.close()
        QApplication.processEvents()
    monkeypatch.chdir(tmp_path)
    program, command, *words = shlex.split(line)
    assert (program, command) == ("workbench", "replay") and main([command, *words]) == 0
    sample = int(words[words.index("--from-sample") + 1])
    assert 1.2 * 48000 <= sample < 2.0 * 48000 and sample % HOP == 0
    (written,) = tmp_path.glob("*.wav")
    output, _ = read_sound(recorded.output_path)
    np.testing.assert_array_equal(read_sound(written)[0], output[:, sample:])
