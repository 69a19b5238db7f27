"""Parameters of spatial rendering: pair and centre, and what is common to both: filters, headphones, limiter.

One group with one order, that of the panel; each part adds its fields after those of the part before.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob
from workbench.core.params.render_centre import CentreParams


@dataclass(frozen=True, slots=True)
class RenderParams(CentreParams):
    """Spatial rendering to loudspeakers or headphones."""

    band_low_hz: float = knob(
        200.0,
        "Works from",
        "Below, cancellation and beam go over into plain stereo and a plain mix: long waves would drive small drivers "
        "too hard.",
        when="Small drivers rattle: 300–400 Hz. Full-range drivers with reserve: 100 Hz.",
        unit="Hz",
        low=20.0,
        high=2000.0,
        step=10.0,
        log=True,
        hidden=True,
    )
    band_high_hz: float = knob(
        14000.0,
        "Works up to",
        "Above, cancellation and beam go over into plain stereo and a plain mix: there a centimetre of head movement "
        "undoes them.",
        when="High notes jump about when the head moves: 8 kHz. A fixed head: 16 kHz.",
        unit="Hz",
        low=2500.0,
        high=20000.0,
        step=100.0,
        log=True,
        hidden=True,
    )
    taps: int = knob(
        960,
        "Filter length",
        "Samples of every filter. Shorter costs less and departs more from what was asked for, most of all at low "
        "frequencies; the panel shows by how much.",
        when="The error of the filters is above −30 dB where you can hear it: longer. A small processor: shorter.",
        unit="taps",
        low=256,
        high=8192,
        step=32,
        log=True,
        hidden=True,
    )
    delay_ms: float = knob(
        5.0,
        "Filter delay",
        "How late the loudspeakers' filters are, so that they may act before the sound itself. Less makes the chain "
        "quicker and the filters less exact. While sound runs, another delay interrupts it for a moment.",
        when="Playing live to a picture or to oneself: 2–3 ms. Playing back: 10 ms and long filters.",
        unit="ms",
        low=0.5,
        high=85.0,
        decimals=1,
        step=0.5,
        log=True,
        hidden=True,
    )
    head_side_cm: float = knob(
        0.0,
        "Head sideways",
        "Where the head is in the headphone audition: positive is to the listener's right.",
        when="To hear over headphones what is left of the effect beside the middle.",
        unit="cm",
        low=-40.0,
        high=40.0,
        decimals=1,
        step=0.5,
        bipolar=True,
        hidden=True,
    )
    head_back_cm: float = knob(
        0.0,
        "Head backwards",
        "Where the head is in the headphone audition: positive is farther away than the layout says.",
        when="To hear over headphones how it sounds nearer or farther away.",
        unit="cm",
        low=-40.0,
        high=40.0,
        decimals=1,
        step=0.5,
        bipolar=True,
        hidden=True,
    )
    audition: bool = knob(
        True,
        "Headphone audition",
        "Plays what the ears would hear from the loudspeakers, over headphones. Off: the drivers' own signals.",
        when="On with headphones; off as soon as real loudspeakers of this layout are connected.",
    )
    room: bool = knob(
        False,
        "Listening room",
        "The headphone audition plays the loudspeakers in a room of 6 × 4.5 × 2.7 m, with its reflections, rather than "
        "in free field.",
        when="To hear how near or far a source sounds, and what the centre's beam does for it.",
        hidden=True,
    )
    room_rt60_s: float = knob(
        0.5,
        "Reverberation",
        "Reverberation time of the listening room.",
        when="A furnished living room: 0.3–0.5 s. A bare one: 0.7 s.",
        unit="s",
        low=0.15,
        high=0.8,
        decimals=2,
        step=0.05,
        hidden=True,
    )
    room_distance_m: float = knob(
        2.5,
        "Listening distance",
        "How far from the loudspeakers the listener is in the listening room.",
        when="As far away as you really sit.",
        unit="m",
        low=0.5,
        high=4.0,
        decimals=2,
        step=0.1,
        hidden=True,
    )
    limit_dbtp: float = knob(
        -1.0,
        "True-peak limit",
        "Nothing louder than this leaves for a sound device.",
        when=(
            "Programme that will be coded (MP3, AAC, Opus): −2 dBTP. The limiter works all the time: lower "
            "the output level instead."
        ),
        unit="dBTP",
        low=-20.0,
        high=0.0,
        decimals=1,
        step=0.5,
    )
