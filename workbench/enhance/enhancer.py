"""The streaming enhancement stage: analysis, band gains, comb filter, post-filter, decay limit, synthesis.

Delay is the same for every method (overlap-add 480 + two frames of look-ahead 960 = 1440 samples), so that
methods can be switched while sound plays.
"""

from __future__ import annotations

import math
import time
from collections import deque

import numpy as np

from workbench.core.messages import EnhancementState, frozen
from workbench.core.params import EnhanceParams
from workbench.dsp import kernels
from workbench.dsp.bands import BANDS, HOP, PEAK_BINS, RATE_HZ, interpolate
from workbench.dsp.pitch import VOICED_CORRELATION
from workbench.dsp.stft import Synthesis
from workbench.enhance.classical import ClassicalGains
from workbench.enhance.estimator import Estimate, GainEstimator
from workbench.enhance.features import AnalysedFrame, FeatureExtractor
from workbench.enhance.postfilter import TINY, decay_factor, limit_decay, postfilter

LATENCY = Synthesis.latency + FeatureExtractor.latency
HOP_MS = 1000 * HOP / RATE_HZ
_DRY_HOPS = LATENCY // HOP


class Enhancer:
    """Enhances each channel on its own.

    Parameters
    ----------
    channels : int
    estimators : dict of GainEstimator by method name, optional
        "classical" is always there; networks are added by `install`, made elsewhere, since loading takes long.
    """

    latency = LATENCY

    def __init__(self, channels: int = 1, estimators: dict[str, GainEstimator] | None = None):
        self.channels = channels
        self._estimators: dict[str, GainEstimator] = {"classical": ClassicalGains(channels), **(estimators or {})}
        self._allowed: tuple[str, ...] | None = None
        self._extractor = FeatureExtractor(channels)
        self._synthesis = Synthesis(channels)
        self.reset()

    def reset(self) -> None:
        """Forget all sound; installed estimators stay."""
        self._extractor.reset()
        self._synthesis.reset()
        for estimator in self._estimators.values():
            estimator.reset()
        self._method = ""
        self._previous_gain = np.ones((self.channels, BANDS), dtype=np.float32)
        self._smooth: tuple[np.ndarray, np.ndarray] | None = None
        silence = np.zeros((self.channels, HOP), dtype=np.float32)
        self._dry = deque([silence] * _DRY_HOPS, maxlen=_DRY_HOPS + 1)
        self._share: float | None = None
        self._output_gain: float | None = None
        self.estimate_us = 0.0
        """Thread time that the newest frame's gains and strengths took."""
        self.state = _state(self._previous_gain, np.zeros_like(self._previous_gain), 0.0, float("nan"))

    def install(self, method: str, estimator: GainEstimator) -> None:
        """Make a method available. Safe while another thread processes."""
        if estimator.channels != self.channels:
            raise ValueError(f"estimator for {estimator.channels} channels in an enhancer of {self.channels}")
        self._estimators[method] = estimator

    def allow(self, methods: tuple[str, ...] | None) -> None:
        """Be as if only these of the methods were installed; None: all. One that is allowed from now on begins as if
        it had just been installed. Between hops."""
        if methods is self._allowed:
            return
        before, self._allowed = self.available, methods
        for method in self.available:
            if method in self._estimators and method not in before:
                self._estimators[method].reset()

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods that are installed."""
        return (*self._estimators, "none")

    @property
    def available(self) -> tuple[str, ...]:
        """Methods that can be chosen now."""
        allowed = self._allowed
        return self.methods if allowed is None else tuple(one for one in self.methods if _is_in(one, allowed))

    def process(self, x: np.ndarray, params: EnhanceParams) -> np.ndarray:
        """One hop.

        Parameters
        ----------
        x : (channels, HOP) float32
        params : EnhanceParams
            A method or network that is not installed, or not allowed, falls back to "classical".

        Returns
        -------
        (channels, HOP) float32, delayed by `latency` samples.
        """
        frame = self._extractor.process(x)
        began = time.thread_time_ns()
        estimate = self._estimate(frame, params)
        self.estimate_us = (time.thread_time_ns() - began) / 1000 if estimate else 0.0
        if estimate is None:
            gain = np.ones((self.channels, BANDS), dtype=np.float32)
            strength = np.zeros_like(gain)
            spectrum = frame.spectrum
        else:
            gain, strength = self._smoothed(estimate, params.smoothing_ms)
            strength = strength * np.float32(params.comb_percent * params.strength_percent / 1e4)
            gain = self._limited(gain, frame, params)
            spectrum = _shaped(frame, strength, gain)
        self._previous_gain = gain
        voiced = frame.correlation[0] >= VOICED_CORRELATION
        self.state = _state(
            gain,
            strength,
            RATE_HZ / float(frame.period[0]) if voiced else 0.0,
            float(estimate.snr_db[0]) if estimate else float("nan"),
        )
        wet = self._synthesis.process(spectrum)
        self._dry.append(np.array(x, dtype=np.float32))
        return self._level(self._mixed(wet, self._dry[0], params.mix_percent / 100), params.output_gain_db)

    def _estimate(self, frame: AnalysedFrame, params: EnhanceParams) -> Estimate | None:
        method = params.network or (params.method if params.enabled else "none")
        estimator = None
        if method != "none":
            known = self._allowed is None or _is_in(method, self._allowed)
            estimator = self._estimators.get(method if known else "classical", self._estimators["classical"])
        if method != self._method:
            self._method = method
            self._smooth = None
            if estimator is not None:
                estimator.reset()
        return None if estimator is None else estimator.process(frame)

    def _smoothed(self, estimate: Estimate, time_ms: float) -> tuple[np.ndarray, np.ndarray]:
        """Gains and strengths averaged over time by a one-pole low-pass with this time constant."""
        now = (estimate.gain, estimate.strength)
        if time_ms > 0 and self._smooth is not None:
            kept = np.float32(math.exp(-HOP_MS / time_ms))
            gain, strength = self._smooth
            now = (now[0] + kept * (gain - now[0]), now[1] + kept * (strength - now[1]))
        self._smooth = now
        return now

    def _mixed(self, wet: np.ndarray, dry: np.ndarray, share: float) -> np.ndarray:
        """Wet and dry in this proportion; a change ramps over the hop."""
        before = share if self._share is None else self._share
        self._share = share
        if share == before:
            return wet if share == 1.0 else dry.copy() if share == 0.0 else dry + np.float32(share) * (wet - dry)
        return dry + np.linspace(before, share, HOP, endpoint=False, dtype=np.float32) * (wet - dry)

    def _limited(self, gain: np.ndarray, frame: AnalysedFrame, params: EnhanceParams) -> np.ndarray:
        """From the estimate to what is applied: post-filter, attenuation limit, strength, decay limit."""
        floor = 10 ** (-params.attenuation_limit_db / 20)
        exponent, decay = params.strength_percent / 100, decay_factor(params.decay_ms)
        if (compiled := kernels.ready()) is not None:
            out = np.empty_like(gain)
            compiled.shape_gain(
                *(gain, frame.energy, self._previous_gain, np.float32(params.postfilter_beta), np.float32(floor)),
                *(np.float32(exponent), np.float32(decay), TINY, out),
            )
            return out
        gain = postfilter(gain, frame.energy, params.postfilter_beta)
        gain = np.maximum(gain, floor) ** exponent
        return limit_decay(gain, self._previous_gain, decay).astype(np.float32)

    def _level(self, out: np.ndarray, gain_db: float) -> np.ndarray:
        gain = 10 ** (gain_db / 20)
        before = gain if self._output_gain is None else self._output_gain
        self._output_gain = gain
        if gain == before:
            return out if gain == 1.0 else out * np.float32(gain)
        return out * np.linspace(before, gain, HOP, endpoint=False, dtype=np.float32)


def _is_in(method: str, allowed: tuple[str, ...]) -> bool:
    return method in allowed or method in ("classical", "none")


def _shaped(frame: AnalysedFrame, strength: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Tone and noise mixed by the strengths, then the gains, both (channels, BANDS); (channels, 481) complex64."""
    if (compiled := kernels.ready()) is not None:
        out = np.empty_like(frame.spectrum)
        compiled.shape_spectrum(frame.spectrum, frame.comb_spectrum, strength, gain, PEAK_BINS, out)
        return out
    spectrum = frame.spectrum
    if strength.any():
        spectrum = spectrum + interpolate(strength) * (frame.comb_spectrum - spectrum)
    return (spectrum * interpolate(gain)).astype(np.complex64)


def _state(gain: np.ndarray, strength: np.ndarray, pitch_hz: float, snr_db: float) -> EnhancementState:
    return EnhancementState(
        gain=frozen(gain[0].copy()), strength=frozen(strength[0].copy()), pitch_hz=pitch_hz, snr_db=snr_db
    )
