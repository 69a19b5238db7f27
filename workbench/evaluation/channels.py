"""What is wrong with the microphones of an array, found from ordinary sound: dead, inverted, swapped, gain.

Sound that comes from somewhere reaches the microphones with the delays that the array's geometry gives it. With the
right order and polarity of the channels, a beam towards the best direction collects more than with any other:

    score = mean over frames of max over directions of sum_f |sum_m s_m a_m(f) Z_m(f)|^2 / M^2 F

(steered response power with phase transform; Z the phases of the channels, a the steering, s the polarity). Changing
one polarity or exchanging two channels is tried as a hypothesis and accepted when it raises the score clearly, the
best first, until none does.

What cannot be found: an exchange that the geometry does not notice, such as of the ends of a line's mirror image or
of opposite corners of a square, and one that this sound does not notice, such as of two microphones that lie
symmetrically about the axis to the only talker. Several talkers, or one who walks, leave no such doubt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from workbench.core.geometry import SPEED_OF_SOUND_M_S, MicrophoneArray, azimuth_grid_rad, unit_vectors

WINDOW = 1024
FRAMES = 600
BAND_HZ = (250.0, 4500.0)
ELEVATIONS_DEG = (0.0, 30.0)
AZIMUTHS = 72
CANDIDATES = 12
BEAM = 3
LAG_RATE_HZ = 96_000
"""Resolution of the tables of correlation: 10 microseconds, a twentieth of a period at the upper edge."""

ORDER_MICS = 4
"""So many are the least of which the order can be judged: of three in a plane another order is another direction."""

SILENT_DBFS = -100.0
DEAD_DB = -40.0
"""So far below the others a channel is dead."""

GAIN_DB = 2.4
"""So far from the others a channel's gain is at fault ..."""

QUIET_GAIN_DB = 1.5
"""... and so far in the quiet moments as well: a talker close to one microphone is louder there only while talking."""

QUIET_PART = 0.3

CLEAR_GAIN = 0.003
"""A change must raise the part of the score that is above chance by this much. Of a healthy array every change
lowers it; of two exchanged neighbours in a small array, or of two that lie symmetrically about the only talker,
undoing it raises it by 0.004 to 0.1, of an inversion by 0.4."""

UNCLEAR = 0.08
"""Below this score the sound has no clear direction at all."""

SAME = 0.05
"""Explanations that raise the score equally, up to this part of what it was raised by, cannot be told apart ..."""

TIE = 0.01
"""... and up to this part they are equal, so that the one with the fewest faults is taken."""

CLEAR_T = 4.0
"""A change must raise the score by so many standard errors over the frames, of which neighbours count as one."""


@dataclass(frozen=True, slots=True)
class ChannelVerdict:
    """One channel, counted from 0.

    fault : "dead", "swapped", "inverted", "gain" or None
    partner : of a swapped channel, the microphone that it really is (the other channel of an exchange)
    gain_db : level relative to the median of the living channels; None for a dead one
    """

    index: int
    fault: str | None
    partner: int | None
    gain_db: float | None


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """All channels, and whether the sound was good enough to judge order and polarity.

    score : how well the sound fits the geometry, 0 (chance) to 1 (a single source without any room or noise)
    """

    channels: tuple[ChannelVerdict, ...]
    score: float
    note: str = ""


def check_channels(samples: np.ndarray, rate_hz: int, array: MicrophoneArray) -> ChannelReport:
    """Look for faults in a recording.

    Parameters
    ----------
    samples : (mics, n) float
        Ten seconds of talk or other sound around the array are enough.
    rate_hz : int
    array : MicrophoneArray

    Raises
    ------
    ValueError
        Shapes do not fit, or less than half a second of sound.
    """
    if samples.shape[0] != array.mics or samples.shape[1] < rate_hz // 2:
        raise ValueError(f"expected ({array.mics}, at least {rate_hz // 2}) samples, got {samples.shape}")
    level_dbfs, quiet_dbfs = _levels_dbfs(samples, rate_hz)
    dead = _dead(level_dbfs)
    alive = np.flatnonzero(~dead)
    relative_db, quiet_db = (
        level - np.median(level[alive]) if len(alive) else level for level in (level_dbfs, quiet_dbfs)
    )
    off = (np.abs(relative_db) >= GAIN_DB) & (quiet_db * np.sign(relative_db) >= QUIET_GAIN_DB)
    order, sign, score, note = np.arange(array.mics), np.ones(array.mics), 0.0, ""
    if len(alive) < 3:
        note = "fewer than three channels hear anything: order and polarity cannot be judged"
    else:
        fit = _Fit(samples[alive], rate_hz, array.mic_xyz_m[alive])
        found_order, found_sign = fit.search()
        order[alive], sign[alive], score = alive[found_order], found_sign, fit.above_chance
        note = _doubt(fit.doubts, alive)
        if len(alive) < ORDER_MICS:
            note = "with three channels left their order cannot be judged"
        if score < UNCLEAR:
            order, sign = np.arange(array.mics), np.ones(array.mics)
            note = "the sound comes from no clear direction: talk near the array to have order and polarity judged"
    verdicts = []
    for index in range(array.mics):
        fault, partner = None, None
        if dead[index]:
            fault = "dead"
        elif order[index] != index:
            fault, partner = "swapped", int(order[index])
        elif sign[index] < 0:
            fault = "inverted"
        elif off[index]:
            fault = "gain"
        verdicts.append(ChannelVerdict(index, fault, partner, None if dead[index] else float(relative_db[index])))
    return ChannelReport(tuple(verdicts), float(score), note)


def _levels_dbfs(samples: np.ndarray, rate_hz: int) -> tuple[np.ndarray, np.ndarray]:
    """RMS level of each channel above 80 Hz, dBFS: over all, and over the quiet frames."""
    cut = signal.butter(2, 80.0, "highpass", fs=rate_hz, output="sos")
    filtered = signal.sosfilt(cut, samples - samples.mean(axis=1, keepdims=True), axis=1)
    frame = rate_hz // 50
    frames = filtered[:, : filtered.shape[1] // frame * frame].reshape(len(samples), -1, frame)
    power = np.mean(frames**2, axis=2)  # (channels, frames)
    typical = np.median(power, axis=0)
    quiet = typical <= np.quantile(typical, QUIET_PART)
    return tuple(10 * np.log10(part.mean(axis=1) + 1e-20) for part in (power, power[:, quiet]))


def _dead(level_dbfs: np.ndarray) -> np.ndarray:
    sounding = level_dbfs[level_dbfs > SILENT_DBFS]
    typical_dbfs = np.median(sounding) if len(sounding) else 0.0
    return (level_dbfs < SILENT_DBFS) | (level_dbfs < typical_dbfs + DEAD_DB)


def _doubt(doubts: list[np.ndarray], alive: np.ndarray) -> str:
    """Other orders that would explain the sound as well, for a person (channels counted from 1)."""
    others = []
    for order in doubts:
        moved = np.flatnonzero(order != np.arange(len(order)))
        others.append(" and ".join(str(alive[channel] + 1) for channel in moved))
    return f"the sound cannot tell this from an exchange of {', or of '.join(others)}" if others else ""


@dataclass(frozen=True, eq=False)
class _Explanation:
    """Which channel stands at each place of the geometry, with which polarity, and the score of each frame."""

    order: np.ndarray
    sign: np.ndarray
    scores: np.ndarray

    def mean(self) -> float:
        return float(self.scores.mean())

    def faults(self) -> int:
        """Channels that are not where or as they should be."""
        inverted = self.sign < 0
        if np.count_nonzero(inverted) > len(inverted) / 2:
            inverted = ~inverted
        return int(np.count_nonzero(inverted | (self.order != np.arange(len(self.order)))))


class _Fit:
    """How well channels fit a geometry, and which exchange or inversion fits better.

    The score's square is expanded into the cross-correlations (GCC-PHAT) of all pairs of channels, tabulated over
    lag: another order of the channels only looks them up at other lags.
    """

    def __init__(self, samples: np.ndarray, rate_hz: int, mic_xyz_m: np.ndarray):
        self._mics = mics = len(samples)
        self._chance = 1.0 / mics
        self.above_chance = 0.0
        self.doubts: list[np.ndarray] = []
        azimuth, elevation = np.meshgrid(azimuth_grid_rad(AZIMUTHS), np.radians(ELEVATIONS_DEG), indexing="ij")
        towards = unit_vectors(azimuth.ravel(), elevation.ravel())
        arrival_s = -towards @ mic_xyz_m.T / SPEED_OF_SOUND_M_S  # relative to the centre, (directions, mics)
        lag_s = arrival_s.T[:, None] - arrival_s.T[None]  # (mics, mics, directions)
        furthest = int(np.ceil(np.abs(lag_s).max() * LAG_RATE_HZ))
        self._lag_index = np.rint(lag_s * LAG_RATE_HZ).astype(int) + furthest
        self._correlation = _correlations(samples, rate_hz, np.arange(-furthest, furthest + 1) / LAG_RATE_HZ)

    def _pair(self, order: np.ndarray, sign: np.ndarray, p: int, q: int) -> np.ndarray:
        """Correlation of the channels at two places over directions, (directions, frames)."""
        table = self._correlation[order[p], order[q]]
        return np.float32(sign[p] * sign[q]) * table[self._lag_index[p, q]]

    def _power(self, order: np.ndarray, sign: np.ndarray) -> np.ndarray:
        """M^2 times the power over directions, (directions, frames)."""
        directions, frames = self._lag_index.shape[2], self._correlation.shape[3]
        power = np.full((directions, frames), self._mics, np.float32)
        for p in range(self._mics):
            for q in range(p):
                power += 2 * self._pair(order, sign, p, q)
        return power

    def _scores(self, power: np.ndarray) -> np.ndarray:
        """Score of each frame, (frames,)."""
        return power.max(axis=0) / self._mics**2

    def search(self) -> tuple[np.ndarray, np.ndarray]:
        """For each channel: the place in the geometry where it belongs, and its polarity.

        Beam search: from each of the few best explanations so far, all single changes are tried.
        """
        order, sign = np.arange(self._mics), np.ones(self._mics)
        first = _Explanation(order, sign, self._scores(self._power(order, sign)))
        everything, open_ends, highest = [first], [first], first.mean()
        for _ in range(self._mics):
            found = {}
            for explanation in open_ends:
                for better in self._better(explanation):
                    found[(*better.order, *better.sign)] = better
            open_ends = sorted(found.values(), key=_Explanation.mean, reverse=True)[:BEAM]
            everything += open_ends
            if not open_ends or open_ends[0].mean() <= highest:
                break
            highest = open_ends[0].mean()
        # A symmetry of the array explains the sound as well as the truth does: the fewest faults are the likeliest.
        raised = highest - first.mean()
        equal = [one for one in everything if one.mean() >= highest - TIE * raised]
        best = min(equal, key=lambda one: (one.faults(), -one.mean()))
        rivals = [one for one in everything if one.mean() >= highest - SAME * raised and one.faults() <= best.faults()]
        self.doubts = list({tuple(one.order): one.order for one in rivals if (one.order != best.order).any()}.values())
        sign = best.sign
        if np.count_nonzero(sign < 0) > self._mics / 2:
            sign = -sign  # all against all is the same: the few are at fault
        self.above_chance = max(0.0, (best.mean() - self._chance) / (1 - self._chance))
        by_channel = np.empty_like(sign)
        by_channel[best.order] = sign
        return np.argsort(best.order), by_channel

    def _better(self, now: _Explanation) -> list[_Explanation]:
        """The few best of all inversions (m, m) and exchanges (m, n) that explain the sound clearly better."""
        power = self._power(now.order, now.sign)
        suspects = self._suspects(now, power)
        tried = []
        for place, m in enumerate(suspects):
            tried.append(self._change(now, power, (m,), (m,), (-1,)))
            for n in suspects[place + 1 :] if self._mics >= ORDER_MICS else ():
                tried += [self._change(now, power, (m, n), (n, m), signs) for signs in ((1, 1), (1, -1), (-1, 1))]
        tried = [change for change in tried if self._clear(change.scores, now.scores)]
        highest = max((change.mean() for change in tried), default=0.0)
        limit = highest - TIE * (highest - now.mean())
        return sorted(tried, key=lambda change: (change.mean() < limit, change.faults(), -change.mean()))[:BEAM]

    def _clear(self, scores: np.ndarray, before: np.ndarray) -> bool:
        raised = scores - before
        error = raised.std() / np.sqrt(len(raised) / 2) + 1e-12
        above = max(scores.mean() - self._chance, 1e-6)
        return raised.mean() > max(CLEAR_GAIN * above, CLEAR_T * error)

    def _change(self, now: _Explanation, power: np.ndarray, places, sources, signs) -> _Explanation:
        """The channels of `sources` put at `places` and multiplied by `signs`."""
        order, sign = now.order.copy(), now.sign.copy()
        order[list(places)] = now.order[list(sources)]
        sign[list(places)] = now.sign[list(sources)] * signs
        power = power.copy()
        for p in places:
            for q in range(self._mics):
                if q != p and (q not in places or q < p):
                    power += 2 * self._pair(order, sign, p, q)
                    power -= 2 * self._pair(now.order, now.sign, p, q)
        return _Explanation(order, sign, self._scores(power))

    def _suspects(self, now: _Explanation, power: np.ndarray) -> list[int]:
        """The places that agree least with all others in the best direction; all of a small array."""
        if self._mics <= CANDIDATES:
            return list(range(self._mics))
        best = power.argmax(axis=0)
        frames = np.arange(power.shape[1])
        agreement = [
            sum(self._pair(now.order, now.sign, p, q)[best, frames].mean() for q in range(self._mics) if q != p)
            for p in range(self._mics)
        ]
        return sorted(np.argsort(agreement)[:CANDIDATES].tolist())


def _correlations(samples: np.ndarray, rate_hz: int, lags_s: np.ndarray) -> np.ndarray:
    """GCC-PHAT of all pairs in the loudest frames, (mics, mics, lags, frames) float32, 1 at most.

    Entry [m, n] at lag t is large when m hears the same as n, t later.
    """
    mics = len(samples)
    frequency_hz, _, spectra = signal.stft(samples, rate_hz, nperseg=WINDOW, padded=False, boundary=None)
    band = (frequency_hz >= BAND_HZ[0]) & (frequency_hz <= min(BAND_HZ[1], 0.45 * rate_hz))
    spectra = spectra[:, band]  # (mics, bins, frames)
    kept = max(60, FRAMES * 8 // max(mics, 8))
    loud = np.sort(np.argsort(np.log(np.abs(spectra) + 1e-12).mean(axis=(0, 1)))[-kept:])
    phases = spectra[:, :, loud]
    phases = (phases / np.maximum(np.abs(phases), 1e-12)).astype(np.complex64)
    angle = 2 * np.pi * frequency_hz[band] * lags_s[:, None]
    # The real part of (cross-spectrum * turn), as one real matrix product.
    turn = (np.concatenate((np.cos(angle), -np.sin(angle)), axis=1) / angle.shape[1]).astype(np.float32)
    found = np.empty((mics, mics, len(lags_s), len(loud)), np.float32)
    for m in range(mics):
        for n in range(m + 1):
            cross = phases[m] * phases[n].conj()
            found[m, n] = turn @ np.concatenate((cross.real, cross.imag))
            found[n, m] = found[m, n, ::-1]
    return found
