"""Small folders of speech-like sound for the tests of localization training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from tests.localize.scenes import speech_like


def write_speech(folder: Path, files: int = 4, seconds: float = 4.0) -> Path:
    """A folder with `files` voices at 48 kHz, each with a pause in the middle."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        voice = 0.1 * speech_like(number, seconds)
        middle = len(voice) // 2
        voice[middle : middle + 24000] *= 1e-4
        soundfile.write(folder / f"voice{number}.wav", voice.astype(np.float32), 48000)
    return folder
