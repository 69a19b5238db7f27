"""Runs a trained network one hop at a time with onnxruntime, on one thread, states carried from hop to hop."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.errors import InputError
from workbench.dsp import kernels
from workbench.dsp.bands import BANDS
from workbench.dsp.inference import open_session
from workbench.enhance.estimator import Estimate
from workbench.enhance.features import AnalysedFrame
from workbench.enhance.models import ModelFacts, load_model

_TINY = 1e-20
_SILENCE = 1e-10 * BANDS

_in_use: weakref.WeakValueDictionary[tuple, Any] = weakref.WeakValueDictionary()
"""Sessions by their model's SHA-256 and the widths it was checked against: state is carried outside of them, so that
two settings share weights."""


def _shared_session(facts: ModelFacts, data: bytes, source: str):
    """The session of a model, for as long as anybody uses it."""
    key = (facts.sha256, facts.features, facts.state, facts.bands)
    session = _in_use.get(key)
    if session is None:
        _in_use[key] = session = _session(facts, data, source)
    return session


def _session(facts: ModelFacts, data: bytes, source: str):
    session, shapes = open_session(data, source)
    widths = {name: shape[-1] for name, shape in shapes.items()}
    expected = {
        "features": facts.features,
        "state": facts.state,
        "gain": facts.bands,
        "strength": facts.bands,
        "new_state": facts.state,
    }
    if widths != expected:
        raise InputError(f"{source}: inputs and outputs are {widths}, expected {expected}")
    return session


class NetworkGains:
    """Gains and comb strengths from a trained network.

    Parameters
    ----------
    channels : each has a state of its own
    model : a shipped name, or the path of an .onnx file beside its manifest

    Raises
    ------
    InputError
        The model is missing, altered, or made for something else; the message names file and remedy.
    """

    latency = 0

    def __init__(self, channels: int = 1, model: str | Path = "percepnet-small"):
        self.channels = channels
        self.facts, data = load_model(model)
        self._run = _shared_session(self.facts, data, str(model)).run
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._state = np.zeros((self.channels, self.facts.state), dtype=np.float32)

    def predict(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features (channels, 70) of the newest frame -> gains and strengths (channels, 34) of the one two before."""
        gain, strength, self._state = map(
            np.asarray, self._run(("gain", "strength", "new_state"), {"features": features, "state": self._state})
        )
        return gain, strength

    def process(self, frame: AnalysedFrame) -> Estimate:
        """One analysed hop in, one estimate out."""
        gain, strength = self.predict(frame.features)
        return Estimate(gain, strength, estimated_snr_db(gain, frame.energy))


def estimated_snr_db(gain: np.ndarray, energy: np.ndarray) -> np.ndarray:
    """SNR (channels,) that gains (channels, 34) imply for a frame of band energies (channels, 34); NaN in silence."""
    if (compiled := kernels.ready()) is not None:
        out = np.empty(len(gain), dtype=np.float32)
        compiled.implied_snr_db(gain, energy, _TINY, _SILENCE, out)
        return out
    total = energy.sum(axis=1)
    speech = (energy * gain**2).sum(axis=1)
    ratio = (speech + _TINY) / (np.maximum(total - speech, 0) + 1e-6 * total + _TINY)
    return np.where(total > _SILENCE, 10 * np.log10(ratio), np.nan).astype(np.float32)
