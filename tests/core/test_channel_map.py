import pytest

from workbench.core.channel_map import ChannelMap, Position, from_table, to_table
from workbench.core.errors import InputError


def test_in_order_leaves_what_the_source_lacks_silent():
    found = ChannelMap.in_order(4, 3)
    assert [position.channel for position in found.positions] == [0, 1, 2, None]
    assert found.positions[3].factor == 0.0 and not found.plain
    assert ChannelMap.in_order(3).plain and not ChannelMap.in_order(3).swapped(0, 1).plain


def test_the_factor_of_a_position():
    assert Position(0, gain_db=-6.0, inverted=True).factor == pytest.approx(-0.5012, abs=1e-4)
    assert Position(0, muted=True).factor == 0.0


def test_assigning_a_channel_that_is_in_use_exchanges_the_two():
    found = ChannelMap.in_order(4).assigned(0, 2)
    assert [position.channel for position in found.positions] == [2, 1, 0, 3]
    assert [position.channel for position in found.assigned(1, 7).positions] == [2, 7, 0, 3]
    assert [position.channel for position in found.assigned(1, None).positions] == [2, None, 0, 3]


def test_a_swap_takes_polarity_and_gain_along():
    found = ChannelMap.in_order(3).with_position(0, inverted=True, gain_db=2.0).swapped(0, 2)
    assert found.positions[2] == Position(0, 2.0, True) and found.positions[0] == Position(2)


def test_channels_that_are_not_there_are_named():
    assert ChannelMap.in_order(4).missing(2) == (2, 3)
    assert ChannelMap((Position(5), Position(5), Position(None))).microphones_of(5) == (0, 1)


def test_tables_come_back_as_they_were():
    given = ChannelMap((Position(3, 1.5), Position(None), Position(0, inverted=True), Position(1, muted=True)))
    assert from_table(to_table(given)) == given
    assert to_table(given)[1] == {"channel": 0}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("text", "expected a list"),
        ([1], "microphone 1: expected a table"),
        ([{"channel": "x"}], "microphone 1: channel 'x'"),
        ([{"channel": True}], "channel True"),
        ([{}, {"gain_db": "loud"}], "microphone 2: gain_db"),
        ([{"inverted": 1}], "inverted must be true or false"),
        ([{"chanel": 1}], "unknown key 'chanel'"),
        ([{"gain_db": 99}], "microphone 1 has 99 dB"),
        ([], "0 microphones"),
    ],
)
def test_bad_tables_are_refused(rows, said):
    with pytest.raises(InputError, match=said):
        from_table(rows)
