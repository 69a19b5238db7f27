from dataclasses import replace

import numpy as np
import pytest

from workbench.core.calibration import ChannelCalibration
from workbench.core.channel_map import ChannelMap, Position
from workbench.core.errors import InputError
from workbench.core.geometry import load_array
from workbench.core.messages import Block
from workbench.dsp.bands import HOP
from workbench.engine.input_meter import InputMeter
from workbench.engine.inputs import InputSetup
from workbench.engine.mapped_source import MappedSource
from workbench.engine.taps import BIN_HZ


class Ramp:
    """A source whose channel c gives c + 1."""

    name, live, finished, latency_samples, dropped_samples, server_dropouts = "Ramp", False, False, 0, 0, 0

    def __init__(self, channels=8, array=None):
        self.channels, self.array = channels, array
        self.channel_names = tuple(f"in {number}" for number in range(1, channels + 1))
        self.index = 0
        self.talker = None

    def start(self):
        self.index = 0

    def read(self, timeout_s):
        values = np.arange(1, self.channels + 1, dtype=np.float32)[:, None]
        block = Block(np.repeat(values, HOP, axis=1), self.index, self.index / 48000)
        self.index += HOP
        return block

    def move_talker(self, number):
        self.talker = number

    def close(self):
        self.closed = True


def test_plain_blocks_pass_as_they_are_and_the_rest_is_passed_on():
    inner = Ramp(8, load_array("uca8-100mm"))
    source = MappedSource(inner, InputSetup())
    source.start()
    block = source.read(0)
    assert block.raw is None and source.channels == 8 and source.array is inner.array
    source.move_talker(3)
    assert inner.talker == 3 and source.name == "Ramp" and not hasattr(source, "seek")
    with pytest.raises(AttributeError):
        _ = source.seek


def test_mapped_blocks_bring_the_raw_ones_along():
    source = MappedSource(Ramp(8), InputSetup(ChannelMap((Position(7), Position(None), Position(0, inverted=True)))))
    source.start()
    block = source.read(0)
    assert block.samples[:, 0].tolist() == [8, 0, -1] and block.raw[:, 0].tolist() == list(range(1, 9))
    assert source.channels == 3 and source.channel_names == ("in 8", "none 2", "in 1")
    assert source.source_channels == 8 and len(source.source_names) == 8
    assert not block.samples.flags.writeable


def test_the_sources_array_needs_all_its_microphones():
    inner = Ramp(8, load_array("uca8-100mm"))
    assert MappedSource(inner, InputSetup(ChannelMap.in_order(4))).array is None
    assert MappedSource(inner, InputSetup(ChannelMap.in_order(8).swapped(0, 1))).array is inner.array


def test_another_map_at_once_but_not_another_size():
    source = MappedSource(Ramp(4), InputSetup())
    source.start()
    source.read(0)
    swapped = InputSetup(ChannelMap.in_order(4).swapped(0, 3))
    source.apply(swapped)
    source.read(0)
    assert source.read(0).samples[:, 0].tolist() == [4, 2, 3, 1]
    with pytest.raises(InputError, match="start it again"):
        source.apply(InputSetup(ChannelMap.in_order(3)))
    with pytest.raises(InputError, match="start it again"):
        source.apply(InputSetup(swapped.channel_map, block=64))
    assert source.setup is swapped


def test_a_device_with_fewer_channels_than_its_list_said():
    inner = Ramp(4)
    source = MappedSource(inner, InputSetup(ChannelMap.in_order(4)))
    inner.channels, inner.start = 2, lambda: None
    start, inner.channels = inner.start, 4

    def shrink():
        start()
        inner.channels = 2

    inner.start = shrink
    source.start()
    assert source.channels == 4 and source.read(0).samples[:, 0].tolist() == [1, 2, 0, 0]


def test_the_meter_hears_the_sources_own_channels():
    source = MappedSource(Ramp(4), InputSetup(ChannelMap.in_order(2)))
    source.start()
    source.meter = InputMeter(4, "Z")
    source.read(0)
    assert source.meter.levels.peak_dbfs[3] == pytest.approx(20 * np.log10(4), abs=1e-6)


def test_the_curve_of_a_microphone_that_is_only_shown(tmp_path):
    file = tmp_path / "mic.txt"
    file.write_text("20 -3\n1000 0\n20000 4\n")
    setup = InputSetup(ChannelMap.in_order(4).swapped(0, 1), show_corrected=True)
    source = MappedSource(Ramp(4), setup.with_calibration(0, ChannelCalibration(str(file))))
    curve = source.curve_db(1)  # which hears channel 0
    assert curve.dtype == np.float32 and curve[round(20000 / BIN_HZ)] == pytest.approx(-4, abs=0.01)
    assert source.curve_db(0) is None and source.curve_db(9) is None
    source.apply(replace(source.setup, correct=True))
    assert source.curve_db(1) is None  # the sound itself is corrected
    source.apply(replace(source.setup, correct=False))
    file.unlink()
    assert source.curve_db(1) is None
