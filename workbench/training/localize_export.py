"""From a trained localization network to what the program runs: ONNX, manifest entry and card."""

from __future__ import annotations

import hashlib
import io
import logging
import warnings
from pathlib import Path

import numpy as np
import torch

from workbench.core.atomic import write_bytes
from workbench.core.errors import EarshotError
from workbench.core.geometry import MicrophoneArray, wrap_rad
from workbench.dsp.bands import RATE_HZ
from workbench.localize.frames import BANDS, WINDOW_SAMPLES
from workbench.localize.models import RegionFacts, write_manifest_entry
from workbench.localize.ring import RING, find_peaks
from workbench.training.localize_data import Batch
from workbench.training.localize_network import RegionModel, RingNetwork

OPSET = 17
_HIT_RAD = np.deg2rad(10.0)
_LEAST = 0.02


def calibrate(network: RingNetwork, batches: list[Batch], limits_m: np.ndarray) -> tuple[float, float]:
    """Constant and slope of the logistic regression from the logit of a peak to its being right.

    A peak is right when somebody who speaks is within 10 degrees. (Platt, "Probabilistic outputs for support vector
    machines", 1999.)
    """
    logits, right = [], []
    network.eval()
    with torch.no_grad():
        for batch in batches:
            answers = network(batch.power, batch.level_db).numpy()
            for row, answer in enumerate(answers):
                probability = 1 / (1 + np.exp(-answer[0].astype(float)))
                talkers = batch.azimuth_rad[row].numpy()[batch.heard[row].numpy()]
                for peak in find_peaks(probability, answer[1], answer[2], limits_m, 6):
                    if peak.probability > _LEAST:
                        logits.append(np.log(peak.probability / (1 - min(peak.probability, 1 - 1e-6))))
                        right.append(len(talkers) > 0 and np.abs(wrap_rad(talkers - peak.azimuth_rad)).min() < _HIT_RAD)
    if len(set(right)) < 2:
        return 0.0, 1.0
    return logistic_regression(np.array(logits), np.array(right, dtype=float))


def logistic_regression(x: np.ndarray, y: np.ndarray, rounds: int = 30) -> tuple[float, float]:
    """Constant and slope by Newton's method, (n,) each; slightly drawn to (0, 1)."""
    design = np.stack([np.ones_like(x), x], axis=1)
    prior, strength = np.array([0.0, 1.0]), 1.0
    weights = prior.copy()
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (y - p) - strength * (weights - prior)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + strength * np.eye(2)
        weights = weights + np.linalg.solve(hessian, gradient)
    return float(weights[0]), float(weights[1])


def to_onnx(model: RegionModel) -> bytes:
    """The network as an ONNX file's bytes.

    Raises
    ------
    EarshotError
        The exporter failed.
    """
    samples = torch.randn(1, model.first.mics, WINDOW_SAMPLES) * 0.01
    floor_db = torch.full((1, BANDS), -60.0)
    buffer = io.BytesIO()
    model.eval()
    level = logging.getLogger("torch.onnx").level
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # shapes are fixed: what the tracer warns of is meant
            torch.onnx.export(
                model,
                (samples, floor_db),
                buffer,
                dynamo=False,
                opset_version=OPSET,
                input_names=["samples", "floor_db"],
                output_names=["answer"],
            )
    except Exception as error:  # the exporter raises whatever it stumbles over
        raise EarshotError(f"the network cannot be exported ({error})") from error
    finally:
        logging.getLogger("torch.onnx").setLevel(level)
    return buffer.getvalue()


def export(
    model: RegionModel,
    array: MicrophoneArray,
    limits_m: np.ndarray,
    calibration: tuple[float, float],
    out: Path,
    base: str = "",
    found_xyz_m: np.ndarray | None = None,
) -> RegionFacts:
    """Write the model and its manifest entry; each appears only when complete.

    `base` and `found_xyz_m`: of an adapted model, what it comes from and where the microphones were found.

    Raises
    ------
    EarshotError
        The files cannot be written.
    """
    data = to_onnx(model)
    facts = RegionFacts(
        file=out.name,
        sha256=hashlib.sha256(data).hexdigest(),
        rate_hz=RATE_HZ,
        samples=WINDOW_SAMPLES,
        bands=BANDS,
        ring=RING,
        array=array.name,
        mic_xyz_m=tuple(tuple(row) for row in np.round(array.mic_xyz_m, 6).tolist()),
        limits_m=tuple(tuple(row) for row in np.round(limits_m, 3).tolist()),
        calibration=(round(calibration[0], 4), round(calibration[1], 4)),
        weights=model.ring.weights(),
        base=base,
        found_xyz_m=() if found_xyz_m is None else tuple(tuple(row) for row in np.round(found_xyz_m, 6).tolist()),
    )
    try:
        write_bytes(out, data)
        write_manifest_entry(out.parent, out.stem, facts)
    except OSError as error:
        raise EarshotError(f"{out}: cannot be written ({error.strerror})") from error
    return facts
