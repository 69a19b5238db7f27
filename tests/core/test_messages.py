import dataclasses
import importlib
import pkgutil

import numpy as np
import pytest

from workbench.core import messages
from workbench.core.messages import BeamGain, LatencyPart, MicrophoneReport, MicrophoneVerdict, frozen

PARTS = [found.name for found in pkgutil.iter_modules(messages.__path__)]
MODULES = [importlib.import_module(f"{messages.__name__}.{name}") for name in PARTS]


def test_what_the_modules_define_is_what_the_package_gives():
    defined = {
        name
        for module in MODULES
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__ or name.isupper()
    }
    assert defined == set(messages.__all__)


def test_no_message_can_be_changed_by_who_gets_it():
    found = [value for value in vars(messages).values() if dataclasses.is_dataclass(value)]
    assert len(found) > 20
    for message in found:
        assert message.__dataclass_params__.frozen, message
        assert hasattr(message, "__slots__"), message


def test_a_frozen_array_is_the_same_one_and_refuses_to_be_written():
    array = np.zeros(3, dtype=np.float32)
    assert frozen(array) is array
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_what_a_message_says_of_itself():
    gain = BeamGain(1, 2.0, 0.0, input_db=-3.5, output_db=4.0, array_gain_db=6.0, span_s=4.0)
    assert gain.gain_db == 7.5
    assert LatencyPart("beam", 128, 48000).ms == pytest.approx(2.6667, abs=1e-4)
    well, dead = MicrophoneVerdict(0, "Mic 1", None), MicrophoneVerdict(1, "Mic 2", "dead")
    assert MicrophoneReport("done", verdicts=(well, dead)).faults == (dead,)
