"""Drafts while a slider is dragged, the design itself when it rests."""

import threading

import numpy as np
import pytest

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.core.params import Params
from workbench.engine import render_preparation
from workbench.engine.ab_designs import ABDesigns
from workbench.engine.chain import Designs
from workbench.engine.designs import DesignBench, DesignThread
from workbench.engine.mailbox import Mailbox
from workbench.engine.pictures import Pictures
from workbench.engine.render_preparation import REST_S, RenderPreparation, Wish
from workbench.render.effort import Outdated
from workbench.render.renderer import design_render

LAYOUT = load_layout("pair-100mm")


def asked(**values) -> Params:
    return parameters.replace(Params(), {f"render.{name}": value for name, value in values.items()})


class Clock:
    """Seconds that pass when told."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def preparation(clock):
    return RenderPreparation(LAYOUT, Pictures(None), 240, clock)


def test_every_change_is_drafted_and_designed_when_it_rests(preparation, clock):
    first, second = asked(cancellation_db=14.0), asked(cancellation_db=15.0)
    wish = Wish(first, 0.0)
    assert preparation.rest_s is None
    designs = preparation.prepare(Designs(), first, 0.0, wish)
    assert designs.render.draft and preparation.rest_s == REST_S
    clock.now_s = 0.1
    wish.newest = second, 0.0
    designs = preparation.prepare(designs, second, 0.0, wish)
    assert designs.render.draft and preparation.rest_s == REST_S  # it begins anew with each value
    clock.now_s = 0.1 + REST_S
    assert preparation.rest_s == 0.0
    designs = preparation.finish(designs, wish)
    assert preparation.rest_s is None and not designs.render.draft
    exact = design_render(LAYOUT, second.render, 240)
    np.testing.assert_array_equal(designs.render.driver_fir, exact.driver_fir)
    np.testing.assert_array_equal(designs.render.audition_fir, exact.audition_fir)
    assert preparation.finish(designs, wish) is designs  # nothing is left to do


def test_without_a_wish_nothing_is_drafted(preparation):
    designs = preparation.prepare(Designs(), asked(cancellation_db=13.0), 0.0)
    assert not designs.render.draft and preparation.rest_s is None


def test_a_design_for_which_nobody_waits_any_more_ends_and_the_newest_is_drafted(preparation, clock):
    first, second = asked(cancellation_db=16.5), asked(cancellation_db=17.5)
    wish = Wish(first, 0.0)
    designs = preparation.prepare(Designs(), first, 0.0, wish)
    clock.now_s = REST_S
    wish.newest = second, 0.0
    with pytest.raises(Outdated):
        preparation.finish(designs, wish)
    assert preparation.rest_s == 0.0  # still to be done, should the person come back to it
    wish.newest = asked(cancellation_db=16.5, place_deg=10.0), 0.3  # what no filter reads
    assert not preparation.finish(designs, wish).render.draft


def test_a_draft_that_cannot_be_made_leaves_the_one_before_to_be_designed(preparation, clock):
    first, bad = asked(cancellation_db=11.5), asked(null_deg=30.0, window_deg=45.0)
    wish = Wish(first, 0.0)
    designs = preparation.prepare(Designs(), first, 0.0, wish)
    wish.newest = bad, 0.0
    with pytest.raises(InputError, match="null"):
        preparation.prepare(designs, bad, 0.0, wish)
    clock.now_s = 1.0
    assert not preparation.finish(designs, wish).render.draft
    assert preparation.rest_s is None


def test_a_bench_whose_design_is_outdated_asks_for_it_again():
    bench = DesignBench(None, LAYOUT, mailbox=None)
    bench.request(Params(), 0.0)
    designed = bench.designs
    part = bench._preparations[0]
    part._newest = render_preparation.render_key(asked(cancellation_db=9.5).render)  # so that it is no change
    wish = Wish(asked(cancellation_db=8.5), 0.0)
    bench.request(asked(cancellation_db=9.5), 0.0, wish=wish)
    assert bench.designs is designed and bench.needs(asked(cancellation_db=9.5), 0.0)


def test_a_thread_shows_drafts_first_and_then_the_design(monkeypatch):
    """The view gets both, and the sound ends with what `workbench design` writes."""
    mailbox, seen, done = Mailbox(), [], threading.Event()
    monkeypatch.setattr(render_preparation.RoomThread, "request", lambda self, request: None)  # a room changes the key
    bench = DesignBench(None, LAYOUT, mailbox=mailbox)
    bench.request(Params(), 0.0)
    draw = RenderPreparation.draw

    def watched(part):
        draw(part)
        response = mailbox.loudspeaker_response
        if response is not None and (not seen or response is not seen[-1]):
            seen.append(response)
        if len(seen) >= 2 and not seen[-1].detail.draft:
            done.set()

    monkeypatch.setattr(RenderPreparation, "draw", watched)
    seen.append(mailbox.loudspeaker_response)
    thread = DesignThread(bench, lambda text: None)
    try:
        wanted = asked(null_deg=77.0)
        thread.request(wanted, 0.0)
        assert done.wait(60)
        thread.request(wanted, 0.0)  # each hop asks; nothing is to be done any more
        assert not bench.needs(wanted, 0.0) and bench.rest_s is None
    finally:
        thread.close()
    assert [response.detail.draft for response in seen] == [False, True, False]
    np.testing.assert_array_equal(
        thread.designs.render.driver_fir, design_render(LAYOUT, wanted.render, 240).driver_fir
    )


def test_the_other_side_takes_over_designs_and_no_drafts():
    """It has a thread of its own, which knows nothing of a draft that it did not make."""
    both = ABDesigns(lambda pictures: DesignBench(None, LAYOUT, mailbox=pictures), None, lambda text: None)
    both.benches[0].request(Params(), 0.0)
    both.begin(0)
    params = asked(cancellation_db=12.5)
    for thread in both._threads:
        thread.close()  # the test is their clock
    both.benches[0].request(params, 0.0, wish=Wish(params, 0.0))
    sides = both.sides((params, params), (0.0, 0.0), 0)
    assert sides[0].designs.render.draft and not sides[1].designs.render.draft
    both.benches[0].finish(Wish(params, 0.0))
    sides = both.sides((params, params), (0.0, 0.0), 0)
    assert sides[0].designs is sides[1].designs and not sides[1].designs.render.draft
