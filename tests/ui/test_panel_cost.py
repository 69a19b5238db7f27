import json

import pytest

from tests.ui import panel_cost
from tests.ui.panel_cost import Costs, Painters, designs, measure


@pytest.fixture
def looks(qapp):
    """The application as it looked before."""
    style, font, palette = qapp.style().objectName(), qapp.font(), qapp.palette()
    yield
    qapp.setStyle(style)
    qapp.setFont(font)
    qapp.setPalette(palette)


def test_what_a_drag_costs_is_told_for_each_thing_that_happens(looks, monkeypatch):
    """Nothing about how long it takes, only that all of it is seen."""
    monkeypatch.setattr(panel_cost, "BEFORE", 1)
    monkeypatch.setattr(panel_cost, "FRAMES", 1)
    made = designs("pair-100mm", "render.droop_db", (1.0, 5.0), 3)
    assert [value for value, _ in made] == [1.0, 3.0, 5.0]
    assert all(response.detail.draft for _, response in made)
    found = measure(made, "pair-100mm", "render.droop_db", (1600, 960), "dark", Painters())
    names = [f"{what}, {part}" for what in ("sound", "value", "design") for part in ("slot", "frame")]
    assert [*found] == [*names, "painting"]
    assert all(found[name]["largest"] >= found[name]["median"] >= 0 for name in names)
    json.dumps(found)


def test_costs_are_those_of_the_thread_since_they_were_cleared(qapp):
    costs = Costs()
    costs.of("work", lambda: sum(range(200_000)))
    costs.clear()
    assert costs.report() == {}
    costs.of("work", lambda: sum(range(200_000)))
    assert costs.report()["work, slot"]["largest"] > 0
