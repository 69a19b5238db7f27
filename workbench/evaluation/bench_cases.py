"""What `workbench bench` times: the stages, alone and together, each with what it is held against."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import load_array, load_layout
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.evaluation.bench_timing import Case
from workbench.evaluation.reference_networks import float_network, float_network_available, rnnoise, rnnoise_available

RNNOISE = ("RNNoise, published order", 2.0)
"""Where pyrnnoise is not installed."""


def _noise(channels: int, hops: int = 64) -> np.ndarray:
    return (0.05 * np.random.default_rng(0).standard_normal((hops, channels, HOP))).astype(np.float32)


def _enhance(method: str) -> Callable[[], Callable[[int], object]]:
    def make():
        from workbench.core.params import replace
        from workbench.enhance.enhancer import Enhancer
        from workbench.enhance.runtime import NetworkGains

        networks = {} if method in ("classical", "none") else {method: NetworkGains(1, method)}
        hops, stage = _noise(1), Enhancer(1, networks)
        params = replace(Params(), {"enhance.method": method}).enhance
        return lambda number: stage.process(hops[number % len(hops)], params)

    return make


def _rnnoise():
    process, hops = rnnoise(), _noise(1)
    return lambda number: process(hops[number % len(hops), 0])


def _features() -> np.ndarray:
    from workbench.enhance.features import FeatureExtractor

    extractor = FeatureExtractor(1)
    return np.stack([extractor.process(hop).features for hop in _noise(1)])


def _network(method: str) -> Callable[[], Callable[[int], object]]:
    def make():
        from workbench.enhance.runtime import NetworkGains

        network, features = NetworkGains(1, method), _features()
        return lambda number: network.predict(features[number % len(features)])

    return make


def _float_network(method: str) -> Callable[[], Callable[[int], object]]:
    def make():
        from workbench.enhance.runtime import NetworkGains

        run, features = float_network(method), _features()
        state = np.zeros((1, NetworkGains(1, method).facts.state), dtype=np.float32)

        def step(number: int):
            nonlocal state
            state = run(features[number % len(features)], state)[2]

        return step

    return make


def _network_cases() -> list[Case]:
    """The stage with each installed network, and each network alone; a model that cannot be used is left out."""
    from workbench.enhance.models import read_manifest

    try:
        names = sorted(read_manifest(), reverse=True)
    except InputError:
        names = []
    by_rnnoise = ("RNNoise (pyrnnoise)", _rnnoise) if rnnoise_available() else None
    cases = []
    for name in names:
        by_float = ("the same in float32", _float_network(name)) if float_network_available() else None
        whole = Case("enhance", f"{name}, 1 channel", _enhance(name), reference=by_rnnoise, published=RNNOISE)
        cases.append(whole)
        cases.append(Case("enhance", f"{name}, network alone", _network(name), reference=by_float))
    return cases


def _beam(method: str) -> Callable[[], Callable[[int], object]]:
    def make():
        from workbench.core.params import replace
        from workbench.dsp.beamformer import Beamformer
        from workbench.dsp.beams import design_beam

        array = load_array("uca8-100mm")
        filters = design_beam(array, replace(Params(), {"beamformer.method": method}).beamformer, 0.5)
        hops, stage = _noise(8), Beamformer(8)
        return lambda number: stage.process(hops[number % len(hops)], filters)

    return make


def _beam_by_scipy():
    from scipy.signal import oaconvolve

    from workbench.dsp.beams import design_beam

    fir = design_beam(load_array("uca8-100mm"), Params().beamformer, 0.5).fir
    hops = _noise(8)
    return lambda number: oaconvolve(hops[number % len(hops)], fir, axes=1).sum(axis=0)


def _localize(method: str) -> Callable[[], Callable[[int], object]]:
    def make():
        from workbench.localize.localizer import Localizer

        # Speech-like: stationary noise is gated and would cost less than a talker.
        hops = _noise(8, 400) * (0.05 + (np.arange(400) % 23 < 9))[:, None, None].astype(np.float32)
        hops[:] = hops[:, :1]
        stage, params = Localizer(load_array("uca8-100mm")), replace(Params().localize, method=method)

        def update(number: int):
            result = None
            while result is None:
                update.hop += 1
                result = stage.process(hops[update.hop % len(hops)], update.hop * HOP / RATE_HZ, params)
            return result

        update.hop = 0
        return update

    return make


def _talker():
    from workbench.engine.talker_voice import TalkerVoice, talker_params

    hops, voice, params = _noise(8), TalkerVoice(load_array("uca8-100mm")), talker_params(Params())
    # The talker walks 20 degrees a second, so the beam is designed anew as live.
    return lambda number: voice.process(hops[number % len(hops)], params, np.radians(0.2 * number))


def _by_pyroomacoustics(name: str) -> Callable[[int], object]:
    import pyroomacoustics as pra

    array, fft_size = load_array("uca8-100mm"), 512
    rng = np.random.default_rng(0)
    frames = rng.standard_normal((8, fft_size // 2 + 1, 93)) + 1j * rng.standard_normal((8, fft_size // 2 + 1, 93))
    doa = getattr(pra.doa, name)(
        array.mic_xyz_m[:, :2].T, 48000, fft_size, c=343.0, num_src=2, azimuth=np.radians(np.arange(360))
    )
    return lambda number: doa.locate_sources(frames, freq_range=[300, 6000])


def _render(layout_name: str) -> Callable[[], Callable[[int], object]]:
    def make():
        from workbench.render.renderer import Renderer, design_render

        layout, params = load_layout(layout_name), Params().render
        filters, stage, hops = design_render(layout, params), Renderer(layout), _noise(3)
        return lambda number: stage.process(hops[number % len(hops)], params, filters)

    return make


def _render_by_scipy():
    from scipy.signal import oaconvolve

    from workbench.render.renderer import design_render

    fir, hops = design_render(load_layout("pair-100mm"), Params().render).driver_fir, _noise(3)
    return lambda number: oaconvolve(hops[number % len(hops)][:, None], fir, axes=-1).sum(axis=0)


def _stereo_to(room: bool):
    """Upmix, filters of 2048 taps for five drivers, limiter: what a stereo programme costs; to the drivers, or to
    headphones with the loudspeakers in a room."""

    def make():
        from workbench.core import params as parameters
        from workbench.dsp.limiter import TruePeakLimiter
        from workbench.engine.room_paths import RoomRequest, room_paths
        from workbench.render.renderer import Renderer, design_render
        from workbench.render.upmix import Upmixer

        layout = load_layout("sphere5-60mm")
        values = {"render.taps": 2048, "render.delay_ms": 10.0, "render.audition": room, "render.room": room}
        params = parameters.replace(Params(), values).render
        paths = room_paths(layout, RoomRequest.of(params)).paths if room else None
        filters = design_render(layout, params, paths=paths)
        upmix, stage, limiter = Upmixer(), Renderer(layout, latency=filters.latency_samples), TruePeakLimiter(5)
        hops = _noise(2)

        def one_hop(number: int):
            scene = upmix.process(hops[number % len(hops)], params)
            return limiter.process(stage.process(scene, params, filters), params.limit_dbtp)

        return one_hop

    return make


def _limiter():
    from workbench.dsp.limiter import TruePeakLimiter

    stage, hops = TruePeakLimiter(2), 30 * _noise(2)
    return lambda number: stage.process(hops[number % len(hops)], -1.0)


def _chain():
    from workbench.engine.chain import Chain, ChainConfig
    from workbench.engine.designs import DesignBench, NetworkUnusable

    array, layout, params = load_array("uca8-100mm"), load_layout("pair-100mm"), Params()
    chain, hops = Chain(ChainConfig(8, array, layout)), _noise(8)
    bench = DesignBench(array, layout, chain.enhancer)
    with contextlib.suppress(NetworkUnusable):  # then the chain runs, and costs, without it
        bench.request(params, 0.5)

    def step(number: int):
        return chain.process(Block(hops[number % len(hops)], number * HOP, number * 0.01), params, bench.designs)

    return step


def _compared(methods: tuple[str, str], changes: dict[str, object]) -> Callable[[], Callable[[int], object]]:
    """Two settings that share nothing: other beams, both with a network, one with further `changes`."""

    def make():
        from workbench.core.ab import ABChoice
        from workbench.core.params import replace
        from workbench.engine.ab_lanes import Side
        from workbench.engine.chain import Chain, ChainConfig
        from workbench.engine.designs import DesignBench, NetworkUnusable

        array, layout = load_array("uca8-100mm"), load_layout("pair-100mm")
        chain, hops = Chain(ChainConfig(8, array, layout), compare=True), _noise(8)
        sides = []
        for steering_deg, method, own in zip((0.0, 40.0), methods, ({}, changes)):
            params = replace(Params(), {"beamformer.steering_deg": steering_deg, "enhance.method": method, **own})
            bench = DesignBench(array, layout, chain.enhancers)
            with contextlib.suppress(NetworkUnusable):
                bench.request(params, np.radians(steering_deg))
            sides.append(Side(params, bench.designs))

        def step(number: int):
            block = Block(hops[number % len(hops)], number * HOP, number * 0.01)
            shown = number // 200 % 2
            own, choice = sides[shown], ABChoice(shown=shown, heard=shown)
            return chain.process(block, own.params, own.designs, sides[1 - shown], choice)

        return step

    return make


def _room():
    """Four talkers who walk at RT60 0.6 s, once their late reflections are computed: one chunk of sound."""
    from dataclasses import replace

    from workbench.audio.room_renderer import RoomRenderer, prepare
    from workbench.audio.scene_files import load_scene
    from workbench.audio.scene_parts import Arc

    scene = load_scene("four-talkers")
    talkers = tuple(
        replace(talker, path=Arc(talker.azimuth_deg - 20, talker.azimuth_deg + 20, 15.0), walking=True)
        for talker in scene.talkers
    )
    renderer = RoomRenderer(prepare(replace(scene, rt60_s=0.6, talkers=talkers)))
    renderer.setting.acoustics.lates.work(60.0)
    return lambda number: renderer.render()


CASES = (
    Case("enhance", "classical, 1 channel", _enhance("classical")),
    Case("enhance", "signal path without an estimate, 1 channel", _enhance("none")),
    Case(
        "beam", "delay-and-sum, 8 microphones", _beam("delay-and-sum"), reference=("scipy oaconvolve", _beam_by_scipy)
    ),
    Case(
        "localize",
        "network and SRP-PHAT update with tracker, 8 microphones",
        _localize("combined"),
        period_hops=20,
        reference=("pyroomacoustics SRP, 0.5 s", lambda: _by_pyroomacoustics("SRP")),
    ),
    Case(
        "localize",
        "SRP-PHAT update with tracker, 8 microphones, 360 azimuths",
        _localize("srp"),
        period_hops=20,
        reference=("pyroomacoustics SRP, 0.5 s", lambda: _by_pyroomacoustics("SRP")),
    ),
    Case(
        "localize",
        "normalised MUSIC update with tracker, 8 microphones, 360 azimuths",
        _localize("normmusic"),
        period_hops=20,
        reference=("pyroomacoustics normalised MUSIC, 0.5 s", lambda: _by_pyroomacoustics("NormMUSIC")),
    ),
    Case("talker", "one talker's own beam, walking, and enhancement, 8 microphones", _talker),
    Case(
        "render",
        "crosstalk cancellation with audition, pair",
        _render("pair-100mm"),
        reference=("scipy oaconvolve, drivers only", _render_by_scipy),
    ),
    Case("render", "upmix, five drivers, 2048 taps, limiter", _stereo_to(room=False)),
    Case("render", "the same on headphones, in a room of 0.5 s", _stereo_to(room=True)),
    Case("output", "true-peak limiter, 2 channels", _limiter),
    Case("chain", "8 microphones to headphones, spectra included", _chain),
    Case("chain", "A and B of two networks, loudness matched", _compared(("percepnet-small",) * 2, {})),
    Case(
        "chain",
        "A and B of two full networks, loudness matched",
        _compared(("percepnet", "percepnet"), {"enhance.strength_percent": 60.0}),
    ),
    Case("room", "four talkers walking, RT60 0.6 s, 8 microphones", _room, period_hops=5),
)


def cases() -> tuple[Case, ...]:
    """All that can be measured here; networks among them as they are installed."""
    return (*_network_cases(), *CASES)
