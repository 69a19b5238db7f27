"""Microphone calibration files as REW, miniDSP, Dayton and others write them, and a channel's calibration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.errors import InputError

REFERENCE_DB_SPL = 94.0
"""One pascal."""

NOMINAL_DBFS = -18.0
"""What a UMIK-1 gives at 94 dB SPL with its usual gain and a sensitivity factor of 0 dB, a full-scale sine being
0 dBFS. No standard: it is the convention of the programs that read these files."""

SINE_DB = 10 * np.log10(2)
"""A full-scale sine is 0 dBFS to those programs; its RMS is 3.01 dB below one."""

MAX_BYTES = 4_000_000
MAX_CORRECTION_DB = 60.0

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_FACTOR = re.compile(rf"sens\w*\s*factor\s*=?\s*({_NUMBER})\s*dB", re.IGNORECASE)
_SENSITIVITY = re.compile(rf"sensitivity\s*[:=]?\s*({_NUMBER})\s*dBFS", re.IGNORECASE)
_SERIAL = re.compile(r"SER(?:IAL)?\s*NO\.?\s*[:=]?\s*([\w-]+)", re.IGNORECASE)
_COMMENTS = ("*", "#", ";", '"', "'", "//", "!", "$")


@dataclass(frozen=True, eq=False)
class MicrophoneCalibration:
    """A microphone's own response: what is subtracted to make it flat.

    Attributes
    ----------
    frequency_hz : (n,) float64, rising
    response_db : (n,) float64
    phase_deg : (n,) float64 or None
        As the file has it; it is shown and not used.
    sensitivity_dbfs : float or None
        Level that 94 dB SPL give, a full-scale sine being 0 dBFS.
    serial, path : str
    """

    frequency_hz: np.ndarray
    response_db: np.ndarray
    phase_deg: np.ndarray | None = None
    sensitivity_dbfs: float | None = None
    serial: str = ""
    path: str = ""

    def at(self, frequency_hz: np.ndarray) -> np.ndarray:
        """Response in dB at any frequencies: linear over log frequency; beyond the ends the end's value holds."""
        frequency_hz = np.maximum(np.asarray(frequency_hz, dtype=float), 1e-3)
        return np.interp(np.log(frequency_hz), np.log(self.frequency_hz), self.response_db)

    @property
    def full_scale_db_spl(self) -> float | None:
        """Sound pressure level of a signal whose RMS is 1 (as our meters' 0 dBFS RMS); None: the file does not say."""
        if self.sensitivity_dbfs is None:
            return None
        return REFERENCE_DB_SPL - self.sensitivity_dbfs + SINE_DB


@dataclass(frozen=True, slots=True)
class ChannelCalibration:
    """Calibration of one channel of a source.

    file : of the microphone ("" for none)
    full_scale_db_spl : level of a signal of RMS 1; None: not known, levels stay in dBFS
    how : where that comes from, for a person
    """

    file: str = ""
    full_scale_db_spl: float | None = None
    how: str = ""


def load_calibration(path: str | Path) -> MicrophoneCalibration:
    """Read a calibration file: comments and headers, then rows of frequency, dB and perhaps phase.

    Raises
    ------
    InputError
        It cannot be read, has no two rows, or a row is bad; the message names the line.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: is too large for a calibration file")
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: not a calibration file (it is no text)")
    codec = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return parse_calibration(raw.decode(codec, errors="replace"), str(path))


def parse_calibration(text: str, where: str) -> MicrophoneCalibration:
    """The same from text; `where` names it in messages. Raises InputError."""
    rows: list[tuple[float, float, float | None]] = []
    lines: list[int] = []
    sensitivity, serial = None, ""
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line:
            continue
        row = _row(line, f"{where}, line {number}") if not line.startswith(_COMMENTS) else None
        if row is None:
            if found := _SENSITIVITY.search(line):
                sensitivity = float(found[1])
            elif found := _FACTOR.search(line):
                sensitivity = NOMINAL_DBFS + float(found[1])
            if found := _SERIAL.search(line):
                serial = found[1]
            continue
        if rows and row[0] <= rows[-1][0]:
            raise InputError(
                f"{where}, line {number}: {row[0]:g} Hz does not follow on {rows[-1][0]:g} Hz (line {lines[-1]}): "
                "frequencies must rise"
            )
        rows.append(row)
        lines.append(number)
    if len(rows) < 2:
        raise InputError(f"{where}: not a calibration file: {len(rows)} rows of frequency and dB, two are the least")
    table = np.array([(row[0], row[1], np.nan if row[2] is None else row[2]) for row in rows])
    table.setflags(write=False)
    phase = None if np.isnan(table[:, 2]).any() else table[:, 2]
    return MicrophoneCalibration(table[:, 0], table[:, 1], phase, sensitivity, serial, where)


def _row(line: str, where: str) -> tuple[float, float, float | None] | None:
    """Frequency, dB and phase of a line; None for a heading, which does not begin with a number."""
    if ";" in line:
        fields = [field.strip().replace(",", ".") for field in line.split(";")]
    else:
        fields = [field for field in re.split(r"[\s,]+", line) if field]
    if not fields or not re.fullmatch(_NUMBER, fields[0]):
        if fields and fields[0][0].isdigit():
            raise InputError(f"{where}: {fields[0]!r} is not a frequency in Hz")
        return None
    if len(fields) < 2:
        raise InputError(f"{where}: a frequency without a level: {line!r}")
    values = []
    for name, field in zip(("frequency", "level", "phase"), fields, strict=False):
        if not re.fullmatch(_NUMBER, field):
            raise InputError(f"{where}: the {name} {field!r} is not a number")
        values.append(float(field))
    if not 0 < values[0] <= 1e6:
        raise InputError(f"{where}: {values[0]:g} Hz is not a frequency")
    if not abs(values[1]) <= MAX_CORRECTION_DB:
        raise InputError(f"{where}: {values[1]:g} dB is no response of a microphone (at most {MAX_CORRECTION_DB:g} dB)")
    return values[0], values[1], values[2] if len(values) > 2 else None
