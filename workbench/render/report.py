"""What a set of exported filters does, measured on the filters themselves at head positions near and far from the
nominal one: the figures and curves of `workbench design`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.core.geometry import SpeakerLayout
from workbench.dsp.bands import RATE_HZ
from workbench.render import drivers, hrtf, plants
from workbench.render.crosstalk import drive_db, separation_db
from workbench.render.design import Design
from workbench.render.designs import plain_stereo
from workbench.render.manikin import manikin_plant
from workbench.render.measured import is_model, plant_response
from workbench.render.renderer import RESPONSE_HZ, RenderFilters
from workbench.render.report_plots import Plot, filter_plots, over_frequency

_FFT = 8192
_ALL_HZ = np.fft.rfftfreq(_FFT, 1 / RATE_HZ)
_USED = (_ALL_HZ >= 40) & (_ALL_HZ <= 20000)

SIXTH_OCTAVES_HZ = 1000 * 2 ** (np.arange(-10, 19) / 6)
"""Centres of the 1/6-octave bands from 300 Hz to 8 kHz."""

THIRD_OCTAVES_HZ = 1000 * 2 ** (np.arange(-7, 13) / 3)
"""Centres of the 1/3-octave bands from 200 Hz to 16 kHz."""

_SHOWN_HZ = np.array([250, 500, 1000, 2000, 4000])
"""Frequencies at which a beam's pattern and directivity are told."""

DUMMY_HEAD = "dummy head"
OFF_NOMINAL = ("2 cm", "5 cm", "head ±10 %", DUMMY_HEAD)
"""What the mean off the nominal place is taken over; the same as in `evaluate render`."""
_COUNTED = (THIRD_OCTAVES_HZ > 600) & (THIRD_OCTAVES_HZ < 8100)
"""Third octaves of which the least is told."""

_SPHERE_SOURCE_M = 1.4

BAND_CAP_DB = 30.0
"""Most that a band counts in a mean separation."""


def positions(layout: SpeakerLayout) -> dict[str, tuple[dict, ...]]:
    """Named head positions, each a group of arguments for `plants.listener_plant` whose mean counts."""

    def offset(x: float, y: float) -> dict:
        return {"pose": plants.HeadPose(offset_m=(x, y, 0.0))}

    radius = layout.head_radius_m
    return {
        "nominal": ({},),
        "2 cm": (offset(0, -0.02), offset(0, 0.02)),
        "5 cm": (offset(0, -0.05), offset(0, 0.05)),
        "10 cm nearer or farther": (offset(-0.1, 0), offset(0.1, 0)),
        "turned 5°": tuple({"pose": plants.HeadPose(yaw_rad=math.radians(angle))} for angle in (-5, 5)),
        "head ±10 %": ({"head_radius_m": 0.9 * radius}, {"head_radius_m": 1.1 * radius}),
    }


def fir_response(fir: np.ndarray, frequency_hz: np.ndarray, delay: int) -> np.ndarray:
    """Response of filters (inputs, drivers, taps), their delay in samples taken out: (F, drivers, inputs) complex."""
    if frequency_hz is _ALL_HZ and fir.shape[-1] <= _FFT:
        spectrum = np.fft.rfft(fir, n=_FFT, axis=-1).transpose(2, 1, 0)
        return spectrum * np.exp(2j * np.pi * _ALL_HZ * delay / RATE_HZ)[:, None, None]
    turn = np.exp(-2j * np.pi * frequency_hz[:, None] * (np.arange(fir.shape[-1]) - delay) / RATE_HZ)
    return np.einsum("idt,ft->fdi", fir, turn, optimize=True)


def band_means(frequency_hz: np.ndarray, values: np.ndarray, centre_hz: np.ndarray, fraction: int) -> np.ndarray:
    """Mean of values (F, ...) in bands of 1/fraction octave around the centres: (bands, ...)."""
    reach = 2 ** (0.5 / fraction)
    return np.stack(
        [
            values[(frequency_hz >= low) & (frequency_hz < high)].mean(axis=0)
            for low, high in zip(centre_hz / reach, centre_hz * reach)
        ]
    )


def mean_separation_db(plant: np.ndarray, played: np.ndarray, frequency_hz: np.ndarray) -> float:
    """Mean over 1/6-octave bands from 300 Hz to 8 kHz of the ratio of the ears' energies, a band capped at 30 dB."""
    energy = band_means(frequency_hz, np.abs(plant @ played) ** 2, SIXTH_OCTAVES_HZ, 6)
    left = 10 * np.log10(energy[:, 0, 0] / energy[:, 1, 0])
    right = 10 * np.log10(energy[:, 1, 1] / energy[:, 0, 1])
    return float(np.minimum(np.stack([left, right]), BAND_CAP_DB).mean())


@dataclass(frozen=True, eq=False)
class Measured:
    """What was found.

    figures : plain data, ready for JSON
    plots : all that is drawn
    """

    figures: dict
    plots: tuple[Plot, ...]


def _rounded(value: Any) -> Any:
    """Figures with as many decimals as they are worth."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_rounded(item) for item in value]
    return round(float(value), 2) if isinstance(value, (float, np.floating)) else value


def _interaural(
    layout: SpeakerLayout, virtual_deg: float, plant: np.ndarray, played: np.ndarray, frequency_hz: np.ndarray
) -> dict:
    """How far the virtual loudspeaker's interaural differences are from those asked for, and these from a sphere's."""
    angle = math.radians(virtual_deg)
    wanted = hrtf.contralateral(angle, frequency_hz, layout.head_radius_m)
    cosine = np.cos([math.pi / 2 - angle, math.pi / 2 + angle])
    near, far = plants.rigid_sphere(layout.head_radius_m, np.array(_SPHERE_SOURCE_M), cosine, frequency_hz)
    ears = plant @ played[:, :, :1]
    ratio = ears[:, 1, 0] / ears[:, 0, 0]
    time_band = (frequency_hz >= 700) & (frequency_hz <= 1500)
    late_s = np.angle(ratio / wanted)[time_band] / (2 * np.pi * frequency_hz[time_band])
    got, asked, on_sphere = (
        10 * np.log10(band_means(frequency_hz, np.abs(x) ** 2, THIRD_OCTAVES_HZ[:-3], 3))
        for x in (ratio, wanted, far / near)
    )
    return {
        "itd_error_us": 1e6 * float(np.abs(late_s).max()),
        "ild_target_to_sphere_db": float(np.abs(asked - on_sphere).max()),
        "ild_error_db": float(np.abs(got - asked).max()),
        "ild_band_hz": THIRD_OCTAVES_HZ[:-3],
        "ild_db": -got,
        "ild_wanted_db": -asked,
    }


def _beam(layout: SpeakerLayout, design: Design, centre: np.ndarray, frequency_hz: np.ndarray) -> tuple[dict, dict]:
    """Figures of the centre beam (F, drivers), and its curves."""
    null_rad = np.radians(design.nulls_deg).tolist()
    window_rad = np.radians(np.linspace(-design.window_deg, design.window_deg, 19))
    at_nulls = drivers.both_sides(null_rad)
    angles = np.concatenate([[0.0, np.pi], at_nulls, window_rad])
    heard = np.abs(np.einsum("fai,fi->fa", drivers.patterns(layout, angles, frequency_hz), centre))
    level = 20 * np.log10(np.maximum(heard / heard[:, :1], 1e-6))
    rear, nulls, window = level[:, 1], level[:, 2 : 2 + len(at_nulls)], level[:, 2 + len(at_nulls) :]
    null = nulls.max(axis=1)
    places = "±" + ", ±".join(f"{degrees:g}°" for degrees in design.nulls_deg)
    spread = drivers.mismatched_null_db(layout, centre, frequency_hz, null_rad)
    curves = {
        places: null,
        f"{places}, drivers off by 0.5 dB and 5° (95 %)": spread,
        f"least within ±{design.window_deg:g}°": window.min(axis=1),
        f"most within ±{design.window_deg:g}°": window.max(axis=1),
        "rear": rear,
    }
    low = (frequency_hz >= 400) & (frequency_hz <= 1000)
    band = (frequency_hz >= 400) & (frequency_hz <= 3000)
    figures = {
        "nulls_deg": list(design.nulls_deg),
        "null_db_400_3000": float(null[band].max()),
        "each_null_db_400_3000": nulls[band].reshape(-1, len(design.nulls_deg), 2).max(axis=(0, 2)),
        "null_db_400_1000": float(null[low].max()),
        "mismatched_null_db_400_3000": float(spread[band].max()),
        "unevenness_db_400_3000": float(np.abs(window[band]).max()),
        "directivity_db": dict(
            zip(map(str, _SHOWN_HZ), drivers.directivity_db(layout, _at(centre, frequency_hz), _SHOWN_HZ))
        ),
        "white_noise_gain_db": dict(
            zip(map(str, _SHOWN_HZ), drivers.white_noise_gain_db(layout, _at(centre, frequency_hz), _SHOWN_HZ))
        ),
    }
    return figures, curves


def _at(response: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """The response at `_SHOWN_HZ`."""
    return response[np.searchsorted(frequency_hz, _SHOWN_HZ)]


def measure(layout: SpeakerLayout, design: Design, filters: RenderFilters) -> Measured:
    """Measure filters with the plant that the design names.

    Separation is that of the same design without virtual loudspeakers; drive and colouration are the filters' own.
    """
    frequency_hz = _ALL_HZ[_USED]
    every = fir_response(filters.driver_fir, _ALL_HZ, filters.latency_samples)[_USED]
    played, centre = every[..., :2], every[..., 2] if every.shape[2] == 3 else every.sum(axis=2)
    alone = fir_response(filters.ears_fir, _ALL_HZ, filters.latency_samples)[_USED]
    plain = np.broadcast_to(plain_stereo(layout), played.shape)
    nominal = plant_response(layout, frequency_hz, design.plant)

    groups = {
        name: [plant_response(layout, frequency_hz, design.plant, **where) for where in group]
        for name, group in positions(layout).items()
    }
    if is_model(layout, design.plant):
        groups[DUMMY_HEAD] = [manikin_plant(layout, frequency_hz)]
    separation = {
        name: float(np.mean([mean_separation_db(plant, alone, frequency_hz) for plant in group]))
        for name, group in groups.items()
    }
    drive = drive_db(nominal, played, plain[0], frequency_hz)
    thirds = band_means(frequency_hz, np.abs(nominal @ alone) ** 2, THIRD_OCTAVES_HZ, 3)
    third_db = 5 * np.log10(thirds[:, 0, 0] / thirds[:, 1, 0] * thirds[:, 1, 1] / thirds[:, 0, 1])
    at_ears, at_ears_plain = (
        10 * np.log10(band_means(frequency_hz, np.abs(nominal @ what[..., None]) ** 2, THIRD_OCTAVES_HZ, 3).mean(1))
        for what in (centre, plain.sum(axis=2))
    )
    colour = at_ears - at_ears_plain
    near, near_plain = (
        10
        * np.log10(band_means(frequency_hz, np.abs(np.einsum("fed,fde->fe", nominal, what)) ** 2, THIRD_OCTAVES_HZ, 3))
        for what in (played, plain)
    )
    near_colour = near - near_plain
    unmet = (third_db < design.cancellation_db - 1) & (THIRD_OCTAVES_HZ >= 300) & (THIRD_OCTAVES_HZ <= 8000)
    limiting = drive.max(axis=1) > design.boost_limit_db - 0.5
    sigma = np.linalg.svd(nominal, compute_uv=False)
    condition_db = 20 * np.log10(sigma[:, 0] / sigma[:, 1])

    figures = {
        "separation_db": separation,
        "separation_off_nominal_db": float(np.mean([separation[name] for name in OFF_NOMINAL if name in separation])),
        "least_third_octave_db": float(third_db[_COUNTED].min()),
        "plain_separation_db": mean_separation_db(nominal, plain, frequency_hz),
        "third_octave_hz": THIRD_OCTAVES_HZ,
        "third_octave_separation_db": third_db,
        "drive_db": float(drive.max()),
        "drive_at_hz": float(frequency_hz[drive.max(axis=1).argmax()]),
        "headroom_needed_db": float(20 * np.log10(np.abs(every).sum(axis=2).max())),
        "near_ear_colouration_db": float(np.abs(near_colour - near_colour.mean(axis=0)).max()),
        "centre_colouration_db": float(np.abs(colour - colour.mean()).max()),
        "condition_db_largest": float(condition_db[(frequency_hz >= 300) & (frequency_hz <= 8000)].max()),
        "target_not_met_hz": THIRD_OCTAVES_HZ[unmet] if design.method == "crosstalk" else [],
        "boost_limited_hz": [float(frequency_hz[limiting].min()), float(frequency_hz[limiting].max())]
        if design.method == "crosstalk" and limiting.any()
        else None,
    }
    if design.method == "crosstalk" and design.target == "speakers":
        figures["virtual"] = _interaural(layout, design.virtual_deg, nominal, played, frequency_hz)

    shown = np.unique(np.searchsorted(frequency_hz, np.geomspace(50, 19500, 240)))
    shown_hz = frequency_hz[shown]
    separations = {
        name: np.mean([separation_db(plant, alone) for plant in group], axis=0)[shown] for name, group in groups.items()
    }
    separations["plain stereo"] = separation_db(nominal, plain)[shown]
    drives = {name: drive[shown, number] for number, name in enumerate(layout.driver_names)}
    gains = "Driver gain at equal loudness at the fed ear (dB)"
    plots = [
        over_frequency(
            "separation", "Crosstalk separation", shown_hz, "Fed ear over other ear (dB)", separations, (0.0, 45.0)
        ),
        over_frequency("drive", "Drive over plain stereo", shown_hz, gains, drives),
        *filter_plots(layout, design, filters),
    ]
    error = next(plot for plot in plots if plot.name == "filter_error").lines["error"]
    figures["filters"] = {
        "taps": filters.driver_fir.shape[-1],
        "delay_samples": filters.latency_samples,
        "error_db": dict(zip(map(str, _SHOWN_HZ), np.interp(_SHOWN_HZ, RESPONSE_HZ, error))),
        "largest_error_db_300_8000": float(error[(RESPONSE_HZ >= 300) & (RESPONSE_HZ <= 8000)].max()),
    }
    if design.centre == "beam":
        over_axis = "Level over the axis (dB)"
        figures["beam"], curves = _beam(layout, design, centre[shown], shown_hz)
        plots.append(over_frequency("beam", "Centre beam", shown_hz, over_axis, curves, (-60.0, 10.0)))
        azimuth_deg = np.arange(-180.0, 181.0, 3.0)
        weights = _at(centre, frequency_hz)
        heard = np.abs(np.einsum("fai,fi->fa", drivers.patterns(layout, np.radians(azimuth_deg), _SHOWN_HZ), weights))
        level = 20 * np.log10(np.maximum(heard / heard[:, [len(azimuth_deg) // 2]], 1e-3))
        lines = {f"{frequency} Hz": row for frequency, row in zip(_SHOWN_HZ, level)}
        label = "Azimuth at the loudspeaker (°)"
        plots.append(Plot("pattern", "Centre beam", "azimuth_deg", label, azimuth_deg, over_axis, lines, (-50.0, 10.0)))
    return Measured(_rounded(figures), tuple(plots))
