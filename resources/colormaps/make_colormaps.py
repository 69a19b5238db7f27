"""Write the colour maps of the window: 256 colours each, one #RRGGBB a line.

    python resources/colormaps/make_colormaps.py

magma and viridis are read from pyqtgraph's own data (by N. J. Smith, S. van der Walt and E. Firing; CC0), so is
cividis (J. R. Nuñez, C. R. Anderton and R. S. Renslow; CC0); grey has equal steps of CIE lightness;
berlin and vik are F. Crameri's scientific colour maps, read from the package cmcrameri (MIT; install it first).
"""

from __future__ import annotations

from pathlib import Path

import cmcrameri
import numpy as np
import pyqtgraph

FOLDER = Path(__file__).resolve().parent
COLORS = 256


def from_pyqtgraph(name: str) -> np.ndarray:
    """(256, 3) RGB in [0, 1] of one of pyqtgraph's tables."""
    path = Path(pyqtgraph.__file__).parent / "colors" / "maps" / f"{name}.csv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith(";")]
    return np.array([[float(value) for value in line.split(",")[:3]] for line in lines])


def from_cmcrameri(name: str) -> np.ndarray:
    """(256, 3) RGB in [0, 1] of one of the scientific colour maps."""
    return np.loadtxt(Path(cmcrameri.__file__).parent / "cmaps" / f"{name}.txt")


def grey() -> np.ndarray:
    """(256, 3) from black to white in equal steps of CIE 1976 lightness, as sRGB."""
    lightness = np.linspace(0, 100, COLORS)
    luminance = np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness / 903.3)
    level = np.where(luminance <= 0.0031308, 12.92 * luminance, 1.055 * luminance ** (1 / 2.4) - 0.055)
    return np.repeat(level[:, None], 3, axis=1)


def write(name: str, rgb: np.ndarray) -> None:
    assert rgb.shape == (COLORS, 3), f"{name}: {rgb.shape}"
    rows = np.rint(rgb * 255).astype(int)
    text = "".join(f"#{red:02X}{green:02X}{blue:02X}\n" for red, green, blue in rows)
    (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for name in ("magma", "viridis", "cividis"):
        write(name, from_pyqtgraph(name))
    for name in ("berlin", "vik"):
        write(name, from_cmcrameri(name))
    write("grey", grey())
