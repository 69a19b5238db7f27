"""The last stage: output level, mute and bypass, each changed with a ramp, never with a click."""

from __future__ import annotations

import numpy as np

from workbench.core.params import OutputParams
from workbench.dsp.bands import HOP

_RAMP = np.linspace(0, 1, HOP, endpoint=False, dtype=np.float32)


class OutputStage:
    """Chooses between the chain and the delayed input, and sets the level.

    In bypass at 0 dB the samples are those of the input, bit for bit.
    """

    latency = 0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The next hop takes its settings at once."""
        self._bypass: bool | None = None
        self._gain: float | None = None

    def process(self, chain: np.ndarray, direct: np.ndarray, params: OutputParams) -> np.ndarray:
        """Chain output and delayed input, both (channels, HOP) float32 -> (channels, HOP) float32."""
        before = params.bypass if self._bypass is None else self._bypass
        self._bypass = params.bypass
        if before == params.bypass:
            out = direct.copy() if params.bypass else chain.copy()
        else:
            leaving, coming = (chain, direct) if params.bypass else (direct, chain)
            out = leaving + _RAMP * (coming - leaving)
        gain = 0.0 if params.muted else 10 ** (params.gain_db / 20)
        gain_before = gain if self._gain is None else self._gain
        self._gain = gain
        if gain == gain_before:
            return out if gain == 1.0 else out * np.float32(gain)
        return out * (np.float32(gain_before) + _RAMP * np.float32(gain - gain_before))
