"""Streaming classes of `workbench.engine`."""

from dataclasses import replace

import numpy as np

from tests.streaming import StreamingCase
from workbench.core.channel_map import ChannelMap
from workbench.core.geometry import load_array, load_layout
from workbench.core.messages import Block
from workbench.core.params import OutputParams, Params
from workbench.dsp.bands import HOP
from workbench.engine import (
    beam_meter,
    chain,
    channel_guard,
    designs,
    howl,
    input_meter,
    inputs,
    kept_sound,
    oracle,
    output,
    output_test,
    taps,
)


def _pairs(rng, hops):
    def hop():
        return rng.standard_normal((2, HOP)).astype(np.float32)

    return [(hop(), hop(), OutputParams(bypass=number % 3 == 0)) for number in range(hops)]


def _hops(rng, hops):
    return [(rng.standard_normal((2, HOP)).astype(np.float32),) for _ in range(hops)]


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


CASES = {
    kept_sound.SoundKeeper: StreamingCase(lambda: kept_sound.SoundKeeper(2), _any_blocks),
    inputs.InputStage: StreamingCase(lambda: inputs.InputStage(2), _mapped),
    input_meter.InputMeter: StreamingCase(lambda: input_meter.InputMeter(2), _hops),
    beam_meter.BeamMeter: StreamingCase(lambda: beam_meter.BeamMeter(_ARRAY.mic_xyz_m), _beam_hops),
    oracle.OraclePlayer: StreamingCase(oracle.OraclePlayer, _hops),
    channel_guard.ChannelGuard: StreamingCase(lambda: channel_guard.ChannelGuard(2), _hops),
    howl.HowlDetector: StreamingCase(howl.HowlDetector, _mono),
    taps.Delay: StreamingCase(lambda: taps.Delay(2, 777), _hops, any_length=True),
    taps.SpectrumColumn: StreamingCase(taps.SpectrumColumn, _mono),
    output_test.OutputTest: StreamingCase(lambda: output_test.OutputTest("pink", 1), _tested),
    output.OutputStage: StreamingCase(output.OutputStage, _pairs),
    chain.Chain: StreamingCase(lambda: chain.Chain(chain.ChainConfig(8, _ARRAY, _LAYOUT)), _blocks),
}
