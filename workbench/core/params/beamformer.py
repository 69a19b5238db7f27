"""Parameters of the capture beamformer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.core.params.knob import knob


def _null_handle(number: int, default_deg: float) -> Any:
    return knob(
        default_deg,
        f"Null {number}",
        "Direction of a null of LCMV that is placed by hand.",
        when="Point it at the direct way of the sound that disturbs; a double click on the map's ring does the same.",
        unit="°",
        low=-180.0,
        high=180.0,
        decimals=1,
        bipolar=True,
        hidden=True,
    )


@dataclass(frozen=True, slots=True)
class BeamformerParams:
    """Capture beamformer: the array's channels become one."""

    enabled: bool = knob(
        True,
        "Beamformer",
        "Off: microphone 1 alone goes on.",
        when="To hear what the beam gives, or when a single microphone is already close to the mouth.",
        hidden=True,
    )
    method: str = knob(
        "delay-and-sum",
        "Method",
        "Delay-and-sum: the microphones in step; robust, wide below 1 kHz. Superdirective: sharpest in a field "
        "from all sides. MVDR: learns the noise that is there. LCMV: superdirective with nulls on the other talkers.",
        when=(
            "Start with superdirective. Delay-and-sum where microphones are unequal or windy; MVDR where the "
            "noise stays at its place; LCMV where another talker stands still beside the wanted one."
        ),
        choices=(
            ("delay-and-sum", "Delay-and-sum"),
            ("superdirective", "Superdirective"),
            ("mvdr", "MVDR"),
            ("lcmv", "LCMV"),
        ),
        hidden=True,
    )
    steering_deg: float = knob(
        0.0,
        "Steering",
        "Where the beam listens: 0° is front, positive is left. Moves by itself while the beam follows a talker.",
        when=(
            "When the talker sits at a known place, or the beam does not point at the mouth. It stays where "
            "it is put until a track is followed."
        ),
        unit="°",
        low=-180.0,
        high=180.0,
        decimals=1,
        bipolar=True,
    )
    follow: int = knob(
        0,
        "Follow track",
        "Track that the beam is locked to; 0: steered by hand.",
        when="When the talker walks. Back to 0 where the map shows phantoms that would pull the beam away.",
        low=0,
        high=1_000_000,
        hidden=True,
    )
    white_noise_floor_db: float = knob(
        -1.0,
        "White-noise floor",
        "Least white-noise gain of the beam. Lower is sharper, and lets through more microphone noise and mismatch.",
        when=(
            "Hiss or rumble in the beam: raise it. Equal, well calibrated microphones and a loud neighbour: "
            "lower it to −6 dB or so."
        ),
        unit="dB",
        low=-20.0,
        high=9.0,
        decimals=1,
        step=0.5,
    )
    null_depth_db: float = knob(
        50.0,
        "Null depth",
        "How far below the talker LCMV turns down the directions of its nulls. Deeper costs sharpness elsewhere; "
        "where the white-noise floor does not allow it, the null is shallower.",
        when=(
            "The talker sounds thin at low frequencies with a null near by: less. The other talker is still "
            "understood: more."
        ),
        unit="dB",
        low=0.0,
        high=60.0,
    )
    adaptation_ms: float = knob(
        250.0,
        "Adaptation",
        "How far back MVDR averages the noise it hears. Shorter follows moving noise sooner, longer is steadier "
        "and sharper.",
        when="Noise that moves or comes and goes: 100 ms. A fan or a projector that stays: 1 s and more.",
        unit="ms",
        low=50.0,
        high=5000.0,
        step=10.0,
        log=True,
    )
    null_handles: int = knob(
        0,
        "Null handles",
        "Nulls of LCMV that are placed by hand; 0: it puts them on the other talkers.",
        when=("When the disturbing sound is no talker and so has no track, for example a loudspeaker on the table."),
        low=0,
        high=3,
        hidden=True,
    )
    null_1_deg: float = _null_handle(1, 90.0)
    null_2_deg: float = _null_handle(2, -90.0)
    null_3_deg: float = _null_handle(3, 180.0)
    low_cut_hz: float = knob(
        80.0,
        "Low cut",
        "High-pass on the beam: takes out rumble below speech.",
        when=("Rumble of traffic, ventilation or handling: 120 Hz. A low voice or music that shall stay full: 40 Hz."),
        unit="Hz",
        low=20.0,
        high=300.0,
        step=5.0,
        log=True,
    )

    @property
    def nulls_deg(self) -> tuple[float, ...]:
        """Directions of the nulls that are placed by hand."""
        return (self.null_1_deg, self.null_2_deg, self.null_3_deg)[: self.null_handles]
