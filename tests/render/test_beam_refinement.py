import numpy as np
import pytest

from workbench.core.geometry import load_layout
from workbench.render import drivers
from workbench.render.beam_refinement import Limit, refine
from workbench.render.drivers import BeamGoal, _Beam, patterns, speaker_beam
from workbench.render.effort import Effort

FREQUENCY_HZ = np.linspace(500.0, 2900.0, 25)


def _levels(layout, weights, angles_deg):
    heard = np.einsum("fai,fi->fa", patterns(layout, np.radians(angles_deg), FREQUENCY_HZ), weights)
    return 20 * np.log10(np.abs(heard))


def test_refined_beam_meets_its_goal_with_no_more_power():
    layout, goal = load_layout("sphere5-60mm"), BeamGoal(gain_limit_db=6.0)
    weights = speaker_beam(layout, FREQUENCY_HZ, goal)
    assert _levels(layout, weights, [0.0]) == pytest.approx(0.0, abs=1e-6)
    assert _levels(layout, weights, [-90.0, 90.0]).max() < goal.null_db + 0.05
    assert np.abs(_levels(layout, weights, np.linspace(-45, 45, 19))).max() < goal.unevenness_db + 0.15


def test_refinement_never_radiates_more_and_keeps_what_cannot_be_bettered():
    layout = load_layout("sphere5-60mm")
    goal = BeamGoal(gain_limit_db=6.0)
    beam = _Beam(layout, FREQUENCY_HZ, goal)
    start = beam.weights(np.full(25, goal.mismatch), np.full(25, 1e-3))
    known = {
        "axis": beam._axis,
        "side": beam._side,
        "window": beam._window,
        "phase": beam._phase,
        "radiated": beam._radiated,
        "evenness": goal.evenness,
        "mismatch": goal.mismatch,
        "limit": Limit(2.0, 30.0),
    }
    unknown = np.full(25, np.nan)
    refined, _ = refine(start, unknown, null_db=-20.0, unevenness_db=3.0, **known)

    def sent(weights):
        return np.einsum("fi,fij,fj->f", weights.conj(), beam._radiated, weights).real

    assert np.mean(10 * np.log10(sent(start) / sent(refined))) > 0.5
    impossible, found = refine(
        start, unknown, null_db=-20.0, unevenness_db=3.0, **{**known, "limit": Limit(0.01, 30.0)}
    )
    np.testing.assert_array_equal(impossible, start)
    assert not found.any()


def test_a_draft_searches_upright_beams_only_where_they_count(monkeypatch):
    """Near frequencies at which none leans; all others would be left out of the result."""
    layout = load_layout("sphere5-60mm")
    frequency_hz = np.arange(46.875, 4000.0, 46.875)
    goal = BeamGoal(null_rad=(np.radians(75.0),), gain_limit_db=4.0)
    searched = []

    def counting(weights, *args, **how):
        searched.append((how.get("lean") is None, len(weights)))
        return refine(weights, *args, **how)

    monkeypatch.setattr(drivers, "refine", counting)
    design = speaker_beam(layout, frequency_hz, goal)
    whole = dict(searched)
    searched.clear()
    draft = speaker_beam(layout, frequency_hz, goal, effort=Effort(draft=True))
    part = dict(searched)
    assert whole[True] == whole[False] == part[False] and 0 < part[True] < whole[True]
    shown = patterns(layout, np.radians(np.arange(-180.0, 180.0, 15.0)), frequency_hz)
    levels = [20 * np.log10(np.abs(np.einsum("fai,fi->fa", shown, made)) + 0.03) for made in (design, draft)]
    assert np.abs(levels[0] - levels[1]).max() < 1.0
