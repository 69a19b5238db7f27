"""Draws resources/icons/earshot.svg in the sizes that desktops want: `python packaging/make_icons.py FOLDER`.

PNG for Linux (hicolor/SIZExSIZE/apps), .ico for Windows, .icns for macOS.
"""

from __future__ import annotations

import argparse
import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT = Path(__file__).resolve().parents[1]
DRAWING = ROOT / "resources" / "icons" / "earshot.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_KINDS = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def png(renderer: QSvgRenderer, size: int) -> bytes:
    """The drawing as a PNG of size × size."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon: a table of sizes, then PNGs (https://learn.microsoft.com/windows/win32/menurc/icons)."""
    header = struct.pack("<3H", 0, 1, len(ICO_SIZES))
    place, table = len(header) + 16 * len(ICO_SIZES), b""
    for size in ICO_SIZES:
        table += struct.pack("<4B2H2I", size % 256, size % 256, 0, 0, 1, 32, len(pictures[size]), place)
        place += len(pictures[size])
    return header + table + b"".join(pictures[size] for size in ICO_SIZES)


def icns(pictures: dict[int, bytes]) -> bytes:
    """A macOS icon: kind and length before each PNG."""
    parts = b"".join(
        kind + struct.pack(">I", 8 + len(pictures[size])) + pictures[size] for size, kind in ICNS_KINDS.items()
    )
    return b"icns" + struct.pack(">I", 8 + len(parts)) + parts


def main() -> int:
    """Draw all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    app = QGuiApplication([])
    renderer = QSvgRenderer(str(DRAWING))
    if not renderer.isValid():
        print(f"make_icons: {DRAWING} cannot be drawn", file=sys.stderr)
        return 1
    pictures = {size: png(renderer, size) for size in SIZES}
    for size, data in pictures.items():
        target = folder / "hicolor" / f"{size}x{size}" / "apps" / "earshot.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    scalable = folder / "hicolor" / "scalable" / "apps" / "earshot.svg"
    scalable.parent.mkdir(parents=True, exist_ok=True)
    scalable.write_bytes(DRAWING.read_bytes())
    (folder / "earshot.ico").write_bytes(ico(pictures))
    (folder / "earshot.icns").write_bytes(icns(pictures))
    app.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
