"""Sleep and halts, by clocks made by hand; a halt in earnest; and that no clock is used that somebody can set."""

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import workbench
from workbench.engine import standstill
from workbench.engine.standstill import Standstill, StandstillWatch, duration, sleep_s


class Clocks:
    slept_s = clock_s = used_s = 0.0

    def watch(self):
        return StandstillWatch(lambda: self.slept_s, lambda: self.clock_s, lambda: self.used_s)

    def pass_(self, seconds, used=0.0, slept=0.0):
        self.clock_s, self.used_s, self.slept_s = self.clock_s + seconds, self.used_s + used, self.slept_s + slept


def test_what_is_a_standstill_and_what_is_not():
    clocks = Clocks()
    watch = clocks.watch()
    assert watch.look() is None
    clocks.pass_(0.01)
    assert watch.look() is None
    clocks.pass_(3.0, used=2.9)  # somebody computed, and held the others up
    assert watch.look() is None
    clocks.pass_(3.0, used=0.01)
    assert watch.look() == Standstill(3.0, slept=False)
    clocks.pass_(0.02, slept=720.0)
    assert watch.look() == Standstill(720.0, slept=True)
    clocks.pass_(0.02, slept=0.3)  # clocks are adjusted now and then
    assert watch.look() is None


@pytest.mark.parametrize(("seconds", "text"), [(3.21, "3.2 s"), (720.0, "12 min"), (27000.0, "7.5 h")])
def test_words(seconds, text):
    assert duration(seconds) == text
    assert Standstill(seconds, slept=True).words == f"the computer slept for {text}"
    assert Standstill(seconds, slept=False).words == f"the whole program was halted for {text}"


def test_the_system_tells_how_long_it_slept():
    before = sleep_s()
    assert before >= -1e-3
    assert sleep_s() - before < 1.0  # it does not sleep now


def test_a_thread_that_loses_the_processor_between_two_clocks_has_not_slept(monkeypatch):
    now_s, held_s = [100.0], [3.0, 0.0, 0.0, 0.0, 2.0, 0.0]  # from its end

    def read(clock):
        now_s[0] += held_s.pop() if held_s else 0.0
        return now_s[0] + (7.0 if clock == "with sleep" else 0.0)

    clocks = SimpleNamespace(CLOCK_BOOTTIME="with sleep", CLOCK_MONOTONIC="without", clock_gettime=read)
    monkeypatch.setattr(standstill, "time", clocks)
    assert sleep_s() == pytest.approx(7.0)
    assert not held_s


HALTED = """
import time
from workbench.engine.standstill import StandstillWatch
watch = StandstillWatch()
end_s = time.monotonic() + 60
print("began", flush=True)
while time.monotonic() < end_s:
    found = watch.look()
    if found is not None and found.seconds > 1.5:
        print(found.words, flush=True)
        break
    time.sleep(0.01)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs signals")
def test_a_program_that_was_halted_knows_it():
    program = subprocess.Popen([sys.executable, "-c", HALTED], stdout=subprocess.PIPE, text=True)
    assert program.stdout.readline() == "began\n"
    time.sleep(0.2)
    os.kill(program.pid, signal.SIGSTOP)
    time.sleep(2.0)
    os.kill(program.pid, signal.SIGCONT)
    said, _ = program.communicate(timeout=60)
    assert said.startswith("the whole program was halted for ")


@pytest.mark.parametrize("package", ["audio", "engine"])
def test_no_clock_is_used_that_somebody_can_set(package):
    """A jump of the time of day (daylight saving, NTP, a person) must not matter to sound or to waiting."""
    folder = Path(workbench.__file__).parent / package
    used = []
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            if name in ("time.time", "time.time_ns", "time.CLOCK_REALTIME"):
                used.append(f"{path.name}: {name}")
    assert used == []
