"""What a beam gains that is locked to the track of a walking talker, with somebody else talking, in simulated rooms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.audio.room_renderer import RoomRenderer
from workbench.audio.scene import Scene
from workbench.audio.scene_parts import Arc, Noise, Talker
from workbench.core import params as parameters
from workbench.core.geometry import load_array, wrap_deg, wrap_rad
from workbench.core.messages import Block, Track
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.beamformer import Beamformer
from workbench.engine.beam_meter import BeamMeter
from workbench.engine.beam_watch import BeamObserver, other_talkers_rad
from workbench.engine.designs import DesignBench
from workbench.localize.localizer import Localizer

VOICES = ("anna", "andrew", "emil", "robert", "sarah")
SECONDS = 12.0
SETTLED_S = 3.0
"""Readings count from here on: a track has to be born, and MVDR to learn."""
_CHUNK_S = 0.05
LOCK_RAD = math.radians(15.0)
_APART_DEG = 45.0


@dataclass(frozen=True, slots=True)
class LockedBeamTask:
    """One scene: its number, the array and reverberation time, and the beams to try."""

    number: int
    array: str
    rt60_s: float
    methods: tuple[str, ...]
    params: Params
    seed: int = 1


@dataclass(frozen=True, slots=True)
class LockedBeamScore:
    """SI-SDR against the talker's direct sound, means over the scene; `beam_db` by method.

    `off_deg` is how far the beam was from the talker (median), `relocks` how often the track was lost.
    """

    number: int
    microphone_db: float
    beam_db: dict[str, float]
    off_deg: float
    relocks: int

    def gain_db(self, method: str) -> float:
        """Over one microphone."""
        return self.beam_db[method] - self.microphone_db


def plan(task: LockedBeamTask) -> Scene:
    """A talker who walks on an arc, another one who stands elsewhere and is as loud, and a quiet room's noise."""
    rng = np.random.default_rng([task.seed, 6, task.number])
    size_m = rng.uniform((4.5, 4.0, 2.5), (8.0, 7.0, 3.2)).round(2)
    first, second = rng.choice(VOICES, 2, replace=False)
    middle_deg = rng.uniform(-180, 180)
    swing_deg, speed_deg_s = rng.uniform(15, 30), rng.uniform(4, 12)
    other_deg = middle_deg + rng.choice([-1, 1]) * (swing_deg + rng.uniform(_APART_DEG, 180 - swing_deg))
    arc = Arc(
        from_deg=round(float(middle_deg - swing_deg), 1),
        to_deg=round(float(middle_deg + swing_deg), 1),
        speed_deg_s=round(float(speed_deg_s), 1),
    )
    talkers = (
        Talker("walks", str(first), round(float(middle_deg), 1), round(rng.uniform(1.0, 1.6), 2), path=arc),
        Talker(
            name="other",
            voice=str(second),
            azimuth_deg=round(float(wrap_deg(other_deg)), 1),
            distance_m=round(rng.uniform(1.0, 1.6), 2),
            level_db=round(rng.uniform(-3, 3), 1),
            start_s=round(rng.uniform(0, 6), 1),
        ),
    )
    centre_m = (float(size_m[0] / 2), float(size_m[1] / 2), 1.2)
    noise = Noise("room", "diffuse", snr_db=round(rng.uniform(20, 30), 1))
    name = f"locked-{task.number:03d}"
    return Scene(name, tuple(size_m.tolist()), task.rt60_s, task.array, centre_m, talkers, (noise,), seed=task.number)


def score(task: LockedBeamTask) -> LockedBeamScore:
    """Render the scene, localize it, lock on to the walking talker's track as a person would, and measure each beam."""
    array = load_array(task.array)
    blocks = _render(plan(task))
    tracks = _tracks(blocks, Localizer(array), task.params)
    azimuths_rad, relocks, followed = _locked(blocks, tracks)
    truth_rad = np.array([block.truth[0].azimuth_rad for block in blocks])
    settled = round(SETTLED_S * RATE_HZ / HOP)
    off_rad = np.abs(wrap_rad(np.array(azimuths_rad) - truth_rad))[settled:]
    beams, microphone_db = {}, math.nan
    for method in task.methods:
        microphone_db, beams[method] = _beam(task, array, method, blocks, tracks, azimuths_rad, followed)
    return LockedBeamScore(task.number, microphone_db, beams, math.degrees(float(np.median(off_rad))), relocks)


def _render(scene: Scene) -> list[Block]:
    renderer = RoomRenderer(scene)
    blocks: list[Block] = []
    for _ in range(round(SECONDS / _CHUNK_S)):
        chunk = renderer.render()
        said = np.asarray(chunk.clean, dtype=np.float32)
        for hop, truth in enumerate(chunk.truth):
            span, index = slice(hop * HOP, (hop + 1) * HOP), len(blocks) * HOP
            samples = np.ascontiguousarray(chunk.samples[:, span])
            blocks.append(Block(samples, index, index / RATE_HZ, truth=truth, clean=said[span]))
    return blocks


def _tracks(blocks: list[Block], localizer: Localizer, params: Params) -> list[tuple[Track, ...]]:
    """The newest tracks at every hop, as they are known live."""
    newest: tuple[Track, ...] = ()
    found = []
    for block in blocks:
        update = localizer.process(block.samples, block.time_s, params.localize)
        newest = newest if update is None else update.tracks
        found.append(newest)
    return found


def _locked(blocks: list[Block], tracks: list[tuple[Track, ...]]) -> tuple[list[float], int, list[int]]:
    """Where the beam points at every hop, to a degree as live; how often it was locked anew; the track it follows."""
    azimuth_rad, number, locks = blocks[0].truth[0].azimuth_rad, 0, 0
    azimuths_rad, followed = [], []
    for block, present in zip(blocks, tracks, strict=True):
        own = next((track for track in present if track.number == number), None)
        if own is None:
            true_rad = block.truth[0].azimuth_rad
            near = [track for track in present if abs(wrap_rad(track.azimuth_rad - true_rad)) < LOCK_RAD]
            if near:
                own = min(near, key=lambda track: abs(wrap_rad(track.azimuth_rad - true_rad)))
                number, locks = own.number, locks + 1
        if own is not None:
            azimuth_rad = math.radians(round(math.degrees(own.azimuth_rad)))
        azimuths_rad.append(azimuth_rad)
        followed.append(number)
    return azimuths_rad, max(0, locks - 1), followed


def _beam(
    task: LockedBeamTask,
    array,
    method: str,
    blocks: list[Block],
    tracks,
    azimuths_rad: list[float],
    followed: list[int],
) -> tuple[float, float]:
    """Mean SI-SDR of microphone 1 and of the beam in dB, while the talker is heard."""
    params = parameters.replace(task.params, {"beamformer.method": method, "beamformer.enabled": True})
    bench = DesignBench(array, None)
    observer = BeamObserver(array, bench.surroundings, None)
    beamformer, meter = Beamformer(array.mics), BeamMeter(array.mic_xyz_m)
    readings = []
    for block, present, azimuth_rad, number in zip(blocks, tracks, azimuths_rad, followed, strict=True):
        bench.surroundings.others_rad = other_talkers_rad(present, number, azimuth_rad)
        bench.request(params, azimuth_rad)
        filters, clean = bench.designs.beam, block.clean
        assert filters is not None and clean is not None  # made a line above, and by `_render`
        beam = beamformer.process(block.samples, filters)
        observer.observe(block, beam, azimuth_rad, params)
        talker = block.truth[0]
        reading = meter.process(block.samples, beam, clean, talker.azimuth_rad, talker.distance_m, talker.active)
        if block.time_s >= SETTLED_S and math.isfinite(reading.output_db):
            readings.append((reading.input_db, reading.output_db))
    microphone_db, beam_db = np.mean(readings, axis=0)
    return float(microphone_db), float(beam_db)


def summary(scores: list[LockedBeamScore], methods: tuple[str, ...]) -> dict:
    """Means over scenes, and in how many the gain reaches 6 dB."""
    result = {
        "scenes": len(scores),
        "microphone_db": float(np.mean([one.microphone_db for one in scores])),
        "off_deg": float(np.median([one.off_deg for one in scores])),
        "relocks": sum(one.relocks for one in scores),
        "methods": {},
    }
    for method in methods:
        gains = np.array([one.gain_db(method) for one in scores])
        result["methods"][method] = {
            "beam_db": float(np.mean([one.beam_db[method] for one in scores])),
            "gain_db": float(gains.mean()),
            "worst_gain_db": float(gains.min()),
            "part_above_6_db": float((gains >= 6.0).mean()),
        }
    return result
