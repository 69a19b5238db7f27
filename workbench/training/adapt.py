"""Adapting a localization network to a room and to the array that really stands in it, from labelled recordings.

Two things are learnt, in this order. First where the microphones really are: their places are moved until the steered
power towards the labelled azimuths is largest; a few millimetres are plenty for wrong directions at high frequencies.
Then the learnt layers are trained a little further on windows of the recordings and as many simulated ones for the
places found, so that nothing of what the network knew of several talkers is forgotten (100 recorded and 100 simulated
windows: Sundar et al., ICASSP 2020). Every fifth recording is held back, and error before and after is measured on
those alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from workbench.core.errors import EarshotError, InputError
from workbench.core.geometry import SPEED_OF_SOUND_M_S, MicrophoneArray, unit_vectors, wrap_rad
from workbench.core.resources import resource
from workbench.localize.frames import BANDS, BINS_PER_BAND
from workbench.localize.models import models_folder, read_manifest, untrained
from workbench.localize.recordings import read_recordings
from workbench.localize.ring import RING_RAD, STEP_RAD
from workbench.training import checkpoint
from workbench.training.adapt_windows import AdaptWindows, Progress, recorded_windows, simulated_windows
from workbench.training.localize import read_ring
from workbench.training.localize_export import export
from workbench.training.localize_network import ACTIVE_OVER_FLOOR_DB, FirstLayers, RegionModel, loss, targets
from workbench.training.localize_training import DISTANCE_WEIGHT, OFFSET_WEIGHT

RECORDED, SIMULATED = 100, 100
HELD_BACK_EVERY = 5
MISS_DEG = 20.0
_PLACE_STEPS, _TUNE_STEPS = 150, 120
_PLACE_SIGMA_M = 4e-3
_TUNE_RATE = 1.5e-4
_BATCH = 20


@dataclass(frozen=True, slots=True)
class AdaptRequest:
    """What a person asks for.

    `start` are the weights (.pt) of the network to adapt, None for the shipped one of the array; `speech` is what
    simulated talkers say, by default the program's own voices.
    """

    array: MicrophoneArray
    recordings: Path
    out: Path
    form: str = "named"
    start: Path | None = None
    speech: tuple[Path, ...] = ()
    recorded: int = RECORDED
    simulated: int = SIMULATED
    seed: int = 1


@dataclass(frozen=True, slots=True)
class AdaptError:
    """Errors on the held-back windows. A window without a talker within MISS_DEG of the label counts MISS_DEG."""

    mean_deg: float
    median_deg: float
    within_5deg: float
    missed: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class AdaptReport:
    """What adaptation did. `moved_mm` is how far each microphone was found from where the array's file has it."""

    model: str
    base: str
    recordings: int
    windows: int
    held_back: int
    before: AdaptError
    after: AdaptError
    moved_mm: tuple[float, ...]

    def as_dict(self) -> dict:
        """Plain data for JSON."""
        return asdict(self)


class Cancelled(EarshotError):
    """Somebody stopped the adaptation; nothing was written."""


def adapt(
    request: AdaptRequest,
    progress: Progress = lambda stage, done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> AdaptReport:
    """Adapt, export the new model beside the old one, and say what it brought.

    Raises
    ------
    InputError
        Recordings without labels or speech, the wrong number of channels, no network to start from.
    Cancelled
        `cancelled` said so.
    EarshotError
        The model cannot be written.
    """
    if request.out.suffix != ".onnx":
        raise InputError(f"{request.out}: the model's name has to end in .onnx")
    if not request.out.parent.is_dir():
        raise InputError(f"{request.out.parent}: no such folder")
    start = request.start or shipped_weights(request.array)
    if start.with_suffix(".onnx").resolve() == request.out.resolve():
        raise InputError(f"{request.out}: the model that is adapted is kept; choose another name for the new one")
    recordings = read_recordings(request.recordings, request.form)
    ring, state = read_ring(start)
    limits_m = np.array(state["limits_m"])

    def step(stage: str, done: int, total: int) -> None:
        if cancelled():
            raise Cancelled("adaptation was stopped; nothing was written")
        progress(stage, done, total)

    torch.set_num_threads(1)  # the products are too small to share
    torch.manual_seed(request.seed)
    first = FirstLayers(request.array)
    wanted = math.ceil(request.recorded * HELD_BACK_EVERY / (HELD_BACK_EVERY - 1))
    windows, recording_of = recorded_windows(recordings, request.recordings, request.array, wanted, first, step)
    kept, held = _split(recording_of, len(recordings))
    train, test = windows.part(kept), windows.part(held)
    before = measure(RegionModel(first, ring), test, limits_m)
    _find_places(first, train, step)
    speech = request.speech or (resource("voices"),)
    simulated = simulated_windows(first, request.array.name, speech, request.simulated, request.seed, step)
    _tune(ring, first, train, simulated, limits_m, request.seed, step)
    model = RegionModel(first, ring)
    after = measure(model, test, limits_m)
    found_m = first.mic_xyz_m.detach().numpy().astype(float)
    calibration = tuple(state.get("calibration", (0.0, 1.0)))
    facts = export(model, request.array, limits_m, calibration, request.out, start.stem, found_m)
    weights = checkpoint.halves(ring.state_dict())
    checkpoint.save(request.out.with_suffix(".pt"), {**state, "best_weights": weights})
    moved_mm = 1e3 * np.linalg.norm(found_m - request.array.mic_xyz_m, axis=1)
    return AdaptReport(
        model=str(request.out),
        base=facts.base,
        recordings=len(recordings),
        windows=len(train),
        held_back=len(test),
        before=before,
        after=after,
        moved_mm=tuple(round(float(value), 2) for value in moved_mm),
    )


def shipped_weights(array: MicrophoneArray) -> Path:
    """Weights of the shipped network of an array.

    Raises
    ------
    InputError
        There is none.
    """
    for name, facts in read_manifest().items():
        path = models_folder() / f"{name}.pt"
        if facts.fits(array) and path.is_file():
            return path
    raise InputError(untrained(array))


def _split(owners: np.ndarray, recordings: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of windows to learn from and held back: whole recordings, or where there are few, every fifth window."""
    number = np.arange(len(owners))
    if recordings >= HELD_BACK_EVERY:
        back = owners % HELD_BACK_EVERY == HELD_BACK_EVERY // 2
    else:
        back = number % HELD_BACK_EVERY == HELD_BACK_EVERY // 2
    if not back.any() or back.all():
        back = number == len(number) - 1
    return number[~back], number[back]


def measure(model: RegionModel, windows: AdaptWindows, limits_m: np.ndarray) -> AdaptError:
    """Errors of the most probable talker in windows with one talker each."""
    model.eval()
    with torch.no_grad():
        power, energy_db = model.first.steer(windows.real, windows.imag)
        answers = model.ring(power, energy_db - windows.floor_db[:, None]).numpy()
    index = answers[:, 0].argmax(axis=1)
    rows = np.arange(len(answers))
    azimuth_rad = RING_RAD[index] + np.clip(answers[rows, 1, index], -1.5, 1.5) * STEP_RAD
    error_deg = np.abs(np.rad2deg(wrap_rad(azimuth_rad - windows.azimuth_rad[:, 0].numpy())))
    low, high = limits_m[0]
    distance = low + np.clip(answers[rows, 2, index], 0, 1) * (high - low)
    away_m = np.abs(distance - windows.distance_m[:, 0].numpy())
    found = error_deg < MISS_DEG
    known = away_m[found & np.isfinite(away_m)]
    return AdaptError(
        mean_deg=float(np.minimum(error_deg, MISS_DEG).mean()),
        median_deg=float(np.median(error_deg)),
        within_5deg=float(np.mean(error_deg <= 5)),
        missed=float(np.mean(~found)),
        distance_m=float(known.mean()) if len(known) else math.nan,
    )


def _find_places(first: FirstLayers, windows: AdaptWindows, step: Progress) -> None:
    """Move the microphones until the labelled directions sound most like single wave fronts.

    Heights stay: sound from the sides tells nothing of them. So does the array's size: noise and talkers above or below
    the array's plane would make it seem smaller, and no azimuth depends on it.
    """
    nominal = first.mic_xyz_m.detach().clone()
    shift = torch.zeros(len(nominal), 2, requires_grad=True)
    outward = nominal[:, :2] - nominal[:, :2].mean(dim=0)
    outward = outward / outward.norm()

    def moved_by() -> Tensor:
        centred = shift - shift.mean(dim=0)
        return centred - (centred * outward).sum() * outward

    toward = torch.from_numpy(unit_vectors(windows.azimuth_rad[:, 0].numpy())[:, :2].astype(np.float32))
    with torch.no_grad():
        square = windows.real**2 + windows.imag**2
        zone = square.mean(dim=1).reshape(len(windows), BANDS, BINS_PER_BAND, -1).mean(dim=2)
        active = (10 * torch.log10(zone + 1e-14) - windows.floor_db[..., None] > ACTIVE_OVER_FLOOR_DB).float()
        scale = 1 / torch.clamp(torch.sqrt(square), min=1e-10) / first.mics
        real, imag = windows.real * scale, windows.imag * scale
    optimizer = torch.optim.Adam([shift], lr=2e-4)
    for number in range(_PLACE_STEPS):
        step("microphones", number, _PLACE_STEPS)
        place = nominal[:, :2] + moved_by()
        advance_s = toward @ place.T / SPEED_OF_SOUND_M_S  # (N, mics)
        angle = -first.omega[None, None] * advance_s[..., None]
        cosine, sine = torch.cos(angle)[..., None], torch.sin(angle)[..., None]
        beam_real = (cosine * real - sine * imag).sum(dim=1)
        beam_imag = (cosine * imag + sine * real).sum(dim=1)
        power = (beam_real**2 + beam_imag**2).reshape(len(windows), BANDS, BINS_PER_BAND, -1).mean(dim=2)
        # Squared: zones in which the direct sound prevails count most.
        value = -(power**2 * active).sum() / active.sum() + 0.02 / len(windows) * (shift**2).sum() / _PLACE_SIGMA_M**2
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    with torch.no_grad():
        moved = nominal.clone()
        moved[:, :2] += moved_by()
        first.mic_xyz_m.copy_(moved)


def _tune(ring, first, recorded: AdaptWindows, simulated: AdaptWindows, limits_m, seed: int, step: Progress) -> None:
    """Train the learnt layers a little further, on recorded and simulated windows alike."""
    parts = []
    with torch.no_grad():
        for windows in (recorded, simulated):
            power, energy_db = first.steer(windows.real, windows.imag)
            parts.append((power, energy_db - windows.floor_db[:, None], windows))
    ring.eval()  # means and scales of the normalisation stay what a long training made them
    optimizer = torch.optim.Adam(ring.parameters(), lr=_TUNE_RATE)
    rng = np.random.default_rng([seed, 4])
    low, high = limits_m[0]
    for number in range(_TUNE_STEPS):
        step("network", number, _TUNE_STEPS)
        for group in optimizer.param_groups:
            group["lr"] = _TUNE_RATE * 0.5 * (1 + math.cos(math.pi * number / _TUNE_STEPS))
        total = 0.0
        for power, level_db, windows in parts:
            index = rng.choice(len(windows), min(_BATCH, len(windows)), replace=False)
            distance = (windows.distance_m[index] - low) / (high - low)
            answer = ring(power[index], level_db[index])
            heat, offset, wanted = targets(windows.azimuth_rad[index], torch.nan_to_num(distance), windows.heard[index])
            known = torch.isfinite(windows.distance_m[index]) | ~windows.heard[index]
            cross, offset_error, distance_error = loss(answer, heat, offset, wanted)
            total = total + cross + OFFSET_WEIGHT * offset_error
            if bool(known.all()):
                total = total + DISTANCE_WEIGHT * distance_error
        optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(ring.parameters(), 1.0)
        optimizer.step()
