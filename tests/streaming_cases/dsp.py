"""Streaming classes of `workbench.dsp`."""

import numpy as np

from tests.streaming import StreamingCase
from workbench.core.geometry import load_array
from workbench.core.params import BeamformerParams
from workbench.dsp import (
    beamformer,
    beams,
    comb,
    filters,
    fir,
    fractional,
    limiter,
    loudness,
    noise_field,
    pitch,
    sound_level,
    stft,
)


def _samples(rng, hops):
    return [(rng.standard_normal((2, 480)).astype(np.float32),) for _ in range(hops)]


def _spectra(rng, hops):
    return [
        ((rng.standard_normal((2, 481)) + 1j * rng.standard_normal((2, 481))).astype(np.complex64),)
        for _ in range(hops)
    ]


def _beam_hops(rng, hops):
    steered = [beams.design_beam(load_array("uca6-45mm"), BeamformerParams(), azimuth) for azimuth in (0.0, 1.0)]
    return [(rng.standard_normal((6, 480)).astype(np.float32), steered[k % 5 // 3]) for k in range(hops)]


def _noise_hops(rng, hops):
    return [
        (rng.standard_normal((6, 480)).astype(np.float32), 0.02 * k if k < 9 else 2.0, (250.0, 100.0)[k % 2])
        for k in range(hops)
    ]


def _comb_hops(rng, hops):
    return [
        (rng.standard_normal((2, 480)).astype(np.float32), rng.integers(96, 769, 2), rng.integers(96, 769, 2))
        for _ in range(hops)
    ]


def _high_pass_hops(rng, hops):
    return [(rng.standard_normal((2, 480)).astype(np.float32), (80.0, 80.0, 150.0)[k % 3]) for k in range(hops)]


def _fir_hops(rng, hops):
    sets = [fir.PartitionedFilters(rng.standard_normal((2, 3, taps))) for taps in (700, 1000)]
    return [(rng.standard_normal((2, 480)).astype(np.float32), sets[k // 4 % 2]) for k in range(hops)]


def _loud_hops(rng, hops):
    return [((k % 4) * rng.standard_normal((2, 480)).astype(np.float32), (-1.0, -6.0)[k // 6]) for k in range(hops)]


def _drifting(rng, hops):
    return [(rng.standard_normal((2, 480)).astype(np.float32), 1.00023) for _ in range(hops)]


CASES = {
    beamformer.Beamformer: StreamingCase(make=lambda: beamformer.Beamformer(6), inputs=_beam_hops),
    comb.CombFilter: StreamingCase(make=lambda: comb.CombFilter(2), inputs=_comb_hops),
    filters.HighPass: StreamingCase(make=lambda: filters.HighPass(2), inputs=_high_pass_hops),
    fir.PartitionedConvolver: StreamingCase(make=lambda: fir.PartitionedConvolver(2, 3, 1000), inputs=_fir_hops),
    fractional.FractionalResampler: StreamingCase(
        make=lambda: fractional.FractionalResampler(2), inputs=_drifting, any_length=True
    ),
    limiter.TruePeakLimiter: StreamingCase(make=lambda: limiter.TruePeakLimiter(2), inputs=_loud_hops),
    loudness.LoudnessMeter: StreamingCase(make=lambda: loudness.LoudnessMeter(2), inputs=_samples),
    sound_level.SoundLevelMeter: StreamingCase(make=lambda: sound_level.SoundLevelMeter(2, "A"), inputs=_samples),
    noise_field.NoiseTracker: StreamingCase(
        make=lambda: noise_field.NoiseTracker(load_array("uca6-45mm").mic_xyz_m), inputs=_noise_hops
    ),
    pitch.PitchTracker: StreamingCase(make=lambda: pitch.PitchTracker(2), inputs=_samples),
    stft.Analysis: StreamingCase(make=lambda: stft.Analysis(2), inputs=_samples),
    stft.Synthesis: StreamingCase(make=lambda: stft.Synthesis(2), inputs=_spectra),
}
