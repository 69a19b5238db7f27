import json
import os
import sys
import time

import pytest

from workbench.engine import jobs as job_queue
from workbench.engine.jobs import JobQueue


@pytest.fixture
def jobs():
    queue = JobQueue([sys.executable, "-u", "-c"])
    yield queue
    queue.close()


def wait_for(what, timeout_s=30):
    end = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < end, "did not come"
        time.sleep(0.01)


def state(jobs, number):
    return next(one for one in jobs.states if one.number == number)


def test_a_job_tells_how_far_it_is_and_what_it_found(jobs):
    code = """
import json, sys, time
print(json.dumps({"share": 0.25, "text": "a quarter", "left_s": 30}), file=sys.stderr)
time.sleep(0.3)
print(json.dumps({"answer": 42}))
"""
    told = []
    number = jobs.add("Asking", [code], told.append)
    wait_for(lambda: state(jobs, number).share == 0.25)
    assert (state(jobs, number).text, state(jobs, number).left_s) == ("a quarter", 30)
    wait_for(lambda: told)
    assert told[0].state == "done" and told[0].share == 1.0 and told[0].result == {"answer": 42}


def test_one_after_the_other_at_low_priority(jobs, tmp_path):
    code = "import os, sys, time, pathlib; p = pathlib.Path({!r}); p.write_text(str(os.nice(0))); time.sleep(0.2)"
    first = jobs.add("first", [code.format(str(tmp_path / "1"))])
    second = jobs.add("second", [code.format(str(tmp_path / "2"))])
    wait_for(lambda: state(jobs, first).state == "running")
    assert state(jobs, second).state == "waiting"
    wait_for(lambda: state(jobs, second).over)
    assert (tmp_path / "1").stat().st_mtime <= (tmp_path / "2").stat().st_mtime
    assert int((tmp_path / "2").read_text()) >= os.nice(0)


def test_why_a_job_failed_is_its_last_line(jobs):
    code = "import sys; print('reading', file=sys.stderr); print('workbench: no speech', file=sys.stderr); sys.exit(2)"
    number = jobs.add("Training", [code])
    wait_for(lambda: state(jobs, number).over)
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
    wait_for(lambda: "began" in jobs.log_of(number))
    jobs.cancel(number)
    wait_for(lambda: state(jobs, number).over)
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
    wait_for(lambda: "began" in jobs.log_of(number))
    jobs.cancel(number)
    wait_for(lambda: state(jobs, number).over)
    assert state(jobs, number).state == "cancelled" and "saved" in jobs.log_of(number)


def test_a_job_that_saves_at_ctrl_c_is_not_told_twice(jobs):
    code = SLOW.replace('print("saved"', 'time.sleep(1.0); print("saved"').replace(
        "try:", "signal.signal(signal.SIGTERM, signal.default_int_handler)\ntry:"
    )
    number = jobs.add("Training", [code])
    wait_for(lambda: "began" in jobs.log_of(number))
    jobs.cancel(number)
    wait_for(lambda: state(jobs, number).over)
    assert "saved" in jobs.log_of(number)


def test_a_waiting_job_is_just_taken_out(jobs):
    running, waiting = jobs.add("one", [SLOW]), jobs.add("two", [SLOW])
    wait_for(lambda: "began" in jobs.log_of(running))
    jobs.cancel(waiting)
    assert state(jobs, waiting).state == "cancelled"
    jobs.remove(waiting)
    jobs.remove(running)  # not over: stays
    assert [one.number for one in jobs.states] == [running]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs signals")
def test_a_paused_job_stands_still_and_goes_on(jobs, tmp_path):
    counter = tmp_path / "count"
    code = f"""
import time
for number in range(100000):
    open({str(counter)!r}, "w").write(str(number))
    time.sleep(0.005)
"""
    number = jobs.add("Counting", [code])
    wait_for(lambda: counter.exists() and counter.read_text() not in ("", "0"))
    jobs.pause(number)
    assert state(jobs, number).state == "paused"
    time.sleep(0.1)
    at = counter.read_text()
    time.sleep(0.3)
    assert counter.read_text() == at
    jobs.resume(number)
    wait_for(lambda: counter.read_text() not in ("", at))
    jobs.pause(number)
    jobs.cancel(number)  # a paused one is woken to be told
    wait_for(lambda: state(jobs, number).over)


def test_words_of_training_are_understood(jobs):
    code = "import sys, time; print('loss 0.1, 6.0 min done, 2 min left', file=sys.stderr); time.sleep(0.3)"
    number = jobs.add("Training", [code])
    wait_for(lambda: state(jobs, number).share == 0.75)
    assert state(jobs, number).left_s == 120


@pytest.mark.parametrize("line", ['{"share": "x"}', "{", '{"done": 1, "total": 0}', '{"total": 4}', "[1]"])
def test_lines_that_are_no_progress_are_shown_as_they_are(jobs, line):
    number = jobs.add("Odd", [f"import sys; print({line!r}, file=sys.stderr)"])
    wait_for(lambda: state(jobs, number).over)
    assert line in jobs.log_of(number) and state(jobs, number).state == "done"


def test_closing_stops_the_job(tmp_path):
    queue = JobQueue([sys.executable, "-u", "-c"])
    number = queue.add("Training", [SLOW])
    wait_for(lambda: "began" in queue.log_of(number))
    queue.close()
    assert state(queue, number).state == "cancelled"


def test_a_command_of_the_program_itself(tmp_path):
    queue = JobQueue()
    told = []
    queue.add("Scene", ["simulate", "--seconds", "1", "--out", str(tmp_path / "scene"), "--json"], told.append)
    wait_for(lambda: told, 60)
    queue.close()
    assert told[0].state == "done", told[0].text
    assert json.dumps(told[0].result) and list((tmp_path / "scene").iterdir())
