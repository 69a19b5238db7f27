import numpy as np
import pytest

from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.core.resources import shipped_names
from workbench.render import detail as details
from workbench.render.crosstalk import separation_db
from workbench.render.plants import HeadPose, listener_plant
from workbench.render.renderer import RESPONSE_HZ, design_render, filter_response, loudspeaker_response


@pytest.fixture(scope="module", params=shipped_names("layouts"))
def shown(request):
    layout, params = load_layout(request.param), RenderParams(cancellation_db=18.0)
    filters = design_render(layout, params)
    return layout, params, filters, details.loudspeaker_detail(layout, params, filters)


def test_shapes_fit_and_everything_is_finite_and_read_only(shown):
    layout, _, filters, detail = shown
    drivers, frequencies = len(layout.drivers), len(RESPONSE_HZ)
    assert detail.target_db.shape == detail.condition_db.shape == (frequencies,)
    assert detail.spread_db.shape == (2, frequencies)
    assert detail.input_gain_db.shape == detail.group_delay_ms.shape == (2, drivers, frequencies)
    assert detail.impulse.shape == (2, drivers, len(detail.impulse_ms))
    assert detail.sweet_db.shape == (len(detail.distance_m), len(detail.side_cm))
    assert detail.beam_db.shape == detail.beam_spread_db.shape == (len(detail.beam_hz), len(detail.beam_azimuth_rad))
    for name in ("target_db", "spread_db", "input_gain_db", "sweet_db", "beam_db", "condition_db", "directivity_db"):
        array = getattr(detail, name)
        assert np.isfinite(array).all()
        assert not array.flags.writeable
    assert detail.taps == filters.driver_fir.shape[-1]


def test_the_map_is_the_separation_at_its_places(shown):
    layout, _, filters, detail = shown
    row, column = 2, 17
    pose = HeadPose(offset_m=(details.BACK_M[row], 0.01 * details.SIDES_CM[column], 0.0))
    ears = filter_response(filters.ears_fir, details.SWEET_HZ, filters.latency_samples)
    want = separation_db(listener_plant(layout, details.SWEET_HZ, pose), ears)
    assert detail.sweet_db[row, column] == pytest.approx(np.minimum(want, 30).mean(), abs=1e-6)
    middle = detail.sweet_db[:, detail.sweet_db.shape[1] // 2]
    assert (middle > detail.sweet_db[:, 0] + 3).all()
    np.testing.assert_allclose(detail.sweet_db, detail.sweet_db[:, ::-1], atol=0.1)


def test_the_inputs_gains_are_those_of_the_response(shown):
    layout, _, filters, detail = shown
    response = loudspeaker_response(layout, filters)
    np.testing.assert_allclose(detail.input_gain_db.max(axis=0).max(), response.driver_gain_db.max(), atol=0.1)
    left, right = detail.input_gain_db
    assert not np.allclose(left, right)


def test_uncertainty_lies_about_the_nominal_curve(shown):
    layout, _, filters, detail = shown
    low, high = detail.spread_db
    assert (high >= low).all()
    nominal = loudspeaker_response(layout, filters).separation_db["nominal"]
    band = (RESPONSE_HZ > 1000) & (RESPONSE_HZ < 6000)
    assert low[band].mean() < nominal[band].mean() < high[band].mean() + 6


def test_beam_figures_of_five_drivers():
    layout = load_layout("sphere5-60mm")
    for null_deg in (90.0, 80.0, 75.0):
        params = RenderParams(null_deg=null_deg, boost_limit_db=12.0)
        detail = details.loudspeaker_detail(layout, params, design_render(layout, params))
        band = (detail.beam_hz > 450) & (detail.beam_hz < 2800)
        assert detail.null_db[band].max() < -15
        assert detail.null_95_db[band].max() > detail.null_db[band].max()
        deepest = np.degrees(np.abs(detail.beam_azimuth_rad[detail.beam_db[band].min(axis=0).argmin()]))
        assert deepest == pytest.approx(null_deg, abs=12)
        assert detail.directivity_db[band].mean() > (3 if null_deg == 90 else 0)
        if null_deg == 80:  # leaning is worth most where nulls are near the window
            upright = RenderParams(null_deg=null_deg, boost_limit_db=12.0, beam_shift_us=0.0)
            before = details.loudspeaker_detail(layout, upright, design_render(layout, upright))
            assert detail.null_95_db[band].max() < before.null_95_db[band].max() - 1
            assert detail.directivity_db[band].mean() > before.directivity_db[band].mean() + 0.5


def test_the_target_is_the_one_asked_for():
    layout = load_layout("pair-100mm")
    params = RenderParams(cancellation_db=15.0, cancellation_shape="500:-5 2000:5")
    detail = details.loudspeaker_detail(layout, params, design_render(layout, params))
    at = np.interp(np.log([100, 500, 1000, 2000, 9000]), np.log(RESPONSE_HZ), detail.target_db)
    np.testing.assert_allclose(at, [10, 10, 15, 20, 20], atol=0.1)
    assert detail.params is params and "cancellation_shape" in detail.params_read
    assert "place_deg" not in detail.params_read


def test_what_is_kept_between_two_pictures_does_not_change_them():
    layout = load_layout("sphere5-60mm")
    asked = (RenderParams(), RenderParams(null_deg=75.0), RenderParams(cancellation_db=9.0), RenderParams())

    def arrays(params):
        detail = details.loudspeaker_detail(layout, params, design_render(layout, params))
        return {name: getattr(detail, name) for name in ("beam_db", "null_95_db", "sweet_db", "spread_db", "target_db")}

    in_a_row = [arrays(params) for params in asked]
    for kept in (details._beam, details._spread_db, details._sweet_spot_db):
        kept.cache_clear()
    for params, before in zip(asked, in_a_row):
        for name, array in arrays(params).items():
            np.testing.assert_array_equal(array, before[name], err_msg=name)
    assert not np.array_equal(in_a_row[0]["beam_db"], in_a_row[1]["beam_db"])
    assert not np.array_equal(in_a_row[0]["sweet_db"], in_a_row[2]["sweet_db"])
