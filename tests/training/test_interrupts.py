"""Ctrl-C that is noted, and raised at a good moment."""

import signal

import pytest

from workbench.training.interrupts import DeferredInterrupt


def test_the_first_ctrl_c_waits_and_the_second_does_not():
    with DeferredInterrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
