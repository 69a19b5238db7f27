from dataclasses import replace

from workbench.core.calibration import ChannelCalibration
from workbench.core.channel_map import ChannelMap
from workbench.engine.device_store import DeviceStore, OutputSetup, key_of
from workbench.engine.inputs import InputSetup

DEVICE = "device:ALSA/USB array, 8 microphones: Audio (hw:2,0)"


def test_devices_are_remembered_by_name_whatever_their_channels(tmp_path):
    path = tmp_path / "config" / "devices.toml"
    store = DeviceStore(path)
    setup = InputSetup(ChannelMap.in_order(8).swapped(0, 1), rate_hz=44100)
    store.keep_inputs(f"{DEVICE}#channels 1,2", setup)
    store.keep_outputs(DEVICE, OutputSetup(block=256))
    again = DeviceStore(path)
    assert again.inputs(DEVICE) == setup and again.outputs(f"{DEVICE}#channels 3") == OutputSetup(0, 256)
    assert again.inputs("device:ALSA/another") == InputSetup()
    assert key_of(f"{DEVICE} #channels 1") == DEVICE


def test_rooms_and_files_are_kept_while_the_program_runs(tmp_path):
    path = tmp_path / "devices.toml"
    store = DeviceStore(path)
    setup = replace(InputSetup(), channel_map=ChannelMap.in_order(4))
    store.keep_inputs("room", setup)
    assert store.inputs("room") == setup and DeviceStore(path).inputs("room") == InputSetup()


def test_a_damaged_file_costs_what_is_damaged(tmp_path):
    path = tmp_path / "devices.toml"
    store = DeviceStore(path)
    store.keep_inputs(DEVICE, InputSetup(block=128))
    store.keep_inputs("device:JACK/system", InputSetup(block=64))
    path.write_text(path.read_text().replace("block = 128", 'block = "x"'))
    again = DeviceStore(path)
    assert again.inputs(DEVICE) == InputSetup() and again.inputs("device:JACK/system").block == 64
    path.write_text("not toml [")
    assert DeviceStore(path).inputs(DEVICE) == InputSetup()


def test_two_programs_at_once_do_not_forget_each_others_devices(tmp_path):
    path = tmp_path / "devices.toml"
    one, other = DeviceStore(path), DeviceStore(path)
    one.keep_inputs(DEVICE, InputSetup(block=128))
    other.keep_inputs("device:JACK/system", InputSetup(block=64))
    other.keep_outputs(DEVICE, OutputSetup(rate_hz=44100))
    one.keep_outputs("device:JACK/system", OutputSetup(block=32))
    again = DeviceStore(path)
    assert (again.inputs(DEVICE).block, again.inputs("device:JACK/system").block) == (128, 64)
    assert (again.outputs(DEVICE).rate_hz, again.outputs("device:JACK/system").block) == (44100, 32)


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    store = DeviceStore(tmp_path / "file" / "devices.toml")
    store.keep_inputs(DEVICE, InputSetup(block=128))
    assert store.inputs(DEVICE).block == 128


def test_settings_bring_a_map_and_the_device_keeps_its_calibration():
    store = DeviceStore()
    wanted = InputSetup(ChannelMap.in_order(4).swapped(0, 1)).with_calibration(0, ChannelCalibration("", 99.0, "old"))
    assert store.inputs_of(DEVICE, None) == InputSetup() and store.inputs_of(DEVICE, wanted) is wanted
    known = InputSetup(correct=True).with_calibration(0, ChannelCalibration("new.txt", 120.0, "calibrator"))
    store.keep_inputs(DEVICE, known)
    found = store.inputs_of(DEVICE, wanted)
    assert found.channel_map == wanted.channel_map
    assert found.calibration == known.calibration and found.correct
    assert store.inputs_of(DEVICE, None) == known
