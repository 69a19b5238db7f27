"""Parameters of localization and tracking."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob


@dataclass(frozen=True, slots=True)
class LocalizeParams:
    """Localization and tracking of talkers."""

    enabled: bool = knob(
        True,
        "Localization",
        "Off: no directions are computed.",
        when="To save a tenth of a processor core when the beam is steered by hand.",
        hidden=True,
    )
    method: str = knob(
        "combined",
        "Method",
        "Combined: the network and SRP-PHAT together; the surest where the array has a network. Network: it alone. "
        "SRP-PHAT: steered response power, shared out among talkers zone by zone; needs no training. MUSIC: "
        "directions from which the array's noise subspace hears nothing. Normalised MUSIC: the same, every "
        "frequency counting alike.",
        when=(
            "Combined, where the array has a network. SRP-PHAT for an array of your own that has none yet; "
            "MUSIC to tell two close talkers apart in a dry room."
        ),
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
        when="When a network was trained for your array or adapted to your room.",
        text=True,
        hidden=True,
    )
    threshold: float = knob(
        0.5,
        "Threshold",
        "Least confidence of a direction that may start a track; half of it keeps a track going. Higher: fewer "
        "phantoms, later starts.",
        when=(
            "Phantom talkers in a quiet or reverberant room: raise it to 0.6–0.7. A distant or soft talker is"
            " missed: lower it to 0.3–0.4."
        ),
        low=0.0,
        high=1.0,
        decimals=2,
        step=0.01,
    )
    max_sources: int = knob(
        4,
        "Talkers at most",
        "The most directions reported at once.",
        when="You know how many people are there, and reflections of a loud one appear as others.",
        low=1,
        high=4,
    )
    smoothing_ms: float = knob(
        350.0,
        "Smoothing",
        "Time constant of a track's azimuth. Longer is steadier, shorter follows a moving talker sooner.",
        when="The track of a talker who sits trembles: longer. It lags behind a talker who walks: shorter.",
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
        when="Coughs, doors and clicks become talkers: longer. Short answers are missed: shorter.",
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
        when="A talker gets a new number after each pause: longer. People who left stay on the map: shorter.",
        unit="s",
        low=0.2,
        high=10.0,
        decimals=2,
        step=0.1,
    )
