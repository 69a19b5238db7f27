"""The tokens of the look: every colour, size and font of the window is defined here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

from workbench.core.resources import resource

SHIPPED_FAMILY = "Earshot Inter"
"""Inter with TrueType outlines, see resources/fonts/make_fonts.py."""

GRID = 4
GUTTER = 8
PANEL_PADDING = 12
HEADER = 36
TOOLBAR = 56
STATUS = 32
ROW = 28
RADIUS_PANEL, RADIUS_TOOLBAR, RADIUS_FIELD = 8, 6, 4
MIN_WIDTH, MIN_HEIGHT = 1280, 800
LEAST_HEIGHT = 700
"""What the window needs at least; on a lower screen (at a large scale) it scrolls."""
WIDE = 1600
"""Below this width the window has two columns."""

LEVEL_RANGE_DB = (-85.0, -25.0)
"""Sound level in spectrograms."""
LEVEL_MAPS = ("magma", "viridis", "cividis", "grey")
"""Colour maps that spectrograms offer, the first unless another is chosen: all rise evenly in lightness, so that they
can be read by the colour-blind and in print."""
LIGHT_MAPS = ("vik",)
"""Colour maps that are light in the middle: lines over them are dark."""
WHITE, BLACK = "#FFFFFF", "#000000"
"""Lines over a colour map, and their casing: the map is the same in all themes."""


def map_ink(map_name: str, alpha: float = 1.0) -> QColor:
    """Colour of a line over a colour map."""
    color = QColor(BLACK if map_name in LIGHT_MAPS else WHITE)
    color.setAlphaF(alpha)
    return color


SPATIAL_RANGE_DB = (-24.0, 0.0)
"""Spatial energy in maps and patterns (viridis)."""


@dataclass(frozen=True)
class Tokens:
    """One theme. Values are #RRGGBB."""

    name: str
    window: str
    panel: str
    raised: str
    plot: str
    field: str
    hover: str
    line: str
    line_strong: str
    text1: str
    text2: str
    text3: str
    slider_fill: str
    before: str
    after: str
    a: str
    b: str
    on_ab: str
    left: str
    right: str
    centre: str
    track1: str
    track2: str
    track3: str
    track4: str
    good: str
    warning: str
    clip: str

    @property
    def is_dark(self) -> bool:
        """Light on dark, rather than dark on light."""
        return QColor(self.plot).lightnessF() < 0.5

    @property
    def difference_map(self) -> str:
        """Colour map of differences: dark in the middle on dark themes, light on light ones."""
        return "berlin" if self.is_dark else "vik"

    @property
    def meter_track(self) -> str:
        """What lies under a meter's bar."""
        return self.raised if self.is_dark else self.line

    @property
    def accent(self) -> str:
        return self.after

    @property
    def tracks(self) -> tuple[str, str, str, str]:
        return (self.track1, self.track2, self.track3, self.track4)

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """A token as a QColor, with opacity in [0, 1]."""
        color = QColor(getattr(self, token))
        color.setAlphaF(alpha)
        return color


DARK = Tokens(
    name="dark",
    window="#0F1114",
    panel="#16191D",
    raised="#20242A",
    plot="#0A0B0D",
    field="#0F1114",
    hover="#2A2F36",
    line="#262B31",
    line_strong="#3A414A",
    text1="#E9ECEF",
    text2="#AEB6BF",
    text3="#8A939D",
    slider_fill="#7E8791",
    before="#918B82",
    after="#45E0C9",
    a="#BBA4FF",
    b="#FF9F7C",
    on_ab="#0F1114",
    left="#79B8FF",
    right="#FF8FA3",
    centre="#D5DAE0",
    track1="#51A4F4",
    track2="#F2A65A",
    track3="#DC6CA6",
    track4="#E2EA56",
    good="#6CCB7F",
    warning="#F2B93B",
    clip="#FF5A4F",
)

LIGHT = Tokens(
    name="light",
    window="#E4E7EA",
    panel="#F6F7F8",
    raised="#FFFFFF",
    plot="#FFFFFF",
    field="#FFFFFF",
    hover="#EDEFF1",
    line="#D9DDE1",
    line_strong="#B9C0C7",
    text1="#15181C",
    text2="#454D56",
    text3="#5C6570",
    slider_fill="#7A838D",
    before="#756F65",
    after="#005A52",
    a="#6A45D1",
    b="#B03E18",
    on_ab="#FFFFFF",
    left="#1663B8",
    right="#BF2A4C",
    centre="#2F363D",
    track1="#2A5BD0",
    track2="#8A3208",
    track3="#AE478A",
    track4="#70750A",
    good="#23753A",
    warning="#8A5A00",
    clip="#C8201A",
)

CONTRAST = Tokens(
    name="contrast",
    window="#000000",
    panel="#000000",
    raised="#1C1C1C",
    plot="#000000",
    field="#000000",
    hover="#333333",
    line="#8C8C8C",
    line_strong="#FFFFFF",
    text1="#FFFFFF",
    text2="#FFFFFF",
    text3="#D6D6D6",
    slider_fill="#FFFFFF",
    before="#D9CFBF",
    after="#00FFE0",
    a="#CDBBFF",
    b="#FFB699",
    on_ab="#000000",
    left="#8FC7FF",
    right="#FFA6B5",
    centre="#FFFFFF",
    track1="#6FBCFF",
    track2="#FFB970",
    track3="#FF8CC8",
    track4="#F2FA5C",
    good="#7CFF93",
    warning="#FFD24D",
    clip="#FF7369",
)
"""For those who need more than the dark theme gives: text at 14:1 and more, every border drawn."""

THEMES = {tokens.name: tokens for tokens in (DARK, LIGHT, CONTRAST)}

TRACK_SHAPES = ("circle", "square", "triangle", "diamond")


def track_style(number: int, tokens: Tokens) -> tuple[str, str]:
    """Colour and shape of a track (or of the simulated talker of that number), by its number from 1."""
    index = (number - 1) % len(TRACK_SHAPES)
    return tokens.tracks[index], TRACK_SHAPES[index]


@cache
def family() -> str:
    """Name of the window's font family: Inter as shipped, else as installed, else the system's sans."""
    shipped: set[str] = set()
    for path in sorted(resource("fonts").glob("*.ttf")):
        shipped.update(QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path))))
    for name in (SHIPPED_FAMILY, "Inter"):
        if name in shipped or name in QFontDatabase.families():
            return name
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


@cache
def _font(pixels: int, weight: int) -> QFont:
    chosen = QFont(family())
    chosen.setPixelSize(pixels)
    chosen.setWeight(QFont.Weight(weight))
    chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def font(pixels: int = 13, weight: int = 400) -> QFont:
    """Inter with tabular figures: 11 axes, 12 read-outs, 13 body, 15 statistics; weights 400, 500, 600."""
    return QFont(_font(pixels, weight))  # a copy that shares its data: what a caller changes stays the caller's


def palette(tokens: Tokens) -> QPalette:
    """Qt's palette from the tokens, for the parts that the style sheet does not paint."""
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.text1,
        QPalette.ColorRole.Base: tokens.field,
        QPalette.ColorRole.AlternateBase: tokens.panel,
        QPalette.ColorRole.Text: tokens.text1,
        QPalette.ColorRole.PlaceholderText: tokens.text3,
        QPalette.ColorRole.Button: tokens.raised,
        QPalette.ColorRole.ButtonText: tokens.text1,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_ab,
        QPalette.ColorRole.ToolTipBase: tokens.raised,
        QPalette.ColorRole.ToolTipText: tokens.text1,
    }
    result = QPalette()
    for role, value in roles.items():
        result.setColor(role, QColor(value))
    return result
