from workbench.core.params import Params, as_meant_then, to_dict
from workbench.core.params.older import FIRST_RENDER, SINCE


def first() -> dict:
    """A group `render` as it was written at first."""
    return {key: value for key, value in to_dict(Params())["render"].items() if key in FIRST_RENDER}


def test_a_group_written_whole_before_something_came_has_it_off():
    table = {"render": first(), "enhance": {"strength_percent": 50.0}}
    meant = as_meant_then(table)
    assert meant["render"] == first() | SINCE
    assert meant["enhance"] == table["enhance"]
    assert "upmix" not in table["render"]  # what was read stays as it was


def test_what_is_written_counts():
    assert as_meant_then({"render": first() | {"upmix": True}})["render"]["upmix"] is True


def test_a_few_keys_by_hand_and_todays_files_stay_as_they_are():
    for table in ({"render": {"cancellation_db": 6.0}}, {"render": "odd"}, {}, to_dict(Params())):
        assert as_meant_then(table) == table


def test_no_region_meant_the_nominal_head_alone():
    meant = as_meant_then({"render": {"region_cm": 0.0, "region_weight": 0.1}})
    assert meant["render"]["region_size_percent"] == 0.0
    kept = as_meant_then({"render": {"region_cm": 0.0, "region_weight": 0.1, "region_size_percent": 10.0}})
    assert kept["render"]["region_size_percent"] == 10.0
