"""Parameters of the pair: left and right, how far they are kept apart at the ears, and for which heads."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob


@dataclass(frozen=True, slots=True)
class PairParams:
    """The first part of `RenderParams`."""

    enabled: bool = knob(
        True,
        "Rendering",
        "Off: plain stereo to the first two outputs.",
        when="To compare with plain stereo, or when the loudspeakers are not the ones of the layout.",
        hidden=True,
    )
    method: str = knob(
        "crosstalk",
        "Method",
        "Crosstalk cancellation: each ear hears only its own channel, so that virtual loudspeakers can be "
        "placed wider than the real ones. Plain stereo: left and right to their drivers.",
        when=(
            "Plain stereo when nobody sits in the middle, or for a wide audience; crosstalk cancellation for "
            "one listener in front."
        ),
        choices=(("crosstalk", "Crosstalk cancellation"), ("plain", "Plain stereo")),
        hidden=True,
    )
    target: str = knob(
        "speakers",
        "Target",
        "Virtual loudspeakers: left and right seem to come from the virtual angle. Ears: each channel is for one ear "
        "alone, as binaural recordings want it.",
        when=(
            "Ears for binaural recordings (dummy head, ear microphones); virtual loudspeakers for everything "
            "that was mixed for loudspeakers."
        ),
        choices=(("speakers", "Virtual loudspeakers"), ("ears", "Ears")),
        hidden=True,
    )
    place_deg: float = knob(
        0.0,
        "Placed at",
        "Where the enhanced talker stands in the stereo scene, between the virtual loudspeakers.",
        when="The talker shall be heard at a side, for example beside other programme.",
        unit="°",
        low=-30.0,
        high=30.0,
        bipolar=True,
    )
    place_follows: bool = knob(
        False,
        "Place follows beam",
        "The talker is heard on the side where the beam points: its place between the virtual loudspeakers goes along.",
        when="Several people talk around the array and shall be told apart by ear.",
    )
    cancellation_db: float = knob(
        12.0,
        "Cancellation",
        "How far the sound for one ear is kept from the other. Less is gentler, and holds when the head moves.",
        when=(
            "Sound feels inside the head or coloured when you move: less. The image collapses between the "
            "loudspeakers: more."
        ),
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
        when=(
            "One region of frequency sounds phasey, or a driver is driven hard there: lower the curve at that place."
        ),
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
        when=(
            "Small drivers distort at low frequencies or the limiter works often: lower. Enough power and the"
            " image is narrow: raise."
        ),
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
        when="Bass sounds thin near the boost limit: 0. Separation is wanted more than evenness: 3 dB.",
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
        "How far the head may move sideways: separation is kept there as well.",
        when="You move or two people listen: 8–10 cm. A head that rests at one place: 2 cm.",
        unit="±cm",
        low=0.0,
        high=30.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    region_back_cm: float = knob(
        0.0,
        "Region depth",
        "How far the head may move towards the loudspeakers and away from them: separation is kept there as well.",
        when="You lean forwards and back in your seat: 10–20 cm.",
        unit="±cm",
        low=0.0,
        high=50.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    region_size_percent: float = knob(
        10.0,
        "Head sizes",
        "How much smaller or larger than the layout's the head may be: separation is kept for those heads as well.",
        when="One listener whose head was measured: 0. Anybody may sit there: 10.",
        unit="±%",
        low=0.0,
        high=25.0,
        hidden=True,
    )
    region_yaw_deg: float = knob(
        0.0,
        "Head turns",
        "How far the head may be turned to either side: separation is kept there as well.",
        when="You look around while you listen: 10–20°.",
        unit="±°",
        low=0.0,
        high=45.0,
        hidden=True,
    )
    region_weight: float = knob(
        0.1,
        "Region weight",
        "What the head's other places count against its nominal one. Near 0 the nominal null is deepest; 1 gives "
        "up some of it for a wider one.",
        when=("The effect falls apart as soon as you move: towards 1. A fixed head (headrest, measurement): near 0."),
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
        when="The image is too narrow: 45–60°. It has a hole in the middle: 20–30°.",
        unit="±°",
        low=5.0,
        high=90.0,
    )
