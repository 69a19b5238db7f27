"""The methods behind one door: frames in, candidates with a confidence and a spatial spectrum out.

Each keeps what it needs of the last WINDOW_FRAMES frames. Confidence is the probability that the direction is a
talker's, by logistic regression on simulated rooms (1 to 4 talkers, RT60 0 to 0.6 s, circles of 4.5 and 10 cm; and
fans, hum and diffuse noise without talkers), where it is calibrated within some percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from workbench.core.geometry import MicrophoneArray, azimuth_grid_rad, wrap_rad
from workbench.core.messages import Candidate, SpatialSpectrum, frozen
from workbench.localize import music, srp
from workbench.localize.frames import BANDS, BINS, WINDOW_FRAMES, WINDOW_SAMPLES, Frames
from workbench.localize.network import RegionNetwork
from workbench.localize.ring import RingPeak

SPECTRUM_AZIMUTHS = 360

_MOST_CANDIDATES = 6
_LEAST_CONTRAST = 0.1
"""A zone whose power hardly depends on the direction (long waves, a small array) tells none."""
_NORMALISED_MUSIC_FIT = (2.8, 8.6, 1.8, 3.2)
_MUSIC_FIT = (9.6, 10.5, 1.0, 1.6)
_LEAST_FLOOR = 1e-14
AGREEMENT_RAD = np.deg2rad(10.0)
"""Two methods mean the same talker when they are no farther apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What a method says of one window.

    Attributes
    ----------
    candidates : tuple of Candidate
        The surest first.
    spectrum : SpatialSpectrum
    sectors : (SECTORS,) float32 or None
        Probability of a talker in each sector, from a network.
    classical : tuple of Candidate
        What SRP-PHAT says beside a network.
    model : str
        The network's file, "" without one.
    """

    candidates: tuple[Candidate, ...]
    spectrum: SpatialSpectrum
    sectors: np.ndarray | None = None
    classical: tuple[Candidate, ...] = ()
    model: str = ""


class Method(Protocol):
    """A method of localization for one array."""

    def reset(self) -> None:
        """Forget all frames."""

    def push(self, frames: Frames, samples: np.ndarray) -> None:
        """Take new frames and the samples (mics, n) that are new with them; what leaves the window is forgotten."""

    def result(self, active: np.ndarray, floor: np.ndarray) -> Finding:
        """What is found in the zones of the window that are active, (frames, BANDS) bool; `floor` (BANDS,) is the
        energy of each band's noise, inf where it is not known."""
        ...


def make_method(name: str, array: MicrophoneArray, model: str = "") -> Method:
    """The method of that name in `localize.method`; `model` is the network's name, path, or "" for the shipped one.

    Raises
    ------
    InputError
        A network is asked for, and none fits the array.
    """
    if name == "srp":
        return SrpPhat(array)
    if name in ("network", "combined"):
        return NetworkMethod(array, model, combined=name == "combined")
    return Music(array, normalised=name == "normmusic")


class SrpPhat:
    """SRP-PHAT zones shared out among directions (`srp`)."""

    def __init__(self, array: MicrophoneArray):
        self._array = array
        self.reset()

    def reset(self) -> None:
        """See `Method`."""
        zones = WINDOW_FRAMES * BANDS
        # Rings of frames: what a zone votes is calculated when it comes, and looked at in several updates.
        self._power = np.zeros((zones, srp.GRID), dtype=np.float32)
        self._likelihood = np.zeros_like(self._power)
        self._diffuse, self._contrast = np.zeros((2, zones), dtype=np.float32)
        self._chosen = np.empty((2, zones, srp.GRID), dtype=np.float32)
        self._work = np.empty(0, dtype=np.float32)
        self._frames = 0

    def push(self, frames: Frames, samples: np.ndarray) -> None:
        """See `Method`."""
        count = len(frames.energy)
        if self._work.shape[1:2] != (count,):
            self._work = np.empty((BINS, count, 2 * srp.GRID), dtype=np.float32)
        said = srp.votes(srp.steered_power(self._array, frames, work=self._work).reshape(-1, srp.GRID))
        self._frames += count
        newest = min(count, WINDOW_FRAMES)
        rows, new = self._zones(np.arange(self._frames - newest, self._frames)).ravel(), slice(-newest * BANDS, None)
        self._power[rows], self._likelihood[rows] = said.power[new], said.likelihood[new]
        self._diffuse[rows], self._contrast[rows] = said.diffuse[new], np.ptp(said.power[new], axis=1)

    @staticmethod
    def _zones(numbers: np.ndarray) -> np.ndarray:
        """Places of frames (T,), counted since the reset, in the rings: (T, BANDS)."""
        return (numbers % WINDOW_FRAMES)[:, None] * BANDS + np.arange(BANDS)

    def result(self, active: np.ndarray, floor: np.ndarray) -> Finding:
        """See `Method`."""
        zones = self._zones(np.arange(self._frames - len(active), self._frames))
        heard = zones[active]
        heard = heard[self._contrast[heard] > _LEAST_CONTRAST]
        power, likelihood = self._chosen[:, : len(heard)]
        self._power.take(heard, axis=0, out=power, mode="clip")
        self._likelihood.take(heard, axis=0, out=likelihood, mode="clip")
        candidates = tuple(
            Candidate(peak.azimuth_rad, srp_confidence(peak.share, peak.zones / active.size))
            for peak in srp.find_peaks(srp.Votes(power, likelihood, self._diffuse[heard]), _MOST_CANDIDATES)
        )
        shown = (power if len(heard) else self._power[zones.ravel()]).mean(axis=0)
        # What comes from everywhere alike (reverberation, noise, the array's own side lobes at low frequencies) lifts
        # all directions: what stands above the quietest one is shown, and 0 dB is a single wave front.
        least = min(float(shown.min()), 0.99)
        return Finding(candidates, _spectrum((shown - least) / (1 - least)))


class Music:
    """MUSIC, plain or normalised (`music`)."""

    def __init__(self, array: MicrophoneArray, normalised: bool):
        self._array = array
        self._normalised = normalised
        self.reset()

    def reset(self) -> None:
        """See `Method`."""
        self._spectrum = np.zeros((0, BINS, self._array.mics), dtype=np.complex64)

    def push(self, frames: Frames, samples: np.ndarray) -> None:
        """See `Method`."""
        self._spectrum = np.concatenate([self._spectrum, frames.spectrum])[-WINDOW_FRAMES:]

    def result(self, active: np.ndarray, floor: np.ndarray) -> Finding:
        """See `Method`."""
        values = music.pseudo_spectrum(self._array, self._spectrum, active, self._normalised)
        background = float(np.median(values))
        candidates = tuple(
            Candidate(azimuth_rad, music_confidence(value, background, float(active.mean()), self._normalised))
            for azimuth_rad, value in music.find_peaks(values, _MOST_CANDIDATES)
        )
        # Only the normalised pseudo-spectrum has a scale of its own.
        return Finding(candidates, _spectrum(values if self._normalised else values / max(values.max(), 1e-12)))


class NetworkMethod:
    """The network, alone or together with SRP-PHAT; the latter's spectrum and candidates are shown beside it either
    way.

    Combined, the network says who talks and how far away (a regression on both showed that what SRP-PHAT believes adds
    nothing to what the network believes), and the azimuth is the middle of what both say: SRP-PHAT is the more exact
    one in dry rooms, the network in reverberant ones.
    """

    def __init__(self, array: MicrophoneArray, model: str, combined: bool):
        self._network = RegionNetwork(array, model)
        self._srp = SrpPhat(MicrophoneArray(array.name, self._network.facts.heard_xyz_m(array)))
        self._combined = combined
        self._mics = array.mics
        self.reset()

    def reset(self) -> None:
        """See `Method`."""
        self._srp.reset()
        self._samples = np.zeros((self._mics, 0), dtype=np.float32)

    def push(self, frames: Frames, samples: np.ndarray) -> None:
        """See `Method`."""
        self._srp.push(frames, samples)
        self._samples = np.concatenate([self._samples, samples], axis=1)[:, -WINDOW_SAMPLES:]

    def result(self, active: np.ndarray, floor: np.ndarray) -> Finding:
        """See `Method`."""
        classical = self._srp.result(active, floor)
        # Before half a second has been heard, what was heard is heard again and again.
        window = self._samples
        if window.shape[1] < WINDOW_SAMPLES:
            window = np.tile(window, -(-WINDOW_SAMPLES // window.shape[1]))[:, -WINDOW_SAMPLES:]
        known = np.where(np.isfinite(floor), floor, 1.0)
        floor_db = (10 * np.log10(np.maximum(known, _LEAST_FLOOR))).astype(np.float32)
        answer = self._network.answer(np.ascontiguousarray(window), floor_db, _MOST_CANDIDATES)
        candidates = self._candidates(answer.peaks, list(classical.candidates))
        return Finding(
            tuple(candidates),
            classical.spectrum,
            frozen(answer.sectors.probability.astype(np.float32)),
            classical.candidates,
            self._network.facts.file,
        )

    def _candidates(self, peaks: tuple[RingPeak, ...], classical: list[Candidate]) -> list[Candidate]:
        """The network's talkers, each with the nearest of SRP-PHAT's that no surer one has taken."""
        candidates = []
        for peak in peaks:
            near = [c for c in classical if abs(wrap_rad(c.azimuth_rad - peak.azimuth_rad)) <= AGREEMENT_RAD]
            partner = min(near, key=lambda c: abs(wrap_rad(c.azimuth_rad - peak.azimuth_rad)), default=None)
            if partner is not None:
                classical.remove(partner)
            azimuth_rad = peak.azimuth_rad
            if partner is not None and self._combined:
                azimuth_rad = wrap_rad(azimuth_rad + 0.5 * wrap_rad(partner.azimuth_rad - azimuth_rad))
            agreed = partner is not None and partner.confidence >= 0.5
            candidates.append(Candidate(azimuth_rad, peak.probability, peak.distance_m, agreed))
        return candidates


def srp_confidence(share: float, occupied: float) -> float:
    """From a peak's share of the active zones and the part of all zones that it occupies."""
    return _logistic(10.3 + 0.4 * np.log(share + 1e-4) + 2.2 * np.log(occupied + 1e-4))


def music_confidence(value: float, background: float, heard: float, normalised: bool) -> float:
    """From a peak's value, the median of the pseudo-spectrum, and the part of all zones in which somebody is heard."""
    if value <= 0.0:
        return 0.0
    constant, contrast, activity, height = _NORMALISED_MUSIC_FIT if normalised else _MUSIC_FIT
    return _logistic(
        constant
        + contrast * np.log(value / max(background, 1e-12))
        + activity * np.log(heard + 1e-3)
        + height * np.log(value)
    )


def _logistic(evidence: float) -> float:
    return float(1 / (1 + np.exp(-evidence)))


def _spectrum(power: np.ndarray) -> SpatialSpectrum:
    """Power (azimuths,) interpolated to SPECTRUM_AZIMUTHS, in dB; 1 becomes 0 dB."""
    grid = azimuth_grid_rad(SPECTRUM_AZIMUTHS)
    points = len(power)
    if points != SPECTRUM_AZIMUTHS:
        harmonics = np.fft.rfft(power.astype(float))
        harmonics[-1] /= 2  # shared between the positive and the negative frequency once there are more points
        power = np.fft.irfft(harmonics, n=SPECTRUM_AZIMUTHS) * (SPECTRUM_AZIMUTHS / points)
        # Both grids end at pi; the coarse one begins later.
        power = np.roll(power, SPECTRUM_AZIMUTHS // points - 1)
    return SpatialSpectrum(frozen(grid), frozen((10 * np.log10(np.maximum(power, 1e-4))).astype(np.float32)))
