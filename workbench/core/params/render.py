"""Parameters of spatial rendering: loudspeakers, centre channel, head, headphones."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob


@dataclass(frozen=True, slots=True)
class RenderParams:
    """Spatial rendering to loudspeakers or headphones."""

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
    upmix: bool = knob(
        True,
        "Centre channel",
        "What is common to left and right becomes a centre channel with a loudspeaker beam of its own. Off: it stays a "
        "phantom between left and right.",
        when=(
            "Music with an even left and right shall stay as it is: off. Dialogue shall come from the middle "
            "also for those who sit at the side: on."
        ),
        hidden=True,
    )
    centre: str = knob(
        "beam",
        "Centre path",
        "Speaker beam: all drivers radiate the centre straight ahead, and little to the sides. Plain mix: it is added "
        "to left and right alike.",
        when=("Plain mix when drivers are few or far apart, and when people sit to both sides of the loudspeaker."),
        choices=(("beam", "Speaker beam"), ("mix", "Plain mix")),
        hidden=True,
    )
    centre_width_percent: float = knob(
        0.0,
        "Centre width",
        "How much of the centre is given back to left and right. At 0 % the centre stands in the middle alone; at "
        "100 % it is as wide as the stereo pair.",
        when="Voices sound too narrow against the music around them: 20–40 %.",
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
        when="The stereo image pumps or sways: longer. Quick cuts between left and right smear: shorter.",
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
        when="Set it to where somebody sits who shall hear little, or where a wall reflects most.",
        unit="±°",
        low=10.0,
        high=180.0,
        hidden=True,
    )
    more_nulls: str = knob(
        "",
        "More nulls",
        "Further pairs of directions into which the centre's beam radiates little, in degrees, such as 60 135. Each "
        "costs evenness and power elsewhere.",
        when="A second person at the side shall hear little, or a second wall reflects.",
        unit="±°",
        low=10.0,
        high=180.0,
        hidden=True,
        angles=True,
    )
    window_deg: float = knob(
        45.0,
        "Beam window",
        "The centre's beam is kept even from one side to the other of this window. It must be narrower than the nulls.",
        when="Listeners spread wider than 45°: wider, as far as the nulls allow.",
        unit="±°",
        low=5.0,
        high=90.0,
        hidden=True,
    )
    beam_null_db: float = knob(
        20.3,
        "Null depth",
        "How far below the axis the beam's nulls shall be, up to 3 kHz. Where there is room to spare, less is radiated "
        "in all directions instead.",
        when=("More is heard at the sides than wanted: deeper. The beam's tone changes across its window: shallower."),
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
        when="The tone changes when the listener moves in front: less. Deeper nulls are wanted: more.",
        unit="±dB",
        low=0.5,
        high=12.0,
        decimals=1,
        step=0.1,
        hidden=True,
    )
    beam_shift_us: float = knob(
        12.0,
        "Centre shift",
        "By how much sooner one ear may hear the beam than the other. Such a beam leans a little to one side, has the "
        "same nulls and evenness, and sounds nearer: less of it goes into the room. 10 µs are about one degree.",
        when="The centre must stand in the middle to the degree: 0.",
        unit="µs",
        low=0.0,
        high=15.0,
        decimals=0,
        step=1.0,
        hidden=True,
    )
    beam_wng_db: float = knob(
        -30.0,
        "Noise gain floor",
        "Least white-noise gain of the centre's beam: what unlike drivers and their noise may make of it. Higher is "
        "more robust, with shallower nulls and a wider beam at low frequencies; −30 dB is no limit.",
        when="Cheap drivers that differ, or much excursion at low frequencies: −6 to 0 dB.",
        unit="dB",
        low=-30.0,
        high=3.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
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
