"""Parameters of the last stage before the sink."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.params.knob import knob


@dataclass(frozen=True, slots=True)
class OutputParams:
    """The last stage before the sink."""

    gain_db: float = knob(
        0.0,
        "Output level",
        "Level of everything that is heard.",
        unit="dB",
        low=-60.0,
        high=12.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    muted: bool = knob(False, "Mute", "Silences the output, with a ramp.", hidden=True)
    bypass: bool = knob(
        False,
        "Bypass",
        "The input itself, channel by channel, delayed as much as the chain delays: bit for bit.",
        hidden=True,
    )
