"""A sound that lies in several files, because its format holds only so many channels: found by name, read as one.

The files are called after their channels: ``input 1-8.flac``, ``input 9-16.flac``. Each of them stands for the whole.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import soundfile

SUFFIX = ".flac"
_NAME = re.compile(r"(?P<name>.*) (?P<first>[1-9]\d{0,3})-(?P<last>[1-9]\d{0,3})", re.DOTALL)


def part_names(name: str, channels: int, most: int) -> list[tuple[str, slice]]:
    """Names without suffix of the files that hold so many channels, `most` in each, and which channels each has."""
    if channels <= most:
        return [(name, slice(0, channels))]
    edges = [*range(0, channels, most), channels]
    return [(f"{name} {first + 1}-{last}", slice(first, last)) for first, last in itertools.pairwise(edges)]


def parts_of(path: str | Path) -> tuple[Path, ...]:
    """The files that together are the sound one of them is a part of, in the order of their channels; else the path.

    They belong together when their names go from channel 1 on without a gap, and what can be read of them holds so
    many channels, at one rate.
    """
    path = Path(path)
    own = _NAME.fullmatch(path.stem)
    if own is None or path.suffix != SUFFIX:
        return (path,)
    found: list[tuple[int, int, Path]] = []
    try:
        beside = [one for one in path.parent.iterdir() if one.suffix == SUFFIX]
    except OSError:
        return (path,)
    for one in beside:
        match = _NAME.fullmatch(one.stem)
        if match is not None and match["name"] == own["name"]:
            found.append((int(match["first"]), int(match["last"]), one))
    found.sort()
    after = 1
    for first, last, _ in found:
        if first != after or last < first:
            return (path,)
        after = last + 1
    parts = tuple(one for _, _, one in found)
    alike = len(parts) > 1 and path in parts and _hold(parts, [last - first + 1 for first, last, _ in found])
    return parts if alike else (path,)


def _hold(parts: tuple[Path, ...], channels: list[int]) -> bool:
    """Whether the files have so many channels; one that cannot be read is believed, and named when it is opened."""
    rates_hz = set()
    for part, count in zip(parts, channels):
        try:
            known = soundfile.info(str(part))
        except (soundfile.LibsndfileError, RuntimeError, OSError):
            continue
        if known.channels != count:
            return False
        rates_hz.add(known.samplerate)
    return len(rates_hz) <= 1


class JoinedSound:
    """Open sound files as one with the channels of all of them; as long as the shortest, where a crash cut them off.

    Parameters
    ----------
    parts : open sound files of one rate, in the order of their channels
    """

    def __init__(self, parts: list[soundfile.SoundFile]):
        self.parts = tuple(parts)
        self.name: str = parts[0].name
        self.samplerate: int = parts[0].samplerate
        self.channels = sum(part.channels for part in parts)
        self.frames = min(part.frames for part in parts)

    def seek(self, frame: int) -> None:
        """Go on from a sample, from 0."""
        for part in self.parts:
            part.seek(frame)

    def tell(self) -> int:
        """The sample that is read next."""
        return self.parts[0].tell()

    def close(self) -> None:
        """Close all files."""
        for part in self.parts:
            part.close()

    def __enter__(self) -> JoinedSound:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Sound = soundfile.SoundFile | JoinedSound
