"""What a person writes to name a device."""

import pytest

from workbench.audio.specs import DeviceSpec, parse_channels, parse_device, same_clock
from workbench.core.errors import InputError


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("", DeviceSpec()),
        ("ALSA", DeviceSpec("ALSA")),
        ("ALSA/USB Audio: - (hw:1,0)", DeviceSpec("ALSA", "USB Audio: - (hw:1,0)")),
        ("JACK Audio Connection Kit/a/b", DeviceSpec("JACK Audio Connection Kit", "a/b")),
        ("JACK/system#channels 1,2,5", DeviceSpec("JACK", "system", (1, 2, 5))),
        ("JACK/system #channels 3-5, 1", DeviceSpec("JACK", "system", (3, 4, 5, 1))),
        ("ALSA/card #2", DeviceSpec("ALSA", "card #2")),
        ("#channels 2", DeviceSpec("", "", (2,))),
    ],
)
def test_device_specs(text, spec):
    assert parse_device(text) == spec


def test_a_spec_reads_back_as_it_was():
    for spec in (DeviceSpec("A", "b/c", (1, 7)), DeviceSpec("A", "b"), DeviceSpec("", "", (3,))):
        assert parse_device(str(spec).removeprefix("device:")) == spec


@pytest.mark.parametrize("text", ["", "0", "1,,2", "1,1", "a", "5-2", "1-100", "-1", "1.5"])
def test_bad_channel_lists(text):
    with pytest.raises(InputError, match="channels"):
        parse_channels(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("JACK Audio Connection Kit/system", "jack/other client", True),
        ("ALSA/USB array", "ALSA/USB array", True),
        ("ALSA/USB array", "alsa/USB array", True),
        ("ALSA/USB array", "ALSA/headphones", False),
        ("ALSA/USB array", "OSS/USB array", False),
        ("", "", False),
    ],
)
def test_devices_of_one_clock(one, other, same):
    assert same_clock(parse_device(one), parse_device(other)) == same
    assert not same_clock(parse_device(one), parse_device(other), None, {"JACK_DEFAULT_SERVER": "other"})
