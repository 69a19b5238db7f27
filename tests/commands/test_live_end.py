"""How `workbench live` ends where a step of the chain does not."""

import os
import signal
import threading

import numpy as np
import pytest

from tests.engine.watched import PATIENCE_S
from workbench.audio.files import write_sound
from workbench.cli import main
from workbench.dsp.bands import HOP
from workbench.engine import worker
from workbench.engine.chain import Chain


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_step_that_does_not_end_is_a_failure_that_leaves_what_was_there(tmp_path, monkeypatch, capsys):
    sound, out = tmp_path / "in.wav", tmp_path / "out.wav"
    write_sound(sound, np.zeros((1, 400 * HOP), np.float32), 48000)
    out.write_bytes(b"old")
    opened, threads, left, process = threading.Event(), [], [100], Chain.process

    def stuck(chain, *args):
        left[0] -= 1
        if left[0] == 0:
            threads.append(threading.current_thread())
            os.kill(os.getpid(), signal.SIGINT)
            assert opened.wait(PATIENCE_S)
        return process(chain, *args)

    monkeypatch.setattr(Chain, "process", stuck)
    monkeypatch.setattr(worker, "CLOSE_PATIENCE_S", 0.05)
    try:
        assert main(["live", "--source", f"file:{sound}", "--sink", f"file:{out}", "--realtime"]) == 1
    finally:
        opened.set()
    assert "a step of the chain has not ended" in capsys.readouterr().err
    assert out.read_bytes() == b"old" and sorted(os.listdir(tmp_path)) == ["in.wav", "out.wav"]
    threads[0].join(PATIENCE_S)
    assert not threads[0].is_alive()
