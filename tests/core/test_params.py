import math

import pytest

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.params import ENTRIES, Params


def test_every_number_has_a_range_that_holds_its_default():
    for entry in ENTRIES.values():
        assert parameters.check(entry.path, entry.default) == entry.default
        assert entry.knob.label
        assert entry.knob.help or entry.knob.hidden


def test_every_parameter_says_what_it_does_and_when_to_move_it():
    """Both are whole sentences, and the second is not the first again."""
    for entry in ENTRIES.values():
        for text in (entry.knob.help, entry.knob.when):
            assert len(text.split()) >= 4 and text[0].isupper() and text.endswith("."), (entry.path, text)
        assert entry.knob.when != entry.knob.help, entry.path


def test_replace_changes_one_value_and_leaves_the_old_tree():
    before = Params()
    after = parameters.replace(before, {"enhance.postfilter_beta": 0.05})
    assert after.enhance.postfilter_beta == 0.05
    assert before.enhance.postfilter_beta == 0.0
    assert parameters.differences(before, after) == ["enhance.postfilter_beta"]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("enhance.strength_percent", 140, "outside 0…100 %"),
        ("enhance.strength_percent", math.nan, "outside"),
        ("enhance.strength_percent", "much", "not a number"),
        ("enhance.method", "magic", "not one of"),
        ("enhance.enabled", 1, "neither true nor false"),
        ("enhance.nothing", 1, "no such parameter"),
        ("localize.max_sources", 2.5, "whole number"),
    ],
)
def test_bad_values_are_named_and_change_nothing(path, value, words):
    with pytest.raises(InputError, match=words):
        parameters.replace(Params(), {"enhance.postfilter_beta": 0.05, path: value})


def test_text_is_read_with_the_true_minus():
    assert parameters.parse("beamformer.steering_deg", "−42.5") == -42.5
    assert parameters.parse("output.bypass", "on") is True


def test_dictionary_round_trip():
    changed = parameters.replace(Params(), {"render.audition": False, "localize.max_sources": 2})
    assert parameters.from_dict(parameters.to_dict(changed)) == changed


def test_values_as_text_have_unit_sign_and_words():
    assert parameters.as_text("beamformer.white_noise_floor_db", -1.0) == "−1.0 dB"
    assert parameters.as_text("enhance.enabled", False) == "off"
    assert parameters.as_text("beamformer.method", "mvdr") == "MVDR"
    assert parameters.as_text("render.cancellation_shape", "") == "none"
    assert parameters.as_text("localize.max_sources", 4) == "4"
    assert parameters.as_text("beamformer.steering_deg", -40.0) == "−40.0°"
    assert parameters.as_text("render.virtual_deg", 30.0) == "±30°"
