import json

import numpy as np
import pytest

from workbench.audio.files import read_sound
from workbench.core.errors import EarshotError, InputError
from workbench.engine.talker_files import HEADER_SAMPLES, LIST_NAME, TalkerFolder
from workbench.engine.talker_paths import Waypoint


def listed(folder):
    return json.loads((folder / LIST_NAME).read_text())


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_what_was_written_can_be_opened_before_anything_is_closed(tmp_path, kind):
    folder = TalkerFolder(tmp_path / "talkers", kind, "uca8-100mm")
    file = folder.begin(3, 12.4)
    sound = (0.5 * np.sin(0.05 * np.arange(2 * HEADER_SAMPLES))).astype(np.float32)
    for start in range(0, len(sound), 480):
        file.write(sound[start : start + 480])
    file.write_point(Waypoint(12.6, np.pi + 0.1, None, 0.9, True))
    # nothing was closed: as after a kill
    samples, rate_hz = read_sound(tmp_path / "talkers" / f"talker-03_at-00012.40s.{kind}")
    assert rate_hz == 48000 and samples.shape[0] == 1 and samples.shape[1] > HEADER_SAMPLES - 9000
    np.testing.assert_allclose(samples[0], sound[: samples.shape[1]], atol=2**-22)
    rows = (tmp_path / "talkers" / "talker-03_at-00012.40s.csv").read_text().splitlines()
    assert rows == ["time_s,azimuth_deg,distance_m,confidence,speaking", "12.600,-174.3,,0.90,1"]
    entry = listed(folder.path)["talkers"][0]
    assert (
        entry["talker"] == 3
        and entry["start_s"] == 12.4
        and entry["end_s"] is None
        and not listed(folder.path)["complete"]
    )
    folder.close(20.0)


def test_the_list_tells_of_all_files_gaps_and_who_was_left_out(tmp_path):
    folder = TalkerFolder(tmp_path, "wav", "uca8-45mm")
    first, second = folder.begin(1, 0.0), folder.begin(2, 1.5)
    first.write(np.zeros(48000, np.float32))
    folder.end(first)
    folder.leave_out(5)
    folder.leave_out(5)
    folder.note_gap(1.0, 0.25)
    second.write(np.zeros(24000, np.float32))
    folder.close(3.0)
    found = listed(tmp_path)
    assert found["complete"] and found["seconds"] == 3.0 and found["array"] == "uca8-45mm"
    assert found["left_out"] == [5] and found["gaps"] == [{"at_s": 1.0, "lost_s": 0.25}]
    assert [(t["talker"], t["start_s"], t["end_s"]) for t in found["talkers"]] == [(1, 0.0, 1.0), (2, 1.5, 2.0)]
    for talker in found["talkers"]:
        assert (tmp_path / talker["file"]).is_file() and (tmp_path / talker["path"]).is_file()


def test_a_folder_with_talkers_another_kind_and_no_folder_are_refused(tmp_path):
    TalkerFolder(tmp_path, "wav", "a").close(0.0)
    with pytest.raises(InputError, match="choose another folder"):
        TalkerFolder(tmp_path, "wav", "a")
    with pytest.raises(InputError, match="expected wav or flac"):
        TalkerFolder(tmp_path / "new", "mp3", "a")
    (tmp_path / "file").touch()
    with pytest.raises(EarshotError, match="cannot record there"):
        TalkerFolder(tmp_path / "file", "wav", "a")


def test_two_files_of_one_talker_at_one_moment_are_not_mixed_up(tmp_path):
    folder = TalkerFolder(tmp_path, "wav", "a")
    folder.begin(1, 2.0).write(np.ones(480, np.float32))
    with pytest.raises(FileExistsError):
        folder.begin(1, 2.0)
    folder.close(2.0)
    assert read_sound(tmp_path / "talker-01_at-00002.00s.wav")[0].shape == (1, 480)
