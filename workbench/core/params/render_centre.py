"""Parameters of the centre: what of left and right becomes one, and the beam that plays it."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob
from workbench.core.params.render_pair import PairParams


@dataclass(frozen=True, slots=True)
class CentreParams(PairParams):
    """The first two parts of `RenderParams`."""

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
