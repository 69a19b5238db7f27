import dataclasses

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import Driver, SpeakerLayout, load_layout
from workbench.core.params import RenderParams
from workbench.core.resources import shipped_names
from workbench.dsp.loudness import k_weighting_power
from workbench.render import designs as designs_module
from workbench.render import renderer
from workbench.render.design import Design, load_design
from workbench.render.plants import HeadPose, listener_plant
from workbench.render.renderer import DELAY, Renderer, design_render, make_filters, scene_gains, stereo_gains

HOP = 480
LAYOUTS = shipped_names("layouts")
PARAMS = RenderParams(audition=False)


def _response(fir, frequency_hz):
    """(inputs, outputs, taps) -> (F, outputs, inputs), without the modelling delay."""
    turn = np.exp(-2j * np.pi * frequency_hz[:, None] * (np.arange(fir.shape[-1]) - DELAY) / 48000)
    return np.einsum("idt,ft->fdi", fir, turn, optimize=True)


def _play(layout, x, params, filters):
    """Stereo (2, N) through filters, with a silent centre where they have one."""
    x = np.concatenate([x, np.zeros((len(filters.driver_fir) - len(x), x.shape[1]), dtype=np.float32)])
    stream = Renderer(layout, len(x))
    hops = [stream.process(x[:, i : i + HOP], params, filters) for i in range(0, x.shape[1], HOP)]
    return np.concatenate(hops, axis=1)


@pytest.fixture(scope="module")
def designs():
    return {name: (load_layout(name), design_render(load_layout(name), PARAMS)) for name in LAYOUTS}


@pytest.mark.parametrize("name", LAYOUTS)
def test_firs_keep_the_target_and_the_drive_limit(designs, name):
    """Measured on the FIRs, after truncation, at frequencies between the design's own."""
    layout = load_layout(name)
    most = PARAMS.boost_limit_db + Design().droop_db  # the droop also makes the reference quieter
    assert renderer.loudspeaker_response(*designs[name]).driver_gain_db.max() < most
    message = renderer.loudspeaker_response(layout, make_filters(layout, Design(target="ears")))
    band = (message.frequency_hz > 300) & (message.frequency_hz < 8000)
    assert message.driver_gain_db.max() < most
    limited = message.driver_gain_db.max(axis=0) > PARAMS.boost_limit_db - 1.0
    np.testing.assert_allclose(message.separation_db["nominal"][band & ~limited], PARAMS.cancellation_db, atol=1.0)
    assert (message.separation_db["nominal"][band] > message.plain_separation_db[band] + 1).all()
    assert message.driver_gain_db.shape == (len(layout.drivers), len(message.frequency_hz))
    assert set(message.separation_db) == {"nominal", "2 cm", "5 cm"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_symmetric_layouts_have_mirrored_filters(designs, name):
    layout, filters = designs[name]
    xyz = layout.driver_xyz_m
    mirror = [int(np.linalg.norm(xyz * (1, -1, 1) - at, axis=1).argmin()) for at in xyz]
    np.testing.assert_allclose(filters.driver_fir[0], filters.driver_fir[1][mirror], atol=2e-5)


def _centre_loudness(layout, filters):
    frequency_hz = np.geomspace(50, 16000, 600)  # even in log frequency: pink
    stereo = filters.driver_fir[:2]
    ears = (listener_plant(layout, frequency_hz) @ _response(stereo, frequency_hz)).sum(axis=2)
    return 10 * np.log10((np.abs(ears) ** 2).sum(axis=1) @ k_weighting_power(frequency_hz))


@pytest.mark.parametrize("name", LAYOUTS)
def test_all_designs_are_as_loud_as_plain_stereo(designs, name):
    layout = designs[name][0]
    plain = _centre_loudness(layout, make_filters(layout, Design(method="plain")))
    for design in (
        Design(),
        Design(target="ears"),
        Design(cancellation_db=25.0, boost_limit_db=15.0),
        Design(cancellation_db=3.0, virtual_deg=80.0),
    ):
        assert _centre_loudness(layout, make_filters(layout, design)) == pytest.approx(plain, abs=0.3)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_near_ear_hears_what_plain_stereo_gives_it(designs, name):
    layout, filters = designs[name]
    frequency_hz = np.geomspace(100, 16000, 300)
    plant = listener_plant(layout, frequency_hz)
    heard = (plant @ _response(filters.driver_fir, frequency_hz))[:, 0, 0]
    plain = (plant @ renderer.plain_stereo(layout))[:, 0, 0]
    level_db = 20 * np.log10(np.abs(heard / plain))
    level_db -= np.median(level_db[frequency_hz > 2500])
    assert level_db.max() < 0.3
    assert level_db.min() > -Design().droop_db - 0.3
    strict = make_filters(layout, Design(droop_db=0.0))
    level_db = 20 * np.log10(np.abs((plant @ _response(strict.driver_fir, frequency_hz))[:, 0, 0] / plain))
    assert np.ptp(level_db) < 0.4


def test_virtual_loudspeakers_stand_where_they_were_asked():
    """Interaural phase delay at 700 Hz to 1.5 kHz is that of the parametric head, with strong cancellation."""
    from workbench.render.hrtf import contralateral

    layout = load_layout("stereo-60deg")
    filters = make_filters(layout, Design(cancellation_db=30.0, boost_limit_db=20.0, virtual_deg=50.0))
    frequency_hz = np.linspace(700, 1500, 9)
    ears = listener_plant(layout, frequency_hz) @ _response(filters.driver_fir, frequency_hz)
    ratio = ears[:, 1, 0] / ears[:, 0, 0]
    want = contralateral(np.radians(50.0), frequency_hz, layout.head_radius_m)
    np.testing.assert_allclose(np.angle(ratio / want), 0.0, atol=0.1)
    np.testing.assert_allclose(20 * np.log10(np.abs(ratio / want)), 0.0, atol=0.8)


def test_plain_and_off_only_delay():
    layout = load_layout("line4-60mm")
    filters = make_filters(layout, Design(method="plain"))
    x = np.random.default_rng(0).standard_normal((2, 6 * HOP)).astype(np.float32)
    y = _play(layout, x, PARAMS, filters)
    np.testing.assert_allclose(y[[0, 3], DELAY:], x[:, :-DELAY], atol=1e-5)
    np.testing.assert_allclose(y[1:3], 0.0, atol=1e-6)
    off = _play(layout, x, RenderParams(enabled=False), design_render(layout, PARAMS))
    np.testing.assert_allclose(off[:2, DELAY:], x[:, :-DELAY], atol=1e-5)
    np.testing.assert_allclose(off[2:], 0.0, atol=1e-6)


def test_audition_is_what_the_modelled_ears_hear():
    layout = load_layout("sphere3-60mm")
    filters = design_render(layout, PARAMS)
    x = np.zeros((2, 6 * HOP), dtype=np.float32)
    x[0, 0] = 1.0
    y = _play(layout, x, RenderParams(audition=True), filters)
    assert y.shape == (3, 6 * HOP)
    np.testing.assert_allclose(y[2], 0.0, atol=1e-6)
    frequency_hz = np.linspace(200, 12000, 80)
    turn = np.exp(-2j * np.pi * frequency_hz[:, None] * (np.arange(y.shape[1]) - DELAY) / 48000)
    want = listener_plant(layout, frequency_hz) @ _response(filters.driver_fir, frequency_hz)[:, :, 0, None]
    np.testing.assert_allclose(turn @ y[:2].T, want[..., 0], atol=0.02)


def test_switching_anything_makes_no_click():
    layout = load_layout("pair-100mm")
    sets = [design_render(layout, RenderParams(virtual_deg=angle)) for angle in (30.0, 60.0)]
    tone = 0.5 * np.sin(2 * np.pi * 500 * np.arange(120 * HOP) / 48000)
    x = np.stack([tone, 0.3 * tone, 0.2 * tone]).astype(np.float32)
    stream = Renderer(layout)
    y = []
    for hop in range(120):
        params = RenderParams(audition=hop // 10 % 2 == 0, enabled=hop // 30 % 2 == 0)
        y.append(stream.process(x[:, hop * HOP : (hop + 1) * HOP], params, sets[hop // 7 % 2]))
    y = np.concatenate(y, axis=1)[:, 5 * HOP :]
    slope = 2 * np.pi * 500 / 48000
    assert np.abs(np.diff(y, 2)).max() < 3 * np.abs(y).max() * slope**2


def test_filters_are_read_only_and_of_constant_size(designs):
    for layout, filters in designs.values():
        assert filters.driver_fir.shape == (3, len(layout.drivers), Design().taps)
        assert filters.audition_fir.shape[:2] == (len(layout.drivers), 2)
        assert filters.latency_samples == Renderer(layout).latency
        with pytest.raises(ValueError, match="read-only"):
            filters.driver_fir[0, 0, 0] = 1.0


def test_separation_falls_off_centre_and_a_turned_head_is_told_apart():
    layout = load_layout("stereo-60deg")
    filters = make_filters(layout, Design(target="ears", cancellation_db=25.0, boost_limit_db=12.0))
    message = renderer.loudspeaker_response(layout, filters)
    band = (message.frequency_hz > 1000) & (message.frequency_hz < 8000)
    mean = {name: value[band].mean() for name, value in message.separation_db.items()}
    assert mean["nominal"] > mean["2 cm"] + 5 > mean["5 cm"] + 5
    turned = listener_plant(layout, np.array([2000.0]), HeadPose(yaw_rad=0.3))
    assert not np.allclose(np.abs(turned[0, 0, 0]), np.abs(turned[0, 1, 1]), rtol=0.01)


def test_layouts_that_cannot_play_stereo_are_refused():
    with pytest.raises(InputError, match=r"'mono'.*two drivers"):
        design_render(SpeakerLayout("mono", (Driver("a", (0.0, 0.0, 0.0)),)), PARAMS)


@pytest.mark.parametrize("virtual_deg", [5.0, 30.0, 85.0])
def test_placing_follows_the_tangent_law_at_constant_power(virtual_deg):
    for place_deg in (-virtual_deg, -virtual_deg / 2, 0.0, virtual_deg / 3, virtual_deg):
        left, right = stereo_gains(place_deg, virtual_deg)
        assert left**2 + right**2 == pytest.approx(1.0)
        side = np.tan(np.radians(place_deg)) / np.tan(np.radians(virtual_deg))
        assert (left - right) / (left + right) == pytest.approx(side, abs=1e-12)
    np.testing.assert_allclose(stereo_gains(60.0, 30.0), [1.0, 0.0], atol=1e-12)


@pytest.mark.parametrize("portion", [0.0, 0.4, 1.0])
def test_a_placed_talker_keeps_its_power_and_side(portion):
    for place_deg in (-30.0, -12.0, 0.0, 7.0, 30.0):
        left, right, centre = scene_gains(place_deg, 30.0, portion)
        assert (left + centre) ** 2 + (right + centre) ** 2 == pytest.approx(1.0)
        assert np.sign(left - right) == np.sign(place_deg)
    np.testing.assert_allclose(scene_gains(0.0, 30.0, 1.0), [0.0, 0.0, np.sqrt(0.5)], atol=1e-12)
    np.testing.assert_allclose(scene_gains(40.0, 30.0, portion), [1.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(scene_gains(12.0, 30.0, 0.0)[:2], stereo_gains(12.0, 30.0), atol=1e-12)


def test_placer_ramps():
    placer = renderer.ScenePlacer()
    mono = np.ones(HOP, dtype=np.float32)
    right, left = RenderParams(place_deg=-30.0), RenderParams(place_deg=30.0, upmix=False)
    first = placer.process(mono, right)
    np.testing.assert_allclose(first, [[0.0] * HOP, [1.0] * HOP, [0.0] * HOP], atol=1e-7)
    second = placer.process(mono, left)
    assert np.abs(np.diff(np.concatenate([first, second], axis=1))).max() < 1.01 / HOP
    np.testing.assert_allclose(second[:, -1], [1.0, 0.0, 0.0], atol=1e-7)


@pytest.mark.parametrize("name", LAYOUTS)
def test_live_filters_follow_the_parameters_that_shape_them(name):
    """Equal keys give equal filters; the exported design of the parameters is the live one."""
    layout, live = load_layout(name), RenderParams(null_deg=75.0, region_weight=0.5, cancellation_shape="300:-6 1000:0")
    unread = dataclasses.replace(live, place_deg=9.0, audition=False, upmix=False, adaptation_ms=50.0)
    assert renderer.render_key(unread) == renderer.render_key(live)
    assert renderer.render_key(dataclasses.replace(live, head_side_cm=3.0)) != renderer.render_key(live)
    exported = make_filters(layout, renderer.design_from_params(live)).driver_fir
    np.testing.assert_array_equal(design_render(layout, live).driver_fir, exported)


def test_the_target_curve_is_met_within_a_decibel():
    layout = load_layout("stereo-60deg")
    params = RenderParams(
        target="ears", cancellation_db=18.0, cancellation_shape="400:-8 1000:-2 3000:0 8000:-6", boost_limit_db=14.0
    )
    message = renderer.loudspeaker_response(layout, design_render(layout, params))
    band = (message.frequency_hz > 700) & (message.frequency_hz < 8000)
    wanted = designs_module.target_db(18.0, params.cancellation_shape, message.frequency_hz)
    np.testing.assert_allclose(message.separation_db["nominal"][band], wanted[band], atol=1.0)


@pytest.mark.parametrize("name", shipped_names("designs"))
def test_shipped_designs_load(name):
    design = load_design(name)
    assert design.name == name
    if name == "crosstalk":
        assert design == Design()
        assert renderer.design_from_params(RenderParams(upmix=False)) == design


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cancelation_db = 3", "unknown key 'cancelation_db'"),
        ("cancellation_db = 'much'", "must be a number"),
        ("cancellation_db = 99", "outside"),
        ("target = 'nose'", "not one of speakers, ears"),
        ("method = 'magic'", "not one of crosstalk, plain"),
        ("centre = 'moon'", "not one of none, beam, mix"),
        ("centre = 'beam'\nnull_deg = 30", "within the even window"),
        ("region_m = 2", "outside"),
        ("droop_db = -1", "outside"),
        ("name = ", "not valid TOML"),
        ("earshot_design = 4", "written by a newer Earshot"),
        ("earshot_design = 'new'", "must be a whole number"),
        ("cancellation_shape = '300:x'", "not a point hertz:value"),
        ("cancellation_shape = '300:1 300:2'", "same frequency"),
    ],
)
def test_bad_design_files_are_refused_with_their_name(tmp_path, text, message):
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        load_design(path)
    assert "broken.toml" in str(error.value)


def test_a_moved_head_changes_the_audition_alone():
    layout = load_layout("pair-100mm")
    here, there = (design_render(layout, RenderParams(head_side_cm=side)) for side in (0.0, 8.0))
    np.testing.assert_array_equal(here.driver_fir, there.driver_fir)
    frequency_hz = np.linspace(200, 10000, 50)
    turn = np.exp(-2j * np.pi * frequency_hz[:, None] * (np.arange(there.audition_fir.shape[-1]) - 96) / 48000)
    want = listener_plant(layout, frequency_hz, HeadPose(offset_m=(0.0, 0.08, 0.0)))
    np.testing.assert_allclose(np.einsum("det,ft->fed", there.audition_fir, turn), want, atol=0.02)


def test_a_centre_input_is_as_loud_as_plain_stereo():
    layout = load_layout("sphere5-60mm")
    frequency_hz = np.geomspace(50, 16000, 600)
    plain = _centre_loudness(layout, make_filters(layout, Design(method="plain")))
    for centre in ("beam", "mix"):
        fir = make_filters(layout, Design(centre=centre)).driver_fir[2:]
        ears = (listener_plant(layout, frequency_hz) @ _response(fir, frequency_hz))[..., 0]
        loudness = 10 * np.log10((np.abs(ears) ** 2).sum(axis=1) @ k_weighting_power(frequency_hz))
        assert loudness == pytest.approx(plain, abs=0.3)


def test_a_renderer_of_three_inputs_turned_off_gives_the_stereo_back():
    layout = load_layout("sphere3-60mm")
    filters = make_filters(layout, Design(centre="mix"))
    x = np.random.default_rng(0).standard_normal((3, 4 * HOP)).astype(np.float32)
    stream = Renderer(layout, 3)
    off = RenderParams(enabled=False)
    y = np.concatenate([stream.process(x[:, i : i + HOP], off, filters) for i in range(0, 4 * HOP, HOP)], axis=1)
    want = (x[:2] + x[2])[:, :-DELAY]
    np.testing.assert_allclose(y[:2, DELAY:], want, atol=2e-5)


def test_design_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Design().target = "ears"


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_setting_of_a_slider_is_beyond_the_filters(name):
    """The ends of what limits the drive: filters come out, and no driver gets more than the limit."""
    layout = load_layout(name)
    for limit_db in (0.0, 20.0):
        filters = design_render(layout, RenderParams(boost_limit_db=limit_db, cancellation_db=30.0))
        assert np.isfinite(filters.driver_fir).all()
        message = renderer.loudspeaker_response(layout, filters)
        assert message.driver_gain_db.max() < limit_db + Design().droop_db + 0.3


@pytest.mark.parametrize("name", LAYOUTS)
def test_music_is_as_loud_with_every_live_design(name):
    """Integrated loudness at the modelled ears of a programme with a centre and two sides: within 1 LU of plain."""
    from workbench.dsp.loudness import integrated_lufs
    from workbench.render.upmix import Upmixer

    layout = load_layout(name)
    rng = np.random.default_rng(3)
    white = rng.standard_normal((3, 200 * HOP))
    pink = np.fft.irfft(np.fft.rfft(white) / np.sqrt(np.arange(100 * HOP + 1) + 30.0))
    stereo = (0.3 * np.stack([pink[0] + 0.4 * pink[1], pink[0] + 0.4 * pink[2]])).astype(np.float32)

    def loudness(params):
        upmix, stream, filters = Upmixer(), Renderer(layout), design_render(layout, params)
        hops = (stereo[:, i : i + HOP] for i in range(0, stereo.shape[1], HOP))
        ears = [stream.process(upmix.process(hop, params), params, filters)[:2] for hop in hops]
        return integrated_lufs(np.concatenate(ears, axis=1))

    plain = loudness(RenderParams(method="plain", upmix=False))
    for changes in ({}, {"upmix": False}, {"target": "ears"}, {"centre": "mix"}, {"cancellation_db": 25.0}):
        assert loudness(RenderParams(**changes)) == pytest.approx(plain, abs=1.0), changes


def test_filters_for_a_later_chain_are_the_same_later():
    layout = load_layout("pair-100mm")
    soon, later = make_filters(layout, Design()), make_filters(layout, Design(), latency=400)
    assert later.latency_samples == 400
    np.testing.assert_array_equal(later.driver_fir[..., 160:], soon.driver_fir)
    assert not later.driver_fir[..., :160].any()
    np.testing.assert_allclose(*(np.maximum(made.error_db, -80.0) for made in (later, soon)), atol=0.01)
    with pytest.raises(ValueError, match="does not fit into a latency of 100"):
        make_filters(layout, Design(), latency=100)


def test_the_audition_plays_the_paths_that_it_is_given():
    layout = load_layout("pair-100mm")
    paths = np.zeros((2, 2, 5000), dtype=np.float32)
    paths[0, 0, 96 + 300] = paths[1, 1, 96 + 4000] = 1.0
    filters = make_filters(layout, Design(), paths=paths)
    x = 0.1 * np.random.default_rng(4).standard_normal((2, 20 * HOP)).astype(np.float32)
    ears = _play(layout, x, RenderParams(audition=True), filters)
    drivers = _play(layout, x, PARAMS, filters)
    np.testing.assert_allclose(ears[0, 300:], drivers[0, :-300], atol=1e-5)
    np.testing.assert_allclose(ears[1, 4000:], drivers[1, :-4000], atol=1e-5)
