"""The numbers of a simulated room: their ranges, units and help, and how typed ones are read."""

from __future__ import annotations

from workbench.core.errors import InputError
from workbench.core.params import Entry, Knob


def _entry(path: str, label: str, help: str, unit: str, low: float, high: float, default: float, **more) -> Entry:
    return Entry(path, float, default, Knob(label, help, unit=unit, low=low, high=high, **more))


ROOM_ENTRIES = (
    _entry("room.x", "Length", "Along 0°; the array and everybody in it move along", "m", 2, 20, 6, decimals=1,
           step=0.1, log=True),
    _entry("room.y", "Width", "Across; the array and everybody in it move along", "m", 2, 20, 5, decimals=1,
           step=0.1, log=True),
    _entry("room.z", "Height", "From floor to ceiling", "m", 2, 6, 3, decimals=1, step=0.1),
    _entry("room.rt60", "RT60", "Reverberation time; 0 is a room without reflections", "s", 0, 1, 0.3, decimals=2,
           step=0.05),
)  # fmt: skip
MISMATCH_ENTRIES = (
    _entry("gain_sigma_db", "Gain spread", "Standard deviation of the microphones' sensitivities", "dB", 0, 6, 0,
           decimals=1, step=0.5),
    _entry("delay_sigma_us", "Delay spread", "Standard deviation of the microphones' delays (phase)", "µs", 0, 50, 0,
           decimals=0, step=1),
    _entry("position_sigma_mm", "Place spread", "Standard deviation of the microphones' places", "mm", 0, 20, 0,
           decimals=1, step=0.5),
)  # fmt: skip
LEVEL = _entry("talker.level", "Level", "Louder or softer than nominal speech", "dB", -20, 12, 0, decimals=1, step=0.5,
               bipolar=True)  # fmt: skip
SNR = _entry("noise.snr", "SNR", "The first talker's speech over this noise, at the microphones", "dB", -10, 40, 20,
             decimals=1, step=0.5)  # fmt: skip


def typed_number(entry: Entry, text: str) -> float:
    """A typed value, with or without its unit; comma or point, true minus or hyphen.

    Raises
    ------
    InputError
        Not a number, or out of range.
    """
    knob = entry.knob
    bare = text.strip().replace(",", ".").replace("−", "-").removesuffix(knob.unit).strip()
    try:
        value = float(bare)
    except ValueError:
        raise InputError(f"{knob.label}: {text!r} is not a number") from None
    if not knob.low <= value <= knob.high:
        raise InputError(f"{knob.label}: {value:g} is outside {knob.low:g}…{knob.high:g} {knob.unit}")
    return value
