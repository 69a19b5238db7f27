import pytest

from workbench.ui.app import parse
from workbench.ui.scale import held_percent, use_scale


@pytest.mark.parametrize(
    ("value", "percent"), [("150", 150), (200, 200), ("175 %", 175), (20, 100), ("900", 300), ("", 100), (None, 100)]
)
def test_scales_are_held(value, percent):
    assert held_percent(value) == percent


def test_the_scale_reaches_qt_and_the_designed_one_leaves_it_alone():
    environment = {}
    use_scale(100, environment)
    assert environment == {}
    use_scale(175, environment)
    assert environment == {"QT_SCALE_FACTOR": "1.75"}


def test_the_option():
    assert parse(["--scale", "150"]).scale == 150
    with pytest.raises(SystemExit) as ended:
        parse(["--scale", "1000"])
    assert ended.value.code == 2
