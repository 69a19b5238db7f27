"""Sources and sinks by name."""

import numpy as np
import pytest

from workbench.audio import devices
from workbench.audio.endpoints import open_sink, open_source
from workbench.audio.file_sink import FileSink, NullSink
from workbench.audio.file_source import FileSource
from workbench.audio.files import write_sound
from workbench.audio.playback import DeviceSink
from workbench.audio.simulator import RoomSource
from workbench.core.errors import DeviceError, InputError

NOWHERE = {"JACK_DEFAULT_SERVER": "earshot-no-such-server"}


def test_files_rooms_and_nothing(tmp_path):
    write_sound(tmp_path / "a.wav", np.zeros((3, 100)), 16000)
    source = open_source(f"file:{tmp_path / 'a.wav'}", loop=True)
    assert isinstance(source, FileSource) and source.channels == 3 and source.loop
    source.close()
    assert isinstance(open_source("room"), RoomSource)
    assert open_source("room:one-talker-still").scene.name == "one-talker-still"
    sink = open_sink(f"file:{tmp_path / 'b.flac'}", 2, rate_hz=16000)
    assert isinstance(sink, FileSink) and (sink.channels, sink.rate_hz) == (2, 16000)
    assert isinstance(open_sink("none", 5), NullSink)


def test_devices_are_not_opened_before_they_start():
    source = open_source("device:JACK/system#channels 2,4")
    assert (source.channels, source.channel_names) == (2, ("in 2", "in 4"))
    sink = open_sink("device:JACK/system", 3)
    assert isinstance(sink, DeviceSink) and sink.channels == 3


def test_a_device_whose_channels_nobody_names_has_to_be_there(monkeypatch):
    monkeypatch.setattr(devices, "LIST_TIMEOUT_S", 90.0)  # a busy machine
    with pytest.raises(DeviceError, match="device:JACK/system: no host API 'JACK' here"):
        open_source("device:JACK/system", variables=NOWHERE)


@pytest.mark.parametrize(
    "spec", ["", "microphone", "none", "files:/a", "file:", "room:no-such-scene", "device:a/b#channels 0"]
)
def test_what_is_no_source(spec):
    with pytest.raises(InputError):
        open_source(spec)


@pytest.mark.parametrize("spec", ["", "room", "speaker", "file:", "file:/nowhere/at/all.wav", "device:a/b#channels x"])
def test_what_is_no_sink(spec):
    with pytest.raises(InputError):
        open_sink(spec, 2)
