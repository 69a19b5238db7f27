"""Ctrl-C that processes begun in the meantime do not hear, and Ctrl-C that waits for a good moment."""

import signal
import subprocess
import sys

import pytest

from workbench.core.interrupts import CommandInterrupt, DeferredInterrupt, deaf_to_ctrl_c


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_processes_begun_meanwhile_do_not_hear_it():
    tell = "import signal; print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"
    before = signal.getsignal(signal.SIGINT)
    with deaf_to_ctrl_c():
        assert subprocess.check_output([sys.executable, "-c", tell], text=True).strip() == "True"
    assert signal.getsignal(signal.SIGINT) is before


def test_the_first_ctrl_c_waits_and_the_second_does_not():
    with DeferredInterrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.pending
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_request_to_end_waits_as_well_and_what_was_ignored_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with DeferredInterrupt() as interrupt:
            signal.raise_signal(signal.SIGINT)
            interrupt.check()
            assert not interrupt.pending
            signal.raise_signal(signal.SIGTERM)
            with pytest.raises(KeyboardInterrupt):
                interrupt.check()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) != interrupt._note
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_nobody_asked_for_is_heard_at_the_end():
    """Also by another one around it, which has its own good moments."""
    done = []
    with pytest.raises(KeyboardInterrupt), DeferredInterrupt():
        signal.raise_signal(signal.SIGINT)
        done.append("the work")
    with DeferredInterrupt() as outer:
        with DeferredInterrupt():
            signal.raise_signal(signal.SIGINT)
        done.append("what follows")
        with pytest.raises(KeyboardInterrupt):
            outer.check()
    assert done == ["the work", "what follows"]


def test_who_takes_it_has_answered_to_it():
    with DeferredInterrupt() as interrupt:
        assert not interrupt.take()
        signal.raise_signal(signal.SIGINT)
        assert interrupt.take()


def test_a_command_hears_it_while_it_works_and_not_when_it_is_done():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with CommandInterrupt() as interrupt:
        interrupt.begin()
        for number in (signal.SIGTERM, signal.SIGINT):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
        assert interrupt.heard
        interrupt.end()
        signal.raise_signal(signal.SIGTERM)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("when", ["before it begins", "when it is done"])
def test_the_exit_code_of_a_command_that_is_interrupted(when):
    code = f"""
import signal, sys
from workbench.core.interrupts import CommandInterrupt
with CommandInterrupt(lasting=True) as interrupt:
    if {when == "when it is done"}:
        interrupt.begin()
        interrupt.end()
    else:
        signal.raise_signal(signal.SIGTERM)
signal.raise_signal(signal.SIGTERM)
signal.raise_signal(signal.SIGINT)
sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130 if when == "before it begins" else 7, "")
