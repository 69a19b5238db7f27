from workbench.ui.dialogs.choices import (
    default_output,
    device_spec,
    scene_title,
    sink_choices,
    source_choices,
    spec_name,
)


def device(api, name, inputs, outputs, default_output=False, default_input=False):
    keys = {"default_output": default_output, "default_input": default_input}
    return {"hostapi": api, "name": name, "inputs": inputs, "outputs": outputs, "default_rate_hz": 48000.0, **keys}


DEVICES = [
    device("ALSA", "Interface", 8, 2),
    device("ALSA", "HDMI", 0, 2),
    device("JACK", "system", 2, 2, default_output=True, default_input=True),
]


def values(rows):
    return [row.value for row in rows if row.value]


def test_sources_are_grouped_by_host_api_and_only_those_with_inputs_are_there():
    rows = source_choices(DEVICES, [("four-talkers", "Four people", 8)], "room")
    assert values(rows) == ["room", "open-file", "room:four-talkers", "device:ALSA/Interface", "device:JACK/system"]
    assert [row.tag for row in rows if row.value == "device:JACK/system"] == ["default"]
    assert next(row for row in rows if row.value == "room:four-talkers").tip == "Four people"


def test_a_host_api_without_usable_devices_says_so():
    rows = source_choices([device("ALSA", "HDMI", 0, 2)], [], "room")
    assert "ALSA: no inputs" in [row.text for row in rows]


def test_the_device_in_use_stays_in_the_list_when_it_is_pulled_out():
    rows = sink_choices(DEVICES, "device:ALSA/USB headphones#channels 1,2")
    assert rows[-1].text == "USB headphones" and not rows[-1].usable and "not there" in rows[-1].note
    assert all(row.usable for row in sink_choices(DEVICES, "device:ALSA/HDMI") if row.value)


def test_a_file_in_use_has_a_row():
    assert "file:/a/talk.wav" in values(source_choices([], [], "file:/a/talk.wav"))
    assert "file:/a/out.wav" in values(sink_choices([], "file:/a/out.wav"))


def test_names_for_a_person():
    assert scene_title("four-talkers") == "Four talkers"
    assert spec_name("room") == "Simulated room"
    assert spec_name("room:four-talkers") == "Room: four talkers"
    assert spec_name("file:/a/talk.wav") == "talk.wav"
    assert spec_name("device:ALSA/Interface (hw:2,0)#channels 1,2") == "Interface (hw:2,0)"
    assert spec_name("none") == "None"


def test_the_default_output():
    assert default_output(DEVICES) == device_spec(DEVICES[2]) == "device:JACK/system"
    assert default_output(DEVICES[:2]) == "none"
