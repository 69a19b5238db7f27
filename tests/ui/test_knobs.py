import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InputError
from workbench.core.params import ENTRIES
from workbench.ui import knobs

NUMBERS = [entry for entry in ENTRIES.values() if entry.kind in (int, float) and not entry.knob.hidden]


@pytest.mark.parametrize("entry", NUMBERS, ids=lambda entry: entry.path)
def test_slider_ends_are_the_range_and_every_position_gives_an_allowed_value(entry):
    knob = entry.knob
    assert knobs.fraction_of(knob, knob.low) == pytest.approx(0.0)
    assert knobs.fraction_of(knob, knob.high) == pytest.approx(1.0)
    for position in range(101):
        for fine in (False, True):
            value = knobs.value_at(knob, position / 100, fine)
            assert knob.low <= value <= knob.high
            assert value == round(value, knob.decimals)


@given(st.floats(0, 1, allow_subnormal=False))  # a network's library may flush them to zero in this process
def test_log_slider_gives_equal_ratios(fraction):
    knob = ENTRIES["beamformer.low_cut_hz"].knob
    value = knob.low * (knob.high / knob.low) ** fraction
    assert knobs.fraction_of(knob, value) == pytest.approx(fraction)


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("beamformer.steering_deg", 42.0, "+42.0°"),
        ("beamformer.steering_deg", -68.04, "−68.0°"),
        ("beamformer.steering_deg", 0.0, "0.0°"),
        ("beamformer.white_noise_floor_db", -1.0, "−1.0\u2009dB"),
        ("enhance.strength_percent", 86.0, "86\u2009%"),
        ("enhance.postfilter_beta", 0.02, "0.020"),
        ("render.virtual_deg", 30.0, "±30°"),
        ("localize.max_sources", 4, "4"),
    ],
)
def test_values_are_written_as_the_house_writes_them(path, value, text):
    assert knobs.value_text(ENTRIES[path].knob, value) == text


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("beamformer.steering_deg", "−42.5°", -42.5),
        ("beamformer.steering_deg", " +30 ", 30.0),
        ("enhance.strength_percent", "40 %", 40.0),
        ("enhance.postfilter_beta", "0,05", 0.05),
        ("render.virtual_deg", "±45°", 45.0),
        ("localize.max_sources", "3", 3),
    ],
)
def test_typed_values_are_read(path, text, value):
    read = knobs.read_number(ENTRIES[path], text)
    assert read == value
    assert type(read) is ENTRIES[path].kind


@pytest.mark.parametrize("text", ["", "loud", "140", "nan", "1e9"])
def test_what_cannot_be_used_is_named_by_its_label(text):
    with pytest.raises(InputError, match=r"^Strength: "):
        knobs.read_number(ENTRIES["enhance.strength_percent"], text)


def test_range_and_clock_texts():
    assert knobs.range_text(ENTRIES["enhance.strength_percent"].knob) == "0–100\u2009%"
    assert knobs.range_text(ENTRIES["output.gain_db"].knob) == "−60.0…12.0\u2009dB"
    assert knobs.clock_text(727.9) == "12:07"
    assert knobs.clock_text(3727) == "1:02:07"


def test_fine_steps_are_a_tenth_but_never_below_what_is_shown():
    steering, strength = ENTRIES["beamformer.steering_deg"].knob, ENTRIES["enhance.strength_percent"].knob
    assert knobs.stepped(steering, 10.0, 1) == 11.0
    assert knobs.stepped(steering, 10.0, 1, fine=True) == 10.1
    assert knobs.stepped(strength, 50.0, -1, fine=True) == 49.0
    assert knobs.stepped(strength, 100.0, 5) == 100.0
