"""The model card beside an exported network: what it is, what it heard, how it learned."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.core.errors import EarshotError
from workbench.enhance.models import ModelFacts


def card_text(name: str, facts: ModelFacts, state: dict, folders: Iterable[Path] = ()) -> str:
    """Markdown from the facts and a checkpoint."""
    config, curve = state["config"], state["curve"]
    hours = curve[-1]["hours"] if curve else 0.0
    fresh = hours / state["plan"]["reuse"]
    layers = [
        "trackers of each band's floor and mean" if config["trackers"] else "",
        f"dense {config['dense']}",
        *(f"convolution over {taps} frames ({channels})" for taps, channels in config["convolutions"]),
        *(f"recurrent {size}" for size in config["recurrent"]),
        f"recurrent {config['gain_unit']} for gains" if config["gain_unit"] else "",
        f"recurrent {config['strength_unit']} for strengths" if config["strength_unit"] else "",
    ]
    lines = [
        f"# {name}",
        "",
        "Gains and comb strengths for 34 bands, one hop (10 ms, 48 kHz) at a time, for the frame two hops back.",
        "",
        f"- **Structure**: {', '.join(layer for layer in layers if layer)}; {facts.weights:,} weights, "
        f"{facts.precision}.",
        f"- **Training**: {state['steps']:,} steps over {hours:.0f} hours of mixtures ({fresh:.0f} different), "
        f"{state['elapsed_s'] / 60:.0f} minutes; lowest validation loss {state['best']:.4f}.",
    ]
    folders = list(folders)
    if folders:
        lines.append(f"- **Data**: {', '.join(str(folder) for folder in folders)}.")
    lines += ["", "Validation loss:", "", "| hours of mixtures | loss |", "|---|---|"]
    lines += [f"| {point['hours']:.0f} | {point['validation_loss']:.4f} |" for point in curve]
    return "\n".join(lines) + "\n"


def write_card(path: Path, text: str) -> None:
    """Write the card.

    Raises
    ------
    EarshotError
        It cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EarshotError(f"{path}: cannot be written ({error.strerror})") from error
