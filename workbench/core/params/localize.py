"""Parameters of localization and tracking."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob


@dataclass(frozen=True, slots=True)
class LocalizeParams:
    """Localization and tracking of talkers."""

    enabled: bool = knob(True, "Localization", "Off: no directions are computed.", hidden=True)
    method: str = knob(
        "combined",
        "Method",
        "Combined: the network and SRP-PHAT together; the surest where the array has a network. Network: it alone. "
        "SRP-PHAT: steered response power, shared out among talkers zone by zone; needs no training. MUSIC: "
        "directions from which the array's noise subspace hears nothing. Normalised MUSIC: the same, every "
        "frequency counting alike.",
        choices=(
            ("combined", "Combined"),
            ("network", "Network"),
            ("srp", "SRP-PHAT"),
            ("music", "MUSIC"),
            ("normmusic", "Normalised MUSIC"),
        ),
        hidden=True,
    )
    model: str = knob(
        "",
        "Network",
        "File of the localization network (.onnx), one adapted to this room perhaps; empty: the shipped one for the "
        "array.",
        text=True,
        hidden=True,
    )
    threshold: float = knob(
        0.5,
        "Threshold",
        "Least confidence of a direction that may start a track; half of it keeps a track going. Higher: fewer "
        "phantoms, later starts.",
        low=0.0,
        high=1.0,
        decimals=2,
        step=0.01,
    )
    max_sources: int = knob(4, "Talkers at most", "The most directions reported at once.", low=1, high=4)
    smoothing_ms: float = knob(
        350.0,
        "Smoothing",
        "Time constant of a track's azimuth. Longer is steadier, shorter follows a moving talker sooner.",
        unit="ms",
        low=50.0,
        high=2000.0,
        step=10.0,
        log=True,
    )
    track_birth_s: float = knob(
        0.3,
        "Track birth",
        "How long a direction must persist before it counts as a talker.",
        unit="s",
        low=0.05,
        high=2.0,
        decimals=2,
        step=0.05,
    )
    track_death_s: float = knob(
        3.0,
        "Track death",
        "How long a silent talker keeps its track.",
        unit="s",
        low=0.2,
        high=10.0,
        decimals=2,
        step=0.1,
    )
