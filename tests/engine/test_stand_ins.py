"""What plays in a missing device's place, and when a wish comes true."""

import pytest

from workbench.audio.devices import Device, DeviceList
from workbench.engine.stand_ins import Wishes, in_words, name_of, stand_ins

SPEAKERS = Device("ALSA", "Speakers", 0, 2, 48000.0, False, True)
ARRAY = Device("ALSA", "USB array", 8, 0, 48000.0, True, False)
LISTING = DeviceList("PortAudio", ("ALSA",), (SPEAKERS, ARRAY))


def test_the_room_for_a_source_and_the_default_output_or_nothing_for_a_sink():
    assert stand_ins("source", "device:ALSA/Other", LISTING) == ("room",)
    assert stand_ins("sink", "device:ALSA/Other", LISTING) == ("device:ALSA/Speakers", "none")
    assert stand_ins("sink", "device:ALSA/Speakers#channels 1", LISTING) == ("none",)
    assert stand_ins("sink", "device:ALSA/Other", None) == ("none",)


@pytest.mark.parametrize(
    ("spec", "name", "words"),
    [
        ("room", "room", "the simulated room plays instead"),
        ("none", "none", "nothing is played"),
        ("device:ALSA/USB / array #channels 2,1", "USB / array", " array #channels 2,1 plays instead"),
        ("device:JACK", "JACK", "device:JACK plays instead"),
        ("device:", "the default device", "device: plays instead"),
    ],
)
def test_words(spec, name, words):
    assert name_of(spec) == name and in_words(spec) == words


def test_a_wish_comes_true_once_for_each_list_that_holds_it():
    wishes = Wishes().plus("source", "device:alsa/USB array#channels 1,2").plus("sink", "device:ALSA/USB array")
    assert wishes.names == ("USB array", "USB array")
    assert wishes.come_true(1, None) == ()
    assert wishes.come_true(1, DeviceList("PortAudio", ("ALSA",), (SPEAKERS,))) == ()
    assert wishes.come_true(1, LISTING) == ()  # the same list cannot say anything new
    assert wishes.come_true(2, LISTING) == ("source",)  # it has no outputs
    assert wishes.come_true(2, LISTING) == ()
    rest = wishes.without(("source",))
    assert rest.specs == {"sink": "device:ALSA/USB array"} and rest.come_true(3, LISTING) == ()
    assert rest.plus("sink", "device:ALSA/newer").specs == rest.specs  # the first wish is what was chosen
