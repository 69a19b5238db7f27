"""Exported loudspeaker filters read back and judged on plants that their design did not see.

Nothing here is shared with the design but the plants: filters come from the files that `design` wrote, ears that are
not those of a sphere's equator and other head places stand for what a listener really is, and plain stereo and the
textbook inverse are judged beside them in the same way.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.audio.files import read_sound
from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.dsp.bands import RATE_HZ
from workbench.render import drivers, hrtf, plants
from workbench.render.causal import to_fir
from workbench.render.crosstalk import outer_drivers, regularised_inverse
from workbench.render.designs import plain_stereo
from workbench.render.manikin import manikin_plant
from workbench.render.measured import plant_response
from workbench.render.region import plant_at
from workbench.render.report import THIRD_OCTAVES_HZ, band_means, mean_separation_db

_FFT = 1 << 15
_EVERY = 4
FREQUENCIES_HZ = np.fft.rfftfreq(_FFT, 1 / RATE_HZ)[::_EVERY]
FREQUENCIES_HZ.setflags(write=False)
LONGEST = 16_384
TEXTBOOK_BETA = 0.01

_DRIVE_HZ = (50.0, 20000.0)
_LEVEL_HZ = (300.0, 8000.0)
_ITD_HZ = (700.0, 1500.0)
_BEAM_HZ = np.geomspace(400.0, 3000.0, 60)
_BEAM_M = (2.5, 100.0)


@dataclass(frozen=True, eq=False)
class ExportedFilters:
    """What `fir.json` and its sound files hold: fir is (inputs, drivers, taps) float64."""

    name: str
    fir: np.ndarray
    inputs: tuple[str, ...]
    latency_samples: int
    target: str

    def response(self, frequency_hz: np.ndarray = FREQUENCIES_HZ) -> np.ndarray:
        """(F, drivers, inputs) complex, the common delay taken out."""
        if frequency_hz is FREQUENCIES_HZ:
            spectrum = np.fft.rfft(self.fir, _FFT)[..., ::_EVERY].transpose(2, 1, 0)
            return spectrum * np.exp(2j * np.pi * frequency_hz * self.latency_samples / RATE_HZ)[:, None, None]
        sample = np.arange(self.fir.shape[-1]) - self.latency_samples
        turn = np.exp(-2j * np.pi * np.outer(frequency_hz, sample) / RATE_HZ)
        return np.einsum("idt,ft->fdi", self.fir, turn, optimize=True)


def read_exported(folder: str | Path, layout: SpeakerLayout) -> ExportedFilters:
    """Read a folder that `design` wrote.

    Raises
    ------
    InputError
        A file that is missing or damaged, another rate, channels that are not the layout's drivers, filters that are
        too long or not finite; names the file.
    """
    folder = Path(folder)
    path = folder / "fir.json"
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        rate, inputs, names = table["rate"], tuple(table["inputs"]), list(table["drivers"])
        latency, target = int(table["latency_samples"]), str(table["target"])
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); `workbench design` writes it") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not what `workbench design` writes ({error})") from error
    if rate != RATE_HZ:
        raise InputError(f"{path}: {rate} Hz; filters at {RATE_HZ} Hz are needed")
    if names != layout.driver_names:
        raise InputError(f"{path}: for the drivers {', '.join(names)}, not for those of layout {layout.name!r}")
    if inputs[:2] != ("left", "right"):
        raise InputError(f"{path}: inputs must begin with left, right; got {', '.join(inputs)}")
    firs = []
    for name in inputs:
        file = folder / f"fir_{name}.wav"
        samples, file_rate = read_sound(file)
        if file_rate != RATE_HZ or len(samples) != len(names) or samples.shape[1] > LONGEST:
            raise InputError(
                f"{file}: {len(samples)} channels, {samples.shape[1]} samples at {file_rate} Hz; needs {len(names)} "
                f"channels of at most {LONGEST} samples at {RATE_HZ} Hz"
            )
        if firs and samples.shape != firs[0].shape:
            raise InputError(f"{file}: not as long as the filters of {inputs[0]}")
        if not np.isfinite(samples).all():
            raise InputError(f"{file}: holds a value that is not a finite number")
        firs.append(np.asarray(samples, dtype=float))
    return ExportedFilters(folder.name, np.stack(firs), inputs, latency, target)


def judging_plants(layout: SpeakerLayout, head: str | None = None) -> dict[str, tuple[np.ndarray, ...]]:
    """Plants by name, each a group whose mean counts; the first is the nominal one.

    Parameters
    ----------
    head : path of a measured head (SOFA) that counts as the dummy head; None: `manikin_plant`
    """

    def at(**where) -> np.ndarray:
        return plants.listener_plant(layout, FREQUENCIES_HZ, **where)

    def aside(offset_m: float) -> tuple[np.ndarray, ...]:
        return tuple(at(pose=plants.HeadPose(offset_m=(0.0, side * offset_m, 0.0))) for side in (-1, 1))

    dummy = plant_response(layout, FREQUENCIES_HZ, head) if head else manikin_plant(layout, FREQUENCIES_HZ)
    return {
        "nominal": (at(),),
        "2 cm off": aside(0.02),
        "5 cm off": aside(0.05),
        "radius ±10 %": tuple(at(head_radius_m=factor * layout.head_radius_m) for factor in (0.9, 1.1)),
        "dummy head": (dummy,),
    }


def _between(edges_hz: tuple[float, float]) -> np.ndarray:
    return (edges_hz[0] <= FREQUENCIES_HZ) & (edges_hz[1] >= FREQUENCIES_HZ)


def drive_db(plant: np.ndarray, played: np.ndarray, plain: np.ndarray) -> float:
    """Largest driver gain from 50 Hz to 20 kHz over what plain stereo needs for the same level at the fed ear (mean
    of 300 Hz to 8 kHz, every octave weighing the same)."""
    fed, fed_plain = (np.abs(np.einsum("fed,fde->fe", plant, what)) for what in (played, plain))
    band = _between(_LEVEL_HZ)
    pink = 1 / FREQUENCIES_HZ[band]
    level = np.sqrt(pink @ (fed[band] / fed_plain[band]) ** 2 / pink.sum())
    heard = _between(_DRIVE_HZ)
    return float(20 * np.log10((np.abs(played[heard]).max(axis=(0, 1)) / level).max()))


def judge_separation(layout: SpeakerLayout, played: np.ndarray, groups: dict[str, tuple[np.ndarray, ...]]) -> dict:
    """Separation at each group of plants, their mean but for the nominal one, drive, and the weakest third octave.

    Parameters
    ----------
    played : (F, drivers, 2) complex on `FREQUENCIES_HZ`
    """
    found = {
        name: float(np.mean([mean_separation_db(plant, played, FREQUENCIES_HZ) for plant in group]))
        for name, group in groups.items()
    }
    nominal = groups["nominal"][0]
    thirds = band_means(FREQUENCIES_HZ, np.abs(nominal @ played) ** 2, THIRD_OCTAVES_HZ, 3)
    third_db = 5 * np.log10(thirds[:, 0, 0] / thirds[:, 1, 0] * thirds[:, 1, 1] / thirds[:, 0, 1])
    counted = (THIRD_OCTAVES_HZ > 600) & (THIRD_OCTAVES_HZ < 8100)
    return {
        "separation_db": found,
        "off_nominal_db": float(np.mean([level for name, level in found.items() if name != "nominal"])),
        "drive_db": drive_db(nominal, played, np.broadcast_to(plain_stereo(layout), played.shape)),
        "least_third_octave_db": float(third_db[counted].min()),
        "least_third_octave_hz": float(THIRD_OCTAVES_HZ[counted][third_db[counted].argmin()]),
    }


def judge_image(layout: SpeakerLayout, played: np.ndarray, virtual_deg: float) -> dict:
    """Interaural differences of the virtual left loudspeaker against the program's own target and the rigid sphere,
    and colour: that of the left input at its near ear over plain stereo, and that of a source in the middle (left and
    right alike) over what two loudspeakers at the virtual places would give the ear.

    Errors of time are largest phase delays; of level and colour, third octaves from 200 Hz to 8 kHz.
    """
    nominal = plants.listener_plant(layout, FREQUENCIES_HZ)
    ears = nominal @ played
    ratio = ears[:, 1, 0] / ears[:, 0, 0]
    angle = math.radians(virtual_deg)
    target = hrtf.contralateral(angle, FREQUENCIES_HZ, layout.head_radius_m)
    cosine = np.cos([math.pi / 2 - angle, math.pi / 2 + angle])
    near, far = plants.rigid_sphere(layout.head_radius_m, np.array(1.4), cosine, FREQUENCIES_HZ)
    band, wide = _between(_ITD_HZ), _between((300.0, _ITD_HZ[1]))
    late_s = np.angle(ratio / target) / (2 * np.pi * np.maximum(FREQUENCIES_HZ, 1.0))
    thirds = THIRD_OCTAVES_HZ[THIRD_OCTAVES_HZ < 8100]
    got, asked, sphere = (
        10 * np.log10(band_means(FREQUENCIES_HZ, np.abs(what) ** 2, thirds, 3)) for what in (ratio, target, far / near)
    )
    plain = np.einsum("fed,fde->fe", nominal, _plain(layout))[:, 0]
    return {
        "itd_error_us": 1e6 * float(np.abs(late_s[band]).max()),
        "itd_error_from_300_hz_us": 1e6 * float(np.abs(late_s[wide]).max()),
        "ild_error_db": float(np.abs(got - asked).max()),
        "ild_target_to_sphere_db": float(np.abs(asked - sphere).max()),
        "near_ear_colouration_db": _colour_db(ears[:, 0, 0], plain, thirds),
        "phantom_centre_colouration_db": _colour_db(ears[:, 0].sum(axis=1), plain * (1 + target), thirds),
    }


def _colour_db(made: np.ndarray, meant: np.ndarray, centre_hz: np.ndarray) -> float:
    """Largest deviation of third octaves from their mean."""
    made_db, meant_db = (10 * np.log10(band_means(FREQUENCIES_HZ, np.abs(x) ** 2, centre_hz, 3)) for x in (made, meant))
    colour = made_db - meant_db
    return float(np.abs(colour - colour.mean()).max())


def _plain(layout: SpeakerLayout) -> np.ndarray:
    return np.broadcast_to(plain_stereo(layout), (len(FREQUENCIES_HZ), len(layout.drivers), 2))


def judge_beam(layout: SpeakerLayout, exported: ExportedFilters, nulls_deg: Sequence[float], window_deg: float) -> dict:
    """Nulls, those of unequal drivers, and unevenness of the centre's beam; worst of 400 Hz to 3 kHz (or 1 kHz), 2.5 m
    away and in the far field."""
    number = exported.inputs.index("center")
    weights = exported.response(_BEAM_HZ)[..., number]
    at_ear = (plants.listener_plant(layout, FREQUENCIES_HZ) @ exported.response()[..., [number]])[:, 0, 0]
    thirds = THIRD_OCTAVES_HZ[THIRD_OCTAVES_HZ < 8100]
    window = np.radians(np.linspace(-window_deg, window_deg, 37))
    at_nulls = drivers.both_sides(np.radians(nulls_deg))
    angles = np.concatenate([[0.0], at_nulls, window])
    seen = np.stack([drivers.patterns(layout, angles, _BEAM_HZ, distance_m=distance) for distance in _BEAM_M])
    heard = np.abs(np.einsum("mfai,fi->mfa", seen, weights))
    level = 20 * np.log10(np.maximum(heard / heard[..., :1], 1e-6))
    null = level[..., 1 : 1 + len(at_nulls)].max(axis=(0, 2))
    uneven = np.abs(level[..., 1 + len(at_nulls) :]).max(axis=(0, 2))
    spread = drivers.mismatched_null_db(layout, weights, _BEAM_HZ, np.radians(nulls_deg), trials=400)
    low = _BEAM_HZ <= 1000
    return {
        "null_db": float(null.max()),
        "null_to_1_khz_db": float(null[low].max()),
        "null_95_percent_db": float(spread.max()),
        "unevenness_db": float(uneven.max()),
        "centre_colouration_db": _colour_db(at_ear, np.ones_like(at_ear), thirds),
        "white_noise_gain_db": float(drivers.white_noise_gain_db(layout, weights, _BEAM_HZ).min()),
    }


def textbook(layout: SpeakerLayout, beta: float = TEXTBOOK_BETA, head: str = "sphere") -> ExportedFilters:
    """The regularised inverse of the nominal plant with a constant beta, as it is known from the literature."""
    fir = to_fir(regularised_inverse(plant_at(layout, head), beta), 1024, 2048)
    return ExportedFilters(f"textbook β {beta:g}", fir.astype(float), ("left", "right"), 1024, "ears")


def plain_filters(layout: SpeakerLayout) -> ExportedFilters:
    """Plain stereo as filters."""
    outer_drivers(layout.driver_xyz_m)
    return ExportedFilters(
        "plain stereo", plain_stereo(layout).T[..., None].astype(float), ("left", "right"), 0, "ears"
    )


def judge(layout: SpeakerLayout, exported: ExportedFilters, groups: dict, table: dict | None = None) -> dict:
    """All that can be said of one set of filters.

    Parameters
    ----------
    groups : of `judging_plants`
    table : the design's own values, if there are any: `virtual_deg`, `null_deg`, `more_nulls_deg`, `window_deg`
    """
    played = exported.response()
    table = table or {}
    found: dict = {"design": exported.name, "target": exported.target}
    if exported.target == "ears":
        found.update(judge_separation(layout, played[..., :2], groups))
    else:
        found["image"] = judge_image(layout, played[..., :2], float(table.get("virtual_deg", 30.0)))
        found["drive_db"] = drive_db(groups["nominal"][0], played[..., :2], _plain(layout))
    if "center" in exported.inputs:
        nulls_deg = (float(table.get("null_deg", 90.0)), *table.get("more_nulls_deg", ()))
        found["beam"] = judge_beam(layout, exported, nulls_deg, float(table.get("window_deg", 45.0)))
    return found


def rounded(value):
    """Plain data with two decimals."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return round(value, 2) if isinstance(value, float) else value
