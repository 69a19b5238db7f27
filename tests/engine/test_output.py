from dataclasses import replace

import numpy as np

from workbench.core.params import OutputParams
from workbench.engine.output import OutputStage

ON = np.full((2, 480), 0.5, dtype=np.float32)
DIRECT = np.full((2, 480), -0.25, dtype=np.float32)


def test_bypass_is_bit_exact_and_reached_without_a_step():
    stage = OutputStage()
    first = stage.process(ON, DIRECT, OutputParams())
    change = stage.process(ON, DIRECT, OutputParams(bypass=True))
    last = stage.process(ON, DIRECT, OutputParams(bypass=True))
    np.testing.assert_array_equal(first, ON)
    np.testing.assert_array_equal(last, DIRECT)
    assert np.abs(np.diff(np.concatenate([first, change, last], axis=1), axis=1)).max() < 0.75 / 480 * 1.01


def test_mute_is_ramped_to_digital_silence():
    stage = OutputStage()
    stage.process(ON, DIRECT, OutputParams())
    change = stage.process(ON, DIRECT, OutputParams(muted=True))
    assert np.abs(np.diff(change, axis=1)).max() < 0.5 / 480 * 1.01
    assert not stage.process(ON, DIRECT, OutputParams(muted=True)).any()


def test_level_is_applied_in_db():
    stage = OutputStage()
    params = replace(OutputParams(), gain_db=-6.0)
    np.testing.assert_allclose(stage.process(ON, DIRECT, params), ON * 10 ** (-6 / 20), rtol=1e-6)
