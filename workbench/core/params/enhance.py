"""Parameters of the enhancement."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob

NETWORK_METHODS = ("percepnet", "percepnet-small")
"""Methods of the enhancement that are networks."""


@dataclass(frozen=True, slots=True)
class EnhanceParams:
    """Speech enhancement."""

    enabled: bool = knob(
        True,
        "Enhancement",
        "Off: the beam passes unchanged, with the same delay.",
        when="To compare at equal delay, or for music, which the networks take for noise.",
        hidden=True,
    )
    method: str = knob(
        "percepnet-small",
        "Method",
        "PercepNet: a network gives gains and comb strengths in 34 bands; small costs a fraction of the large one. "
        "Classical: noise tracking and the log-spectral-amplitude gain, no comb.",
        when=(
            "PercepNet small for speech. Classical where the noise is steady and the sound is no speech the "
            "networks know; none to hear the beam alone."
        ),
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
        when="When you have trained or adapted a network for your own kind of noise.",
        text=True,
        hidden=True,
    )
    strength_percent: float = knob(
        100.0,
        "Strength",
        "How much of the predicted band gain is applied. At 0 % the beam passes unchanged; at 100 % the full "
        "gain acts, down to the attenuation limit.",
        when="Speech sounds thin or clipped at its ends: 70–90 %. Otherwise leave it at 100 %.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    comb_percent: float = knob(
        80.0,  # by measurement: all of it costs voices in live rooms more than it gives noisy ones
        "Comb strength",
        "How much the comb filter cleans between the harmonics of voiced speech. At 0 % only band gains act.",
        when=(
            "A hollow or buzzing voice, or several people talking at once: less. Hum and hiss between the "
            "harmonics of one voice: more."
        ),
        unit="%",
        low=0.0,
        high=100.0,
    )
    postfilter_beta: float = knob(
        0.0,  # off by measurement: with 0.02 background ratings rise, intelligibility and clean speech suffer
        "Post-filter β",
        "Envelope post-filter: pushes noisy bands further down and restores the loudness. Smaller restores "
        "more; 0 is off.",
        when=(
            "Background is still heard in the pauses between syllables: 0.02. Quiet or clean speech loses "
            "consonants: back to 0."
        ),
        low=0.0,
        high=0.2,
        decimals=3,
        step=0.005,
    )
    decay_ms: float = knob(
        135.0,
        "Decay limit",
        "Shortest reverberation tail (RT60) that the gains may cut off. Longer sounds smoother, shorter drier.",
        when=(
            "The room's sound is chopped off after each word: longer, up to the room's own reverberation "
            "time. Pauses shall be dry: shorter."
        ),
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
        when=("What is left of the noise flutters or gurgles: 20–40 ms. The beginnings of words turn soft: less."),
        unit="ms",
        low=0.0,
        high=200.0,
        step=5.0,
    )
    attenuation_limit_db: float = knob(
        30.0,
        "Attenuation limit",
        "The most that any band is turned down. Lower leaves more of the room; 60 dB removes all it can.",
        when=(
            "The background shall stay as a quiet bed, or a recogniser follows: 10–15 dB. Pauses shall be "
            "silent: 40–60 dB."
        ),
        unit="dB",
        low=0.0,
        high=60.0,
    )
    mix_percent: float = knob(
        100.0,
        "Dry/wet",
        "How much of the enhanced sound is heard (wet); the rest is the beam as it came (dry), in step with it, so "
        "that nothing hollows out. 0 % is the beam alone.",
        when="Naturalness matters more than silence: 70–90 %.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    output_gain_db: float = knob(
        0.0,
        "Output gain",
        "Level of the voice after enhancement, before it is placed and rendered.",
        when=(
            "The enhanced voice is softer than other programme. The output level is the better place for "
            "listening levels."
        ),
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
