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


def test_whole_hops_are_kept_for_longer_than_their_stages():
    clock = HopClock(("only",), capacity=40, stages_capacity=10)
    for number in range(60):
        clock.begin()
        if number == 30:
            sum(range(200_000))  # the longest: too old for its stage, not for the hop
        clock.lap("only")
        clock.end(10_000)
    assert clock.hop_percentiles()["max_us"] > 10 * clock.stage_percentiles()["only"]["p99_us"]
    assert clock.mean_us(hops=100)["only"] < clock.hop_percentiles()["max_us"]
