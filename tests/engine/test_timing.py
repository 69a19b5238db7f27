from workbench.engine.timing import HopClock


def test_stages_add_up_to_the_hop_and_the_slowest_is_named():
    clock = HopClock(("light", "heavy"), capacity=8)
    for _ in range(20):
        clock.begin()
        clock.lap("light")
        sum(range(20000))
        clock.lap("heavy")
        total = clock.end(10_000)
    assert clock.slowest() == "heavy"
    assert clock.hops == 20
    assert total > 0
    percentiles = clock.hop_percentiles()
    assert 0 < percentiles["p50_us"] <= percentiles["p99_us"] <= percentiles["max_us"]
    assert set(clock.stage_percentiles()) == {"light", "heavy"}
    assert 0 < clock.load < 1


def test_before_the_first_hop_nothing_is_claimed():
    clock = HopClock(("only",), capacity=8)
    assert clock.hop_percentiles()["p50_us"] is None
    assert clock.stage_percentiles() == {}
