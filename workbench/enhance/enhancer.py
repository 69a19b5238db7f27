"""The streaming enhancement stage: analysis, band gains, post-filter, decay limit, synthesis.

Delay is the same for every method (overlap-add 480 + two frames of look-ahead 960 = 1440 samples), so that
methods can be switched while sound plays.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from workbench.core.messages import EnhancementState, frozen
from workbench.core.params import EnhanceParams
from workbench.dsp.bands import BANDS, BINS, HOP, band_energy, interpolate
from workbench.dsp.stft import Analysis, Synthesis
from workbench.enhance.classical import ClassicalGains
from workbench.enhance.estimator import LOOK_AHEAD_FRAMES, Estimate, GainEstimator
from workbench.enhance.postfilter import decay_factor, limit_decay, postfilter

LATENCY = HOP + LOOK_AHEAD_FRAMES * HOP


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
        self._analysis = Analysis(channels)
        self._synthesis = Synthesis(channels)
        self.reset()

    def reset(self) -> None:
        """Forget all sound; installed estimators stay."""
        self._analysis.reset()
        self._synthesis.reset()
        for estimator in self._estimators.values():
            estimator.reset()
        self._method = ""
        self._frames: deque[np.ndarray] = deque(
            [np.zeros((self.channels, BINS), dtype=np.complex64)] * LOOK_AHEAD_FRAMES, maxlen=LOOK_AHEAD_FRAMES + 1
        )
        self._previous_gain = np.ones((self.channels, BANDS), dtype=np.float32)
        self._output_gain: float | None = None
        self.state = EnhancementState(
            gain=frozen(np.ones(BANDS, dtype=np.float32)),
            strength=frozen(np.zeros(BANDS, dtype=np.float32)),
            pitch_hz=0.0,
            snr_db=float("nan"),
        )

    def install(self, method: str, estimator: GainEstimator) -> None:
        """Make a method available. Safe while another thread processes."""
        if estimator.channels != self.channels:
            raise ValueError(f"estimator for {estimator.channels} channels in an enhancer of {self.channels}")
        self._estimators[method] = estimator

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods that can be chosen now."""
        return (*self._estimators, "none")

    def process(self, x: np.ndarray, params: EnhanceParams) -> np.ndarray:
        """One hop.

        Parameters
        ----------
        x : (channels, HOP) float32
        params : EnhanceParams
            A method that is not installed falls back to "classical".

        Returns
        -------
        (channels, HOP) float32, delayed by `latency` samples.
        """
        spectrum = self._analysis.process(x)
        self._frames.append(spectrum)
        estimate = self._estimate(spectrum, x, params)
        frame = self._frames[0]
        if estimate is None:
            out = self._synthesis.process(frame)
            self._previous_gain = np.ones_like(self._previous_gain)
            self._publish(self._previous_gain, None)
        else:
            gain = self._shape(estimate.gain, frame, params)
            out = self._synthesis.process((frame * interpolate(gain)).astype(np.complex64))
            self._publish(gain, estimate)
        return self._level(out, params.output_gain_db)

    def _estimate(self, spectrum: np.ndarray, x: np.ndarray, params: EnhanceParams) -> Estimate | None:
        method = params.method if params.enabled else "none"
        estimator = None if method == "none" else self._estimators.get(method, self._estimators["classical"])
        if method != self._method:
            self._method = method
            if estimator is not None:
                estimator.reset()
        return None if estimator is None else estimator.process(spectrum, x)

    def _shape(self, gain: np.ndarray, frame: np.ndarray, params: EnhanceParams) -> np.ndarray:
        """From the estimate to what is applied: post-filter, strength, limits."""
        gain = postfilter(gain, band_energy(frame), params.postfilter_beta)
        floor = 10 ** (-params.attenuation_limit_db / 20)
        gain = np.maximum(gain, floor) ** (params.strength_percent / 100)
        gain = limit_decay(gain, self._previous_gain, decay_factor(params.decay_ms))
        self._previous_gain = gain.astype(np.float32)
        return self._previous_gain

    def _level(self, out: np.ndarray, gain_db: float) -> np.ndarray:
        gain = 10 ** (gain_db / 20)
        before = gain if self._output_gain is None else self._output_gain
        self._output_gain = gain
        if gain == before:
            return out if gain == 1.0 else out * np.float32(gain)
        return out * np.linspace(before, gain, HOP, endpoint=False, dtype=np.float32)

    def _publish(self, gain: np.ndarray, estimate: Estimate | None) -> None:
        self.state = EnhancementState(
            gain=frozen(gain[0].copy()),
            strength=frozen(estimate.strength[0].copy() if estimate else np.zeros(BANDS, dtype=np.float32)),
            pitch_hz=float(estimate.pitch_hz[0]) if estimate else 0.0,
            snr_db=float(estimate.snr_db[0]) if estimate else float("nan"),
        )
