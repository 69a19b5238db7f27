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
        when=("For listening. It changes nothing before the limiter but the level; recordings of the output hold it."),
        unit="dB",
        low=-60.0,
        high=12.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    muted: bool = knob(
        False,
        "Mute",
        "Silences the output, with a ramp.",
        when="Before microphones and loudspeakers in one room are connected, and whenever a howl begins.",
        hidden=True,
    )
    bypass: bool = knob(
        False,
        "Bypass",
        "The input itself, channel by channel, delayed as much as the chain delays: bit for bit.",
        when=(
            "To hear what the whole chain does; for judging one stage switch that stage off instead, or "
            "compare A and B."
        ),
        hidden=True,
    )
