"""What happens to a source's channels before the chain: which is which microphone, gain, polarity, calibration.

An `InputSetup` belongs to a source (a device keeps its own, see `device_store`), and can be changed while it plays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from workbench.core import channel_map as maps
from workbench.core.calibration import ChannelCalibration, MicrophoneCalibration, load_calibration
from workbench.core.channel_map import ChannelMap
from workbench.core.errors import InputError
from workbench.core.geometry import MAX_MICS
from workbench.dsp import fft
from workbench.dsp.bands import HOP
from workbench.dsp.calibration import TAPS, correction_fir

RATES_HZ = (0, 44100, 48000, 88200, 96000, 192000)
"""Rates of a device that can be asked for; 0 = 48 kHz, or its own where it refuses that."""
BLOCKS = (0, 64, 128, 240, 256, 480, 512, 960, 1024, 2048)
"""Samples a callback; 0 = as the device likes."""
PRESSURE_RANGE_DB = (0.0, 250.0)


@dataclass(frozen=True, slots=True)
class InputSetup:
    """How a source is opened and its channels are used.

    Attributes
    ----------
    channel_map : ChannelMap or None
        None: every channel is the microphone of its own number.
    rate_hz, block : int
        Of a device; 0 = as suits it.
    calibration : tuple of ChannelCalibration
        By channel of the source; channels beyond its end have none.
    correct : bool
        The microphones' files are applied to the sound.
    show_corrected : bool
        They are applied to the spectrum of Before alone, where `correct` is off.
    """

    channel_map: ChannelMap | None = None
    rate_hz: int = 0
    block: int = 0
    calibration: tuple[ChannelCalibration, ...] = ()
    correct: bool = False
    show_corrected: bool = False

    def __post_init__(self):
        if self.rate_hz and not 8000 <= self.rate_hz <= 192_000:
            raise InputError(f"rate_hz {self.rate_hz}: 8000 to 192000 Hz, or 0 for what suits the device")
        if self.block and not 16 <= self.block <= 8192:
            raise InputError(f"block {self.block}: 16 to 8192 samples, or 0 for what suits the device")
        if len(self.calibration) > MAX_MICS:
            raise InputError(f"calibration: {len(self.calibration)} channels; at most {MAX_MICS} are supported")

    def of_channel(self, channel: int) -> ChannelCalibration:
        """Calibration of a channel of the source."""
        return self.calibration[channel] if channel < len(self.calibration) else ChannelCalibration()

    def with_calibration(self, channel: int, calibration: ChannelCalibration) -> InputSetup:
        """Another setup, with one channel calibrated."""
        rows = list(self.calibration) + [ChannelCalibration()] * (channel + 1 - len(self.calibration))
        rows[channel] = calibration
        return replace(self, calibration=tuple(rows))

    def structure(self, channels: int) -> tuple:
        """What cannot be changed while the source plays."""
        mics = len(self.channel_map.positions) if self.channel_map else channels
        return self.rate_hz, self.block, mics


def to_table(setup: InputSetup) -> dict[str, Any]:
    """The setup for a TOML file, only with what is unusual."""
    table: dict[str, Any] = {}
    if setup.channel_map is not None:
        table["channel_map"] = maps.to_table(setup.channel_map)
    for key in ("rate_hz", "block", "correct", "show_corrected"):
        if getattr(setup, key):
            table[key] = getattr(setup, key)
    rows = []
    for one in setup.calibration:
        row = {"file": one.file, "full_scale_db_spl": one.full_scale_db_spl, "how": one.how}
        rows.append({key: value for key, value in row.items() if value not in ("", None)})
    if any(rows):
        table["calibration"] = rows
    return table


def from_table(table: Mapping[str, Any]) -> InputSetup:
    """What `to_table` wrote, or somebody by hand.

    Raises
    ------
    InputError
        The message names the key.
    """
    if not isinstance(table, Mapping):
        raise InputError("expected a table")
    unknown = set(table) - {"channel_map", "rate_hz", "block", "correct", "show_corrected", "calibration"}
    if unknown:
        raise InputError(f"unknown key {sorted(unknown)[0]!r}")
    rate_hz, block = table.get("rate_hz", 0), table.get("block", 0)
    correct, shown = table.get("correct", False), table.get("show_corrected", False)
    for key, value in (("rate_hz", rate_hz), ("block", block)):
        if type(value) is not int:
            raise InputError(f"{key} {value!r}: expected a whole number")
    for key, value in (("correct", correct), ("show_corrected", shown)):
        if type(value) is not bool:
            raise InputError(f"{key} {value!r}: expected true or false")
    rows = table.get("calibration", [])
    if not isinstance(rows, list):
        raise InputError("calibration: expected a list with a table for each channel")
    calibration = tuple(_calibration(row, number) for number, row in enumerate(rows, start=1))
    mapped = maps.from_table(table["channel_map"]) if "channel_map" in table else None
    return InputSetup(mapped, rate_hz, block, calibration, correct, shown)


def _calibration(row: Any, number: int) -> ChannelCalibration:
    where = f"calibration, channel {number}"
    if not isinstance(row, Mapping):
        raise InputError(f"{where}: expected a table")
    unknown = set(row) - {"file", "full_scale_db_spl", "how"}
    if unknown:
        raise InputError(f"{where}: unknown key {sorted(unknown)[0]!r}")
    file, how, pressure_db = row.get("file", ""), row.get("how", ""), row.get("full_scale_db_spl")
    if not isinstance(file, str) or not isinstance(how, str):
        raise InputError(f"{where}: file and how must be text")
    if pressure_db is not None:
        low, high = PRESSURE_RANGE_DB
        if not isinstance(pressure_db, (int, float)) or not low <= pressure_db <= high:
            raise InputError(f"{where}: full_scale_db_spl {pressure_db!r} is outside {low:g}…{high:g} dB")
        pressure_db = float(pressure_db)
    return ChannelCalibration(file, pressure_db, how)


def load_calibrations(setup: InputSetup, channels: int) -> list[MicrophoneCalibration | None]:
    """The microphones' files of all channels; None where there is none. Raises InputError."""
    files = [setup.of_channel(channel).file for channel in range(channels)]
    return [load_calibration(file) if file else None for file in files]


@dataclass(frozen=True, slots=True, eq=False)
class InputGains:
    """An `InputSetup` made ready for the audio path.

    channel : (mics,) int, the source's channel of each microphone (any where the factor is 0)
    factor : (mics,) float32
    channels : int, of the source
    fir_spectra : (mics, _BINS) complex64, or None where nothing is corrected
    """

    channel: np.ndarray
    factor: np.ndarray
    channels: int
    fir_spectra: np.ndarray | None = field(default=None, repr=False)

    @property
    def plain(self) -> bool:
        """Nothing is changed."""
        in_order = np.array_equal(self.channel, np.arange(self.channels))
        return bool(in_order and (self.factor == 1).all()) and self.fir_spectra is None


_FFT = fft.next_fast_len(HOP + TAPS, real=True)


def prepare(setup: InputSetup, channels: int) -> InputGains:
    """Design what the setup asks for. Takes some milliseconds, with a file of calibration some tens.

    Raises
    ------
    InputError
        A calibration file cannot be used.
    """
    mapped = setup.channel_map or ChannelMap.in_order(channels)
    absent = set(mapped.missing(channels))
    channel = np.array([0 if p.channel is None or n in absent else p.channel for n, p in enumerate(mapped.positions)])
    factor = np.array([0.0 if n in absent else p.factor for n, p in enumerate(mapped.positions)], np.float32)
    spectra = None
    if setup.correct:
        microphones = load_calibrations(setup, channels)
        if any(microphones):
            fir = correction_fir([microphones[index] for index in channel])
            spectra = fft.rfft(fir, _FFT, axis=1)
    return InputGains(channel, factor, channels, spectra)


class InputStage:
    """Applies `InputGains` hop by hop; when another object comes, the outputs fade into each other over the hop.

    A correction is a FIR of minimum phase, by overlap-save in one partition; it delays nothing.
    """

    latency = 0

    def __init__(self, channels: int):
        self.channels = channels
        self.reset()

    def reset(self) -> None:
        """Silence before; the next gains act at once."""
        self._past = np.zeros((self.channels, _FFT - HOP), np.float32)
        self._gains: InputGains | None = None

    def process(self, x: np.ndarray, gains: InputGains) -> np.ndarray:
        """(channels, HOP) float32 -> (mics, HOP) float32; the same array where nothing is changed."""
        before, self._gains = self._gains, gains
        line = None
        if gains.fir_spectra is not None or (before is not None and before.fir_spectra is not None):
            line = np.concatenate((self._past, x), axis=1)
            self._past = line[:, HOP:]
        y = self._apply(x, line, gains)
        if before is not None and before is not gains and len(before.channel) == len(gains.channel):
            old = self._apply(x, line, before)
            y = old + _RAMP * (y - old)
        return y

    def _apply(self, x: np.ndarray, line: np.ndarray | None, gains: InputGains) -> np.ndarray:
        if gains.plain:
            return x
        if gains.fir_spectra is None:
            y = x[gains.channel] * gains.factor[:, None]
        else:
            spectra = fft.rfft(line, axis=1)
            filtered = fft.irfft(spectra[gains.channel] * gains.fir_spectra, _FFT, axis=1)[:, -HOP:]
            y = filtered * gains.factor[:, None]
        y[gains.factor == 0] = 0  # also of what is no number
        return y


_RAMP = np.linspace(0, 1, HOP, endpoint=False, dtype=np.float32)
