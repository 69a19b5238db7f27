"""While sound runs the program's threads come before other programs, where that is allowed; afterwards not any more."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import os, subprocess, sys, threading
import numpy as np
from workbench.engine import worker
from tests.engine.messages import ArraySource
def policies(without=0):
    tasks = {thread.native_id for thread in threading.enumerate()} - {without}
    return {os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK for thread in tasks}
threading.Thread(target=threading.Event().wait, daemon=True).start()
heavy = threading.Thread(target=threading.Event().wait, daemon=True, name="designs 3")
heavy.start()
before = policies()
worker._hasten(worker._others())
during = policies(heavy.native_id)
calm = os.sched_getscheduler(heavy.native_id) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER
ask = "import os; print(os.sched_getscheduler(0) == os.SCHED_OTHER and os.nice(0) >= 0)"
child = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout.strip() == "True"
worker._relax_others()
calm_again = {os.getpriority(os.PRIO_PROCESS, thread) >= 0 for thread in worker._others()} == {True}
print(before == policies() == {os.SCHED_OTHER} and calm_again, during == {os.SCHED_RR}, child and calm)
"""


LATER = """
import os, sys, threading
from workbench.engine import worker
class Runner:
    paced = True
def began(name):
    thread = threading.Thread(target=threading.Event().wait, daemon=True, name=name)
    thread.start()
    return thread.native_id
worker._processors = lambda: int(sys.argv[1])
def hastened(thread):
    policy = os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK
    return policy != os.SCHED_OTHER or os.getpriority(os.PRIO_PROCESS, thread) < 0
first, found = began("first"), []
one = worker.Worker(Runner())
one.hasten_others()
found += [hastened(first)]
brief, heavy = began("brief"), began("job: 1")
found += [not hastened(brief), not hastened(heavy)]
one.hasten_others()
found += [hastened(brief), hastened(heavy)]
found += [os.sched_getscheduler(heavy) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER]
Runner.paced = False
late = began("late")
one.hasten_others()
found += [not hastened(late)]
Runner.paced = True
one._ended.set()
one.hasten_others()
found += [not hastened(late)]
print(*found)
"""


NATIVE = """
import ctypes, os, threading
from workbench.engine import worker
PR_SET_NAME = 15
ready = threading.Barrier(3)
def run(name):
    ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode())
    ready.wait()
    threading.Event().wait()
threads = []
for name in ("Thread (pooled)", "another"):
    # of a name by which it would be one that computes
    threads.append(threading.Thread(target=run, args=(name,), daemon=True, name="job: 1"))
    threads[-1].start()
ready.wait()
worker._hasten(worker._others())
print(*(os.sched_getscheduler(thread.native_id) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR for thread in threads))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is Linux that names threads so")
def test_a_library_s_threads_that_the_window_waits_for_are_hastened_by_their_name():
    allowed = "import os; os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))"
    if subprocess.run([sys.executable, "-c", allowed], capture_output=True, check=False).returncode:
        pytest.skip("this user may not")
    found = subprocess.run([sys.executable, "-c", NATIVE], capture_output=True, text=True, check=True)
    enough = len(os.sched_getaffinity(0)) >= 4
    assert found.stdout.split() == [str(enough), "False"], found.stdout


@pytest.mark.parametrize("processors", [2, 4])
@pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="the system has no such priorities")
def test_threads_that_begin_while_sound_runs_are_hastened_too(processors):
    allowed = "import os; os.setpriority(os.PRIO_PROCESS, 0, -10)"
    if subprocess.run([sys.executable, "-c", allowed], capture_output=True, check=False).returncode:
        pytest.skip("this user may not")
    command = [sys.executable, "-c", LATER, str(processors)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True"] * 8, found.stdout


@pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="the system has no such priorities")
def test_threads_are_hastened_and_relaxed_and_children_are_not():
    found = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    restored, hastened, child_plain = (word == "True" for word in found.stdout.split())
    assert restored and child_plain
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        return  # then it does without
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    assert hastened == (len(os.sched_getaffinity(0)) >= 4)
