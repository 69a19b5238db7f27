"""Parameters of spatial rendering: loudspeakers, centre channel, head, headphones."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob


@dataclass(frozen=True, slots=True)
class RenderParams:
    """Spatial rendering to loudspeakers or headphones."""

    enabled: bool = knob(True, "Rendering", "Off: plain stereo to the first two outputs.", hidden=True)
    method: str = knob(
        "crosstalk",
        "Method",
        "Crosstalk cancellation: each ear hears only its own channel, so that virtual loudspeakers can be "
        "placed wider than the real ones. Plain stereo: left and right to their drivers.",
        choices=(("crosstalk", "Crosstalk cancellation"), ("plain", "Plain stereo")),
        hidden=True,
    )
    target: str = knob(
        "speakers",
        "Target",
        "Virtual loudspeakers: left and right seem to come from the virtual angle. Ears: each channel is for one ear "
        "alone, as binaural recordings want it.",
        choices=(("speakers", "Virtual loudspeakers"), ("ears", "Ears")),
        hidden=True,
    )
    place_deg: float = knob(
        0.0,
        "Placed at",
        "Where the enhanced talker stands in the stereo scene, between the virtual loudspeakers.",
        unit="°",
        low=-30.0,
        high=30.0,
        bipolar=True,
    )
    place_follows: bool = knob(
        False,
        "Place follows beam",
        "The talker is heard on the side where the beam points: its place between the virtual loudspeakers goes along.",
    )
    cancellation_db: float = knob(
        12.0,
        "Cancellation",
        "How far the sound for one ear is kept from the other. Less is gentler, and holds when the head moves.",
        unit="dB",
        low=0.0,
        high=30.0,
        decimals=1,
        step=0.5,
    )
    cancellation_shape: str = knob(
        "",
        "Target shape",
        "How the wanted cancellation differs from the slider over frequency: points as hertz:decibels, e.g. "
        "300:-6 1000:0 8000:-3. Between them it is drawn straight over log frequency; empty is flat.",
        unit="dB",
        low=-30.0,
        high=30.0,
        hidden=True,
        curve=True,
    )
    boost_limit_db: float = knob(
        10.0,
        "Boost limit",
        "The most that a driver may be driven over what plain stereo needs to be as loud at the ear. It comes "
        "before the cancellation.",
        unit="dB",
        low=0.0,
        high=20.0,
        decimals=1,
        step=0.5,
    )
    droop_db: float = knob(
        1.5,
        "Droop",
        "How far the level at the fed ear may fall where the boost limit is reached: as much more separation.",
        unit="dB",
        low=0.0,
        high=12.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    region_cm: float = knob(
        5.0,
        "Head region",
        "How far the head may move sideways: separation is kept there, and for smaller and larger heads, too.",
        unit="±cm",
        low=0.0,
        high=30.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    region_weight: float = knob(
        0.1,
        "Region weight",
        "What the head's other places count against its nominal one. Near 0 the nominal null is deepest; 1 gives "
        "up some of it for a wider one.",
        low=0.0,
        high=10.0,
        decimals=2,
        step=0.05,
        hidden=True,
    )
    virtual_deg: float = knob(
        30.0,
        "Virtual angle",
        "Where the virtual left and right loudspeakers stand, from straight ahead.",
        unit="±°",
        low=5.0,
        high=90.0,
    )
    upmix: bool = knob(
        True,
        "Centre channel",
        "What is common to left and right becomes a centre channel with a loudspeaker beam of its own. Off: it stays a "
        "phantom between left and right.",
        hidden=True,
    )
    centre: str = knob(
        "beam",
        "Centre path",
        "Speaker beam: all drivers radiate the centre straight ahead, and little to the sides. Plain mix: it is added "
        "to left and right alike.",
        choices=(("beam", "Speaker beam"), ("mix", "Plain mix")),
        hidden=True,
    )
    centre_width_percent: float = knob(
        0.0,
        "Centre width",
        "How much of the centre is given back to left and right. At 0 % the centre stands in the middle alone; at "
        "100 % it is as wide as the stereo pair.",
        unit="%",
        low=0.0,
        high=100.0,
        hidden=True,
    )
    adaptation_ms: float = knob(
        200.0,
        "Adaptation time",
        "How long the upmix looks back to tell what is common to left and right. Shorter follows quick changes, longer "
        "sounds steadier.",
        unit="ms",
        low=20.0,
        high=2000.0,
        step=10.0,
        log=True,
        hidden=True,
    )
    null_deg: float = knob(
        90.0,
        "Beam nulls",
        "Directions, on both sides, into which the centre's beam radiates least.",
        unit="±°",
        low=10.0,
        high=180.0,
        hidden=True,
    )
    window_deg: float = knob(
        45.0,
        "Beam window",
        "The centre's beam is kept even from one side to the other of this window. It must be narrower than the nulls.",
        unit="±°",
        low=5.0,
        high=90.0,
        hidden=True,
    )
    beam_null_db: float = knob(
        20.5,
        "Null depth",
        "How far below the axis the beam's nulls shall be, up to 3 kHz. Where there is room to spare, less is radiated "
        "in all directions instead.",
        unit="dB",
        low=3.0,
        high=40.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    beam_even_db: float = knob(
        2.9,
        "Evenness",
        "By how much the beam's level may differ from the axis within its window, up to 3 kHz. More lets the nulls be "
        "deeper, and less be radiated elsewhere.",
        unit="±dB",
        low=0.5,
        high=12.0,
        decimals=1,
        step=0.1,
        hidden=True,
    )
    band_low_hz: float = knob(
        200.0,
        "Works from",
        "Below, cancellation and beam go over into plain stereo and a plain mix: long waves would drive small drivers "
        "too hard.",
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
        unit="Hz",
        low=2500.0,
        high=20000.0,
        step=100.0,
        log=True,
        hidden=True,
    )
    head_side_cm: float = knob(
        0.0,
        "Head sideways",
        "Where the head is in the headphone audition: positive is to the listener's right.",
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
    )
    limit_dbtp: float = knob(
        -1.0,
        "True-peak limit",
        "Nothing louder than this leaves for a sound device.",
        unit="dBTP",
        low=-20.0,
        high=0.0,
        decimals=1,
        step=0.5,
    )
