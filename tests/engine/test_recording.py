import os
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.watched import WatchedSession
from workbench.audio.files import read_sound
from workbench.core.channel_map import ChannelMap
from workbench.core.errors import EarshotError
from workbench.core.params import Params
from workbench.dsp.bands import HOP
from workbench.engine import settings as settings_files
from workbench.engine.ab_lanes import Side
from workbench.engine.chain import Chain, ChainConfig
from workbench.engine.inputs import InputSetup
from workbench.engine.journal import HopMoment
from workbench.engine.recording import begin_recording, disk_left_s
from workbench.engine.settings import Settings
from workbench.engine.stages import Designs


class FakeSource:
    channels, source_channels = 4, 6


class FakeRunner:
    source, sink, taker = FakeSource(), None, None
    chain = Chain(ChainConfig(2), analyse=False)


SIDE = Side(Params(), Designs())
MOMENT = HopMoment((SIDE,), None, 0.0, 0.0, False, 0.0, "", ("classical",), None, None)


SETTINGS = Settings(
    source="device:ALSA/Array", sink="device:ALSA/Speakers", array="square4-30mm", inputs=InputSetup(
        ChannelMap.in_order(4, 6).swapped(0, 1), rate_hz=44100, block=64)
)  # fmt: skip


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_the_sources_own_channels_and_the_settings_to_play_them_again(tmp_path, kind):
    runner = FakeRunner()
    recorder = begin_recording(tmp_path / "recordings", runner, kind, SETTINGS)
    assert runner.taker is recorder
    recorder.push(np.full((6, HOP), 0.25, np.float32), np.zeros((2, HOP), np.float32), MOMENT)
    assert disk_left_s(recorder) > 0
    recorder.stop()
    samples, _ = read_sound(recorder.folder / f"input.{kind}")
    assert samples.shape == (6, HOP)
    again = settings_files.load(recorder.folder / "settings.toml")
    assert again.source == f"file:{(recorder.folder / f'input.{kind}').resolve()}" and again.sink == "none"
    assert again.array == "square4-30mm" and again.inputs == replace(SETTINGS.inputs, rate_hz=0, block=0)


def test_two_recordings_of_one_second_have_a_folder_each(tmp_path):
    recorders = [begin_recording(tmp_path, FakeRunner(), "wav", Settings()) for _ in range(3)]
    for recorder in recorders:
        recorder.stop()
    assert len({recorder.folder for recorder in recorders}) == 3


def test_a_place_that_cannot_be_written_is_said_with_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EarshotError, match="choose another folder"):
        begin_recording(tmp_path / "file", FakeRunner(), "wav", Settings())


def test_a_session_records_raw_channels_while_a_map_is_in_force(tmp_path):
    inputs = InputSetup(ChannelMap.in_order(8).swapped(0, 7))
    session = WatchedSession(Settings(source="room", sink="none", inputs=inputs))
    try:
        session.play()
        session.recording_kind = "flac"
        session.start_recording(tmp_path)
        session.becomes(lambda health: (health.recording_s or 0) > 0.3 and (health.recording_left_s or 0) > 0)
        session.stop_recording()
        session.says("Recorded")
    finally:
        session.close()
    (folder,) = tmp_path.iterdir()
    assert sorted(os.listdir(folder)) == [
        "designs",
        "events.jsonl",
        "input.flac",
        "open.earshot-session",
        "output.flac",
        "settings.toml",
    ]
    assert read_sound(folder / "input.flac")[0].shape[0] == 8


def test_a_recording_that_cannot_begin_leaves_the_sound_alone(tmp_path):
    (tmp_path / "file").touch()
    session = WatchedSession(Settings(source="room", sink="none"))
    try:
        session.play()
        session.start_recording(tmp_path / "file")
        assert session.says("cannot record there")[1]
        assert session.becomes("running", from_now=True).recording_s is None
    finally:
        session.close()
