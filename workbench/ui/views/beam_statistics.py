"""The beam's figures in words: what stands below its pictures, and what a tooltip says of what it gains."""

from __future__ import annotations

import math

from workbench.core.messages import BeamGain
from workbench.ui import painting
from workbench.ui.views.beam_figures import PatternFigures
from workbench.ui.views.statistics import Statistic


def is_measured(gain: BeamGain | None) -> bool:
    """Whether it is known what the beam gains."""
    return gain is not None and math.isfinite(gain.gain_db)


def beam_statistics(
    figures: PatternFigures | None,
    gain: BeamGain | None,
    compact: bool,
    under: tuple[float, float, float] | None = None,
) -> list[Statistic]:
    """The figures as they are written, four or five.

    Parameters
    ----------
    figures : of the pattern at the chosen frequency; None: unknown
    gain : what the beam gains, in a figure of its own where it is known
    compact : there is little room
    under : azimuth_rad, frequency_hz and level_db under a cursor, which take the null's place
    """
    measured = is_measured(gain)
    short = compact or measured
    names = ("Directivity", "WN gain" if short else "White-noise gain", "Width" if short else "Width, −3 dB")
    if figures is None:
        values: list[str] = [painting.UNKNOWN] * 4
        null = "Null"
    else:
        values = [
            painting.number(figures.directivity_db, 1),
            painting.number(figures.white_noise_gain_db, 1),
            painting.number(math.degrees(figures.width_rad)),
            painting.number(figures.null_db, 1),
        ]
        null = f"Null at {painting.format_azimuth(figures.null_azimuth_rad)}"
    entries = [
        Statistic(names[0], values[0]),
        Statistic(names[1], values[1]),
        Statistic(names[2], values[2], "°"),
        Statistic(null, values[3]),
    ]
    if under is not None:
        azimuth_rad, frequency_hz, level_db = under
        place = painting.format_azimuth(azimuth_rad)
        if not compact:
            place += f", {painting.format_frequency_short(frequency_hz)}"
        entries[3] = Statistic(place, painting.number(level_db, 1), tone="accent")
    if gain is not None and measured:
        more = Statistic("SI-SDR gain", painting.number(gain.gain_db, 1, signed=True), tone="accent")
        # Where there is no room for five, the width, which can be seen, gives way.
        entries = [*entries[:2], *entries[3:], more] if compact else [*entries, more]
    return entries


def gain_text(gain: BeamGain) -> str:
    """What the beam gains, in a sentence or two."""
    span = painting.with_unit(f"{gain.span_s:.0f}", "s")
    before = painting.with_unit(painting.number(gain.input_db, 1), "dB")
    after = painting.with_unit(painting.number(gain.output_db, 1), "dB")
    text = f"SI-SDR over {span}: microphone 1 {before}, beam {after}."
    if math.isfinite(gain.array_gain_db):
        array_gain = painting.with_unit(painting.number(gain.array_gain_db, 1), "dB")
        text += f" Array gain in the talker's pauses {array_gain}."
    return text
