"""Scores of enhanced speech: PESQ (wide band), STOI, SI-SDR and DNSMOS. All take signals at 48 kHz."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from workbench.core.errors import EarshotError, InputError
from workbench.dsp.bands import RATE_HZ

SCORE_RATE_HZ = 16000
_DNSMOS_SAMPLES = 144160  # 9.01 s
_SIG = np.array([-0.08397278, 1.22083953, 0.0052439])
_BAK = np.array([-0.13166888, 1.60915514, -0.39604546])
_OVRL = np.array([-0.06766283, 1.11546468, 0.04602535])


@dataclass(frozen=True, slots=True)
class Scores:
    """`pesq` (MOS-LQO, WB), `stoi` (0…1), `si_sdr_db`; DNSMOS `sig`, `bak`, `ovrl` are NaN when not asked for."""

    pesq: float
    stoi: float
    si_sdr_db: float
    sig: float = float("nan")
    bak: float = float("nan")
    ovrl: float = float("nan")


def si_sdr_db(reference: np.ndarray, estimate: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio (Le Roux et al. 2019); inf for a scaled copy, NaN for silence."""
    reference = reference.astype(np.float64)
    estimate = estimate.astype(np.float64)
    energy = reference @ reference
    if energy == 0 or not estimate.any():
        return float("nan")
    target = (reference @ estimate / energy) * reference
    noise = estimate - target
    with np.errstate(divide="ignore"):
        return float(10 * np.log10((target @ target) / (noise @ noise)))


def _package(name: str):
    try:
        return importlib.import_module(name)
    except ImportError:
        raise EarshotError(f"scoring needs {name}: pip install 'earshot-workbench[evaluate]'") from None


def pesq_wb(reference_16k: np.ndarray, estimate_16k: np.ndarray) -> float:
    """PESQ, ITU-T P.862.2; NaN where the algorithm finds no utterance."""
    pesq = _package("pesq")
    try:
        return float(pesq.pesq(SCORE_RATE_HZ, reference_16k, estimate_16k, "wb"))
    except (pesq.NoUtterancesError, ValueError):
        return float("nan")


def stoi(reference_16k: np.ndarray, estimate_16k: np.ndarray) -> float:
    """Short-time objective intelligibility (Taal et al. 2011)."""
    return float(_package("pystoi").stoi(reference_16k, estimate_16k, SCORE_RATE_HZ))


class Dnsmos:
    """DNSMOS P.835 from Microsoft's `sig_bak_ovr.onnx`.

    Raises
    ------
    InputError
        The folder has no such file, or it cannot be loaded.
    """

    def __init__(self, folder: Path):
        import onnxruntime

        path = Path(folder) / "sig_bak_ovr.onnx"
        if not path.is_file():
            raise InputError(f"{path}: no such file (it comes with microsoft/DNS-Challenge)")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise InputError(f"{path}: onnxruntime cannot load it ({error})") from error
        self._input = self._session.get_inputs()[0].name

    def __call__(self, x_16k: np.ndarray) -> tuple[float, float, float]:
        """(SIG, BAK, OVRL), the mean over windows of 9.01 s each second; a short signal is repeated."""
        x = np.tile(x_16k, -(-_DNSMOS_SAMPLES // len(x_16k))) if len(x_16k) < _DNSMOS_SAMPLES else x_16k
        starts = range(0, len(x) - _DNSMOS_SAMPLES + 1, SCORE_RATE_HZ)
        windows = [x[None, start : start + _DNSMOS_SAMPLES].astype(np.float32) for start in starts]
        raw = np.mean([self._session.run(None, {self._input: window})[0][0] for window in windows], axis=0)
        signal, background, overall = (
            float(np.polyval(curve, raw[at])) for at, curve in enumerate((_SIG, _BAK, _OVRL))
        )
        return signal, background, overall


def score(clean: np.ndarray, enhanced: np.ndarray, dnsmos: Dnsmos | None = None) -> Scores:
    """All scores of one signal (samples,) at 48 kHz against its clean reference of equal length."""
    reference = soxr.resample(clean.astype(np.float32), RATE_HZ, SCORE_RATE_HZ)
    estimate = soxr.resample(enhanced.astype(np.float32), RATE_HZ, SCORE_RATE_HZ)
    ratings = dnsmos(estimate) if dnsmos is not None else (float("nan"),) * 3
    return Scores(pesq_wb(reference, estimate), stoi(reference, estimate), si_sdr_db(clean, enhanced), *ratings)
