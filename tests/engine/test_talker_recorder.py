"""Talkers of a simulated room, each in a file of its own: the right one, in time, better than a microphone."""

import functools
import json
import math
import threading

import numpy as np
import pytest

from workbench.audio.files import read_sound
from workbench.audio.room_renderer import RoomRenderer
from workbench.audio.scene_files import load_scene
from workbench.core import params as parameters
from workbench.core.errors import EarshotError, InputError
from workbench.core.geometry import load_array
from workbench.core.messages import Localization, Track
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.dsp.filters import HighPass
from workbench.engine import talker_recorder
from workbench.engine.ab_lanes import Side
from workbench.engine.journal import HopMoment
from workbench.engine.stages import Designs
from workbench.engine.talker_recorder import TalkerRecorder, record_talkers
from workbench.engine.talker_splitter import MOST, TalkerSplitter
from workbench.evaluation.metrics import si_sdr_db
from workbench.localize.offline import updates

ARRAY = load_array("uca8-100mm")
PARAMS = parameters.replace(Params(), {"enhance.method": "classical", "localize.method": "srp"})
LAG = 60


@functools.cache
def room(name, seconds):
    """(samples, what each talker said as it came to the array's centre, truth hop by hop)."""
    renderer = RoomRenderer(load_scene(name))
    sound, truths, clean = [], [], [[] for _ in renderer.talkers]
    for _ in range(round(seconds / 0.05)):
        chunk = renderer.render()
        sound.append(chunk.samples)
        truths += list(chunk.truth)
        for said, talker in zip(clean, renderer.talkers, strict=True):
            said.append(talker.clean())
    return np.concatenate(sound, axis=1), [np.concatenate(said).astype(np.float32) for said in clean], truths


def low_cut(sound):
    stage = HighPass(1)
    hops = sound[: len(sound) // HOP * HOP].reshape(-1, 1, HOP)
    return np.concatenate([stage.process(hop, PARAMS.beamformer.low_cut_hz)[0] for hop in hops])


def best_si_sdr_db(sound, reference):
    """At the best shift: a microphone is not where the reference was taken."""
    return max(si_sdr_db(reference, np.roll(sound, shift)) for shift in range(-LAG, LAG + 1, 2))


def tracks_from(truths, hop, ages_s):
    found = []
    for number, talker in enumerate(truths[hop], start=1):
        if talker.active or number in ages_s:
            ages_s[number] = ages_s.get(number, 0.0) + 0.2
            found.append(Track(number, talker.azimuth_rad, 0.9, talker.distance_m, talker.active, ages_s[number], 0.0))
    return tuple(found)


def true_updates(truths):
    """What a perfect localizer would say, half a second late as the real one."""
    ages_s: dict[int, float] = {}
    return [
        Localization(number, hop * 0.01, "srp", None, (), tracks_from(truths, hop, ages_s))
        for number, hop in enumerate(range(25, len(truths), 20))
    ]


def entries(folder):
    return json.loads((folder / "talkers.json").read_text())["talkers"]


@pytest.mark.parametrize("scene, talkers", [("two-talkers-fan", 2), ("four-talkers", 4)])
def test_every_talker_has_a_file_in_which_only_he_is_near(tmp_path, scene, talkers):
    sound, said, _ = room(scene, 6.0)
    found = record_talkers(sound, ARRAY, PARAMS, list(updates(sound, ARRAY, PARAMS.localize)), tmp_path)
    assert found.files >= talkers and not found.left_out
    references = [low_cut(one) for one in said]
    whose = set()
    for entry in entries(tmp_path):
        voice = read_sound(tmp_path / entry["file"])[0][0]
        if len(voice) < 2 * RATE_HZ:
            continue
        start = round(entry["start_s"] * RATE_HZ)
        span = slice(start, start + len(voice))
        scores = [best_si_sdr_db(voice, reference[span]) for reference in references]
        talker = int(np.argmax(scores))
        microphone_db = best_si_sdr_db(sound[0, span], said[talker][span])
        assert scores[talker] > microphone_db + 4.0
        assert scores[talker] > sorted(scores)[-2] + 8.0
        whose.add(talker)
        way = np.genfromtxt(tmp_path / entry["path"], delimiter=",", names=True)
        truth_deg = [
            math.degrees(room(scene, 6.0)[2][min(int(t * 100), 599)][talker].azimuth_rad) for t in way["time_s"]
        ]
        assert np.median(np.abs((way["azimuth_deg"] - truth_deg + 180) % 360 - 180)) < 5.0
    assert whose == set(range(talkers))


def test_files_begin_with_the_talker_and_keep_time_to_the_sample(tmp_path):
    sound, said, truths = room("two-talkers-fan", 4.0)
    shifted = true_updates(truths)
    record_talkers(sound, ARRAY, PARAMS, shifted, tmp_path)
    first = next(entry for entry in entries(tmp_path) if entry["talker"] == 1)
    voice = read_sound(tmp_path / first["file"])[0][0]
    reference = low_cut(said[0])[round(first["start_s"] * RATE_HZ) :][: len(voice)]
    at_lag = [si_sdr_db(reference, np.roll(voice, shift)) for shift in range(-20, 21)]
    assert int(np.argmax(at_lag)) - 20 in (-1, 0, 1)
    assert first["start_s"] == 0.0 and first["end_s"] == pytest.approx(4.0)


class Live:
    """Feeds a recorder as the audio thread and the localizer do."""

    def __init__(self, folder, most=MOST, kind="wav"):
        self.updates: list[Localization] = []
        self.recorder = TalkerRecorder(ARRAY, folder, self.since, kind, most)

    def since(self, sequence):
        return [update for update in self.updates if update.sequence > sequence]

    def push(self, x, time_s, gap=False, params=PARAMS):
        moment = HopMoment((Side(params, Designs()),), None, 0.0, time_s, gap, 0.0, "", (), None, None, x)
        self.recorder.push(x, x[:2], moment)


def test_live_gives_the_same_files_as_afterwards(tmp_path):
    sound, _, truths = room("two-talkers-fan", 4.0)
    known = true_updates(truths)
    record_talkers(sound, ARRAY, PARAMS, known, tmp_path / "after")
    live = Live(tmp_path / "live")
    for hop in range(sound.shape[1] // HOP):
        live.updates += [update for update in known if hop - 1 < update.time_s * 100 + 25 <= hop]  # 0.25 s late
        live.push(sound[:, hop * HOP : (hop + 1) * HOP], hop * 0.01)
    live.recorder.stop()
    assert live.recorder.error is None and live.recorder.state.files == 2
    for entry in entries(tmp_path / "after"):
        one = read_sound(tmp_path / "after" / entry["file"])[0]
        other = read_sound(tmp_path / "live" / entry["file"])[0]
        assert one.shape == other.shape
        known_samples = round(3.5 * RATE_HZ)  # the end was over before the localizer told of it
        np.testing.assert_array_equal(one[:, :known_samples], other[:, :known_samples])


def test_talkers_of_before_the_recording_do_not_reach_into_it(tmp_path):
    sound, _, truths = room("two-talkers-fan", 4.0)
    splitter = TalkerSplitter(ARRAY, tmp_path)
    for update in true_updates(truths):
        splitter.locate(update)
    for hop in range(200):
        splitter.push(sound[:, hop * HOP : (hop + 1) * HOP], 100.0 + hop * 0.01, PARAMS)
    splitter.finish()
    assert entries(tmp_path) == []


def test_gaps_are_told_and_lost_sound_is_silence_so_that_files_keep_time(tmp_path):
    sound, _, truths = room("two-talkers-fan", 4.0)
    splitter = TalkerSplitter(ARRAY, tmp_path)
    known = true_updates(truths)
    for hop in range(400):
        if 300 <= hop < 310:
            if hop == 300:
                splitter.push_silence(10, PARAMS)
            continue
        if hop == 320:
            splitter.note_gap()
        splitter.push(sound[:, hop * HOP : (hop + 1) * HOP], hop * 0.01, PARAMS)
        for update in known:
            if hop - 1 < update.time_s * 100 <= hop:
                splitter.locate(update)
    splitter.finish()
    found = json.loads((tmp_path / "talkers.json").read_text())
    assert found["gaps"] == [{"at_s": 3.0, "lost_s": 0.1}, {"at_s": 3.2, "lost_s": 0.0}]
    assert found["talkers"][0]["gaps"] == found["gaps"] and found["seconds"] == pytest.approx(4.0)
    assert read_sound(tmp_path / found["talkers"][0]["file"])[0].shape[1] == 4 * RATE_HZ


def test_the_machine_was_too_slow(tmp_path, monkeypatch):
    """While it is at the first hop fifty wait; the other forty-nine are left out, and told with the next that comes."""
    monkeypatch.setattr(talker_recorder, "QUEUE_HOPS", 50)
    sound, _, _ = room("two-talkers-fan", 4.0)
    live = Live(tmp_path)
    taken = live.recorder._take
    busy, go, last = threading.Event(), threading.Event(), threading.Event()

    def slow(*item):
        busy.set()
        assert go.wait(60)
        taken(*item)
        if item[2] == pytest.approx(0.5):
            last.set()

    monkeypatch.setattr(live.recorder, "_take", slow)
    live.push(sound[:, :HOP], 0.0)
    assert busy.wait(60)
    for hop in range(1, 100):
        live.push(sound[:, hop * HOP : (hop + 1) * HOP], hop * 0.01)
    go.set()
    assert last.wait(60)  # of those that waited
    live.push(sound[:, :HOP], 1.0)
    live.recorder.stop()
    assert live.recorder.error is None
    found = json.loads((tmp_path / "talkers.json").read_text())
    assert found["seconds"] == pytest.approx(1.01)
    assert found["gaps"] == [{"at_s": 0.51, "lost_s": 0.49}]
    assert live.recorder.state.lost_s == pytest.approx(0.49)


def test_no_more_talkers_at_once_than_the_limit_and_who_has_long_been_silent_makes_room(tmp_path):
    sound, _, _ = room("two-talkers-fan", 4.0)
    splitter = TalkerSplitter(ARRAY, tmp_path, most=1)
    for hop in range(400):
        splitter.push(sound[:, hop * HOP : (hop + 1) * HOP], hop * 0.01, PARAMS)
        if hop % 20 == 0:
            first = Track(1, 0.5, 0.9, None, hop < 100, 0.2 + hop * 0.01, 0.0)
            second = Track(2, -1.0, 0.9, None, hop >= 60, hop * 0.01, 0.0)
            splitter.locate(Localization(hop, hop * 0.01, "srp", None, (), (first, second) if hop >= 60 else (first,)))
    splitter.finish()
    found = json.loads((tmp_path / "talkers.json").read_text())
    assert [entry["talker"] for entry in found["talkers"]] == [1, 2] and found["left_out"] == [2]
    assert found["talkers"][0]["end_s"] == pytest.approx(found["talkers"][1]["start_s"])
    assert 1.2 < found["talkers"][1]["start_s"] < 1.8 and found["talkers"][1]["end_s"] == pytest.approx(4.0)


def test_a_full_disk_ends_the_talkers_and_is_said(tmp_path, monkeypatch):
    sound, _, truths = room("two-talkers-fan", 4.0)
    live = Live(tmp_path)
    live.updates = true_updates(truths)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.engine.talker_files.TalkerFile.write", full)
    for hop in range(300):
        live.push(sound[:, hop * HOP : (hop + 1) * HOP], hop * 0.01)
    live.recorder.stop()
    assert isinstance(live.recorder.error, EarshotError)
    assert "No space left on device" in str(live.recorder.error) and str(tmp_path) in str(live.recorder.error)


def test_a_folder_that_holds_talkers_is_refused_before_any_work(tmp_path):
    (tmp_path / "talkers.json").touch()
    with pytest.raises(InputError, match="choose another folder"):
        record_talkers(np.zeros((8, 4800), np.float32), ARRAY, PARAMS, [], tmp_path)
