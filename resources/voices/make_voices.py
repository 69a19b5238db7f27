"""Renders the demo voices beside this file: `python resources/voices/make_voices.py [NAME ...]`.

Needs flite, festival with festvox-us-slt-hts, and espeak-ng (all in Debian). Every sentence is synthesised on
its own, trimmed, and set apart by a pause; the result is resampled to 48 kHz, cleared of rumble below 60 Hz,
brought to an active speech level of -26 dBFS and written as 16-bit FLAC, so that it can be played in a loop.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.signal import butter, sosfiltfilt

from workbench.audio.voices import ACTIVE_LEVEL_DBFS, active_level_dbfs

RATE_HZ = 48000
HERE = Path(__file__).resolve().parent
PAUSES_S = (0.42, 0.68, 0.36, 0.85, 0.5)
"""Silences after the sentences, taken in turn: listening to equal ones is tiring."""

TEXTS = {
    "anna": (
        "Good morning, and thank you all for coming in so early.",
        "I would like to begin with the results of last week.",
        "The new microphones arrived on Tuesday, and we hung them in the large meeting room.",
        "Most of the recordings are clear, even from the far end of the table.",
        "Only the air conditioner still gives us trouble.",
        "When it starts, quiet voices disappear under the noise.",
    ),
    "robert": (
        "We walked along the river until the path turned into the woods.",
        "Nobody spoke for a while, because the wind was loud in the trees.",
        "Then my brother pointed at an old stone bridge.",
        "It was narrow, covered with moss, and much higher than it looked.",
        "On the other side we found a small house with a green door.",
    ),
    "sarah": (
        "First, warm the milk slowly, and stir it all the time.",
        "Add two spoons of sugar, a pinch of salt, and the yellow of three eggs.",
        "It should never boil.",
        "After about ten minutes the cream is thick enough to cover a spoon.",
        "Pour it into four cups, and let them cool before you serve them.",
    ),
    "andrew": (
        "The evening train leaves from platform nine at a quarter past six.",
        "It stops at every station along the coast, so take a good book.",
        "If you sit on the left, you can see the lighthouse.",
        "The last part of the journey is the most beautiful.",
        "Call me when you get there, and I will pick you up.",
    ),
    "emil": (
        "Please check the cables before you switch on the power.",
        "The red light shows that the input is too loud.",
        "Turn the level down until the light stays dark.",
        "Now speak in your normal voice, about one metre from the array.",
        "You should see your direction on the map within half a second.",
    ),
}
"""What each voice says: written for this project."""


def flite(voice: str):
    """Synthesise with a voice built into Debian's flite (16 kHz)."""
    return lambda text, path: ["flite", "-voice", voice, "-t", text, "-o", str(path)]


def festival(voice: str):
    """Synthesise with a festival voice."""

    def command(text: str, path: Path) -> list[str]:
        source = path.with_suffix(".txt")
        source.write_text(text, encoding="utf-8")
        return ["text2wave", "-eval", f"({voice})", str(source), "-o", str(path)]

    return command


def espeak(voice: str):
    """Synthesise with espeak-ng (22.05 kHz)."""
    return lambda text, path: ["espeak-ng", "-v", voice, "-s", "155", "-w", str(path), text]


VOICES = {
    "anna": festival("voice_cmu_us_slt_arctic_hts"),
    "robert": flite("rms"),
    "sarah": flite("slt"),
    "andrew": flite("awb"),
    "emil": espeak("en-us"),
}


def trimmed(samples: np.ndarray, rate_hz: int, floor_db: float = -45.0) -> np.ndarray:
    """The sentence without the silence that the synthesiser puts around it; ends faded over 10 ms."""
    frame = rate_hz // 100
    energy = np.square(samples[: len(samples) // frame * frame].reshape(-1, frame)).mean(axis=1)
    loud = np.flatnonzero(energy > energy.max() * 10 ** (floor_db / 10))
    first, last = max(0, loud[0] - 2) * frame, min(len(samples), (loud[-1] + 6) * frame)
    sentence = samples[first:last].copy()
    ramp = np.sin(0.5 * np.pi * (np.arange(frame) + 0.5) / frame) ** 2
    sentence[:frame] *= ramp
    sentence[-frame:] *= ramp[::-1]
    return sentence


def render(name: str) -> np.ndarray:
    """One voice, (samples,) at 48 kHz."""
    pieces = []
    with tempfile.TemporaryDirectory() as folder:
        for number, sentence in enumerate(TEXTS[name]):
            path = Path(folder) / f"{number}.wav"
            subprocess.run(VOICES[name](sentence, path), check=True, stdout=subprocess.DEVNULL)
            samples, rate_hz = soundfile.read(path)
            sentence_48k = soxr.resample(trimmed(samples, rate_hz), rate_hz, RATE_HZ, quality="VHQ")
            pause = np.zeros(int(PAUSES_S[number % len(PAUSES_S)] * RATE_HZ))
            pieces += [sentence_48k, pause]
    voice = sosfiltfilt(butter(2, 60.0, "highpass", fs=RATE_HZ, output="sos"), np.concatenate(pieces))
    voice *= 10 ** ((ACTIVE_LEVEL_DBFS - active_level_dbfs(voice)) / 20)
    if np.abs(voice).max() > 0.99:
        raise SystemExit(f"{name}: peaks would clip at {ACTIVE_LEVEL_DBFS} dBFS")
    return voice


def main(names: list[str]) -> None:
    """Render the named voices, or all."""
    for name in names or VOICES:
        voice = render(name)
        path = HERE / f"{name}.flac"
        soundfile.write(path, voice, RATE_HZ, subtype="PCM_16")
        print(
            f"{path.name}: {len(voice) / RATE_HZ:.1f} s, {active_level_dbfs(voice):.1f} dBFS active, "
            f"peak {20 * np.log10(np.abs(voice).max()):.1f} dBFS, {path.stat().st_size // 1024} kB"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
