"""Why the sound was interrupted and what helps, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.messages import Dropout

TITLES = {
    "input": "Input",
    "beam": "Beam",
    "enhance": "Enhancement",
    "render": "Loudspeakers",
    "output": "Output",
    "views": "Spectra",
    "source": "Source",
    "sink": "Sink",
    "sound server": "Sound server",
    "processor": "Processor",
    "program": "Program",
    "computer": "Computer",
}
"""Stages as a person knows them."""

ADVICE = {
    "beam": "Choose a simpler beam method, or fewer microphones.",
    "enhance": "Choose the classical method or a smaller network, or close other programs.",
    "render": "Choose a loudspeaker design with shorter filters.",
    "views": "Make the window smaller, or close other programs.",
    "source": "Close other programs that use much of the processor; raise the input's block.",
    "sink": "Close other programs that use much of the processor; raise the output's block.",
    "sound server": "Not Earshot: other programs hold it up. Raise its period, or give it real-time priority.",
    "processor": "Not Earshot: other programs or the machine's host took the processor. Close some, raise the block.",
    "computer": "Nothing ran meanwhile; the sound goes on by itself. A recording goes on without the time in between.",
    "program": "Earshot's other threads were in the way. Make the window smaller; raise the block.",
}
LOST = "Check the cable and whether the sound server runs. It is taken again by itself."
OTHER = "Close other programs that use much of the processor."


@dataclass(frozen=True, slots=True)
class Explanation:
    """One row of the log: `stage` as a person knows it, `cause`, and `advice`. `ours`: it was Earshot's own doing."""

    stage: str
    cause: str
    advice: str
    ours: bool


def explain(dropout: Dropout) -> Explanation:
    """Words for a dropout."""
    stage = TITLES.get(dropout.stage, dropout.stage.capitalize())
    cause = dropout.detail or ("a hop came too late" if dropout.own else "the sound was interrupted from outside")
    advice = LOST if dropout.detail.endswith("was lost") else ADVICE.get(dropout.stage, OTHER)
    return Explanation(stage, cause, advice, dropout.own)
