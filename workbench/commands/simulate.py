"""`workbench simulate`: a scene of the simulated room as files: sound, ground truth and array."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np

from workbench.audio.files import SoundWriter
from workbench.audio.protocols import RATE_HZ
from workbench.commands.common import SCHEMA, add_json_argument, note, write_json
from workbench.commands.progress import ProgressLine
from workbench.core.atomic import write_text
from workbench.core.errors import EarshotError, InputError
from workbench.core.interrupts import DeferredInterrupt
from workbench.core.messages import Block
from workbench.engine.array_files import array_toml

STEP_S = 0.1
"""Grid of the ground truth: entry i tells of the span from i * STEP_S to (i + 1) * STEP_S."""

_LONGEST_S = 3600.0
_FLAC_CHANNELS = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("scene", nargs="?", default="two-talkers-fan", help="shipped scene or TOML file")
    parser.add_argument(
        "--out", required=True, metavar="DIR|FILE", help="folder, or sound file (.flac or .wav); the rest lies beside"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="length (default 30)")
    parser.add_argument(
        "--clean", action="store_true", help="also write the first talker's direct sound at the array's centre"
    )
    add_json_argument(parser)


def sound_path(out: str, name: str, channels: int) -> Path:
    """The sound file's path: `out` itself if it is one, else a file in that folder, which is made.

    Raises
    ------
    InputError
        Another suffix, more channels than FLAC holds, or a folder that is not there and cannot be made.
    """
    path = Path(out)
    if path.suffix.lower() in (".flac", ".wav") and not path.is_dir():
        if path.suffix.lower() == ".flac" and channels > _FLAC_CHANNELS:
            raise InputError(f"{path}: FLAC holds {_FLAC_CHANNELS} channels, the array has {channels}; use .wav")
        if not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {path.parent}")
        return path
    if path.suffix and not path.is_dir():
        raise InputError(f"{path}: sound is written as .flac or .wav (or name a folder)")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be made a folder ({error.strerror})") from error
    return path / f"{name}.{'flac' if channels <= _FLAC_CHANNELS else 'wav'}"


def microphone_tables(microphones) -> list[dict]:
    """The truth about each channel: which microphone it carries, where that is, and its errors."""
    tables = []
    for microphone, gain in zip(microphones.order.tolist(), microphones.gain.tolist(), strict=True):
        tables.append(
            {
                "microphone": microphone + 1,
                "xyz_m": [round(value, 6) for value in microphones.xyz_m[microphone].tolist()],
                "gain_db": round(20 * math.log10(abs(gain)), 3) if gain else None,
                "delay_us": round(1e6 * float(microphones.delay_s[microphone]), 3),
                "dead": gain == 0,
                "inverted": gain < 0,
            }
        )
    return tables


def truth_tables(blocks: list[tuple], steps: int, hops: int) -> list[dict]:
    """Per talker its name, azimuth_deg, distance_m and activity on the grid, from the truth of every hop.

    Places are those in the middle of a step; somebody is active who speaks in at least half of it.
    """
    talkers = []
    for number, talker in enumerate(blocks[0]):
        seen = [truth[number] for truth in blocks]
        spans = [seen[step * hops : (step + 1) * hops] for step in range(steps)]
        talkers.append(
            {
                "name": talker.name,
                "azimuth_deg": [round(math.degrees(span[len(span) // 2].azimuth_rad), 3) for span in spans],
                "distance_m": [round(span[len(span) // 2].distance_m, 4) for span in spans],
                "activity": [bool(np.mean([truth.active for truth in span]) >= 0.5) for span in spans],
            }
        )
    return talkers


@contextmanager
def _writer(path: Path, channels: int) -> Iterator[SoundWriter]:
    """A writer that leaves nothing behind unless it is closed within."""
    try:
        writer = SoundWriter(path, channels, RATE_HZ)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error
    try:
        yield writer
    finally:
        writer.discard()


def run(args: argparse.Namespace) -> int:
    """Render the scene and write SCENE.flac (or .wav), SCENE.json and array.toml."""
    from workbench.audio.protocols import HOP
    from workbench.audio.scene_files import load_scene
    from workbench.audio.simulator import RoomSource

    if not STEP_S <= args.seconds <= _LONGEST_S:
        raise InputError(f"--seconds {args.seconds:g} is outside {STEP_S:g}…{_LONGEST_S:g}")
    scene = load_scene(args.scene)
    source = RoomSource(scene, patience_s=None)
    total = round(args.seconds * RATE_HZ)
    truths, peak = [], 0.0
    line = ProgressLine()

    def next_block() -> Block:
        block = source.read(timeout_s=30.0)
        if block is None:
            raise EarshotError("the simulated room gave no sound for 30 s")
        return block

    try:
        source.start()  # first: a voice that is not there makes no folder
        setting = source.setting
        assert setting is not None  # it is prepared by `start`
        path = sound_path(args.out, scene.name, source.channels)
        with DeferredInterrupt() as interrupt, ExitStack() as unfinished:
            sound = unfinished.enter_context(_writer(path, source.channels))
            clean = None
            if args.clean:
                clean = unfinished.enter_context(_writer(path.with_name(f"{path.stem}_clean{path.suffix}"), 1))
            for start in range(0, total, HOP):
                interrupt.check()
                block, length = next_block(), min(HOP, total - start)
                sound.write(block.samples[:, :length])
                if clean is not None:
                    clean.write((np.zeros(HOP) if block.clean is None else block.clean)[None, :length])
                peak = max(peak, float(np.abs(block.samples).max()))
                truths.append(block.truth)
                if start % RATE_HZ == 0:
                    line.show(f"{start // RATE_HZ} of {args.seconds:g} s", start / total)
            for writer in filter(None, (sound, clean)):
                writer.close()
    except OSError as error:
        raise EarshotError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        source.close()

    hops = round(STEP_S * RATE_HZ / HOP)
    steps = -(-len(truths) // hops)
    document = {
        "schema": SCHEMA,
        "scene": scene.name,
        "sound": path.name,
        "array": source.array.name,
        "rate_hz": RATE_HZ,
        "seconds": total / RATE_HZ,
        "room": {
            "size_m": scene.size_m,
            "rt60_s": setting.acoustics.room.rt60_s,
            "array_xyz_m": scene.array_xyz_m,
        },
        "microphones": microphone_tables(setting.microphones),
        "noises": [asdict(noise) for noise in scene.noises],
        "step_s": STEP_S,
        "time_s": [round((step + 0.5) * STEP_S, 3) for step in range(steps)],
        "talkers": truth_tables(truths, steps, hops),
        "peak_dbfs": 20 * math.log10(peak) if peak > 0 else None,
    }
    write_json(document, str(path.with_suffix(".json")))
    try:
        write_text(path.with_name("array.toml"), array_toml(source.array))  # whole: scenes beside it may write it, too
    except OSError as error:
        raise InputError(f"{path.with_name('array.toml')}: cannot be written ({error.strerror})") from error
    if setting.acoustics.room.notice:
        note(setting.acoustics.room.notice)
    if peak > 1 and path.suffix.lower() == ".flac":
        note(f"{path}: peaks reach {20 * math.log10(peak):.1f} dBFS and are clipped; write .wav, or lower level_db")
    if args.json:
        write_json(document, args.json)
    else:
        talkers = f"{len(scene.talkers)} talker{'s' * (len(scene.talkers) != 1)}"
        print(f"{path}: {total / RATE_HZ:g} s, {source.channels} channels, {talkers}")
    return 0
