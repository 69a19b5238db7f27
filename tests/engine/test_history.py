import threading

import pytest

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.engine.ab_settings import SideHistory
from workbench.engine.history import ParameterHistory


def test_undo_and_redo_walk_the_same_way():
    history = ParameterHistory()
    history.set({"enhance.strength_percent": 50.0})
    history.set({"localize.threshold": 0.45})
    assert history.undo_label == "Threshold 0.45"
    assert history.undo() and history.params.localize.threshold != 0.45
    assert history.undo_label == "Strength 50 %"
    assert history.undo() and history.params.enhance.strength_percent == 100
    assert not history.undo()
    assert history.redo() and history.redo()
    assert history.params.enhance.strength_percent == 50 and history.params.localize.threshold == 0.45
    assert not history.redo()


def test_one_slider_drag_is_one_step():
    history = ParameterHistory()
    for value in (90.0, 80.0, 70.0):
        history.set({"enhance.strength_percent": value}, gesture="drag 1")
    history.set({"enhance.strength_percent": 60.0}, gesture="drag 2")
    history.undo()
    assert history.params.enhance.strength_percent == 70
    history.undo()
    assert history.params.enhance.strength_percent == 100


def test_a_drag_back_to_where_it_began_is_no_step():
    history = ParameterHistory()
    history.set({"enhance.strength_percent": 90.0}, gesture=1)
    history.set({"enhance.strength_percent": 100.0}, gesture=1)
    assert history.undo_label == ""


def test_a_new_change_ends_redo():
    history = ParameterHistory()
    history.set({"enhance.strength_percent": 50.0})
    history.undo()
    history.set({"enhance.strength_percent": 40.0})
    assert not history.redo()


def test_bypass_and_mute_are_not_undone():
    history = ParameterHistory()
    history.set({"enhance.strength_percent": 50.0})
    history.set({"output.bypass": True})
    assert history.undo()
    assert history.params.output.bypass
    assert history.params.enhance.strength_percent == 100


def test_a_bad_value_changes_nothing():
    history = ParameterHistory()
    with pytest.raises(InputError):
        history.set({"enhance.strength_percent": 500.0})
    assert history.undo_label == ""
    assert not history.set({"enhance.strength_percent": 100.0})


def test_a_change_of_structure_is_a_step_among_the_others():
    history = ParameterHistory()
    history.set({"enhance.strength_percent": 50.0})
    history.note_structure("Source: take.wav", "room", "file")
    history.set({"enhance.strength_percent": 60.0})
    assert [step.label for step in history.done] == ["Strength 50 %", "Source: take.wav", "Strength 60 %"]
    history.undo()
    step = history.undo()
    assert step.structure == ("room", "file") and history.params.enhance.strength_percent == 50
    assert [step.label for step in history.undone] == ["Source: take.wav", "Strength 60 %"]
    assert history.redo() is step and history.redo() and history.params.enhance.strength_percent == 60


@pytest.mark.parametrize(("kind", "calls"), [(ParameterHistory, 1), (SideHistory, 2)])
def test_of_two_changes_at_a_time_neither_is_lost(monkeypatch, kind, calls):
    """A slider is moved, and in the midst of that the control thread mutes: it must not begin to sound again."""
    history, replaced, muting = kind(), parameters.replace, []

    def interrupted(params, values):
        made = replaced(params, values)
        if "enhance.strength_percent" in values:
            muting.append(threading.Thread(target=history.set, args=({"output.muted": True},)))
            if len(muting) == calls:  # the change is made, and not in force yet
                muting[-1].start()
                muting[-1].join(0.2)
        return made

    monkeypatch.setattr(parameters, "replace", interrupted)
    history.set({"enhance.strength_percent": 40.0})
    muting[calls - 1].join(60)
    assert history.params.output.muted and history.params.enhance.strength_percent == 40.0
