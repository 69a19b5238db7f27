import dataclasses

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from tests.localize.scenes import plane_waves, speech_like  # noqa: E402
from workbench.core.errors import InputError  # noqa: E402
from workbench.core.geometry import MicrophoneArray, load_array  # noqa: E402
from workbench.localize.models import find_model  # noqa: E402
from workbench.localize.recordings import recording_name  # noqa: E402
from workbench.training import adapt  # noqa: E402

ARRAY = load_array("uca8-100mm")
BENT_M = 2.5e-3 * np.random.default_rng(3).uniform(-1, 1, (8, 3)) * (1, 1, 0)


def _record(folder, places=10):
    """One talker each at places all around, heard by an array whose microphones are not where its file says."""
    folder.mkdir()
    bent = MicrophoneArray("bent", ARRAY.mic_xyz_m + BENT_M)
    for number in range(places):
        azimuth_deg = -175.0 + 360 / places * number
        sound = plane_waves(bent, [azimuth_deg], [speech_like(number, 1.6)], snr_db=25.0, seed=number)
        sound[:, :12000] *= 0.01  # nobody speaks yet
        soundfile.write(folder / recording_name(azimuth_deg, 1.5, number), sound.T, 48000)
    return folder


@pytest.fixture(scope="module")
def adapted(tmp_path_factory):
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("adapt")
    request = adapt.AdaptRequest(ARRAY, _record(folder / "room"), folder / "room.onnx", recorded=24, simulated=8)
    stages = []
    report = adapt.adapt(request, lambda stage, done, total: stages.append((stage, done, total)))
    return request, report, stages


def test_error_falls_on_what_was_held_back(adapted):
    _, report, _ = adapted
    assert report.recordings == 10 and report.windows >= 16 and report.held_back >= 4
    assert report.after.mean_deg < report.before.mean_deg and report.after.missed == 0


def test_microphones_are_found(adapted):
    request, report, _ = adapted
    facts, _, _ = find_model(ARRAY, str(request.out))
    found = (facts.heard_xyz_m(ARRAY) - ARRAY.mic_xyz_m)[:, :2]
    wanted = BENT_M[:, :2] - BENT_M[:, :2].mean(axis=0)
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.8
    assert max(report.moved_mm) < 6


def test_both_models_are_kept(adapted):
    request, report, _ = adapted
    assert report.base == "regions-uca8-100mm" and find_model(ARRAY)[0].base == ""
    assert find_model(ARRAY, str(request.out))[0].base == report.base


def test_progress_names_every_stage_in_order(adapted):
    _, _, stages = adapted
    assert list(dict.fromkeys(stage for stage, _, _ in stages)) == [
        "recordings",
        "microphones",
        "simulation",
        "network",
    ]
    assert all(done < total for _, done, total in stages)


def test_stopping_writes_nothing(adapted, tmp_path):
    request, _, _ = adapted
    stopped = dataclasses.replace(request, out=tmp_path / "stopped.onnx")
    with pytest.raises(adapt.Cancelled):
        adapt.adapt(stopped, cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_recordings_without_speech_are_refused(tmp_path):
    (tmp_path / "room").mkdir()
    soundfile.write(tmp_path / "room" / "az+10.wav", np.zeros((48000, 8)), 48000)
    with pytest.raises(InputError, match="room: no speech"):
        adapt.adapt(adapt.AdaptRequest(ARRAY, tmp_path / "room", tmp_path / "a.onnx"))


def test_an_array_without_a_network_is_refused(tmp_path):
    (tmp_path / "room").mkdir()
    with pytest.raises(InputError, match="train localize --array square4-30mm"):
        adapt.adapt(adapt.AdaptRequest(load_array("square4-30mm"), tmp_path / "room", tmp_path / "a.onnx"))
