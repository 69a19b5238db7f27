"""The microphone check on simulated recordings: faults put in are named rightly, healthy arrays raise no alarm.

    python -m tests.soak.microphone_check [--each 10] [--seed 1] [--full] [--json FILE]

Rooms, reverberation, noise, arrays, talkers and their ways are drawn at random; healthy microphones differ as good
ones do (0.5 dB, 2 microseconds and 1 mm of standard deviation). `--each` recordings have one or two faults, as many
have none; `--full` makes it 50 and 50. Faults that no sound can show are not drawn: an exchange of two microphones
that the array's own symmetry undoes, or explains by another one as well.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tests.soak.verdict import verdict
from workbench.audio.scene import Scene
from workbench.audio.scene_parts import Arc, Mismatch, Noise, Talker
from workbench.audio.simulator import RoomSource
from workbench.core.geometry import MicrophoneArray, load_array
from workbench.core.resources import resource, shipped_names
from workbench.dsp.bands import RATE_HZ
from workbench.evaluation.channels import ChannelReport, check_channels

SECONDS = 10.0
KINDS = ("dead", "inverted", "swapped", "gain")
FULL = 50


@dataclass(frozen=True)
class Case:
    """A scene and what is wrong with its microphones: channel -> (fault, partner)."""

    scene: Scene
    faults: dict[int, tuple[str, int | None]]


def symmetries(array: MicrophoneArray) -> list[np.ndarray]:
    """Permutations of the microphones that a turn or a reflection of the plane makes, the identity among them."""
    xy = array.mic_xyz_m[:, :2] - array.mic_xyz_m[:, :2].mean(axis=0)
    found = {tuple(range(array.mics))}
    angles = np.arctan2(xy[:, 1], xy[:, 0])
    for angle in [*np.subtract.outer(angles, angles).ravel(), np.pi]:
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        found |= _fits(xy, xy @ turn.T)
    for angle in np.add.outer(angles, angles).ravel():
        mirror = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
        found |= _fits(xy, xy @ mirror.T)
    return [np.array(one) for one in sorted(found)]


def _fits(xy: np.ndarray, moved: np.ndarray) -> set[tuple[int, ...]]:
    away = np.linalg.norm(moved[:, None] - xy[None], axis=2)
    order = away.argmin(axis=1)
    return {tuple(order.tolist())} if away.min(axis=1).max() < 1e-4 and len(set(order.tolist())) == len(xy) else set()


def visible(array: MicrophoneArray, pair: tuple[int, int]) -> bool:
    """Whether sound can show that these two are exchanged: no symmetry leaves two or fewer of them out of place."""
    order = np.arange(array.mics)
    order[list(pair)] = order[list(pair[::-1])]
    others = [symmetry[order] for symmetry in symmetries(array) if (symmetry != np.arange(array.mics)).any()]
    return all(np.count_nonzero(other != np.arange(array.mics)) > 2 for other in others)


def draw_faults(rng: np.random.Generator, array: MicrophoneArray, kind: str) -> tuple[dict, Mismatch]:
    """One fault of a kind, and sometimes a second one of another kind, as many as a small array can bear."""
    pairs = [pair for pair in combinations(range(array.mics), 2) if visible(array, pair)]
    kinds = [kind if kind != "swapped" or pairs else "inverted"]
    if array.mics >= 6 and rng.random() < 0.3:
        kinds.append(str(rng.choice([other for other in KINDS if other != kinds[0]])))
    faults, parts, free = {}, {"dead": (), "inverted": (), "swapped": ()}, list(range(array.mics))
    gains = np.zeros(array.mics)
    for one in kinds:
        if one == "swapped":
            usable = [pair for pair in pairs if set(pair) <= set(free)]
            first, second = usable[rng.integers(len(usable))]
            faults |= {first: (one, second), second: (one, first)}
            parts["swapped"] = ((first + 1, second + 1),)
            free = [channel for channel in free if channel not in (first, second)]
            continue
        channel = free.pop(rng.integers(len(free)))
        faults[channel] = (one, None)
        if one == "gain":
            gains[channel] = rng.choice((-1, 1)) * rng.uniform(3.5, 12.0)
        else:
            parts[one] = (channel + 1,)
    return faults, Mismatch(0.5, 2.0, 1.0, gain_db=tuple(gains.tolist()), **parts)


def draw(seed: int, number: int, faulty: bool) -> Case:
    """The case of a number; a seed gives the same ones always."""
    rng = np.random.default_rng((seed, number, faulty))
    names = sorted(shipped_names("arrays"))
    array_name = names[number % len(names)]
    array = load_array(array_name)
    kind = KINDS[number // len(names) % len(KINDS)]
    faults, mismatch = draw_faults(rng, array, kind) if faulty else ({}, Mismatch(0.5, 2.0, 1.0))
    size = (*rng.uniform((3.5, 3.0), (8.0, 6.5)), rng.uniform(2.4, 3.2))
    centre = (*(np.array(size[:2]) * rng.uniform(0.4, 0.6, 2)), rng.uniform(0.8, 1.4))
    nearest = min(*centre[:2], size[0] - centre[0], size[1] - centre[1]) - 0.3
    voices = [path.stem for path in sorted(resource("voices").glob("*.flac"))]
    count = int(rng.integers(1, 4))
    chosen = rng.choice(voices, count, replace=False)
    start_deg = rng.uniform(-180, 180)
    talkers = []
    for place, voice in enumerate(chosen):
        azimuth = float((start_deg + 360 / count * place + rng.uniform(-40, 40) + 180) % 360 - 180)
        distance = float(rng.uniform(0.7, max(0.8, nearest)))
        path = None
        if count == 1 or rng.random() < 0.3:  # who is alone walks about, as the person is told
            path = Arc(azimuth, azimuth + float(rng.uniform(90, 180)), float(rng.uniform(15, 30)))
        talkers.append(
            Talker(str(voice), str(voice), azimuth, distance, float(rng.uniform(-0.1, 0.5)), start_s=1.0, path=path)
        )
    kinds = [str(rng.choice(("fan", "babble", "room")))]
    noises = tuple(
        Noise(kind, "diffuse" if rng.random() < 0.5 else "point", float(rng.uniform(8, 30)),
              float(rng.uniform(-180, 180)), float(rng.uniform(0.8, max(0.9, nearest))))
        for kind in kinds
    )  # fmt: skip
    scene = Scene(
        f"case {number}", tuple(map(float, size)), float(rng.uniform(0.15, 0.6)), array_name,
        tuple(map(float, centre)), tuple(talkers), noises, mismatch, seed=int(rng.integers(1 << 30)),
    )  # fmt: skip
    return Case(scene, faults)


def listen(scene: Scene, seconds: float = SECONDS) -> np.ndarray:
    """(mics, n) of what the channels carry."""
    source = RoomSource(scene, patience_s=None)
    source.start()
    blocks = []
    try:
        while sum(block.shape[1] for block in blocks) < seconds * RATE_HZ:
            block = source.read(30.0)
            if block is None:
                raise RuntimeError(f"{scene.name}: the room gives nothing")
            blocks.append(block.samples)
    finally:
        source.close()
    return np.concatenate(blocks, axis=1)


def named(report: ChannelReport) -> dict[int, tuple[str, int | None]]:
    """What the check found, as `Case.faults`."""
    return {item.index: (item.fault, item.partner) for item in report.channels if item.fault}


def words(faults: dict[int, tuple[str, int | None]]) -> str:
    """For the table: channels from 1."""
    return ", ".join(
        f"{channel + 1} {fault}" + (f" with {partner + 1}" if partner is not None else "")
        for channel, (fault, partner) in sorted(faults.items())
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=10, help="faulty recordings, and as many healthy ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--full", action="store_true", help=f"{FULL} of each")
    parser.add_argument("--save", help="keep the recordings in this folder as .npz")
    parser.add_argument("--json", help="write the results to this file")
    args = parser.parse_args()
    each, rows, began_s = FULL if args.full else args.each, [], time.monotonic()
    for faulty in (True, False):
        for number in range(each):
            case = draw(args.seed, number, faulty)
            samples = listen(case.scene)
            array = case.scene.load_array()
            if args.save:
                np.savez(f"{args.save}/{args.seed}-{int(faulty)}-{number:02}.npz", samples=samples,
                         array=case.scene.array, faults=json.dumps(list(case.faults.items())))  # fmt: skip
            report = check_channels(samples, RATE_HZ, array)
            found = named(report)
            right = found == case.faults
            rows.append({"faulty": faulty, "number": number, "right": right, "array": array.name,
                         "true": words(case.faults), "found": words(found), "note": report.note,
                         "score": round(report.score, 3), "rt60_s": round(case.scene.rt60_s, 2)})  # fmt: skip
            row = rows[-1]
            print(
                f"{'ok   ' if right else 'WRONG'} {number:3} {array.name:12} rt60 {row['rt60_s']:.2f} s, fit "
                f"{row['score']:.2f}: {row['true'] or 'healthy'}"
                + ("" if right else f" -> found {row['found'] or 'nothing'}; {row['note']}"),
                flush=True,
            )
    faulty_right = sum(row["right"] for row in rows if row["faulty"])
    healthy_right = sum(row["right"] for row in rows if not row["faulty"])
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
    return verdict(
        faulty_right == healthy_right == each,
        f"{faulty_right} of {each} faulty recordings named rightly, {healthy_right} of {each} healthy ones without "
        f"alarm ({time.monotonic() - began_s:.0f} s)",
    )


if __name__ == "__main__":
    sys.exit(main())
