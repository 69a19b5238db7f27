import numpy as np
import pytest
import soundfile

from workbench.core.errors import InputError
from workbench.core.geometry import load_array
from workbench.localize import recordings

ARRAY = load_array("uca8-100mm")


def _write(path, channels=8, rate_hz=48000, seconds=0.5):
    path.parent.mkdir(parents=True, exist_ok=True)
    sound = 0.1 * np.random.default_rng(0).standard_normal((round(seconds * rate_hz), channels))
    soundfile.write(path, sound, rate_hz)
    return sound


@pytest.mark.parametrize(("azimuth_deg", "distance_m"), [(45.0, 1.5), (-170.5, 0.82), (0.0, None), (180.0, 12.0)])
def test_what_a_name_says_is_what_was_written_into_it(azimuth_deg, distance_m):
    assert recordings.label_in_name(recordings.recording_name(azimuth_deg, distance_m, 7)) == (azimuth_deg, distance_m)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("az-30.wav", (-30.0, None)),
        ("room_az+200_dist2.5.flac", (-160.0, 2.5)),
        ("AZ12.5-r0.9-take3.wav", (12.5, 0.9)),
        ("speaker3.wav", None),
    ],
)
def test_names_that_people_give(name, label):
    assert recordings.label_in_name(name) == label


def test_a_table_counts_more_than_names(tmp_path):
    _write(tmp_path / "az+10_d1.0.wav")
    _write(tmp_path / "sub" / "x.flac")
    (tmp_path / "labels.csv").write_text("file,azimuth_deg,distance_m\naz+10_d1.0.wav,20,\nsub/x.flac,-190,2\n")
    found = {r.path.name: (r.azimuth_deg, r.distance_m) for r in recordings.read_recordings(tmp_path)}
    assert found == {"az+10_d1.0.wav": (20.0, None), "x.flac": (170.0, 2.0)}


def test_recordings_without_labels_are_named(tmp_path):
    for name in ("az+10.wav", "one.wav", "two.wav"):
        _write(tmp_path / name)
    with pytest.raises(InputError, match=r"no label for one\.wav, two\.wav.*labels\.csv"):
        recordings.read_recordings(tmp_path)


@pytest.mark.parametrize("line", ["x.wav,left,1", "x.wav,nan,1", "x.wav"])
def test_a_table_that_cannot_be_meant(tmp_path, line):
    _write(tmp_path / "x.wav")
    (tmp_path / "labels.csv").write_text(f"file,azimuth_deg,distance_m\n{line}\n")
    with pytest.raises(InputError, match="line 2"):
        recordings.read_recordings(tmp_path)


def test_nothing_there(tmp_path):
    with pytest.raises(InputError, match="no recordings"):
        recordings.read_recordings(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        recordings.read_recordings(tmp_path / "none")


def test_loading_checks_channels_and_resamples(tmp_path):
    path = tmp_path / "az+10.wav"
    _write(path, rate_hz=16000)
    recording = recordings.LabelledRecording(path, 10.0, None, stop_s=0.25)
    assert recordings.load_recording(recording, ARRAY).shape == (8, 12000)
    _write(path, channels=3)
    with pytest.raises(InputError, match=r"3 channels.*8 microphones"):
        recordings.load_recording(recording, ARRAY)


def test_av163_folders(tmp_path):
    folder = tmp_path / "seq01-1p-0000"
    parts = [
        _write(folder / f"seq01-1p-0000_array1_mic{k}.wav", channels=1, rate_hz=16000, seconds=3) for k in range(1, 9)
    ]
    times_s = np.arange(0, 3, 0.04)
    mouth = np.stack([times_s, 0 * times_s, 1.0 + 0 * times_s, 0.4 + times_s / 3, 0.3 + 0 * times_s], axis=1)
    np.savetxt(folder / "seq01-1p-0000_mouth.gt", mouth)
    found = recordings.read_recordings(tmp_path, "av16.3")
    assert len(found) == 2 and (found[1].start_s, found[1].stop_s) == (1.0, 2.0)
    assert found[0].azimuth_deg == pytest.approx(np.degrees(np.arctan(0.16)), abs=0.6)
    assert found[0].distance_m == pytest.approx(np.hypot(1, 0.16), abs=0.01)
    sound = recordings.load_recording(found[1], ARRAY)
    assert sound.shape == (8, 96000)
    # Its first microphone is at -180 degrees, which is our fifth.
    middle = slice(9000, 87000)
    import soxr

    expected = soxr.resample(parts[0][:32000, 0].astype(np.float32), 16000, 48000)
    assert np.corrcoef(sound[4, middle], expected[middle])[0, 1] > 0.99


def test_av163_without_annotation(tmp_path):
    _write(tmp_path / "seq01_array1_mic1.wav", channels=1)
    with pytest.raises(InputError, match="no annotation"):
        recordings.read_recordings(tmp_path, "av16.3")
