"""Work over processes: what comes back, what a dying process costs, and schedulers that cannot be used."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.core.errors import EarshotError, InputError
from workbench.engine import cluster


def _square(number: int) -> int:
    if number < 0:
        raise ValueError(f"{number} has no root")
    return number * number


def _dies_once(item: tuple[str, int]) -> int:
    """The first process that meets item 3 is killed."""
    folder, number = item
    if number == 3:
        try:
            (Path(folder) / "killed").touch(exist_ok=False)
        except FileExistsError:
            return 9
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def _poison(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_in_this_process_values_and_errors_come_back_in_order():
    out = list(cluster.outcomes(_square, [1, -1, 3], jobs=1))
    assert [o.index for o in out] == [0, 1, 2]
    assert [o.value for o in out] == [1, None, 9]
    assert isinstance(out[1].error, ValueError)


def test_results_raise_the_first_error_and_count():
    seen = []
    assert cluster.results(_square, [2, 3], 1, progress=lambda *n: seen.append(n)) == [4, 9]
    assert seen == [(1, 2), (2, 2)]
    with pytest.raises(ValueError, match="no root"):
        cluster.results(_square, [2, -3], 1)


def test_who_stops_before_the_end_leaves_no_process_behind():
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        cluster.results(_square, range(8), 2, progress=stop)
    assert multiprocessing.active_children() == [], "although the error still holds on to the work"
    assert stopped.traceback


def test_a_killed_process_loses_nothing(tmp_path):
    items = [(str(tmp_path), number) for number in range(8)]
    assert cluster.results(_dies_once, items, 2) == [number**2 for number in range(8)]
    assert (tmp_path / "killed").exists()


def test_a_piece_that_kills_every_process_is_given_up_and_the_rest_is_done(monkeypatch):
    monkeypatch.setattr(cluster, "DEATHS", 1)
    found = {o.index: o for o in cluster.outcomes(_poison, range(6), 2)}
    assert isinstance(found[1].error, EarshotError) and "died" in str(found[1].error)
    done = [index for index, o in found.items() if o.error is None]
    # A neighbour that was in the same process each time may be given up with it; hardly more than one.
    assert len(done) >= 4 and all(found[index].value == index for index in done)


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler in a process of its own, and a function that adds workers to it."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    file = tmp_path / "scheduler.json"
    quiet = {"env": env, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    module = [sys.executable, "-m", "distributed.cli"]
    begin = [*module[:2], "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    processes = [subprocess.Popen([*begin, "--scheduler-file", str(file)], **quiet)]

    def add_worker():
        words = ["distributed.cli.dask_worker", "--nthreads", "1", "--no-dashboard", "--scheduler-file", str(file)]
        processes.append(subprocess.Popen([*module[:2], *words], **quiet))

    deadline = time.monotonic() + 120
    address = ""
    while not address and time.monotonic() < deadline:
        time.sleep(0.1)
        try:
            address = json.loads(file.read_text())["address"]
        except (OSError, ValueError, KeyError):
            continue
    assert address, "the scheduler did not start"
    yield address, add_worker
    for process in reversed(processes):  # a worker whose scheduler went first would look for it for long
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_scheduler_that_is_there(scheduler, monkeypatch):
    address, add_worker = scheduler
    monkeypatch.setattr(cluster, "PATIENCE_S", 60.0)
    monkeypatch.setattr(cluster, "WORKER_PATIENCE_S", 0.5)
    with pytest.raises(InputError, match="has no workers"):
        cluster.results(_square, [1, 2], 1, address)
    monkeypatch.setattr(cluster, "WORKER_PATIENCE_S", 120.0)
    add_worker()
    add_worker()
    # Functions of the tests are not known there; those of the program are.
    assert cluster.results(abs, list(range(-20, 0)), 1, address) == list(range(20, 0, -1))


def test_a_scheduler_that_is_not_there(monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE_S", 1.0)
    with pytest.raises(InputError, match=r"--scheduler tcp://127.0.0.1:1: cannot be reached"):
        cluster.results(_square, [1, 2], 1, "tcp://127.0.0.1:1")
    with pytest.raises(InputError, match="--scheduler"):
        cluster.results(_square, [1, 2], 1, "nonsense://x")
