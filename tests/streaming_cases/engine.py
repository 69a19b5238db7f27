"""Streaming classes of `workbench.engine`."""

from dataclasses import replace

import numpy as np

from tests.streaming import StreamingCase
from workbench.core import ab
from workbench.core import params as parameters
from workbench.core.channel_map import ChannelMap
from workbench.core.geometry import load_array, load_layout
from workbench.core.messages import Block
from workbench.core.params import OutputParams, Params
from workbench.dsp.bands import HOP
from workbench.engine import (
    ab_lanes,
    ab_mixer,
    beam_meter,
    chain,
    channel_guard,
    designs,
    howl,
    input_meter,
    input_solo,
    inputs,
    kept_sound,
    loudness_match,
    oracle,
    output,
    output_test,
    program_meter,
    stages,
    talker_voice,
    taps,
)


def _pairs(rng, hops):
    def hop():
        return rng.standard_normal((2, HOP)).astype(np.float32)

    return [(hop(), hop(), OutputParams(bypass=number % 3 == 0)) for number in range(hops)]


def _hops(rng, hops):
    return [(rng.standard_normal((2, HOP)).astype(np.float32),) for _ in range(hops)]


def _soloed(rng, hops):
    levels = (Params(), replace(Params(), output=OutputParams(gain_db=6.0)))
    return [(played, heard, levels[number % 2]) for number, (played, heard) in enumerate(_two_hops(rng, hops))]


def _mono(rng, hops):
    return [(rng.standard_normal(HOP).astype(np.float32),) for _ in range(hops)]


_ARRAY, _LAYOUT = load_array("uca8-100mm"), load_layout("pair-100mm")


def _designs():
    bench = designs.DesignBench(_ARRAY, _LAYOUT)
    bench.request(Params(), 0.5)
    return bench.designs


def _blocks(rng, hops):
    filters = _designs()
    return [
        (Block((0.1 * rng.standard_normal((8, HOP))).astype(np.float32), k * HOP, k * 0.01), Params(), filters)
        for k in range(hops)
    ]


def _tested(rng, hops):
    return [(rng.standard_normal((2, HOP)).astype(np.float32), OutputParams(muted=k % 5 == 0)) for k in range(hops)]


def _beam_hops(rng, hops):
    return [
        (
            rng.standard_normal((8, HOP)).astype(np.float32),
            rng.standard_normal(HOP).astype(np.float32),
            rng.standard_normal(HOP).astype(np.float32),
            0.1 * (k // 4),
            1.5,
            k % 3 > 0,
        )
        for k in range(hops)
    ]


def _mapped(rng, hops):
    swapped = inputs.prepare(inputs.InputSetup(ChannelMap.in_order(2).swapped(0, 1)), 2)
    plain = inputs.prepare(inputs.InputSetup(), 2)
    spectra = np.fft.rfft(rng.standard_normal((2, 99)), inputs._FFT).astype(np.complex64)
    filtered = replace(swapped, fir_spectra=spectra)
    turn = (plain, swapped, filtered)
    return [(rng.standard_normal((2, HOP)).astype(np.float32), turn[k // 3 % 3]) for k in range(hops)]


def _any_blocks(rng, hops):
    return [(Block(rng.standard_normal((2, HOP)).astype(np.float32), k * HOP, k * 0.01),) for k in range(hops)]


def _lanes():
    return ab_lanes.Lanes(*(stages.StageSet(8, _ARRAY, _LAYOUT, True) for _ in range(2)))


def _sides():
    filters = _designs()
    other = parameters.replace(Params(), {"enhance.strength_percent": 40.0})
    return ab_lanes.Side(Params(), filters), ab_lanes.Side(other, filters)


def _lane_hops(rng, hops):
    one, other = _sides()
    noise = [(0.1 * rng.standard_normal((8, HOP))).astype(np.float32) for _ in range(hops)]
    return [(x, (one, other if 2 < k < 8 else one), k % 2) for k, x in enumerate(noise)]


def _two_hops(rng, hops):
    return [tuple(rng.standard_normal((2, 2, HOP)).astype(np.float32)) for _ in range(hops)]


def _mixed(rng, hops):
    one, other = _sides()

    def hop(k):
        x, y = (rng.standard_normal((2, HOP)).astype(np.float32) for _ in range(2))
        lanes = [
            ab_lanes.LaneSound(beam=z[0], enhanced=z[:1], scene=np.concatenate([z, z[:1]]), rendered=z) for z in (x, y)
        ]
        tap = ab.TAPS[k // 3 % len(ab.TAPS)]
        return lanes, (one, other), False, 0.5 * x, ab.ABChoice(shown=k % 2, heard=k % 2, tap=tap)

    return [hop(k) for k in range(hops)]


_MIXER_CHANNELS, _MIXER_LATENCY = {"beam": 1, "enhanced": 1, "scene": 3}, {"beam": 700, "enhanced": 300, "scene": 83}


def _talker_hops(rng, hops):
    params = talker_voice.talker_params(parameters.replace(Params(), {"enhance.method": "classical"}))
    return [
        ((0.1 * rng.standard_normal((8, HOP))).astype(np.float32), params, 0.02 * (k // 3), (2.0, -1.5))
        for k in range(hops)
    ]


CASES = {
    talker_voice.TalkerVoice: StreamingCase(lambda: talker_voice.TalkerVoice(_ARRAY), _talker_hops),
    ab_lanes.Lanes: StreamingCase(_lanes, _lane_hops),
    ab_mixer.ABMixer: StreamingCase(lambda: ab_mixer.ABMixer(2, _MIXER_CHANNELS, _MIXER_LATENCY), _mixed, hops=40),
    loudness_match.LoudnessMatch: StreamingCase(lambda: loudness_match.LoudnessMatch(2), _two_hops, hops=130),
    kept_sound.SoundKeeper: StreamingCase(lambda: kept_sound.SoundKeeper(2), _any_blocks),
    inputs.InputStage: StreamingCase(lambda: inputs.InputStage(2), _mapped),
    input_meter.InputMeter: StreamingCase(lambda: input_meter.InputMeter(2), _hops),
    beam_meter.BeamMeter: StreamingCase(lambda: beam_meter.BeamMeter(_ARRAY.mic_xyz_m), _beam_hops),
    oracle.OraclePlayer: StreamingCase(oracle.OraclePlayer, _hops),
    channel_guard.ChannelGuard: StreamingCase(lambda: channel_guard.ChannelGuard(2), _hops),
    howl.HowlDetector: StreamingCase(howl.HowlDetector, _mono),
    taps.Delay: StreamingCase(lambda: taps.Delay(2, 777), _hops, any_length=True),
    taps.SpectrumColumn: StreamingCase(taps.SpectrumColumn, _mono),
    input_solo.InputSolo: StreamingCase(lambda: input_solo.InputSolo(1), _soloed),
    output_test.OutputTest: StreamingCase(lambda: output_test.OutputTest("pink", 1), _tested),
    output.OutputStage: StreamingCase(output.OutputStage, _pairs),
    program_meter.OutputLoudness: StreamingCase(lambda: program_meter.OutputLoudness(2), _hops, hops=60),
    program_meter.PairMeter: StreamingCase(lambda: program_meter.PairMeter(("input", 1, 0)), _two_hops),
    chain.Chain: StreamingCase(lambda: chain.Chain(chain.ChainConfig(8, _ARRAY, _LAYOUT)), _blocks),
}
