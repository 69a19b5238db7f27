"""The oracle ladder: what each part of the enhancer could give at best, rung by rung, when the clean signal is known.

    magnitude    the true magnitude in each of 481 bins, with the noisy phase
    bands        the true amplitude ratio in 34 bands: nothing changes between harmonics any more
    comb         … and the comb filter in its ideal strength, which takes noise from between the harmonics
    postfilter   … and the envelope post-filter and the decay limit

Every rung runs through the analysis, comb, synthesis and delay of the live enhancer: what differs from a network's
sound is the network alone. Strengths and gains are those that networks are trained for (`workbench.enhance.oracle`).
"""

from __future__ import annotations

from collections import deque

import numpy as np

from workbench.core.messages import ORACLE_RUNGS as RUNGS
from workbench.core.params import EnhanceParams
from workbench.dsp.bands import BANDS, BINS, HOP, band_energy, interpolate
from workbench.dsp.comb import CombFilter
from workbench.dsp.pitch import LOOK_AHEAD
from workbench.dsp.stft import Analysis, Synthesis
from workbench.enhance.enhancer import LATENCY
from workbench.enhance.features import AnalysedFrame, FeatureExtractor
from workbench.enhance.oracle import targets
from workbench.enhance.postfilter import decay_factor, limit_decay, postfilter

PUBLISHED_BETA = 0.02
"""The post-filter's β on the last rung while the parameter has it off."""

_TINY = 1e-20


class OracleLadder:
    """All rungs of a stream, hop by hop.

    Parameters
    ----------
    channels : each with a clean signal of its own
    rungs : those to compute, of `RUNGS`
    """

    latency = LATENCY

    def __init__(self, channels: int = 1, rungs: tuple[str, ...] = RUNGS):
        unknown = set(rungs) - set(RUNGS)
        if unknown:
            raise ValueError(f"no such rung: {sorted(unknown)[0]!r}")
        self.channels, self.rungs = channels, tuple(rungs)
        self._noisy = FeatureExtractor(channels)
        self._clean = Analysis(channels)
        self._clean_comb = CombFilter(channels)
        self._syntheses = {rung: Synthesis(channels) for rung in self.rungs}
        self.reset()

    def reset(self) -> None:
        """Forget all sound."""
        for part in (self._noisy, self._clean, self._clean_comb, *self._syntheses.values()):
            part.reset()
        silence = np.zeros((self.channels, BINS), dtype=np.complex64)
        self._clean_spectra: deque[np.ndarray] = deque([silence] * LOOK_AHEAD, maxlen=LOOK_AHEAD + 1)
        self._previous_gain = np.ones((self.channels, BANDS), dtype=np.float32)

    def process(self, noisy: np.ndarray, clean: np.ndarray, params: EnhanceParams) -> np.ndarray:
        """One hop.

        Parameters
        ----------
        noisy, clean : (channels, HOP) float32, in step
        params : EnhanceParams
            `postfilter_beta` and `decay_ms` shape the last rung.

        Returns
        -------
        (rungs, channels, HOP) float32, delayed by `latency` samples.
        """
        frame = self._noisy.process(noisy)
        self._clean_spectra.append(self._clean.process(clean))
        comb = self._clean_comb.process(clean, frame.period, frame.period)
        spectra = self._spectra(frame, self._clean_spectra[0], comb.spectrum, params)
        return np.stack([self._syntheses[rung].process(spectra[rung].astype(np.complex64)) for rung in self.rungs])

    def _spectra(
        self, frame: AnalysedFrame, clean: np.ndarray, clean_comb: np.ndarray, params: EnhanceParams
    ) -> dict[str, np.ndarray]:
        noisy = frame.spectrum
        true_magnitude = noisy * (np.abs(clean) / (np.abs(noisy) + _TINY))
        plain = np.sqrt(np.clip(band_energy(clean) / (frame.energy + _TINY), 0, 1))
        gain, strength = targets(clean, noisy, clean_comb, frame.noise_gain)
        mixed = noisy + interpolate(strength) * (frame.comb_spectrum - noisy)
        shaped = postfilter(gain, frame.energy, params.postfilter_beta or PUBLISHED_BETA)
        shaped = limit_decay(shaped, self._previous_gain, decay_factor(params.decay_ms))
        self._previous_gain = shaped
        return {
            "magnitude": true_magnitude,
            "bands": noisy * interpolate(plain),
            "comb": mixed * interpolate(gain),
            "postfilter": mixed * interpolate(shaped),
        }


def whole_ladder(
    noisy: np.ndarray, clean: np.ndarray, params: EnhanceParams, rungs: tuple[str, ...] = RUNGS
) -> dict[str, np.ndarray]:
    """Whole signals through the ladder, the delay taken out.

    Parameters
    ----------
    noisy, clean : (channels, n) float32 at 48 kHz

    Returns
    -------
    dict of rung to (channels, n) float32

    Raises
    ------
    ValueError
        Shapes that differ.
    """
    if noisy.shape != clean.shape:
        raise ValueError(f"noisy {noisy.shape} and clean {clean.shape} differ in shape")
    channels, samples = noisy.shape
    ladder = OracleLadder(channels, rungs)
    padding = -(-(samples + LATENCY) // HOP) * HOP - samples
    noisy, clean = (np.pad(x, ((0, 0), (0, padding))).astype(np.float32) for x in (noisy, clean))
    hops = [
        ladder.process(noisy[:, start : start + HOP], clean[:, start : start + HOP], params)
        for start in range(0, noisy.shape[1], HOP)
    ]
    out = np.concatenate(hops, axis=2)[:, :, LATENCY : LATENCY + samples]
    return dict(zip(ladder.rungs, out))
