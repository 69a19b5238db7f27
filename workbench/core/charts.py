"""Line charts as SVG: the plots that commands write, with no plotting library at run time."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path

import numpy as np

from workbench.core.errors import InputError

# Okabe & Ito's colours, told apart by colour-blind eyes; with dashes, also in print.
_STROKES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f")
_DASHES = ("", "6 3", "2 2", "8 3 2 3")
_WIDTH, _HEIGHT = 860, 440
_LEFT, _TOP, _RIGHT, _BOTTOM = 64, 40, 210, 52


def _even_ticks(low: float, high: float) -> np.ndarray:
    raw = (high - low) / 7
    decade = 10 ** math.floor(math.log10(raw))
    step = decade * next(factor for factor in (1, 2, 5, 10) if factor * decade >= raw)
    return np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step


def _log_ticks(low: float, high: float) -> np.ndarray:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = np.array([factor * 10.0**decade for decade in decades for factor in (1, 2, 5)])
    return ticks[(ticks >= low * 0.999) & (ticks <= high * 1.001)]


def _tick_text(value: float, log: bool) -> str:
    if log and value >= 1000:
        return f"{value / 1000:g} k"
    return f"{value:g}".replace("-", "−")


def line_chart(
    title: str,
    x: np.ndarray,
    series: dict[str, np.ndarray],
    *,
    x_label: str,
    y_label: str,
    log_x: bool = False,
    y_range: tuple[float, float] | None = None,
) -> str:
    """A chart with one line a series, all over the same x.

    Parameters
    ----------
    x : (N,)
    series : name to (N,); values that are not finite leave gaps
    y_range : default: that of the values

    Returns
    -------
    str
        An SVG document.
    """
    values = np.concatenate([np.asarray(y, dtype=float) for y in series.values()])
    values = values[np.isfinite(values)]
    low, high = y_range or (values.min(), values.max())
    if y_range is None:
        margin = 0.05 * (high - low) or 1.0
        low, high = low - margin, high + margin
    place_x = np.log10 if log_x else (lambda value: np.asarray(value, dtype=float))
    start, end = place_x(x[0]), place_x(x[-1])
    plot_width, plot_height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def at_x(value):
        return _LEFT + (place_x(value) - start) / (end - start) * plot_width

    def at_y(value):
        return _TOP + (high - np.clip(value, low, high)) / (high - low) * plot_height

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">{escape(title)}</text>',
    ]
    for tick in _log_ticks(x[0], x[-1]) if log_x else _even_ticks(x[0], x[-1]):
        position = at_x(tick)
        parts.append(f'<path d="M{position:.1f} {_TOP}v{plot_height}" stroke="#e0e0e0"/>')
        parts.append(
            f'<text x="{position:.1f}" y="{_TOP + plot_height + 18}" text-anchor="middle">'
            f"{_tick_text(tick, log_x)}</text>"
        )
    for tick in _even_ticks(low, high):
        position = float(at_y(tick))
        parts.append(f'<path d="M{_LEFT} {position:.1f}h{plot_width}" stroke="#e0e0e0"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{position + 4:.1f}" text-anchor="end">{_tick_text(tick, False)}</text>')
    parts.append(
        f'<rect x="{_LEFT}" y="{_TOP}" width="{plot_width}" height="{plot_height}" fill="none" stroke="#808080"/>'
    )
    parts.append(
        f'<text x="{_LEFT + plot_width / 2}" y="{_HEIGHT - 12}" text-anchor="middle">{escape(x_label)}</text>'
        f'<text transform="translate(18 {_TOP + plot_height / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(y_label)}</text>"
    )
    for number, (name, y) in enumerate(series.items()):
        stroke, dash = _STROKES[number % len(_STROKES)], _DASHES[number // 2 % len(_DASHES)]
        style = f'fill="none" stroke="{stroke}" stroke-width="1.8" stroke-dasharray="{dash}"'
        words, pen = [], "M"
        for place, value in zip(at_x(x), np.asarray(y, dtype=float)):
            if not np.isfinite(value):
                pen = "M"
                continue
            words.append(f"{pen}{place:.1f} {float(at_y(value)):.1f}")
            pen = "L"
        parts.append(f'<path d="{"".join(words)}" {style}/>')
        row = _TOP + 10 + 20 * number
        key = _LEFT + plot_width + 14
        parts.append(f'<path d="M{key} {row}h26" {style}/><text x="{key + 32}" y="{row + 4}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def csv_table(x_name: str, x: np.ndarray, columns: dict[str, np.ndarray]) -> str:
    """The same curves as comma-separated values, one row an x."""
    names = [name.replace(",", ";") for name in columns]
    rows = [",".join([x_name, *names])]
    rows += [",".join(f"{value:.6g}" for value in row) for row in zip(x, *columns.values())]
    return "\n".join([*rows, ""])


def write_text(path: Path, text: str) -> None:
    """Write a text file.

    Raises
    ------
    InputError
        It cannot be written; names the file.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
