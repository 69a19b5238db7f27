import threading

from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.engine import trades
from workbench.engine.trades import TradeJob

LAYOUT = load_layout("pair-100mm")


def test_result_and_progress(monkeypatch):
    def quick(layout, params, progress):
        progress(0.5)
        return (layout, params)

    monkeypatch.setattr(trades, "trades", quick)
    job = TradeJob(LAYOUT, RenderParams())
    assert job.wait(60)
    assert job.result == (LAYOUT, RenderParams()) and job.part == 0.5 and not job.error


def test_cancelled_at_the_next_step(monkeypatch):
    entered, go = threading.Event(), threading.Event()

    def slow(layout, params, progress):
        entered.set()
        go.wait(60)
        progress(0.5)
        return "never"

    monkeypatch.setattr(trades, "trades", slow)
    job = TradeJob(LAYOUT, RenderParams())
    assert entered.wait(60)
    job.cancel()
    go.set()
    assert job.wait(60) and job.result is None and not job.error


def test_errors_are_told(monkeypatch):
    def refuse(layout, params, progress):
        raise InputError("no such plant")

    monkeypatch.setattr(trades, "trades", refuse)
    job = TradeJob(LAYOUT, RenderParams())
    assert job.wait(60) and job.error == "no such plant"
