"""Many independent pieces of work over processes or machines, by dask.distributed.

A cluster of processes on this machine is made for the run; an address takes one that is there. A process that dies
takes nothing along: its pieces are given to another, and only a piece that several processes died on is given up.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workbench import __version__
from workbench.core.errors import EarshotError, InputError
from workbench.core.interrupts import deaf_to_ctrl_c

PATIENCE_S = 20.0
"""For a scheduler that does not answer."""
WORKER_PATIENCE_S = 20.0
"""For its first worker."""
DEATHS = 3
"""Processes that may die on a piece before it is given up."""
QUEUED = 2
"""Pieces handed to each worker in advance: enough to keep it busy, few enough that little is begun in vain."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One finished piece: its place in the sequence, and what it gave or the error that ended it."""

    index: int
    value: Any = None
    error: BaseException | None = None


def outcomes(
    function: Callable[[Any], Any], items: Sequence[Any], jobs: int, scheduler: str | None = None
) -> Generator[Outcome, None, None]:
    """`function(item)` for every item, as they are done.

    Parameters
    ----------
    function : a module's own function, and items that can be pickled
    items : the pieces; who stops before the last of them closes the generator, which ends the processes
    jobs : processes on this machine; 1 works in this one. Ignored with a scheduler.
    scheduler : address of a dask.distributed scheduler whose workers have this program and see the same files

    Raises
    ------
    InputError
        The scheduler cannot be reached, has no workers, or they have another version of this program.
    EarshotError
        The connection to it was lost.
    """
    if scheduler is None and (jobs == 1 or len(items) < 2):
        yield from _here(function, items)
        return
    with _client(min(jobs, len(items)), scheduler) as client:
        yield from _there(client, function, items)


def results(
    function: Callable[[Any], Any],
    items: Sequence[Any],
    jobs: int,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Any]:
    """What `function` gives for every item, in their order; the first error ends the run and is raised.

    `progress` is called with the number of pieces done and the number of all.
    """
    values: list[Any] = [None] * len(items)
    with contextlib.closing(outcomes(function, items, jobs, scheduler)) as found:
        for done, outcome in enumerate(found, start=1):
            if outcome.error is not None:
                raise outcome.error
            values[outcome.index] = outcome.value
            if progress is not None:
                progress(done, len(items))
    return values


def _here(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Outcome]:
    for index, item in enumerate(items):
        try:
            outcome = Outcome(index, function(item))
        except Exception as error:
            outcome = Outcome(index, error=error)
        yield outcome


@contextlib.contextmanager
def _client(jobs: int, scheduler: str | None):
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise EarshotError("work in several processes needs dask.distributed: pip install distributed") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it says much when a worker ends
    with contextlib.ExitStack() as stack:
        if scheduler is None:
            settings = {
                "distributed.scheduler.allowed-failures": DEATHS,
                "distributed.worker.memory.terminate": False,
                # Nobody looks at where the workers spend their time, and looking takes some of it.
                "distributed.worker.profile.enabled": False,
                "distributed.admin.tick.interval": "1s",
                "distributed.admin.tick.limit": "1h",
                "distributed.comm.timeouts.connect": "30s",
            }
            stack.enter_context(dask.config.set(settings))  # type: ignore[attr-defined]
            scratch = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            with deaf_to_ctrl_c():
                cluster = LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",  # there is none, but its server wants a port that is free
                    host="127.0.0.1",
                    local_directory=scratch,
                    silence_logs=logging.CRITICAL,
                    memory_limit=0,
                )
            yield stack.enter_context(stack.enter_context(cluster).get_client())
            return
        try:
            client = stack.enter_context(Client(scheduler, timeout=PATIENCE_S))
        except (OSError, ValueError, TypeError) as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(f"--scheduler {scheduler}: cannot be reached ({cause})") from error
        _check_workers(client, scheduler)
        yield client


def _version() -> str:
    return __version__


def _check_workers(client, scheduler: str) -> None:
    """Raises InputError unless there are workers, with this program."""
    from distributed import TimeoutError as Late

    try:
        client.wait_for_workers(1, timeout=WORKER_PATIENCE_S)
    except (Late, TimeoutError):
        raise InputError(f"--scheduler {scheduler}: has no workers; start some with `dask worker`") from None
    try:
        versions = client.run(_version)
    except Exception as error:
        raise InputError(
            f"--scheduler {scheduler}: its workers cannot use this program ({error}); install it where they run"
        ) from error
    other = {worker: version for worker, version in versions.items() if version != __version__}
    if other:
        worker, version = next(iter(other.items()))
        raise InputError(f"--scheduler {scheduler}: worker {worker} has version {version}, this is {__version__}")


def _there(client, function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Outcome]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    waiting = iter(enumerate(items))
    places: dict[Any, int] = {}

    def submit(count: int) -> list:
        futures = []
        for _, (index, item) in zip(range(count), waiting):
            future = client.submit(function, item, pure=False)
            places[future.key] = index
            futures.append(future)
        return futures

    threads = sum(client.nthreads().values()) or 1
    completed = as_completed(submit(QUEUED * threads))
    for future in completed:
        index = places.pop(future.key)
        if future.cancelled():
            raise EarshotError("the cluster was closed, or its scheduler lost, while it worked")
        try:
            outcome = Outcome(index, future.result())
        except KilledWorker:
            error = EarshotError(f"the process that worked on it died, {DEATHS + 1} times in a row")
            outcome = Outcome(index, error=error)
        except Exception as error:
            outcome = Outcome(index, error=error)
        future.release()
        completed.update(submit(1))
        yield outcome
