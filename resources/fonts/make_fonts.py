"""Makes the window's fonts: Inter in three weights with TrueType outlines, cut to Latin, Greek and symbols.

Inter as Linux distributions ship it has PostScript outlines, which Qt darkens: light text on dark looks a weight too
heavy. With TrueType outlines every system draws the weight that was asked for, and systems without Inter have it too.

Needs `pip install fonttools` and a folder with Inter-Regular.otf, Inter-Medium.otf and Inter-SemiBold.otf
(Debian: fonts-inter; version 4.0 beta 7 was used). Inter is under the SIL Open Font License, see OFL.txt; the family is
renamed so that it does not meet an installed Inter.

    python resources/fonts/make_fonts.py /usr/share/fonts/opentype/inter
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

STYLES = ("Regular", "Medium", "SemiBold")
FAMILY = "Earshot Inter"
MAX_ERROR = 1.0
"""Largest distance between the cubic and the quadratic outline, in font units (of 2816 an em)."""
FEATURES = ("kern", "tnum", "ccmp", "locl", "mark", "mkmk", "case", "calt")
THIN_SPACE_EM = 0.26
RANGES = (
    (0x20, 0x180),  # Latin
    (0x2B0, 0x300),
    (0x370, 0x400),  # Greek
    (0x1E00, 0x1F00),
    (0x2000, 0x20D0),  # punctuation, superscripts, currency
    (0x2100, 0x2400),  # letterlike, arrows, operators, technical
    (0x25A0, 0x2600),  # shapes
)


def cut(font: TTFont) -> None:
    """Keep what a window in a Latin script needs."""
    options = subset.Options()
    options.layout_features = list(FEATURES)
    options.name_IDs = ["*"]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, end in RANGES for code in range(first, end)])
    subsetter.subset(font)


def to_truetype(font: TTFont) -> None:
    """Replace cubic by quadratic outlines, in place."""
    order, drawings = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(drawings)
        drawings[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    font["loca"], font["glyf"] = newTable("loca"), glyf
    for name in order:
        glyf[name].recalcBounds(glyf)
    font["hmtx"].metrics = {name: (font["hmtx"][name][0], getattr(glyf[name], "xMin", 0)) for name in order}
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in (
        *("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements"),
        *("maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours", "maxCompositePoints"),
        *("maxCompositeContours", "maxComponentDepth"),
    ):
        setattr(maxp, field, 0)  # counted again on saving
    maxp.maxZones = 1
    font["post"].formatType = 3.0
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    font.sfntVersion = "\000\001\000\000"


def widen_thin_spaces(font: TTFont) -> None:
    """Thin spaces of a quarter em: Inter's are two pixels at 12, and a bold number runs into its unit."""
    cmap, advance = font.getBestCmap(), round(THIN_SPACE_EM * font["head"].unitsPerEm)
    for code in (0x2009, 0x202F):
        name = cmap[code]
        font["hmtx"][name] = (advance, font["hmtx"][name][1])


def rename(font: TTFont) -> None:
    """Give the family its own name."""
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 16):
            record.string = str(record).replace("Inter", FAMILY, 1)
        elif record.nameID == 6:
            record.string = str(record).replace("Inter", FAMILY.replace(" ", ""), 1)


def main(folder: str) -> None:
    """Write the three files beside this script."""
    for style in STYLES:
        font = TTFont(Path(folder) / f"Inter-{style}.otf", recalcTimestamp=False)
        cut(font)
        to_truetype(font)
        widen_thin_spaces(font)
        rename(font)
        font.save(Path(__file__).parent / f"Inter-{style}.ttf")


if __name__ == "__main__":
    main(sys.argv[1])
