from tests.ui.drag_delay import CASES, delays_ms
from workbench.core import params as parameters
from workbench.core.geometry import load_layout


def test_a_value_has_waited_until_a_frame_shows_it_or_a_later_one():
    asked = [(0.00, 1.0), (0.02, 2.0), (0.04, 3.0), (0.06, 2.0), (0.08, 4.0)]
    shown = [(0.03, 1.0), (0.09, 2.0), (0.10, 2.0), (0.15, 4.0)]
    # The first alone; then those up to the newest 2 before the frame; nothing new; the rest.
    assert [round(one) for one in delays_ms(asked, shown)] == [30, 70, 50, 30, 70]


def test_a_frame_does_not_show_what_is_asked_for_later():
    assert delays_ms([(1.0, 5.0)], [(0.5, 5.0)]) == []
    assert delays_ms([(1.0, 5.0), (2.0, 6.0), (3.0, 5.0)], [(1.5, 5.0)]) == [500.0]


def test_the_cases_are_drags_of_parameters_on_shipped_layouts():
    for case in CASES.values():
        assert len(load_layout(case.layout).drivers) == (2 if case.limit_ms == 100.0 else 5)
        for value in (case.begin, case.end):
            assert parameters.check(case.path, value) == value
