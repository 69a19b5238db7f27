"""What a person needs to know about a parameter, and the dataclass field that carries it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Value = float | int | bool | str


@dataclass(frozen=True, slots=True)
class Knob:
    """What a person needs to know about one parameter."""

    label: str
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    step: float = 1.0
    log: bool = False
    bipolar: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs of a choice."""
    hidden: bool = False
    """Set from elsewhere in the window (map, toolbar), so the parameter panel shows no row."""
    curve: bool = False
    """The text is a curve over frequency (`parse_curve`), `low` to `high` in `unit`."""
    angles: bool = False
    """The text is a list of angles in degrees (`parse_angles`), `low` to `high`."""
    text: bool = False
    """Any text will do (a file's name)."""
    when: str = ""
    """When to move it: what one hears, and what to do then. The handbook shows it, and the panel's help."""

    @property
    def bounds(self) -> tuple[float, float]:
        """`low` and `high` of a number, curve or angles, which have both."""
        if self.low is None or self.high is None:
            raise TypeError(f"{self.label} has no range")
        return self.low, self.high


def knob(default: Value, label: str, help: str, **more) -> Any:
    """Field of a group of parameters: its default, and what a person needs to know of it."""
    return field(default=default, metadata={"knob": Knob(label=label, help=help, **more)})
