import numpy as np
import pytest

from workbench.core.array_shapes import circle_xyz_m
from workbench.core.errors import InputError
from workbench.core.geometry import load_array
from workbench.ui.array_editor.draft import ArrayDraft


@pytest.fixture
def draft():
    draft = ArrayDraft()
    draft.load(load_array("uca8-100mm"))
    return draft


def test_every_change_can_be_taken_back(draft):
    seen = [draft.places]
    draft.add(0.01, 0.02)
    seen.append(draft.places)
    draft.move(3, 0.05, 0.0)
    seen.append(draft.places)
    draft.remove([0, 1])
    seen.append(draft.places)
    draft.shift(2, -1)
    seen.append(draft.places)
    draft.rotate(30.0)
    for places in reversed(seen):
        draft.undo()
        assert draft.places == places
    for places in seen[1:]:
        draft.redo()
        assert draft.places == places


def test_a_drag_is_one_step(draft):
    before = draft.places
    for step in range(20):
        draft.move(0, 0.1 + 0.001 * step, 0.0, gesture="drag")
    draft.undo()
    assert draft.places == before


def test_order_is_the_channels_order(draft):
    first, second = draft.places[:2]
    assert draft.shift(0, 1) == 1 and draft.places[:2] == (second, first)
    assert draft.shift(0, -1) == 0
    draft.remove([0])
    assert draft.places[0] == first and len(draft.places) == 7


def test_centre_and_rotate(draft):
    draft.replace(circle_xyz_m(4, 0.05) + np.array([0.1, 0.2, 0.0]))
    draft.centre()
    np.testing.assert_allclose(draft.xyz_m.mean(axis=0), 0, atol=1e-6)
    draft.rotate(90.0)
    np.testing.assert_allclose(draft.places[0], (0.0, 0.05, 0.0), atol=1e-6)


def test_it_becomes_an_array_only_when_it_can(draft, tmp_path):
    draft.move(0, *draft.places[1][:2])
    assert not draft.usable
    with pytest.raises(InputError, match="1 and 2"):
        draft.save(tmp_path / "a.toml")
    assert not (tmp_path / "a.toml").exists()
    draft.undo()
    draft.name = "  "
    with pytest.raises(InputError, match="name"):
        draft.array()


def test_sixty_four_and_no_more(draft):
    draft.replace(np.random.default_rng(0).uniform(-1, 1, (64, 3)))
    assert draft.usable
    with pytest.raises(InputError, match="64"):
        draft.add(0.0, 0.0)
    with pytest.raises(InputError, match="64"):
        draft.replace(np.random.default_rng(0).uniform(-1, 1, (65, 3)))
    assert len(draft.places) == 64


def test_saved_is_not_edited(draft, tmp_path):
    draft.add(0.0, 0.0)
    assert draft.edited
    draft.save(tmp_path / "a.toml")
    assert not draft.edited and load_array(tmp_path / "a.toml").mics == 9
