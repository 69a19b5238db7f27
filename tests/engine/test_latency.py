from types import SimpleNamespace

import pytest

from workbench.core.messages import LatencyPart
from workbench.engine.latency import clocks, latency_budget


def end(live, total, device=0, **more):
    return SimpleNamespace(live=live, latency_samples=total, device_latency_samples=device, **more)


def runner(source, sink):
    chain = SimpleNamespace(latency_parts=(LatencyPart("beam", 128, 48000), LatencyPart("limiter", 83, 48000)))
    return SimpleNamespace(source=source, sink=sink, chain=chain, computing_samples=96)


def parts(found):
    return {part.label: part.samples for part in found}


def test_between_two_devices_every_part_is_told_and_the_sum_is_the_whole_way():
    found = parts(latency_budget(runner(end(True, 600, 120), end(True, 1000, 240))))
    assert found == {
        "in": 120,
        "block": 480,
        "beam": 128,
        "limiter": 83,
        "computing": 96,
        "ring": 760,
        "out": 240,
    }
    assert sum(found.values()) == 600 + 128 + 83 + 96 + 1000


def test_from_file_to_file_only_the_hop_and_the_chain_count():
    found = parts(latency_budget(runner(end(False, 0), end(False, 0))))
    assert found == {"in": 0, "block": 480, "beam": 128, "limiter": 83, "out": 0}


@pytest.mark.parametrize(("alarming", "words"), [(False, ""), (True, "drift by +250 ppm and the queue is -2.0 ms off")])
def test_what_is_said_of_two_clocks(alarming, words):
    follower = SimpleNamespace(drift=250e-6, error_s=-0.002, alarming=alarming)
    found = clocks(SimpleNamespace(queue_s=0.021, follower=follower))
    assert found["drift_ppm"] == pytest.approx(250)
    assert found["queue_ms"] == pytest.approx(21)
    assert words in found["alarm"] and bool(found["alarm"]) == alarming


def test_a_sink_without_a_clock_says_nothing_of_it():
    assert clocks(SimpleNamespace()) == {"queue_ms": None, "drift_ppm": None, "alarm": ""}
