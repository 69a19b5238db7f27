"""The last minute of sound as the views show it: one column a hop, never skipped, never doubled.

No Qt here: the history, the mapping of bins to rows of a picture, and of hops to its columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.core.messages import Snapshot
from workbench.ui.frequency_scale import ERB, FrequencyScale
from workbench.ui.painting import erb_number, erb_to_hz

VISIBLE_S = 8.0
"""Span of the time axis as the program begins."""
HISTORY_S = 60.0
"""How far back the picture can be scrolled."""
CAPACITY = 6144
"""Hops that are kept: 61 s at 10 ms, 25 MB."""
FLOOR_DB = -200.0
"""Stands for silence (-inf), so that differences and averages stay finite."""


class SoundHistory:
    """Ring of the newest `CAPACITY` spectrum columns, Before and After.

    Columns are numbered from 0 since the last `clear`; column c lies in slot ``c % CAPACITY``. A hop that was never
    delivered (the window stood still for longer than the mailbox remembers) is a column of NaN, so that time stays
    true.

    Attributes
    ----------
    count : int
        Number of the next column.
    generation : int
        Rises with every `clear`, also when a new run of the source begins: column numbers start again.
    bins : int
        Bins of a column (0 before the first snapshot); `bin_hz` their spacing.
    before_dbfs, after_dbfs : (CAPACITY, bins) float16
    pitch_hz, time_s : (CAPACITY,) float
        Pitch (0 where unvoiced) and the source's time of each column; NaN in a missing column.
    """

    def __init__(self, hop_s: float = 0.01) -> None:
        self.hop_s = hop_s
        self.generation = 0
        self.clear()

    def copy(self) -> SoundHistory:
        """All that is kept, as it is now: what the person looks at while new sound goes on coming in."""
        twin = SoundHistory(self.hop_s)
        twin.generation, twin.count = self.generation, self.count
        twin.bins, twin.bin_hz, twin.newest = self.bins, self.bin_hz, self.newest
        twin.before_dbfs, twin.after_dbfs = self.before_dbfs.copy(), self.after_dbfs.copy()
        twin.pitch_hz, twin.time_s = self.pitch_hz.copy(), self.time_s.copy()
        return twin

    @property
    def depth_s(self) -> float:
        """How much sound is kept."""
        return (self.count - self.oldest) * self.hop_s

    def clear(self) -> None:
        """Forget everything."""
        self.generation += 1
        self.count = 0
        self.bins = 0
        self.bin_hz = 0.0
        self.newest: Snapshot | None = None
        self.before_dbfs = np.empty((CAPACITY, 0), dtype=np.float16)
        self.after_dbfs = np.empty((CAPACITY, 0), dtype=np.float16)
        self.pitch_hz = np.full(CAPACITY, np.nan)
        self.time_s = np.full(CAPACITY, np.nan)

    @property
    def oldest(self) -> int:
        """Number of the oldest column that is kept."""
        return max(0, self.count - CAPACITY)

    def append(self, snapshots: Sequence[Snapshot]) -> None:
        """Add snapshots in order of their sequence; those already seen are ignored.

        A sequence that starts again, or columns of another size, begin a new history.
        """
        for snapshot in snapshots:
            self._append(snapshot)

    def _append(self, snapshot: Snapshot) -> None:
        if self.newest is not None:
            if snapshot is self.newest or snapshot.sequence == self.newest.sequence:
                return
            restarted = snapshot.sequence < self.newest.sequence
            if restarted or len(snapshot.before_dbfs) != self.bins or snapshot.bin_hz != self.bin_hz:
                self.clear()
        if self.newest is None:
            self.bins = len(snapshot.before_dbfs)
            self.bin_hz = snapshot.bin_hz
            self.before_dbfs = np.full((CAPACITY, self.bins), np.nan, dtype=np.float16)
            self.after_dbfs = np.full((CAPACITY, self.bins), np.nan, dtype=np.float16)
        else:
            self._skip(snapshot.sequence - self.newest.sequence - 1)
        slot = self.count % CAPACITY
        np.maximum(snapshot.before_dbfs, FLOOR_DB, out=self.before_dbfs[slot], casting="same_kind")
        np.maximum(snapshot.after_dbfs, FLOOR_DB, out=self.after_dbfs[slot], casting="same_kind")
        self.pitch_hz[slot] = snapshot.enhancement.pitch_hz if snapshot.enhancement is not None else 0.0
        self.time_s[slot] = snapshot.time_s
        self.newest = snapshot
        self.count += 1

    def _skip(self, missing: int) -> None:
        """Leave room for hops that never came."""
        slots = np.arange(self.count, self.count + min(missing, CAPACITY)) % CAPACITY
        self.before_dbfs[slots] = np.nan
        self.after_dbfs[slots] = np.nan
        self.pitch_hz[slots] = np.nan
        self.time_s[slots] = np.nan
        self.count += missing

    def slots(self, first: int, end: int) -> np.ndarray:
        """Slots of the columns first … end − 1."""
        return np.arange(first, end) % CAPACITY

    def column_at(self, time_s: float, search_s: float = 5.0) -> int | None:
        """Column whose source time is nearest, among the newest `search_s`; the newest of equals.

        Searching only so far back keeps a looped file apart from its last round. None when the history is empty.
        """
        first = max(self.oldest, self.count - round(search_s / self.hop_s))
        if self.count == first:
            return None
        distance = np.abs(self.time_s[self.slots(first, self.count)] - time_s)[::-1]
        if np.all(np.isnan(distance)):
            return None
        return self.count - 1 - int(np.nanargmin(distance))

    def at(self, offset_s: float, frequency_hz: float) -> tuple[float, float] | None:
        """Levels (before, after) in dBFS at a time before now (negative) and a frequency; None where nothing is."""
        column = self.count - 1 + round(offset_s / self.hop_s)
        if not self.oldest <= column < self.count:
            return None
        bin_index = min(round(frequency_hz / self.bin_hz), self.bins - 1)
        slot = column % CAPACITY
        before, after = float(self.before_dbfs[slot, bin_index]), float(self.after_dbfs[slot, bin_index])
        return None if np.isnan(before) else (before, after)

    def mean_spectrum(self, seconds: float, end_s: float = 0.0) -> tuple[np.ndarray, np.ndarray] | None:
        """Power averaged over `seconds` before `end_s`: two arrays (bins,) of linear power; None without sound."""
        end = self.count + round(end_s / self.hop_s)
        first = max(self.oldest, end - max(1, round(seconds / self.hop_s)))
        if end <= first:
            return None
        slots = self.slots(first, end)
        slots = slots[~np.isnan(self.time_s[slots])]
        if len(slots) == 0:
            return None
        before, after = (
            np.mean(10 ** (levels[slots].astype(np.float32) / 10), axis=0)
            for levels in (self.before_dbfs, self.after_dbfs)
        )
        return before, after


class RowMap:
    """Linear bins to the rows of a picture whose vertical axis is a frequency scale, 20 kHz at the top.

    Where several bins share a row the largest is taken, so that a narrow line never disappears between rows; where
    one bin spans several rows levels are interpolated in dB.
    """

    def __init__(self, rows: int, bins: int, bin_hz: float, scale: FrequencyScale = ERB) -> None:
        edges = scale.frequency(1 - np.arange(rows + 1) / rows) / bin_hz  # in bins, falling
        upper, lower = edges[:-1], edges[1:]
        self.first = np.clip(np.ceil(lower).astype(int), 0, bins - 1)
        end = np.clip(np.ceil(upper).astype(int), 0, bins)
        self.shared = np.flatnonzero(end > self.first)
        """Rows that hold at least one bin's centre."""
        self.most = int(np.max(end - self.first, initial=0))
        self._last = np.maximum(end - 1, self.first)
        center = np.clip((upper + lower) / 2, 0, bins - 1)
        self.below = np.minimum(center.astype(int), max(0, bins - 2))
        self.fraction = (center - self.below).astype(np.float32)
        self.above = np.minimum(self.below + 1, bins - 1)

    def __call__(self, columns_db: np.ndarray) -> np.ndarray:
        """Columns (N, bins) of levels to pictures (N, rows) float32."""
        columns = columns_db.astype(np.float32)
        below = columns[:, self.below]
        rows = below + self.fraction * (columns[:, self.above] - below)
        # A few passes over whole rows: bin first, first + 1, … of each row, the last one repeated.
        first, last = self.first[self.shared], self._last[self.shared]
        largest = columns[:, first]
        for step in range(1, self.most):
            np.maximum(largest, columns[:, np.minimum(first + step, last)], out=largest)
        rows[:, self.shared] = largest
        return rows


class PixelMap:
    """Hops to the columns of a picture `width` wide that shows `visible` hops.

    Pixel columns are numbered for ever, like hops: pixel p shows the hops h with floor(h·width/visible) = p, so a
    hop keeps its place while the picture scrolls, and nothing shimmers. Where pixels are fewer than hops each shows
    one or two of them; where they are more a hop is repeated.
    """

    def __init__(self, width: int, visible: int) -> None:
        self.width, self.visible = width, visible

    def first_pixel(self, hop):
        """First pixel column of a hop. Scalar or array."""
        return hop * self.width // self.visible

    def pixel(self, hop):
        """Last pixel column of a hop. Scalar or array."""
        return np.maximum(self.first_pixel(hop), self.first_pixel(hop + 1) - 1)

    def hops(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and last hop (inclusive) of pixel columns."""
        first = -(-pixels * self.visible // self.width)  # rounded up
        last = -(-(pixels + 1) * self.visible // self.width) - 1
        return np.minimum(first, last), last


def smoothing_weights(
    rows: int, bins: int, bin_hz: float, width_erb: float = 0.5, scale: FrequencyScale = ERB
) -> np.ndarray:
    """Weights (rows, bins) that average power around each row's frequency, `width_erb` wide (at least one bin).

    Triangular windows; rows sum to 1.
    """
    center = scale.frequency(1 - (np.arange(rows) + 0.5) / rows)
    half_hz = erb_to_hz(erb_number(center) + width_erb) - center
    distance = np.abs(np.arange(bins)[None, :] * bin_hz - center[:, None])
    weights = np.maximum(0.0, 1 - distance / np.maximum(half_hz, bin_hz)[:, None])
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
