"""What all plots of the Sound region have in common: the stretch of time, the frequency scale, the crosshair.

Times are seconds before now (0 and negative); while the picture is frozen "now" is the moment of freezing.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.ui.frequency_scale import ERB, FrequencyScale
from workbench.ui.painting import HIGH_HZ, LOW_HZ, THIN_SPACE
from workbench.ui.views.sound_history import HISTORY_S, VISIBLE_S

SPANS_S = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Spans of the time axis that can be chosen."""


def span_text(span_s: float) -> str:
    """A span of the time axis: "8 s"."""
    return f"{span_s:g}{THIN_SPACE}s"


class SoundAxes(QObject):
    """The axes that the plots share.

    Attributes
    ----------
    scale : FrequencyScale
    span_s : float
        Length of the time axis.
    end_s : float
        Time at its right edge: 0 is now, negative once it was scrolled back.
    depth_s : float
        How much sound there is to scroll back through.
    selection : (int, int) or None
        A stretch of sound: numbers of its first column in the history and of the one after its last.
    looping : bool
        The selection is what plays.
    """

    changed = Signal()
    """Scale, span or place have changed."""
    selection_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scale: FrequencyScale = ERB
        self.span_s = VISIBLE_S
        self.end_s = 0.0
        self.depth_s = HISTORY_S
        self.selection: tuple[int, int] | None = None
        self.looping = False

    @property
    def begin_s(self) -> float:
        """Time at the left edge."""
        return self.end_s - self.span_s

    def x(self, offset_s, width: float):
        """Place of a time on an axis `width` wide. Scalar or array."""
        return width * (1 + (offset_s - self.end_s) / self.span_s)

    def offset_at(self, x: float, width: float) -> float:
        """Time at a place, held inside the axis."""
        offset_s = self.end_s + self.span_s * (x / max(1.0, width) - 1)
        return min(self.end_s, max(self.begin_s, offset_s))

    def set_scale(self, scale: FrequencyScale) -> None:
        if scale is not self.scale:
            self.scale = scale
            self.changed.emit()

    def set_span(self, span_s: float, around_s: float | None = None) -> None:
        """Choose the axis' length; `around_s` keeps its place where it can, else the right edge does."""
        span_s = min(max(span_s, SPANS_S[0]), SPANS_S[-1])
        share = 1.0 if around_s is None else (around_s - self.begin_s) / self.span_s
        end_s = self.end_s if around_s is None else around_s + (1 - share) * span_s
        self._take(span_s, end_s)

    def step_span(self, steps: int, around_s: float | None = None) -> None:
        """The next longer (positive) or shorter span of `SPANS_S`."""
        longer = [span for span in SPANS_S if span > self.span_s + 1e-6]
        shorter = [span for span in SPANS_S if span < self.span_s - 1e-6]
        if steps > 0 and longer:
            self.set_span(longer[0], around_s)
        elif steps < 0 and shorter:
            self.set_span(shorter[-1], around_s)

    def scroll_to(self, end_s: float) -> None:
        """Put a time at the right edge; not beyond now, nor before the oldest sound."""
        self._take(self.span_s, end_s)

    def set_depth(self, depth_s: float) -> None:
        """Say how much sound there is."""
        self.depth_s = depth_s
        self._take(self.span_s, self.end_s)

    def _take(self, span_s: float, end_s: float) -> None:
        end_s = min(0.0, max(end_s, min(0.0, span_s - self.depth_s)))
        if (span_s, end_s) != (self.span_s, self.end_s):
            self.span_s, self.end_s = span_s, end_s
            self.changed.emit()

    def select(self, selection: tuple[int, int] | None) -> None:
        """Select columns first … end − 1 of the history, or nothing."""
        if selection != self.selection:
            self.selection = selection
            self.looping = False
            self.selection_changed.emit()

    def set_looping(self, looping: bool) -> None:
        if looping != self.looping:
            self.looping = looping
            self.selection_changed.emit()


class Crosshair(QObject):
    """The one crosshair of all plots: a time before now and a frequency, either of which may be unset.

    While `held` (a click holds it, another lets go) the pointer no longer moves it. `axes` are those of its plots.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.axes = SoundAxes(self)
        self.offset_s: float | None = None
        self.frequency_hz: float | None = None
        self.held = False

    @property
    def shown(self) -> bool:
        return self.offset_s is not None or self.frequency_hz is not None

    def move(self, offset_s: float | None, frequency_hz: float | None) -> None:
        """Set both coordinates; None hides that line. Ignored while held."""
        if self.held:
            return
        self._set(offset_s, frequency_hz)

    def nudge(self, seconds: float, steps: float) -> None:
        """Move from where it is, held or not (from the centre when not shown); a step is 1/40 of the frequency axis."""
        axes = self.axes
        offset_s = (axes.end_s - axes.span_s / 2 if self.offset_s is None else self.offset_s) + seconds
        frequency_hz = 1000.0 if self.frequency_hz is None else self.frequency_hz
        frequency_hz = float(axes.scale.frequency(axes.scale.position(frequency_hz) + steps / 40))
        self._set(min(axes.end_s, max(axes.begin_s, offset_s)), min(HIGH_HZ, max(LOW_HZ, frequency_hz)))

    def toggle_hold(self) -> None:
        self.held = self.shown and not self.held

    def hide(self) -> None:
        """Take it away, held or not."""
        self.held = False
        self._set(None, None)

    def _set(self, offset_s: float | None, frequency_hz: float | None) -> None:
        if (offset_s, frequency_hz) != (self.offset_s, self.frequency_hz):
            self.offset_s, self.frequency_hz = offset_s, frequency_hz
            self.changed.emit()
