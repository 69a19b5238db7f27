"""What is drawn of a design beside its report: each a plot with its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.geometry import SpeakerLayout
from workbench.dsp.bands import RATE_HZ
from workbench.render.design import Design
from workbench.render.detail import SIDES_CM, error_db, group_delay_ms, image_differences, sweet_spot_db
from workbench.render.measured import plant_response
from workbench.render.renderer import RESPONSE_HZ, RenderFilters, filter_response

_SHOWN_MS = (-2.0, 8.0)
_EVERY_DISTANCE = 2


@dataclass(frozen=True, eq=False)
class Plot:
    """Lines over a common axis.

    Attributes
    ----------
    name : of its files, without an ending
    x_name : the axis in the table of numbers, with its unit
    lines : name to (N,) array
    """

    name: str
    title: str
    x_name: str
    x_label: str
    x: np.ndarray
    y_label: str
    lines: dict[str, np.ndarray]
    y_range: tuple[float, float] | None = None
    log_x: bool = False


def over_frequency(name: str, title: str, x: np.ndarray, y_label: str, lines: dict, y_range=None) -> Plot:
    """A plot over frequency in Hz."""
    return Plot(name, title, "frequency_hz", "Frequency (Hz)", x, y_label, lines, y_range, log_x=True)


def filter_plots(layout: SpeakerLayout, design: Design, filters: RenderFilters) -> list[Plot]:
    """Impulse responses and group delay of the left input, error of the filters, the sweet spot, and the image between
    the ears where there is one."""
    late, fir = filters.latency_samples, filters.driver_fir
    first, last = (late + round(1e-3 * edge * RATE_HZ) for edge in _SHOWN_MS)
    first, last = max(0, first), min(last, fir.shape[-1])
    names = layout.driver_names
    driver = filter_response(fir[:2], RESPONSE_HZ, late)
    distance_m, sweet = sweet_spot_db(layout, filters)
    found = [
        Plot(
            "impulse",
            "Impulse responses of the left input",
            "time_ms",
            "Time over the common delay (ms)",
            1000 * (np.arange(first, last) - late) / RATE_HZ,
            "Amplitude",
            dict(zip(names, fir[0, :, first:last].astype(float))),
        ),
        over_frequency(
            "group_delay",
            "Group delay of the left input",
            RESPONSE_HZ,
            "Over the common delay (ms)",
            dict(zip(names, group_delay_ms(driver)[0])),
            (-3.0, 5.0),
        ),
        over_frequency(
            "filter_error",
            "What the filters depart by from what was designed",
            RESPONSE_HZ,
            "Energy of the difference (dB)",
            {"error": error_db(filters)},
        ),
        Plot(
            "sweet_spot",
            "Separation wherever the head is",
            "side_cm",
            "Head sideways (cm)",
            SIDES_CM,
            "Separation, 300 Hz to 8 kHz (dB)",
            {f"{distance_m[row]:.2f} m": sweet[row] for row in range(0, len(sweet), _EVERY_DISTANCE)},
            (0.0, 30.0),
        ),
    ]
    if design.method == "crosstalk" and design.target == "speakers":
        ears = plant_response(layout, RESPONSE_HZ, design.plant) @ driver
        differences = image_differences(layout, design.virtual_deg, ears)
        lines = ("heard", "asked for", "rigid sphere")
        level, time = differences["image_ild_db"], differences["image_itd_us"]
        title = "of the virtual left loudspeaker"
        found += [
            over_frequency(
                "image_level", f"Level {title}, near over far ear", RESPONSE_HZ, "dB", dict(zip(lines, level)), (-5, 25)
            ),
            over_frequency(
                "image_time",
                f"Time {title}, far after near ear",
                RESPONSE_HZ,
                "µs",
                dict(zip(lines, time)),
                (-200, 600),
            ),
        ]
    return found
