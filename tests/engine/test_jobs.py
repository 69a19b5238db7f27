import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.engine.watched import until
from workbench.engine import jobs as job_queue
from workbench.engine.jobs import JobQueue


@pytest.fixture
def jobs():
    queue = JobQueue([sys.executable, "-u", "-c"])
    yield queue
    queue.close()


def state(jobs, number):
    return next(one for one in jobs.states if one.number == number)


HELD = """
import pathlib, time
def wait_for(name):  # until the test has seen what it wants to see
    while not pathlib.Path({folder!r}, name).exists():
        time.sleep(0.01)
"""


def held(tmp_path, code):
    """Code that may wait for a file."""
    return HELD.format(folder=str(tmp_path)) + code


def test_a_job_tells_how_far_it_is_and_what_it_found(jobs, tmp_path):
    code = """
import json, sys
print(json.dumps({"share": 0.25, "text": "a quarter", "left_s": 30}), file=sys.stderr)
wait_for("go")
print(json.dumps({"answer": 42}))
"""
    told = []
    number = jobs.add("Asking", [held(tmp_path, code)], told.append)
    until(lambda: state(jobs, number).share == 0.25)
    assert (state(jobs, number).text, state(jobs, number).left_s) == ("a quarter", 30)
    (tmp_path / "go").touch()
    until(lambda: told)
    assert told[0].state == "done" and told[0].share == 1.0 and told[0].result == {"answer": 42}


def test_one_after_the_other_at_low_priority(jobs, tmp_path):
    code = "import os, sys\nprint('began', file=sys.stderr)\nwait_for('go')\nprint(os.nice(0), file=sys.stderr)"
    first, second = (jobs.add(name, [held(tmp_path, code)]) for name in ("first", "second"))
    until(lambda: jobs.log_of(first) == "began")  # who hears that has set its priority
    assert (state(jobs, first).state, state(jobs, second).state) == ("running", "waiting")
    (tmp_path / "go").touch()
    until(lambda: state(jobs, second).over)
    for number in (first, second):
        assert state(jobs, number).state == "done"
        assert int(jobs.log_of(number).removeprefix("began\n")) >= job_queue.NICENESS


def test_why_a_job_failed_is_its_last_line(jobs):
    code = "import sys; print('reading', file=sys.stderr); print('workbench: no speech', file=sys.stderr); sys.exit(2)"
    number = jobs.add("Training", [code])
    until(lambda: state(jobs, number).over)
    assert (state(jobs, number).state, state(jobs, number).text) == ("failed", "no speech")
    assert jobs.log_of(number) == "reading\nworkbench: no speech"


SLOW = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
try:
    print("began", file=sys.stderr)
    while True:
        time.sleep(0.01)
except KeyboardInterrupt:
    print("saved", file=sys.stderr)
    sys.exit(130)
"""


def test_cancelling_lets_it_save(jobs):
    number = jobs.add("Training", [SLOW])
    until(lambda: "began" in jobs.log_of(number))
    jobs.cancel(number)
    until(lambda: state(jobs, number).over)
    assert state(jobs, number).state == "cancelled" and "saved" in jobs.log_of(number)


DEAF = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as what a deaf program starts inherits it
signal.signal(signal.SIGTERM, signal.default_int_handler)  # as commands do
try:
    print("began", file=sys.stderr)
    while True:
        time.sleep(0.01)
except KeyboardInterrupt:
    print("saved", file=sys.stderr)
    sys.exit(130)
"""


@pytest.mark.parametrize("shown", [True, False], ids=["shown", "not shown"])
def test_a_job_that_ignores_ctrl_c_is_told_in_the_other_way(jobs, monkeypatch, shown):
    if not shown:  # as where there is no /proc
        monkeypatch.setattr(job_queue, "_ignores_interrupts", lambda pid: None)
        monkeypatch.setattr(job_queue, "INSIST_S", 0.2)
    number = jobs.add("Training", [DEAF])
    until(lambda: "began" in jobs.log_of(number))
    jobs.cancel(number)
    until(lambda: state(jobs, number).over)
    assert state(jobs, number).state == "cancelled" and "saved" in jobs.log_of(number)


def test_a_job_that_saves_at_ctrl_c_is_not_told_twice(jobs):
    code = SLOW.replace('print("saved"', 'time.sleep(1.0); print("saved"').replace(
        "try:", "signal.signal(signal.SIGTERM, signal.default_int_handler)\ntry:"
    )
    number = jobs.add("Training", [code])
    until(lambda: "began" in jobs.log_of(number))
    jobs.cancel(number)
    until(lambda: state(jobs, number).over)
    assert "saved" in jobs.log_of(number)


def test_a_waiting_job_is_just_taken_out(jobs):
    running, waiting = jobs.add("one", [SLOW]), jobs.add("two", [SLOW])
    until(lambda: "began" in jobs.log_of(running))
    jobs.cancel(waiting)
    assert state(jobs, waiting).state == "cancelled"
    jobs.remove(waiting)
    jobs.remove(running)  # not over: stays
    assert [one.number for one in jobs.states] == [running]


COUNTING = """
import time
for number in range(100000):
    open({path!r}, "w").write(str(number))
    time.sleep(0.005)
"""


def stands_still(jobs):
    """Whether the job's process was halted by a signal, and the signal has come to it."""
    process = jobs._jobs[0].process
    return process is not None and Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not show whether a process runs")
def test_a_paused_job_stands_still_and_goes_on(jobs, tmp_path):
    counter = tmp_path / "count"
    number = jobs.add("Counting", [COUNTING.format(path=str(counter))])
    until(lambda: counter.exists() and counter.read_text() not in ("", "0"))
    jobs.pause(number)
    assert state(jobs, number).state == "paused"
    until(lambda: stands_still(jobs))
    at = counter.read_text()
    jobs.resume(number)
    until(lambda: counter.read_text() not in ("", at))
    jobs.pause(number)
    jobs.cancel(number)  # a paused one is woken to be told
    until(lambda: state(jobs, number).over)
    assert state(jobs, number).state == "cancelled"


@pytest.fixture
def slow_start(monkeypatch):
    """Processes that take long to be started: the events that one is being started, and may go on."""
    begins, may_go_on, popen = threading.Event(), threading.Event(), subprocess.Popen

    def start(*args, **kwargs):
        begins.set()
        assert may_go_on.wait(60)
        return popen(*args, **kwargs)

    monkeypatch.setattr(job_queue.subprocess, "Popen", start)
    return begins, may_go_on


def test_a_job_that_is_cancelled_while_it_is_being_started_is_stopped(jobs, slow_start):
    begins, may_go_on = slow_start
    told = []
    number = jobs.add("Training", [SLOW], told.append)
    assert begins.wait(60)
    jobs.cancel(number)
    assert not state(jobs, number).over
    may_go_on.set()
    until(lambda: told)
    assert state(jobs, number).state == told[0].state == "cancelled"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not show whether a process runs")
def test_a_job_that_is_paused_while_it_is_being_started_stands_still(jobs, slow_start):
    begins, may_go_on = slow_start
    number = jobs.add("Training", [SLOW])
    assert begins.wait(60)
    jobs.pause(number)
    may_go_on.set()
    until(lambda: stands_still(jobs))
    assert state(jobs, number).state == "paused"
    jobs.resume(number)
    until(lambda: "began" in jobs.log_of(number))


def test_a_program_that_cannot_be_started_is_a_failure_that_is_told():
    queue, told = JobQueue(["/nowhere/program"]), []
    queue.add("Training", [], told.append)
    until(lambda: told)
    queue.close()
    assert told[0].state == "failed" and "/nowhere/program" in told[0].text


def test_words_of_training_are_understood(jobs, tmp_path):
    code = "import sys\nprint('loss 0.1, 6.0 min done, 2 min left', file=sys.stderr)\nwait_for('go')"
    number = jobs.add("Training", [held(tmp_path, code)])
    until(lambda: state(jobs, number).share == 0.75)
    assert state(jobs, number).left_s == 120
    (tmp_path / "go").touch()


@pytest.mark.parametrize("line", ['{"share": "x"}', "{", '{"done": 1, "total": 0}', '{"total": 4}', "[1]"])
def test_lines_that_are_no_progress_are_shown_as_they_are(jobs, line):
    number = jobs.add("Odd", [f"import sys; print({line!r}, file=sys.stderr)"])
    until(lambda: state(jobs, number).over)
    assert line in jobs.log_of(number) and state(jobs, number).state == "done"


def test_closing_stops_the_job(tmp_path):
    queue = JobQueue([sys.executable, "-u", "-c"])
    number = queue.add("Training", [SLOW])
    until(lambda: "began" in queue.log_of(number))
    queue.close()
    assert state(queue, number).state == "cancelled"


def test_a_command_of_the_program_itself(tmp_path):
    queue = JobQueue()
    told = []
    queue.add("Scene", ["simulate", "--seconds", "1", "--out", str(tmp_path / "scene"), "--json"], told.append)
    until(lambda: told)
    queue.close()
    assert told[0].state == "done", told[0].text
    assert json.dumps(told[0].result) and list((tmp_path / "scene").iterdir())
