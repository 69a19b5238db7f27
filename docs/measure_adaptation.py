"""What adaptation wins back on an array whose microphones are not where its file says: the figures of localization.md.

    .venv/bin/python docs/measure_adaptation.py --speech DIR [--array uca8-45mm] [--seeds 3]

One talker at 30 places around an array in a room with RT60 0.35 s, 4 s each. Every microphone is off by up to 3 mm
along each horizontal axis and by up to 3 dB. The same network is measured on held-back recordings of the perfect array,
of the worn one, and of the worn one after adaptation.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.signal import fftconvolve

from workbench.audio.rooms import ShoeboxRoom
from workbench.core.geometry import MicrophoneArray, load_array, wrap_deg
from workbench.localize.recordings import recording_name
from workbench.training.adapt import AdaptRequest, adapt

RATE_HZ, SECONDS, PLACES = 48000, 4, 30
SIZE_M, CENTRE_M, RT60_S = np.array([6.2, 5.1, 2.7]), np.array([3.3, 2.4, 1.1]), 0.35


def record(folder: Path, array: MicrophoneArray, voices: list[Path], seed: int, worn: float) -> Path:
    """Labelled recordings; `worn` 0: a perfect array, 1: up to 3 mm and 3 dB."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    mic_xyz_m = array.mic_xyz_m + worn * 3e-3 * rng.uniform(-1, 1, array.mic_xyz_m.shape) * (1, 1, 0)
    gain = 10 ** (worn * 3 * rng.uniform(-1, 1, array.mics) / 20)
    room = ShoeboxRoom(SIZE_M, RT60_S, CENTRE_M + mic_xyz_m, 2400)
    for number in range(PLACES):
        azimuth_deg, distance_m = 360 / PLACES * number + rng.uniform(-3, 3), rng.uniform(0.8, 1.8)
        toward = np.array([np.cos(np.deg2rad(azimuth_deg)), np.sin(np.deg2rad(azimuth_deg))])
        response = room.response(CENTRE_M + np.array([*(distance_m * toward), rng.uniform(-0.1, 0.3)]))
        voice, rate_hz = soundfile.read(voices[rng.integers(len(voices))], dtype="float32", always_2d=True)
        voice = np.resize(soxr.resample(voice[:, 0], rate_hz, RATE_HZ), SECONDS * RATE_HZ)
        heard = np.stack([fftconvolve(voice, one)[: len(voice)] for one in response]) * gain[:, None]
        heard = np.concatenate([np.zeros((array.mics, RATE_HZ // 2)), heard], axis=1)
        heard += rng.standard_normal(heard.shape) * heard.std() * 10 ** (-25 / 20)
        name = recording_name(float(wrap_deg(azimuth_deg)), distance_m, number)
        soundfile.write(folder / name, (0.3 * heard / np.abs(heard).max()).T.astype(np.float32), RATE_HZ)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speech", required=True, type=Path)
    parser.add_argument("--array", default="uca8-45mm")
    parser.add_argument("--start", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    array = load_array(args.array)
    voices = sorted(path for path in args.speech.rglob("*") if path.suffix in (".wav", ".flac"))
    rows = []
    for seed in range(args.seeds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            reports = []
            for worn in (0.0, 1.0):
                recordings = record(folder / f"room{worn:g}", array, voices, seed, worn)
                request = AdaptRequest(array, recordings, folder / f"room{worn:g}.onnx", start=args.start)
                reports.append(adapt(request))
        perfect, worn_report = reports
        row = [perfect.before.mean_deg, worn_report.before.mean_deg, worn_report.after.mean_deg]
        distances = [perfect.before.distance_m, worn_report.before.distance_m, worn_report.after.distance_m]
        rows.append(row)
        print(
            f"seed {seed}: perfect {row[0]:.2f}°, worn {row[1]:.2f}°, adapted {row[2]:.2f}°; distance",
            *np.round(distances, 2),
        )
    perfect, worn, adapted = np.mean(rows, axis=0)
    print(f"mean: perfect {perfect:.2f}°, worn {worn:.2f}°, adapted {adapted:.2f}°", end="; ")
    print(f"{(worn - adapted) / (worn - perfect):.0%} of the loss won back")


if __name__ == "__main__":
    main()
