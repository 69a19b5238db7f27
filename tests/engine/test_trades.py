import threading
from multiprocessing import Pipe
from types import SimpleNamespace

import pytest

from tests.engine.watched import until
from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.core.trades import Trades
from workbench.engine import compute_child, design_server
from workbench.engine.design_server import serve
from workbench.engine.trades import TradeJob

LAYOUT = load_layout("pair-100mm")
FOUND = Trades(LAYOUT.name, RenderParams(), (), (), ())


@pytest.fixture
def beside(monkeypatch):
    """The child is a thread here, in which `trades` may be another one; gives the thread once there is one."""
    found = SimpleNamespace(thread=None)

    def start(option):
        assert option == "--design-server"
        ours, its = Pipe()
        found.thread = threading.Thread(target=serve, args=(its,), daemon=True)
        found.thread.start()
        return SimpleNamespace(terminate=lambda: None, wait=lambda timeout: found.thread.join(timeout)), ours

    monkeypatch.setattr(compute_child, "start", start)
    return found


def test_result_and_progress(monkeypatch, beside):
    def quick(layout, params, progress):
        progress(0.5)
        return Trades(layout.name, params, (), (), ())

    monkeypatch.setattr(design_server, "trades", quick)
    job = TradeJob(LAYOUT, RenderParams())
    assert job.wait(60)
    assert (job.result.layout, job.result.params) == (LAYOUT.name, RenderParams())
    assert job.part == 0.5 and not job.error


def test_cancelled_while_it_computes(monkeypatch, beside):
    entered, go = threading.Event(), threading.Event()

    def slow(layout, params, progress):
        entered.set()
        go.wait(60)
        progress(0.5)
        return FOUND

    monkeypatch.setattr(design_server, "trades", slow)
    job = TradeJob(LAYOUT, RenderParams())
    assert entered.wait(60)
    job.cancel()
    assert job.wait(60) and job.result is None and not job.error
    go.set()
    beside.thread.join(60)  # it finds that nobody listens
    assert not beside.thread.is_alive()


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (InputError("no such plant"), "no such plant"),
        (ZeroDivisionError("by zero"), "the trades could not be computed: ZeroDivisionError: by zero"),
    ],
)
def test_errors_are_told(monkeypatch, beside, raised, told):
    def refuse(layout, params, progress):
        raise raised

    monkeypatch.setattr(design_server, "trades", refuse)
    job = TradeJob(LAYOUT, RenderParams())
    assert job.wait(60) and job.error == told and job.result is None


def test_without_a_process_it_is_computed_here(monkeypatch):
    monkeypatch.setattr(compute_child, "program", lambda: ["/no/such/program"])
    monkeypatch.setattr(design_server, "trades", lambda layout, params, progress: (progress(1.0), FOUND)[1])
    job = TradeJob(LAYOUT, RenderParams())
    assert job.wait(60) and job.result is FOUND and job.part == 1.0


def test_a_process_of_its_own_begins_tells_how_far_it_is_and_ends_when_it_is_cancelled(monkeypatch):
    started = []
    start = compute_child.start
    monkeypatch.setattr(compute_child, "start", lambda option: started.append(start(option)) or started[-1])
    job = TradeJob(LAYOUT, RenderParams())
    until(lambda: job.part > 0)
    job.cancel()
    assert job.wait(60) and job.result is None and not job.error
    assert started[0][0].poll() is not None


def test_a_process_that_is_killed_is_told(monkeypatch):
    started = []
    start = compute_child.start
    monkeypatch.setattr(compute_child, "start", lambda option: started.append(start(option)) or started[-1])
    job = TradeJob(LAYOUT, RenderParams())
    until(lambda: started)
    started[0][0].kill()
    assert job.wait(60) and "has ended" in job.error and job.result is None
