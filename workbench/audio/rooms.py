"""Impulse responses of a shoebox room by image sources (Allen and Berkley, J. Acoust. Soc. Am. 65, 1979).

The model is that of pyroomacoustics' `ShoeBox`, against which the tests compare it. It is written here because a
live room asks for more than one whole response: the direct sound and first reflections are renewed 20 times a
second for somebody who walks, while the late rest follows in steps, off the audio path; and no call may hold the
interpreter for more than a fraction of a millisecond beside the audio thread.

Lattice: along each axis the image n of a source at s in a room of length L lies at n L + s (n even) or
n L + (L - s) (n odd) and has met |n| walls. Gains are reflection**walls / distance, 1 at 1 m.
"""

from __future__ import annotations

import numpy as np

from workbench.core.geometry import SPEED_OF_SOUND_M_S
from workbench.core.messages import frozen

RATE_HZ = 48000
TAPS = 64
"""Length of the windowed sinc that places an arrival between samples."""

_OVERSAMPLING = 4
_EARLY_ORDER = 2
_PIECE = 4096
_MOST_IMAGES = 2_000_000
_SABINE = 24 * np.log(10) / SPEED_OF_SOUND_M_S


def add_arrivals(response: np.ndarray, delay_samples: np.ndarray, gain: np.ndarray) -> None:
    """Add band-limited impulses to `response` (channels, length), in place.

    `delay_samples` and `gain` are (channels, arrivals); a Hann-windowed sinc of TAPS samples; what would lie
    outside of the response is left out.
    """
    channels, length = response.shape
    whole = np.floor(delay_samples).astype(int)
    fraction = (delay_samples - whole)[..., None]
    offset = np.arange(1 - TAPS // 2, TAPS // 2 + 1)
    distance = offset - fraction
    # sin(pi (n - f)) = -(-1)^n sin(pi f): one sine an arrival is enough.
    sign = np.where(offset % 2 == 0, -1.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sinc = sign * np.sin(np.pi * fraction) / (np.pi * distance)
    sinc = np.where(np.abs(distance) < 1e-9, 1.0, sinc)
    taps = gain[..., None] * sinc * (0.5 + 0.5 * np.cos(2 * np.pi / TAPS * distance))
    index = whole[..., None] + offset
    inside = (index >= 0) & (index < length)
    index = index + length * np.arange(channels)[:, None, None]
    flat = np.bincount(index[inside], weights=taps[inside], minlength=channels * length)
    response += flat.reshape(channels, length).astype(response.dtype)


class ShoeboxRoom:
    """A shoebox room with equal walls, heard by an array.

    Parameters
    ----------
    size_m : (x, y, z)
    rt60_s : float
        Reverberation time; the walls are chosen so that the decay of the response itself has it. 0: no walls.
    mic_xyz_m : (mics, 3)
        Microphones in room coordinates.
    early_samples : int
        Length of `early` responses; reflections that may come later are left to `late`.
    mic_delay_s : (mics,), optional
        How much later each microphone hears than it should.

    Attributes
    ----------
    rt60_s : float
        The reverberation time that the room has: the one asked for, or the nearest that walls can give in a room
        of this size with no more reflections than can be computed.
    notice : str
        Says so if it is another than was asked for.
    """

    def __init__(self, size_m, rt60_s: float, mic_xyz_m: np.ndarray, early_samples: int, mic_delay_s=None):
        self.size_m = np.asarray(size_m, dtype=float)
        self.mic_xyz_m = np.asarray(mic_xyz_m, dtype=float)
        self.early_samples = early_samples
        # A microphone that hears late is heard from farther away, as far as time goes.
        delay_s = np.zeros(len(self.mic_xyz_m)) if mic_delay_s is None else np.asarray(mic_delay_s, dtype=float)
        self._mic_detour_m = delay_s * SPEED_OF_SOUND_M_S
        self.notice = ""
        volume = float(self.size_m.prod())
        area = 2 * float(self.size_m[0] * self.size_m[1] + self.size_m[1:].prod() + self.size_m[0] * self.size_m[2])
        if rt60_s > 0:
            shortest_s = _SABINE * volume / (area * -np.log(0.01))  # Eyring, walls that swallow 99 %
            longest_s = (_MOST_IMAGES * volume * 3 / (4 * np.pi)) ** (1 / 3) / SPEED_OF_SOUND_M_S
            nearest_s = float(min(max(rt60_s, shortest_s), longest_s))
            if nearest_s != rt60_s:
                self.notice = (
                    f"Room of {' × '.join(f'{side:g}' for side in self.size_m)} m: RT60 {rt60_s:g} s cannot be reached "
                    f"({shortest_s:.2f}…{longest_s:.2f} s, or 0, can); {nearest_s:.2f} s is used"
                )
            rt60_s = nearest_s
        self.rt60_s = rt60_s
        self._reach_m = SPEED_OF_SOUND_M_S * rt60_s
        self._counts = np.ceil(self._reach_m / self.size_m).astype(int) + 1
        self.reflection = self._solve_reflection(volume, area) if rt60_s > 0 else 0.0
        self._early_cells = self._choose_early_cells()

    def late_samples(self) -> int:
        """Length of `late` responses: until the decay has fallen by 60 dB (at least the early part's length)."""
        return max(self.early_samples, int(np.ceil(self.rt60_s * RATE_HZ)) + TAPS)

    def _axis_images(self, axis: int, at: float, index: np.ndarray) -> np.ndarray:
        side = self.size_m[axis]
        return index * side + np.where(index % 2 == 0, at, side - at)

    def _decay(self) -> tuple[np.ndarray, float]:
        """Energy (time bins, walls met) of images at reflection 1 between two generic places, and the bin's length."""
        step_s = min(0.005, self.rt60_s / 20)
        source, receiver = 0.41 * self.size_m, 0.57 * self.size_m
        indices = [np.arange(-count, count + 1) for count in self._counts]
        squares = [(self._axis_images(axis, source[axis], indices[axis]) - receiver[axis]) ** 2 for axis in range(3)]
        bins, walls = int(np.ceil(self.rt60_s / step_s)) + 1, int(self._counts.sum()) + 1
        energy = np.zeros((bins, walls))
        for x_index, x_square in zip(indices[0], squares[0], strict=True):
            square = x_square + squares[1][:, None] + squares[2]
            met = np.abs(x_index) + np.abs(indices[1])[:, None] + np.abs(indices[2])
            near = square < self._reach_m**2
            slot = (np.sqrt(square[near]) / (SPEED_OF_SOUND_M_S * step_s)).astype(int) * walls + met[near]
            energy += np.bincount(slot, weights=1 / square[near], minlength=bins * walls).reshape(bins, walls)
        return energy, step_s

    def _solve_reflection(self, volume: float, area: float) -> float:
        """Reflection factor whose decay from -5 to -25 dB, extrapolated (ISO 3382 T20), is the RT60 asked for."""
        energy, step_s = self._decay()
        walls = np.arange(energy.shape[1])

        def t20_s(reflection: float) -> float:
            decay = np.cumsum((energy @ reflection ** (2 * walls))[::-1])[::-1]
            decay_db = 10 * np.log10(np.maximum(decay / decay[0], 1e-12))
            span = (decay_db <= -5) & (decay_db >= -25)
            if span.sum() < 3:
                return 0.0
            return -60.0 / np.polyfit(np.flatnonzero(span) * step_s, decay_db[span], 1)[0]

        low, high = 0.02, 0.999
        for _ in range(30):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if t20_s(middle) < self.rt60_s else (low, middle)
        solved = 0.5 * (low + high)
        if 0.7 * self.rt60_s < t20_s(solved) < 1.4 * self.rt60_s:
            return solved
        # Too few reflections for a decay curve (a very dry or very large room): Eyring's formula.
        return float(np.exp(-0.5 * _SABINE * volume / (area * self.rt60_s)))

    def _choose_early_cells(self) -> np.ndarray:
        """Lattice cells (n, 3) that `early` holds: few walls, and soon enough wherever the source stands."""
        order = _EARLY_ORDER if self.reflection > 0 else 0
        axis = np.arange(-order, order + 1)
        cells = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
        cells = cells[np.abs(cells).sum(axis=1) <= order]
        edges = np.stack([cells * self.size_m, (cells + 1) * self.size_m])  # an image stays within its cell
        far = np.abs(edges[:, :, None] - self.mic_xyz_m).max(axis=0)  # (cells, mics, 3)
        latest = np.linalg.norm(far, axis=-1).max(axis=1) / SPEED_OF_SOUND_M_S * RATE_HZ + TAPS // 2 + 1
        direct = (cells == 0).all(axis=1)
        return cells[direct | (latest < self.early_samples)]

    def early(self, source_xyz_m: np.ndarray) -> np.ndarray:
        """Direct sound and first reflections of a source: (mics, early_samples) float32. Takes about 1 ms."""
        cells = self._early_cells
        source = np.asarray(source_xyz_m, dtype=float)
        images = cells * self.size_m + np.where(cells % 2 == 0, source, self.size_m - source)
        distance_m = np.linalg.norm(images - self.mic_xyz_m[:, None], axis=-1)
        response = np.zeros((len(self.mic_xyz_m), self.early_samples), dtype=np.float32)
        gain = self.reflection ** np.abs(cells).sum(axis=1) if self.reflection else np.ones(1)
        travel_m = distance_m + self._mic_detour_m[:, None]
        add_arrivals(response, travel_m * (RATE_HZ / SPEED_OF_SOUND_M_S), gain / distance_m)
        return response

    def late(self, source_xyz_m: np.ndarray, mics: int | None = None) -> np.ndarray:
        """All reflections that `early` leaves out: (mics, late_samples()) float32. For a thread of its own.

        `mics`: only for the first so many microphones.

        Arrivals are shared between the two nearest points of a four times finer grid, which is then brought down
        to the sample rate; the slope that the sharing gives to the spectrum is taken out.
        """
        mics = len(self.mic_xyz_m) if mics is None else mics
        length = self.late_samples()
        if self.reflection == 0:
            return np.zeros((mics, length), dtype=np.float32)
        source = np.asarray(source_xyz_m, dtype=float)
        size = _OVERSAMPLING * (length + 2 * TAPS)
        fine = np.zeros(mics * size)
        indices = [np.arange(-count, count + 1) for count in self._counts]
        y, z = (self._axis_images(axis, source[axis], indices[axis]) for axis in (1, 2))
        scale = _OVERSAMPLING * RATE_HZ / SPEED_OF_SOUND_M_S
        last = _OVERSAMPLING * length - 2
        early = {tuple(cell) for cell in self._early_cells}
        # What can be heard at all is found once for all microphones; arrivals behind the end pile up on its last
        # sample, which is faded out.
        centre = self.mic_xyz_m.mean(axis=0)
        spread_m = np.linalg.norm(self.mic_xyz_m - centre, axis=1).max() - min(0.0, self._mic_detour_m.min())
        audible = (self.late_samples() * SPEED_OF_SOUND_M_S / RATE_HZ + spread_m) ** 2
        yz_walls = np.abs(indices[1])[:, None] + np.abs(indices[2])
        yz_square = ((y - centre[1]) ** 2)[:, None] + (z - centre[2]) ** 2
        for x_index in indices[0]:
            x = float(self._axis_images(0, source[0], np.array(x_index)))
            gain = self.reflection ** (np.abs(x_index) + yz_walls).astype(float)
            for _, y_index, z_index in (cell for cell in early if cell[0] == x_index):
                gain[y_index + self._counts[1], z_index + self._counts[2]] = 0.0
            y_at, z_at = np.nonzero(yz_square < audible - (x - centre[0]) ** 2)
            gain, y_near, z_near = gain[y_at, z_at], y[y_at], z[z_at]
            for mic, (mic_x, mic_y, mic_z) in enumerate(self.mic_xyz_m[:mics]):
                distance_m = np.sqrt((x - mic_x) ** 2 + (y_near - mic_y) ** 2 + (z_near - mic_z) ** 2)
                at = np.minimum((distance_m + self._mic_detour_m[mic]) * scale, last)
                amplitude = gain / distance_m
                whole = at.astype(int)
                upper = amplitude * (at - whole)
                lower = amplitude - upper
                whole += mic * size
                # In pieces: the interpreter is not to be had while one is added, and the chain may wait for it.
                for part in (slice(begin, begin + _PIECE) for begin in range(0, len(whole), _PIECE)):
                    np.add.at(fine, whole[part], lower[part])
                    np.add.at(fine, whole[part] + 1, upper[part])
        spectrum = np.fft.rfft(fine.reshape(mics, size), axis=1)[:, : size // _OVERSAMPLING // 2 + 1]
        frequency = np.linspace(0.0, 0.5 / _OVERSAMPLING, spectrum.shape[1])
        band_edge = np.clip((frequency * _OVERSAMPLING - 0.45) / 0.05, 0.0, 1.0)
        spectrum *= (0.5 + 0.5 * np.cos(np.pi * band_edge)) / np.sinc(frequency) ** 2
        response = np.fft.irfft(spectrum, n=size // _OVERSAMPLING, axis=1)[:, :length]
        fade = min(length, 240)
        response[:, length - fade :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 1) / fade)
        return frozen(response.astype(np.float32))

    def response(self, source_xyz_m: np.ndarray) -> np.ndarray:
        """The whole response, (mics, late_samples()) float32."""
        whole = self.late(source_xyz_m).copy()
        whole[:, : self.early_samples] += self.early(source_xyz_m)[:, : whole.shape[1]]
        return whole
