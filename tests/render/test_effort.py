import dataclasses
import itertools

import numpy as np
import pytest

from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.core.resources import shipped_names
from workbench.render.design import Design
from workbench.render.designs import beam_filters, crosstalk_filters
from workbench.render.detail import loudspeaker_detail
from workbench.render.effort import EXACT, Effort, Outdated
from workbench.render.renderer import RESPONSE_HZ, design_render, loudspeaker_response

DRAFT = Effort(draft=True)
DRAGGED = (
    {},
    {"null_deg": 75.0},
    {"null_deg": 60.0, "window_deg": 30.0},
    {"null_deg": 110.0, "more_nulls": "70"},
    {"cancellation_db": 6.0},
    {"cancellation_db": 20.0, "cancellation_shape": "300:-6 1000:0 8000:-3"},
    {"region_cm": 10.0, "region_yaw_deg": 5.0},
    {"boost_limit_db": 6.0, "droop_db": 3.0},
    {"band_low_hz": 100.0, "target": "ears"},
    {"virtual_deg": 45.0, "head_side_cm": 4.0},
    {"beam_null_db": 12.0},
)
"""What sliders and handles are dragged to."""


def _shown(layout, params, effort):
    filters = design_render(layout, params, effort=effort)
    return loudspeaker_response(layout, filters), loudspeaker_detail(layout, params, filters)


@pytest.mark.parametrize("name", shipped_names("layouts"))
def test_what_is_shown_of_a_draft_is_near_the_design_itself(name):
    """Curves within 1.5 dB everywhere and 0.25 dB in the mean, the map of the sweet spot and the directivity within 0.1
    dB: a third of a line's width on the plots."""
    layout = load_layout(name)
    hz = (RESPONSE_HZ > 150) & (RESPONSE_HZ < 16000)
    for change in DRAGGED:
        params = dataclasses.replace(RenderParams(), **change)
        (response, detail), (near, drafted) = (_shown(layout, params, effort) for effort in (EXACT, DRAFT))
        assert drafted.draft and not detail.draft
        beam = (detail.beam_hz > 300) & (detail.beam_hz < 10000)
        pairs = {
            f"separation {place}": (np.minimum(response.separation_db[place], 30.0)[hz], np.minimum(found, 30.0)[hz])
            for place, found in near.separation_db.items()
        }
        pairs["gain"] = tuple(np.maximum(one.driver_gain_db[:, hz], -10.0) for one in (response, near))
        pairs["beam"] = tuple(np.maximum(one.beam_db[beam], -20.0) for one in (detail, drafted))
        pairs["null"] = tuple(np.maximum(one.null_db[beam], -25.0) for one in (detail, drafted))
        for what, (design, draft) in pairs.items():
            off = np.abs(design - draft)
            assert off.max() < 1.5 and np.sqrt((off**2).mean()) < 0.25, (what, change, off.max())
        for what in ("sweet_db", "directivity_db"):
            np.testing.assert_allclose(getattr(drafted, what), getattr(detail, what), atol=0.1, err_msg=f"{change}")


def test_a_draft_keeps_the_boost_limit():
    layout = load_layout("pair-100mm")
    for limit_db in (3.0, 6.0, 10.0):
        design = Design(boost_limit_db=limit_db, cancellation_db=25.0, droop_db=0.0)
        most = [20 * np.log10(np.abs(crosstalk_filters(layout, design, effort)).max()) for effort in (EXACT, DRAFT)]
        assert most[1] == pytest.approx(most[0], abs=0.05)


def test_an_outdated_design_ends_at_its_next_step_and_is_made_anew_when_asked_for_again():
    layout = load_layout("sphere3-60mm")
    for made, design in ((crosstalk_filters, Design(cancellation_db=13.7)), (beam_filters, Design(null_deg=83.7))):
        steps = itertools.count()
        with pytest.raises(Outdated):
            made(layout, design, Effort(outdated=lambda steps=steps: next(steps) >= 3))
        assert next(steps) == 4
        whole = itertools.count()
        found = made(layout, design, Effort(outdated=lambda whole=whole: next(whole) < 0))
        assert next(whole) > 5
        np.testing.assert_array_equal(made(layout, design), found)  # one and the same, whoever asked


def test_efforts_are_equal_where_they_lead_to_the_same_filters():
    assert Effort(outdated=lambda: False) == EXACT and hash(Effort(outdated=lambda: False)) == hash(EXACT)
    assert DRAFT != EXACT
