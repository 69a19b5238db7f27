"""Ctrl-C: noted, raised at a good moment, and unheard by processes begun in the meantime."""

import signal
import subprocess
import sys

import pytest

from workbench.training.interrupts import DeferredInterrupt, deaf_to_ctrl_c


def test_the_first_ctrl_c_waits_and_the_second_does_not():
    with DeferredInterrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_processes_begun_meanwhile_do_not_hear_it():
    tell = "import signal; print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"
    before = signal.getsignal(signal.SIGINT)
    with deaf_to_ctrl_c():
        assert subprocess.check_output([sys.executable, "-c", tell], text=True).strip() == "True"
    assert signal.getsignal(signal.SIGINT) is before
