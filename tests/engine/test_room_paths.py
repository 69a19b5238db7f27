import dataclasses
import threading

import numpy as np
import pytest

from tests.engine.watched import until
from workbench.core import params as parameters
from workbench.core.geometry import load_layout
from workbench.core.params import Params, RenderParams
from workbench.engine import room_paths as module
from workbench.engine.chain import Designs
from workbench.engine.mailbox import Mailbox
from workbench.engine.pictures import Pictures
from workbench.engine.render_preparation import RenderPreparation
from workbench.engine.room_paths import RoomRequest, RoomThread, listening_room, room_paths
from workbench.engine.worker import COMPUTING
from workbench.render.causal import AUDITION_DELAY

LAYOUT = load_layout("pair-100mm")
SMALL = RenderParams(room=True, room_rt60_s=0.2, room_distance_m=1.5)


def test_a_request_says_all_that_matters():
    assert RoomRequest.of(SMALL) == RoomRequest.of(dataclasses.replace(SMALL, virtual_deg=50.0))
    assert RoomRequest.of(SMALL) != RoomRequest.of(dataclasses.replace(SMALL, head_side_cm=3.0))
    off = dataclasses.replace(SMALL, room=False)
    assert RoomRequest.of(off) == RoomRequest.of(dataclasses.replace(off, head_side_cm=3.0))
    assert room_paths(LAYOUT, RoomRequest.of(off)).paths is None


def test_a_moved_head_hears_the_near_loudspeaker_sooner():
    middle, right = (
        room_paths(LAYOUT, RoomRequest.of(dataclasses.replace(SMALL, head_side_cm=side))).paths for side in (0.0, 20.0)
    )
    first = slice(0, AUDITION_DELAY + 80)
    arrival = [[np.argmax(np.abs(paths[driver, 0, first])) for driver in range(2)] for paths in (middle, right)]
    assert arrival[0][0] < arrival[0][1]  # the left ear is nearer to the left driver
    assert arrival[1][0] - arrival[1][1] > arrival[0][0] - arrival[0][1]
    assert np.abs(middle[..., 2000:] - right[..., 2000:]).max() < np.abs(middle[..., :2000] - right[..., :2000]).max()


def test_the_thread_computes_the_newest_request_and_keeps_what_was(monkeypatch):
    asked, busy, go = [], threading.Event(), threading.Event()

    def slow(layout, request):
        asked.append(request)
        busy.set()
        assert go.wait(60)
        return module.RoomPaths(request, None)

    monkeypatch.setattr(module, "room_paths", slow)
    thread = RoomThread(LAYOUT)
    assert thread.ready is None
    requests = [RoomRequest.of(dataclasses.replace(SMALL, head_side_cm=float(side))) for side in range(8)]
    thread.request(requests[0])
    assert busy.wait(60)
    assert thread._thread.name.startswith(COMPUTING)  # for seconds without a pause: not for real-time priority
    for request in requests[1:]:  # it is at the first
        thread.request(request)
    assert thread.ready is None
    go.set()
    until(lambda: thread.ready is not None and thread.ready.request == requests[-1])
    thread.request(requests[-1])  # nothing new
    thread.close()
    thread._thread.join(60)
    assert asked == [requests[0], requests[-1]]


def test_the_audition_goes_into_the_room_when_it_is_ready():
    mailbox = Mailbox()
    preparation = RenderPreparation(LAYOUT, Pictures(mailbox), 240)
    params = parameters.replace(
        Params(), {"render.room": True, "render.room_rt60_s": 0.2, "render.room_distance_m": 1.5}
    )
    try:
        key = preparation.key(params, 0.0)
        first = preparation.prepare(Designs(), params, 0.0).render
        preparation.draw()
        assert first.audition_fir.shape[-1] < 1000
        assert mailbox.loudspeaker_response.detail.depth is None
        until(lambda: preparation.key(params, 0.0) != key)
        then = preparation.prepare(Designs(), params, 0.0).render
        preparation.draw()
        assert then.audition_fir.shape[-1] > 0.2 * 48000
        np.testing.assert_array_equal(then.driver_fir, first.driver_fir)
        depth = mailbox.loudspeaker_response.detail.depth
        assert depth.direct_to_reverberant_db > depth.plain_direct_to_reverberant_db - 20
        assert depth.rt60_s == pytest.approx(0.2)
        dry = preparation.prepare(Designs(), parameters.replace(params, {"render.room": False}), 0.0).render
        np.testing.assert_array_equal(dry.audition_fir, first.audition_fir)
    finally:
        preparation.close()


def test_without_a_window_the_room_is_there_at_once():
    params = parameters.replace(Params(), {"render.room": True, "render.room_rt60_s": 0.2})
    filters = RenderPreparation(LAYOUT, Pictures(None), 240).prepare(Designs(), params, 0.0).render
    assert filters.audition_fir.shape[-1] > 0.2 * 48000


def test_filters_are_as_late_as_the_chain_whatever_the_design_asks():
    for delay_ms in (2.0, 5.0, 30.0):
        params = parameters.replace(Params(), {"render.delay_ms": delay_ms, "render.taps": 2048})
        filters = RenderPreparation(LAYOUT, Pictures(None), 480).prepare(Designs(), params, 0.0).render
        assert filters.latency_samples == 480
        assert abs(int(np.abs(filters.driver_fir[0, 0]).argmax()) - 480) < 12


def test_the_room_of_the_parameters():
    room = listening_room(RenderParams(room_rt60_s=0.3, room_distance_m=2.0))
    assert (room.rt60_s, room.distance_m) == (0.3, 2.0)
