"""Ctrl-C is unheard by processes begun in the meantime."""

import signal
import subprocess
import sys

import pytest

from workbench.core.interrupts import deaf_to_ctrl_c


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_processes_begun_meanwhile_do_not_hear_it():
    tell = "import signal; print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"
    before = signal.getsignal(signal.SIGINT)
    with deaf_to_ctrl_c():
        assert subprocess.check_output([sys.executable, "-c", tell], text=True).strip() == "True"
    assert signal.getsignal(signal.SIGINT) is before
