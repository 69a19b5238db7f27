"""Plants by name: the models of `workbench.render.plants`, a measured head (SOFA), or a measured loudspeaker and head.

A name is "sphere" (rigid head), "none" (two points in free field), the path of a SOFA file with a head's responses, or
the path of a folder with one sound file a driver, two channels each: what left and right ear heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from workbench.core.errors import InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, SpeakerLayout
from workbench.core.messages import frozen
from workbench.render import plants
from workbench.render.plants import EARS, NOMINAL, HeadPose

MODELS = ("sphere", "none")
CONVENTION = "SimpleFreeFieldHRIR"

_LEVEL_HZ = (200.0, 500.0)
"""Where a head hardly shadows yet: there a source ahead is as loud at the ears as without a head."""
_DELAY_HZ = (200.0, 2000.0)
_MATCH_HZ = (300.0, 3000.0)
_LONGEST = 1 << 17
_SILENT_DB = -60.0
_EARS_TELL_DB = 1.0
_SINGULAR = 1e-3


def plant_name(layout: SpeakerLayout, plant: str = "") -> str:
    """The plant's name: the one given, else that of the layout's own key `plant`, else "sphere"."""
    return plant or str(layout.extra.get("plant", "sphere"))


def is_model(layout: SpeakerLayout, plant: str = "") -> bool:
    """The plant is computed, and therefore as symmetric as the layout."""
    return plant_name(layout, plant) in MODELS


def describe(layout: SpeakerLayout, plant: str = "") -> str:
    """What the plant is, for a report."""
    name = plant_name(layout, plant)
    device = "rigid-sphere cabinet" if layout.cabinet_radius_m else "point-source drivers"
    if name in MODELS:
        return f"{'rigid-sphere head' if name == 'sphere' else 'two points, no head'}, {device}"
    if Path(name).is_dir():
        return f"measured responses {Path(name).name}"
    return f"measured head {Path(name).name}, {device}"


def plant_response(
    layout: SpeakerLayout,
    frequency_hz: np.ndarray,
    plant: str = "",
    pose: HeadPose = NOMINAL,
    head_radius_m: float | None = None,
) -> np.ndarray:
    """Transfer from the drivers to the ears, (F, 2, drivers) complex128, as `plants.listener_plant` gives it.

    A measured head turns and moves as a modelled one does (its responses are taken from the directions in which the
    drivers then are); another size is another frequency scale. Measured responses of the whole way hold for one
    place: others are reached by what the rigid sphere says of the change.

    Raises
    ------
    InputError
        A file that cannot be used; a driver inside the head; a plant in which both ears always hear the same.
    """
    name = plant_name(layout, plant)
    if name in MODELS:
        return plants.listener_plant(layout, frequency_hz, pose, head=name, head_radius_m=head_radius_m)
    if Path(name).is_dir():
        responses = load_responses(name, len(layout.drivers))
        response = responses.at(layout, frequency_hz)
        if pose != NOMINAL or head_radius_m not in (None, layout.head_radius_m):
            moved = plants.listener_plant(layout, frequency_hz, pose, head_radius_m=head_radius_m)
            response = response * (moved / plants.listener_plant(layout, frequency_hz))
    else:
        response = _with_measured_head(layout, load_head(name), frequency_hz, pose, head_radius_m)
    _check_regular(response, frequency_hz, name)
    return response


def _check_regular(response: np.ndarray, frequency_hz: np.ndarray, name: str) -> None:
    band = (frequency_hz >= 300) & (frequency_hz <= 8000)
    sigma = np.linalg.svd(response[band], compute_uv=False)
    if np.median(sigma[:, 1] / np.maximum(sigma[:, 0], 1e-30)) < _SINGULAR:
        raise InputError(
            f"{name}: both ears hear the same of every driver (the plant is singular): nothing can be kept from one "
            "ear; check which channel is which ear"
        )


# ---- measured heads ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class MeasuredHead:
    """Head-related impulse responses.

    Attributes
    ----------
    name : str
    rate_hz : float
    azimuth_rad, elevation_rad : (directions,)
        Of the source, as the listener sees it: 0 is ahead, left is positive.
    impulse : (directions, 2 ears, samples) float64
        Left ear first; as loud as the free field for low frequencies from ahead.
    delay_samples : float
        When sound from ahead, heard at low frequencies, would have reached the centre of the head.
    """

    name: str
    rate_hz: float
    azimuth_rad: np.ndarray
    elevation_rad: np.ndarray
    impulse: np.ndarray
    delay_samples: float

    def response(self, azimuth_rad: float, elevation_rad: float, frequency_hz: np.ndarray) -> np.ndarray:
        """Both ears' response to a source in a direction, the centre of the head as time zero: (2, F) complex128.

        Between two measured azimuths (of the nearest elevation) the delay and what is left without it are each
        interpolated. Above half the file's rate the response stays what it is there.
        """
        first, second, part = self._neighbours(azimuth_rad, elevation_rad)
        used_hz = np.minimum(frequency_hz, 0.49 * self.rate_hz)
        turn = np.exp(-2j * np.pi * np.outer(np.arange(self.impulse.shape[-1]), used_hz) / self.rate_hz)
        here, there = self.impulse[first] @ turn, self.impulse[second] @ turn
        if first != second:
            late_s = _relative_delay_s(self.impulse[first], self.impulse[second], self.rate_hz)[:, None]
            circle = 2j * np.pi * used_hz
            here = here * np.exp(-circle * part * late_s)
            there = there * np.exp(circle * (1 - part) * late_s)
        zero = np.exp(2j * np.pi * used_hz * self.delay_samples / self.rate_hz)
        return ((1 - part) * here + part * there) * zero

    def _neighbours(self, azimuth_rad: float, elevation_rad: float) -> tuple[int, int, float]:
        off = np.abs(self.elevation_rad - elevation_rad)
        ring = np.flatnonzero(off < off.min() + np.radians(0.5))
        right_of = np.mod(azimuth_rad - self.azimuth_rad[ring], 2 * np.pi)  # how far the ring's points lie behind
        left_of = np.mod(self.azimuth_rad[ring] - azimuth_rad, 2 * np.pi)
        before, after = right_of.argmin(), left_of.argmin()
        gap = right_of[before] + left_of[after]
        if gap < 1e-9 or len(ring) == 1:
            return int(ring[before]), int(ring[before]), 0.0
        return int(ring[before]), int(ring[after]), float(right_of[before] / gap)


def _relative_delay_s(first: np.ndarray, second: np.ndarray, rate_hz: float) -> np.ndarray:
    """How much later each row of `second` is than that of `first` (rows, samples), in seconds: peak of the
    cross-correlation, upsampled eightfold."""
    size = 2 * first.shape[-1]
    cross = np.fft.rfft(second, size) * np.fft.rfft(first, size).conj()
    fine = np.fft.irfft(cross, 8 * size)
    peak = fine.argmax(axis=-1)
    return np.where(peak > 4 * size, peak - 8 * size, peak) / (8 * rate_hz)


@lru_cache(maxsize=4)
def load_head(path: str) -> MeasuredHead:
    """Read a SOFA file with head-related impulse responses, of any rate.

    Raises
    ------
    InputError
        Missing, not a SOFA file, another convention, not two ears, or responses that are silent or not finite.
    """
    import sofar

    if not Path(path).is_file():
        raise InputError(
            f"{path}: no such plant: neither {' nor '.join(MODELS)}, nor a SOFA file, nor a folder of responses"
        )
    if Path(path).suffix.lower() != ".sofa":
        raise InputError(f"{path}: a plant is a .sofa file or a folder with one sound file a driver")
    try:
        sofa: Any = sofar.read_sofa(path, verify=False, verbose=False)  # type: ignore[arg-type]
    except Exception as error:  # the library's own errors have many types
        raise InputError(f"{path}: not a readable SOFA file ({str(error).splitlines()[0][:200]})") from error
    convention = getattr(sofa, "GLOBAL_SOFAConventions", "unknown")
    if convention != CONVENTION:
        raise InputError(f"{path}: holds {convention}; a head's responses are of the SOFA convention {CONVENTION}")
    impulse = np.asarray(sofa.Data_IR, dtype=float)
    if impulse.ndim != 3 or impulse.shape[1] != EARS:
        raise InputError(f"{path}: has responses of shape {impulse.shape}, not of two ears")
    rates = np.unique(np.asarray(sofa.Data_SamplingRate, dtype=float))
    if len(rates) != 1 or not 8000 <= rates[0] <= 192_000:
        raise InputError(f"{path}: sampling rate {rates.tolist()} Hz is not one between 8 and 192 kHz")
    if not np.isfinite(impulse).all() or not np.abs(impulse).max() > 0:
        raise InputError(f"{path}: the responses are silent or hold a value that is not a finite number")
    rate_hz = float(rates[0])
    impulse = _with_delays(impulse, np.asarray(getattr(sofa, "Data_Delay", 0.0), dtype=float))
    position = np.atleast_2d(np.asarray(sofa.SourcePosition, dtype=float))
    if getattr(sofa, "SourcePosition_Type", "spherical") == "cartesian":
        azimuth = np.arctan2(position[:, 1], position[:, 0])
        elevation = np.arctan2(position[:, 2], np.hypot(position[:, 0], position[:, 1]))
    else:
        azimuth, elevation = np.radians(position[:, 0]), np.radians(position[:, 1])
    if len(azimuth) != len(impulse):
        raise InputError(f"{path}: {len(impulse)} responses, but {len(azimuth)} source positions")
    if _right_ear_first(sofa, impulse, azimuth, elevation):
        impulse = impulse[:, ::-1]
    return _normalised(Path(path).name, rate_hz, azimuth, elevation, impulse)


def _right_ear_first(sofa, impulse: np.ndarray, azimuth: np.ndarray, elevation: np.ndarray) -> bool:
    """Whether the file's first ear is the right one, by what the responses say: sound from the left is louder at the
    left ear. Many older files name the ears' places the other way round (CIPIC, LISTEN and MIT's as they were first
    converted), so the places count only where the responses do not tell.
    """
    energy = (impulse**2).sum(axis=-1) + np.finfo(float).tiny
    to_left = np.sin(azimuth) * np.cos(elevation)
    louder_db = 10 * np.log10(energy[:, 0] / energy[:, 1])
    told_db = float((to_left * louder_db).sum() / max(np.abs(to_left).sum(), 1e-9))
    if abs(told_db) > _EARS_TELL_DB:
        return told_db < 0
    ears = np.asarray(sofa.ReceiverPosition, dtype=float).reshape(EARS, 3, -1)[..., 0]
    return getattr(sofa, "ReceiverPosition_Type", "cartesian") == "cartesian" and bool(ears[0, 1] < ears[1, 1])


def _with_delays(impulse: np.ndarray, delay: np.ndarray) -> np.ndarray:
    """Responses (directions, ears, samples) with the file's separate delays in samples put back, to whole samples."""
    late = np.broadcast_to(np.round(np.nan_to_num(delay)).astype(int), impulse.shape[:2])
    late = late - late.min()
    if not late.any():
        return impulse
    longer = np.zeros((*impulse.shape[:2], impulse.shape[2] + int(late.max())))
    at = late[..., None] + np.arange(impulse.shape[2])
    np.put_along_axis(longer, at, impulse, axis=-1)
    return longer


def _normalised(name: str, rate_hz: float, azimuth, elevation, impulse: np.ndarray) -> MeasuredHead:
    ahead = int(np.argmin(np.abs(np.exp(1j * azimuth) * np.cos(elevation) - 1)))
    frequency_hz = np.arange(*_DELAY_HZ, 20.0)
    turn = np.exp(-2j * np.pi * np.outer(np.arange(impulse.shape[-1]), frequency_hz) / rate_hz)
    ears = impulse[ahead] @ turn
    band = (frequency_hz >= _LEVEL_HZ[0]) & (frequency_hz <= _LEVEL_HZ[1])
    level = np.sqrt(np.mean(np.abs(ears[:, band]) ** 2))
    # Both ears' phases together: what is to one side of ahead, or of the head, cancels.
    phase = np.unwrap(np.angle(ears[0] * ears[1])) / 2
    slope = np.polyfit(2 * np.pi * frequency_hz / rate_hz, phase, 1)[0]
    return MeasuredHead(name, rate_hz, frozen(azimuth), frozen(elevation), frozen(impulse / level), float(-slope))


def _with_measured_head(
    layout: SpeakerLayout, head: MeasuredHead, frequency_hz: np.ndarray, pose: HeadPose, head_radius_m: float | None
) -> np.ndarray:
    """The device's own sources, heard by a measured head: (F, 2, drivers)."""
    frequency_hz = np.asarray(frequency_hz, dtype=float)
    scale = 1.0 if head_radius_m is None else head_radius_m / layout.head_radius_m
    position, amplitude = plants.equivalent_sources(layout, frequency_hz)
    away = position - plants.head_centre_m(layout, pose)
    distance = np.linalg.norm(away, axis=1)
    if distance.min() < 1.02 * layout.head_radius_m:
        raise InputError(f"layout {layout.name!r}: a driver is inside the listener's head")
    left = plants.ear_directions(pose)[0]
    front = np.array([-np.cos(pose.yaw_rad), -np.sin(pose.yaw_rad), 0.0])
    azimuth, elevation = np.arctan2(away @ left, away @ front), np.arcsin(away[:, 2] / distance)
    at_ears = np.stack([head.response(a, e, scale * frequency_hz) for a, e in zip(azimuth, elevation)])
    wavenumber = 2 * np.pi * frequency_hz / SPEED_OF_SOUND_M_S
    at_ears = at_ears * (np.exp(-1j * wavenumber * distance[:, None]) / distance[:, None])[:, None]
    reference = layout.listener_distance_m * np.exp(1j * wavenumber * layout.listener_distance_m)
    return np.einsum("sef,sdf->fed", at_ears, amplitude) * reference[:, None, None]


# ---- measured responses ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class MeasuredResponses:
    """Impulse responses from each driver to both ears, measured in place: (drivers, 2, samples) float64."""

    name: str
    rate_hz: float
    impulse: np.ndarray

    def at(self, layout: SpeakerLayout, frequency_hz: np.ndarray) -> np.ndarray:
        """The plant, (F, 2, drivers) complex128: level and time zero are those that fit the rigid sphere best."""
        frequency_hz = np.asarray(frequency_hz, dtype=float)
        used_hz = np.minimum(frequency_hz, 0.49 * self.rate_hz)
        delay, gain = self._fit(layout)
        turn = np.exp(-2j * np.pi * np.outer(np.arange(self.impulse.shape[-1]) - delay, used_hz) / self.rate_hz)
        return gain * (self.impulse @ turn).transpose(2, 1, 0)

    def _fit(self, layout: SpeakerLayout) -> tuple[float, float]:
        size = 1 << (self.impulse.shape[-1] - 1).bit_length()
        frequency_hz = np.fft.rfftfreq(size, 1 / self.rate_hz)
        band = (frequency_hz >= _MATCH_HZ[0]) & (frequency_hz <= _MATCH_HZ[1])
        model = plants.listener_plant(layout, frequency_hz[band]).transpose(2, 1, 0)
        found = np.fft.rfft(self.impulse, size)[..., band]
        cross = np.zeros(len(frequency_hz), dtype=complex)
        cross[band] = (found * model.conj()).sum(axis=(0, 1))
        fine = np.fft.irfft(cross, 8 * size)
        gain = np.sqrt(np.sum(np.abs(model) ** 2) / np.sum(np.abs(found) ** 2))
        return float(fine.argmax()) / 8, float(gain)


def _clipped(samples: np.ndarray) -> bool:
    """Whether the largest value stands there twice in a row, as it does where a converter could not go further."""
    peak = np.abs(samples).max()
    flat = np.abs(samples) >= peak * (1 - 1e-6)
    return bool(peak > 0.5 and (flat[..., 1:] & flat[..., :-1]).any())


def load_responses(folder: str, drivers: int) -> MeasuredResponses:
    """Read a folder of measured impulse responses: one .wav or .flac a driver, in the order of their names.

    Raises
    ------
    InputError
        Not one file a driver, not two channels, different rates or lengths, clipped, silent, or not finite.
    """
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in (".wav", ".flac"))
    if len(paths) != drivers:
        raise InputError(f"{folder}: {len(paths)} sound files for {drivers} drivers; one a driver is needed")
    stamp = tuple((str(path), path.stat().st_mtime_ns) for path in paths)
    return _load_responses(folder, stamp)


@lru_cache(maxsize=4)
def _load_responses(folder: str, stamp: tuple[tuple[str, int], ...]) -> MeasuredResponses:
    found = []
    for name, _ in stamp:
        try:
            samples, rate_hz = soundfile.read(name, always_2d=True)
        except (soundfile.SoundFileError, RuntimeError, OSError) as error:
            raise InputError(f"{name}: cannot be read as a sound file ({error})") from error
        samples = samples.T
        if len(samples) != EARS:
            raise InputError(f"{name}: has {len(samples)} channels; left and right ear are needed")
        if not 1 <= samples.shape[1] <= _LONGEST:
            raise InputError(f"{name}: {samples.shape[1]} samples; a response has between 1 and {_LONGEST}")
        if not np.isfinite(samples).all():
            raise InputError(f"{name}: holds a value that is not a finite number")
        if _clipped(samples):
            raise InputError(f"{name}: the response is clipped; measure again at a lower level")
        found.append((name, rate_hz, samples))
    first_name, first_rate_hz, first = found[0]
    for name, rate_hz, samples in found[1:]:
        if rate_hz != first_rate_hz:
            raise InputError(f"{name}: {rate_hz} Hz, but {first_name} has {first_rate_hz} Hz")
        if samples.shape != first.shape:
            raise InputError(
                f"{name}: {samples.shape[1]} samples, but {first_name} has {first.shape[1]}: they must be cut alike"
            )
    impulse = np.stack([samples for _, _, samples in found])
    level = np.abs(impulse).max(axis=-1)
    silent = np.argwhere(level <= level.max() * 10 ** (_SILENT_DB / 20))
    if len(silent) or level.max() == 0:
        driver, ear = silent[0] if len(silent) else (0, 0)
        raise InputError(f"{found[driver][0]}: the {('left', 'right')[ear]} ear's response is silent")
    return MeasuredResponses(Path(folder).name, float(first_rate_hz), frozen(impulse))
