"""What training minimises: PercepNet's distances of gains and strengths, with loud bands counting for more."""

from __future__ import annotations

import torch
from torch import Tensor

from workbench.dsp.bands import BANDS
from workbench.dsp.pitch import LOOK_AHEAD

_EPSILON = 1e-4
_EVEN_WEIGHT = 0.35
_LOUDNESS_EXPONENT = 0.3
_LOUDEST = 3.0
_STRENGTH_SHARE = 0.4


def loudness_weights(features: Tensor, before: Tensor) -> Tensor:
    """How loud the noisy band is that each target belongs to: energy^0.3 relative to the running level.

    Parameters
    ----------
    features : (B, T, 70)
    before : (B, 2, 70), the features of the two frames before, as targets lag features by two frames

    Returns
    -------
    (B, T, 34), between 0 and 3
    """
    energy = torch.cat([before, features], dim=1)[:, : features.shape[1], :BANDS]
    assert before.shape[1] == LOOK_AHEAD
    return torch.clamp(10 ** (_LOUDNESS_EXPONENT * energy), max=_LOUDEST)


def loss(
    gain: Tensor, strength: Tensor, true_gain: Tensor, true_strength: Tensor, loudness: Tensor, trusted: Tensor
) -> tuple[Tensor, Tensor]:
    """(loss of gains, loss of strengths), scalars.

    Gains: (√g-√ĝ)² + 10 (√g-√ĝ)⁴; strengths: (√(1-r)-√(1-r̂))² [PercepNet]. Unlike there, the error of a band is
    weighted by its compressed loudness beside a constant: PESQ and ears hear errors where there is energy.

    Parameters
    ----------
    gain … true_strength, loudness : (B, T, 34)
    trusted : (B, 34), 0 where the target says nothing
    """
    trust = trusted[:, None, :]
    error = torch.sqrt(true_gain + _EPSILON) - torch.sqrt(gain + _EPSILON)
    squared = error**2
    gains = ((_EVEN_WEIGHT + loudness) * trust * (squared + 10 * squared**2)).mean()
    strength_error = torch.sqrt(1 - true_strength + _EPSILON) - torch.sqrt(1 - strength + _EPSILON)
    heard = true_gain * loudness + 0.05
    return gains, _STRENGTH_SHARE * (heard * trust * strength_error**2).mean()
