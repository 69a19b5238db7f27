"""Takes the screenshots of the documentation: the real program, running the simulated room, in both themes.

    python docs/make_screenshots.py [--after SECONDS] [--only NAME]

Each picture is what the window shows some seconds after its start; no screen is needed. A picture that would be
larger than a megabyte is stored with 256 colours.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtGui import QImage, qRgb

from workbench.ui.theme import THEMES

FOLDER = Path(__file__).parent / "screenshots"
SIZES = ("1280x800", "1920x1080", "2560x1440")
LARGEST_BYTES = 300_000
EXACT = 64
SETTINGS = """earshot_settings = 1
source = "room"
sink = "none"

[params.beamformer]
method = "superdirective"
follow = 1

[params.enhance]
method = "percepnet-small"
"""
PICTURED = ("dark", "light")


def take(size: str, theme: str, after_s: float, target: Path) -> None:
    """Start the program, wait, have it save its picture and leave."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "Two talkers.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        options = ["--size", size, "--theme", theme, "--settings", str(settings), "--fresh"]
        command = [sys.executable, "-m", "workbench", *options, "--screenshot", str(target), "--after", str(after_s)]
        subprocess.run(command, check=True, timeout=after_s + 60, cwd=Path(__file__).parents[1])
    make_small(target)


def make_small(target: Path) -> None:
    """Store a large picture with a palette."""
    if target.stat().st_size > LARGEST_BYTES:
        with_256_colours(QImage(str(target))).save(str(target))


def with_256_colours(image: QImage) -> QImage:
    """The picture with a palette: the themes' tokens and its commonest colours exactly, the others the nearest."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    height, width = image.height(), image.width()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width] & 0xFFFFFF
    colours, place, count = np.unique(pixels, return_inverse=True, return_counts=True)
    rgb = np.stack([colours >> shift & 255 for shift in (16, 8, 0)], axis=1).astype(np.int32)
    by_count = np.argsort(-count)
    exact, others = by_count[:EXACT], by_count[EXACT:]
    bins = rgb[others] >> 4 << 4  # the others in cubes of 16 levels: the fullest cubes give the rest of the palette
    cubes, cube_of = np.unique(bins, axis=0, return_inverse=True)
    tokens = [value for theme in THEMES.values() for value in dataclasses.astuple(theme) if value.startswith("#")]
    named = np.array([[int(value[at : at + 2], 16) for at in (1, 3, 5)] for value in tokens], np.int32)
    fullest = np.argsort(-np.bincount(cube_of.ravel(), weights=count[others]))[: 256 - EXACT - len(named)]
    palette = np.concatenate([rgb[exact], named, cubes[fullest] + 8])
    nearest = np.concatenate(
        [((part[:, None] - palette) ** 2).sum(axis=2).argmin(axis=1) for part in np.array_split(rgb, 64)]
    )
    indexed = nearest[place].reshape(height, width).astype(np.uint8)
    result = QImage(indexed.tobytes(), width, height, width, QImage.Format.Format_Indexed8)
    result.setColorTable([qRgb(*(int(level) for level in colour)) for colour in palette])
    return result.copy()


def main() -> int:
    """Take all pictures, or those whose name holds `--only`; those of the first ten minutes are called first-THEME,
    those of single panels panels-WHAT-THEME: devices, enhancer, compare, sessions, timeline.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--after", type=float, default=14.0, help="seconds of running before the picture (14)")
    parser.add_argument("--only", default="", help="part of the names to take, e.g. 1920x1080-dark")
    args = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    for size in SIZES:
        for theme in PICTURED:
            target = FOLDER / f"{size}-{theme}.png"
            if args.only in target.stem:
                take(size, theme, args.after, target)
                print(target, target.stat().st_size)
    for theme in PICTURED:
        if args.only in f"first-{theme}":
            command = [sys.executable, "-m", "tests.ui.first_ten_minutes", "--theme", theme, "--pictures", str(FOLDER)]
            subprocess.run(command, check=True, timeout=600, cwd=Path(__file__).parents[1])
            for target in FOLDER.glob(f"first-*-{theme}.png"):
                make_small(target)
        if args.only in f"view-{theme}":
            script = Path(__file__).with_name("view_screenshots.py")
            subprocess.run([sys.executable, str(script), theme, str(FOLDER)], check=True, timeout=420)
            for target in FOLDER.glob(f"view-*-{theme}.png"):
                make_small(target)
        if args.only in f"loudspeakers-{theme}":
            script = Path(__file__).with_name("loudspeaker_screenshots.py")
            subprocess.run([sys.executable, str(script), theme, str(FOLDER)], check=True, timeout=420)
            for name in ("loudspeakers", "layout-editor", "trade-offs"):
                make_small(FOLDER / f"{name}-{theme}.png")
        for what in ("devices", "enhancer", "compare", "sessions", "timeline"):
            if args.only in f"panels-{what}-{theme}":
                script = Path(__file__).with_name("panel_screenshots.py")
                subprocess.run([sys.executable, str(script), theme, str(FOLDER), what], check=True, timeout=420)
                for target in FOLDER.glob(f"[a-z]*-{theme}.png"):
                    make_small(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
