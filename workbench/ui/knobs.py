"""A parameter's knob as positions and words: pure functions between values, slider fractions and texts."""

from __future__ import annotations

import math

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.params import Entry, Knob, Value
from workbench.ui.painting import number, with_unit


def fraction_of(knob: Knob, value: float) -> float:
    """Where the value lies on the slider, 0 (low) to 1 (high)."""
    if knob.log:
        return math.log(value / knob.low) / math.log(knob.high / knob.low)
    return (value - knob.low) / (knob.high - knob.low)


def value_at(knob: Knob, fraction: float, fine: bool = False) -> float:
    """The value at a slider position, on the knob's step (`fine`: on its last decimal) and inside its range."""
    fraction = min(max(fraction, 0.0), 1.0)
    low, high = knob.low, knob.high
    value = low * (high / low) ** fraction if knob.log else low + fraction * (high - low)
    grid = 10.0**-knob.decimals if fine else max(knob.step, 10.0**-knob.decimals)
    return clamped(knob, round(value / grid) * grid)


def stepped(knob: Knob, value: float, steps: int, fine: bool = False) -> float:
    """The value some steps further; fine steps are ten times smaller, but never below the last decimal."""
    step = max(knob.step / 10.0, 10.0**-knob.decimals) if fine else knob.step
    return clamped(knob, value + steps * step)


def clamped(knob: Knob, value: float) -> float:
    """The value inside the range and on the last decimal shown."""
    return round(min(max(value, knob.low), knob.high), knob.decimals)


def number_text(knob: Knob, value: float) -> str:
    """The bare number: true minus, signed azimuth, "±" where both sides are meant."""
    if knob.unit == "±°":
        return f"±{number(abs(value), knob.decimals)}"
    return number(value, knob.decimals, signed=knob.unit == "°")


def unit_text(knob: Knob) -> str:
    """The unit as it stands after the number ("±°" shows its degree sign only)."""
    return "°" if knob.unit == "±°" else knob.unit


def value_text(knob: Knob, value: float) -> str:
    """Number and unit: a thin space before units, none before "°"."""
    return with_unit(number_text(knob, value), unit_text(knob))


def range_text(knob: Knob) -> str:
    """The range, e.g. "0–100 %" or "−20…9.0 dB"."""
    low, high = number_text(knob, knob.low), number_text(knob, knob.high)
    between = "–" if knob.low >= 0 else "…"
    return with_unit(f"{low}{between}{high.lstrip('±')}", unit_text(knob))


def any_text(entry: Entry, value: Value) -> str:
    """Any parameter's value in words: number and unit, a choice's label, on or off."""
    if entry.kind is bool:
        return "on" if value else "off"
    if entry.kind is str:
        return dict(entry.knob.choices).get(value, str(value))
    return value_text(entry.knob, value)


def read_number(entry: Entry, text: str) -> Value:
    """A typed value, with or without its unit; comma or point, true minus or hyphen.

    Raises
    ------
    InputError
        Not a number, or out of range.
    """
    bare = text.strip().replace(",", ".").lstrip("±+")
    for unit in (entry.knob.unit, unit_text(entry.knob)):
        if unit and bare.endswith(unit):
            bare = bare[: -len(unit)].strip()
    try:
        return parameters.parse(entry.path, bare)
    except InputError as error:
        reason = str(error).removeprefix(f"{entry.path}: ")
        raise InputError(f"{entry.knob.label}: {reason}") from None


def clock_text(seconds: float) -> str:
    """Elapsed time: "12:07", "1:02:07" from an hour on."""
    whole = int(max(seconds, 0.0))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
