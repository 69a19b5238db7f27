"""One parameter's value: checked, read from text, and written for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.core.errors import InputError
from workbench.core.params.knob import Value
from workbench.core.params.tree import entry


def parse_curve(path: str, text: Any) -> tuple[tuple[float, float], ...]:
    """Points (frequency_hz, value) of a curve written as ``300:-6 1000:0``, ascending; none where the text is empty.

    Raises
    ------
    InputError
        Not such a text, a frequency outside 20 Hz to 24 kHz or given twice, or a value out of the knob's range.
    """
    knob = entry(path).knob
    if not isinstance(text, str):
        raise InputError(f"{path}: {text!r} is not a text of points hertz:value")
    low, high = knob.bounds
    points = []
    for word in text.split():
        try:
            frequency_hz, value = (float(part.replace("−", "-")) for part in word.split(":"))
        except ValueError:
            raise InputError(f"{path}: {word!r} is not a point hertz:value, such as 1000:-6") from None
        if not 20 <= frequency_hz <= 24000:
            raise InputError(f"{path}: {word}: the frequency is outside 20…24000 Hz")
        if not low <= value <= high:
            raise InputError(f"{path}: {word}: the value is outside {low:g}…{high:g} {knob.unit}".rstrip())
        points.append((frequency_hz, value))
    points.sort()
    if len({frequency_hz for frequency_hz, _ in points}) < len(points):
        raise InputError(f"{path}: two points have the same frequency")
    return tuple(points)


def format_curve(points: Iterable[tuple[float, float]]) -> str:
    """The text of a curve's points, to 0.1 Hz and 0.01."""
    return " ".join(f"{round(frequency_hz, 1):g}:{round(value, 2):g}" for frequency_hz, value in points)


MOST_ANGLES = 3
_APART_DEG = 5.0


def parse_angles(path: str, text: Any) -> tuple[float, ...]:
    """Angles in degrees written as ``60 120``, in that order; none where the text is empty.

    Raises
    ------
    InputError
        Not such a text, more than `MOST_ANGLES`, two of them less than 5 degrees apart, or one out of the knob's range.
    """
    knob = entry(path).knob
    if not isinstance(text, str):
        raise InputError(f"{path}: {text!r} is not a text of angles in degrees")
    low, high = knob.bounds
    angles: list[float] = []
    for word in text.replace(",", " ").split():
        try:
            angle = float(word.replace("−", "-").removesuffix("°"))
        except ValueError:
            raise InputError(f"{path}: {word!r} is not an angle in degrees, such as 60") from None
        if not low <= angle <= high:
            raise InputError(f"{path}: {word} is outside {low:g}…{high:g}°")
        if any(abs(angle - other) < _APART_DEG for other in angles):
            raise InputError(f"{path}: {word} is less than {_APART_DEG:g}° from another")
        angles.append(angle)
    if len(angles) > MOST_ANGLES:
        raise InputError(f"{path}: {len(angles)} angles; at most {MOST_ANGLES}")
    return tuple(angles)


def format_angles(angles: Iterable[float]) -> str:
    """The text of some angles, to 0.1 degrees."""
    return " ".join(f"{round(angle, 1):g}" for angle in angles)


def check(path: str, value: Any) -> Value:
    """The value in the parameter's own type, if it is of the right kind and in range.

    Raises
    ------
    InputError
        Wrong type, not finite, out of range, or not one of the choices.
    """
    spec = entry(path)
    knob = spec.knob
    if spec.kind is bool:
        if not isinstance(value, bool):
            raise InputError(f"{path}: {value!r} is neither true nor false")
        return value
    if knob.curve:
        return format_curve(parse_curve(path, value))
    if knob.angles:
        return format_angles(parse_angles(path, value))
    if knob.text:
        if not isinstance(value, str):
            raise InputError(f"{path}: {value!r} is not a text")
        return value
    if spec.kind is str:
        allowed = [choice for choice, _ in knob.choices]
        if value not in allowed:
            raise InputError(f"{path}: {value!r} is not one of {', '.join(allowed)}")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{path}: {value!r} is not a number")
    low, high = knob.bounds
    if not low <= value <= high:  # also false for NaN
        raise InputError(f"{path}: {value:g} is outside {low:g}…{high:g} {knob.unit}".rstrip())
    if spec.kind is int and value != int(value):
        raise InputError(f"{path}: {value:g} is not a whole number")
    return spec.kind(value)


def parse(path: str, text: str) -> Value:
    """Read a value from text (`--set path=value`), checked like `check`."""
    spec = entry(path)
    text = text.strip()
    if spec.kind is bool:
        words = {
            "true": True,
            "on": True,
            "1": True,
            "yes": True,
            "false": False,
            "off": False,
            "0": False,
            "no": False,
        }
        if text.lower() not in words:
            raise InputError(f"{path}: {text!r} is neither true nor false")
        return words[text.lower()]
    if spec.kind is str:
        return check(path, text)
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        raise InputError(f"{path}: {text!r} is not a number") from None
    return check(path, number)


def as_text(path: str, value: Value) -> str:
    """A value for a person, with its unit: "86 %", "on", "Superdirective"."""
    spec = entry(path)
    if spec.kind is bool:
        return "on" if value else "off"
    if spec.kind is str:
        return dict(spec.knob.choices).get(str(value), str(value)) or "none"
    sign, unit = ("±", spec.knob.unit[1:]) if spec.knob.unit.startswith("±") else ("", spec.knob.unit)
    space = "" if unit in ("", "°") else " "
    return f"{sign}{value:.{spec.knob.decimals}f}{space}{unit}".replace("-", "−")
