"""Parameters of the enhancement."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob

NETWORK_METHODS = ("percepnet", "percepnet-small")
"""Methods of the enhancement that are networks."""


@dataclass(frozen=True, slots=True)
class EnhanceParams:
    """Speech enhancement."""

    enabled: bool = knob(True, "Enhancement", "Off: the beam passes unchanged, with the same delay.", hidden=True)
    method: str = knob(
        "percepnet-small",
        "Method",
        "PercepNet: a network gives gains and comb strengths in 34 bands; small costs a fraction of the large one. "
        "Classical: noise tracking and the log-spectral-amplitude gain, no comb.",
        choices=(
            ("percepnet", "PercepNet"),
            ("percepnet-small", "PercepNet small"),
            ("classical", "Classical"),
            ("none", "None"),
        ),
        hidden=True,
    )
    model: str = knob(
        "",
        "Network",
        "File of the enhancement network (.onnx, beside its manifest.json), one trained on own sounds perhaps; empty: "
        "the shipped one of the method.",
        text=True,
        hidden=True,
    )
    strength_percent: float = knob(
        100.0,
        "Strength",
        "How much of the predicted band gain is applied. At 0 % the beam passes unchanged; at 100 % the full "
        "gain acts, down to the attenuation limit.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    comb_percent: float = knob(
        80.0,  # by measurement: all of it costs voices in live rooms more than it gives noisy ones
        "Comb strength",
        "How much the comb filter cleans between the harmonics of voiced speech. At 0 % only band gains act.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    postfilter_beta: float = knob(
        0.0,  # off by measurement: with 0.02 background ratings rise, intelligibility and clean speech suffer
        "Post-filter β",
        "Envelope post-filter: pushes noisy bands further down and restores the loudness. Smaller restores "
        "more; 0 is off.",
        low=0.0,
        high=0.2,
        decimals=3,
        step=0.005,
    )
    decay_ms: float = knob(
        135.0,
        "Decay limit",
        "Shortest reverberation tail (RT60) that the gains may cut off. Longer sounds smoother, shorter drier.",
        unit="ms",
        low=20.0,
        high=600.0,
        step=5.0,
        log=True,
    )
    smoothing_ms: float = knob(
        0.0,
        "Smoothing",
        "Time constant over which gains and comb strengths are averaged. Longer calms what flutters in the noise and "
        "softens the beginnings of words; 0 is off.",
        unit="ms",
        low=0.0,
        high=200.0,
        step=5.0,
    )
    attenuation_limit_db: float = knob(
        30.0,
        "Attenuation limit",
        "The most that any band is turned down. Lower leaves more of the room; 60 dB removes all it can.",
        unit="dB",
        low=0.0,
        high=60.0,
    )
    mix_percent: float = knob(
        100.0,
        "Dry/wet",
        "How much of the enhanced sound is heard (wet); the rest is the beam as it came (dry), in step with it, so "
        "that nothing hollows out. 0 % is the beam alone.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    output_gain_db: float = knob(
        0.0,
        "Output gain",
        "Level after enhancement.",
        unit="dB",
        low=-24.0,
        high=24.0,
        decimals=1,
        step=0.5,
        bipolar=True,
    )

    @property
    def network(self) -> str | None:
        """The network that gives the gains: a shipped name or a file; None while no network does."""
        if not self.enabled or self.method not in NETWORK_METHODS:
            return None
        return self.model or self.method
