import pytest

from workbench.core.errors import InputError
from workbench.ui.room_entries import LEVEL, ROOM_ENTRIES, typed_number


@pytest.mark.parametrize(
    ("text", "value"),
    [("-6", -6.0), ("−6 dB", -6.0), ("2,5", 2.5), (" 12dB ", 12.0), ("−20", -20.0)],
)
def test_numbers_are_read_as_people_type_them(text, value):
    assert typed_number(LEVEL, text) == value


@pytest.mark.parametrize(
    ("text", "why"), [("loud", "'loud' is not a number"), ("13", "outside -20…12 dB"), ("nan", "outside")]
)
def test_what_cannot_be_is_refused_with_the_reason(text, why):
    with pytest.raises(InputError, match=why) as refused:
        typed_number(LEVEL, text)
    assert str(refused.value).startswith("Level: ")


def test_every_default_is_within_its_range():
    for entry in ROOM_ENTRIES:
        assert entry.knob.low <= entry.default <= entry.knob.high
