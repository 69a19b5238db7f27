"""Sound files, read and written whole. Every way in which a file can be bad has a plain message.

Decided: a truncated or damaged file is refused rather than played up to the damage, and so is one that holds NaN or
infinity (a filter that has met one never gives sound again): silently dropping a part of somebody's recording is
worse than saying so.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

import numpy as np
import soundfile

from workbench.audio.sound_parts import JoinedSound, Sound, parts_of
from workbench.audio.wav_writer import WavWriter
from workbench.core.errors import EarshotError, InputError
from workbench.core.geometry import MAX_MICS
from workbench.core.interrupts import DeferredInterrupt

MIN_RATE_HZ, MAX_RATE_HZ = 8000, 192_000
FLAC_CHANNELS = 8
_UNKNOWN_SIZE = 0x7FFFF000
"""Programs that write to a pipe cannot know the length; they put a number from here on into the header."""
_ENDLESS_FROM = 2**62
"""What libsndfile says of a FLAC file whose header leaves the length open is beyond this."""
_SHORT_DATA = re.compile(r"^data : (\d+) \(should be (\d+)\)", re.MULTILINE)


def open_sound(path: str | Path) -> Sound:
    """Open a sound file for reading, having looked at everything that the header tells.

    One of several files that together are a sound (``input 1-8.flac``, see `workbench.audio.sound_parts`) opens all.

    Raises
    ------
    InputError
        Missing, a folder, unreadable, empty, not a sound file, truncated, without channels or samples, more than
        64 channels, or a rate outside 8 to 192 kHz. The message names the file and the cause.
    """
    sounds: list[soundfile.SoundFile] = []
    try:
        for part in parts_of(path):
            sounds.append(_open_file(part))
        channels = sum(sound.channels for sound in sounds)
        if channels > MAX_MICS:
            raise InputError(f"{path}: has {channels} channels; at most {MAX_MICS} are supported")
    except BaseException:
        for sound in sounds:
            sound.close()
        raise
    return sounds[0] if len(sounds) == 1 else JoinedSound(sounds)


def _open_file(path: Path) -> soundfile.SoundFile:
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder, not a sound file")
        with path.open("rb") as probe:
            if not probe.read(1):
                raise InputError(f"{path}: the file is empty")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        sound = soundfile.SoundFile(str(path))
    except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
        cause = getattr(error, "error_string", None) or str(error)
        raise InputError(f"{path}: not a sound file that can be read ({cause.strip().rstrip('.')})") from error
    try:
        _check_header(path, sound)
    except InputError:
        sound.close()
        raise
    return sound


def _check_header(path: Path, sound: soundfile.SoundFile) -> None:
    short = _SHORT_DATA.search(sound.extra_info)
    if short and int(short[1]) < _UNKNOWN_SIZE and int(short[2]) < int(short[1]):
        part = 100 * int(short[2]) / int(short[1])
        raise InputError(
            f"{path}: is truncated: it holds {part:.3g} % of the sound that its header promises. "
            "Copy it again, or repair it with `sox --ignore-length IN OUT`"
        )
    if sound.channels < 1:
        raise InputError(f"{path}: has no channels")
    if sound.frames >= _ENDLESS_FROM:
        raise InputError(
            f"{path}: does not say how long it is, as a stream that was saved, or a recording that was cut off. "
            "Write it anew with `sox IN OUT`"
        )
    if sound.frames < 1:
        raise InputError(f"{path}: holds no samples")
    if not MIN_RATE_HZ <= sound.samplerate <= MAX_RATE_HZ:
        raise InputError(
            f"{path}: its sample rate is {sound.samplerate} Hz; {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz are supported"
        )


def read_part(sound: Sound, frames: int) -> np.ndarray:
    """The next `frames` samples, (channels, frames) float32.

    Raises
    ------
    InputError
        The file ends early, is damaged here, or holds a value that is not a finite number.
    """
    if isinstance(sound, JoinedSound):
        return np.concatenate([read_part(part, frames) for part in sound.parts])
    start = sound.tell()
    try:
        data = sound.read(frames, dtype="float32", always_2d=True).T
    except (soundfile.LibsndfileError, RuntimeError) as error:
        cause = getattr(error, "error_string", None) or str(error)
        at = f"after {start / sound.samplerate:.2f} s"
        cause = cause.strip().rstrip(".") or "the data cannot be decoded"
        raise InputError(f"{sound.name}: is damaged or truncated {at} ({cause})") from error
    if data.shape[1] < frames:
        at_s = (start + data.shape[1]) / sound.samplerate
        raise InputError(f"{sound.name}: is truncated: it ends after {at_s:.2f} s of {duration_s(sound):.2f} s")
    finite = np.isfinite(data)
    if not finite.all():
        channel, sample = np.unravel_index(np.argmin(finite), finite.shape)
        raise InputError(
            f"{sound.name}: {finite.size - np.count_nonzero(finite)} samples are NaN or infinite, the first in channel "
            f"{channel + 1} at {(start + sample) / sound.samplerate:.3f} s. Repair the file, or export it again"
        )
    return data


def duration_s(sound: Sound) -> float:
    """Length of an open sound file."""
    return sound.frames / sound.samplerate


def read_sound(path: str | Path) -> tuple[np.ndarray, int]:
    """Read a whole sound file.

    Returns
    -------
    samples : (channels, n) float32
        Full scale is 1.0; any format that libsndfile knows, 8-bit to 64-bit float.
    rate_hz : int

    Raises
    ------
    InputError
        See `open_sound` and `read_part`.
    """
    with open_sound(path) as sound:
        return np.ascontiguousarray(read_part(sound, sound.frames)), sound.samplerate


def check_target(path: str | Path, channels: int) -> Path:
    """A path that can become a sound file of so many channels.

    Raises
    ------
    InputError
        Neither .wav nor .flac, too many channels for FLAC, or the folder is missing or cannot be written.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".wav", ".flac"):
        raise InputError(f"{path}: sound is written as .wav (32-bit float) or .flac (24-bit); name one of them")
    if kind == ".flac" and channels > FLAC_CHANNELS:
        raise InputError(f"{path}: FLAC holds {FLAC_CHANNELS} channels at most, not {channels}; write a .wav")
    if path.is_dir():
        raise InputError(f"{path}: is a folder")
    if not path.parent.is_dir():
        raise InputError(f"{path}: cannot be written (there is no folder {path.parent})")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path}: cannot be written (no permission for the folder {path.parent})")
    return path


def check_apart(source: str | Path, target: str | Path) -> None:
    """Refuse to write over what is being read, whatever the spelling or link.

    Raises
    ------
    InputError
        Both are the same file.
    """
    if any(_same(part, target) for part in parts_of(source)):
        raise InputError(f"{target}: is the input itself, which would be lost; name another file for the output")


def _same(source: Path, target: str | Path) -> bool:
    try:
        return os.path.samefile(source, target)
    except OSError:  # one of them is not there
        return False


def _cause(error: soundfile.LibsndfileError) -> str:
    """What libsndfile says of an error, or what it means by saying nothing of use."""
    text = error.error_string.strip().rstrip(".")
    return "the system refused; is there space left?" if text == "System error" else text


class SoundWriter:
    """Writes a .wav (float32, RF64 past 4 GB) or .flac (24-bit) that appears under its name only when complete.

    Raises
    ------
    InputError
        See `check_target`.
    OSError
        From `write` and `close`: no space left, for instance.
    """

    def __init__(self, path: str | Path, channels: int, rate_hz: int):
        self.path = check_target(path, channels)
        self.clipped = 0
        """Samples beyond full scale; .flac cannot hold them, .wav does."""
        partial = self.path.with_name(f".{self.path.stem}.{secrets.token_hex(4)}{self.path.suffix}")
        self._partial: Path | None = partial
        try:
            if self.path.suffix.lower() == ".flac":
                self._writer = soundfile.SoundFile(str(partial), "w", rate_hz, channels, "PCM_24", format="FLAC")
            else:
                self._writer = WavWriter(partial, channels, rate_hz)
        except BaseException as error:
            partial.unlink(missing_ok=True)  # made, but the disk may have had no room for its header
            if isinstance(error, soundfile.LibsndfileError):
                raise OSError(None, _cause(error), str(self.path)) from error
            raise

    def write(self, samples: np.ndarray) -> None:
        """Append (channels, n) samples."""
        if isinstance(self._writer, soundfile.SoundFile):
            self.clipped += int(np.count_nonzero(np.abs(samples) > 1.0))
        try:
            self._writer.write(np.ascontiguousarray(samples.T, dtype=np.float32))
        except soundfile.LibsndfileError as error:
            raise OSError(None, _cause(error), str(self.path)) from error

    def close(self) -> None:
        """Complete the file and put it in its place; may be called twice."""
        if self._partial is not None:
            partial, self._partial = self._partial, None
            try:
                self._writer.close()
                os.replace(partial, self.path)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._partial is not None:
            partial, self._partial = self._partial, None
            try:
                self._writer.close()
            finally:
                partial.unlink(missing_ok=True)


def write_sound(path: str | Path, samples: np.ndarray, rate_hz: int) -> None:
    """Write a whole sound file; whatever was there stays until the new one is complete.

    Parameters
    ----------
    path : .wav (float32) or .flac (24-bit; values beyond full scale are clipped)
    samples : (channels, n) or (n,) float

    Raises
    ------
    InputError
        The path cannot become a sound file.
    EarshotError
        Writing fails (no space left, for instance).
    """
    samples = np.atleast_2d(samples)
    with DeferredInterrupt():
        try:
            writer = SoundWriter(path, len(samples), rate_hz)
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror})") from error
        try:
            writer.write(samples)
            writer.close()
        except OSError as error:
            raise EarshotError(f"{path}: cannot be written ({error.strerror})") from error
        finally:
            writer.discard()  # nothing, once it is complete
