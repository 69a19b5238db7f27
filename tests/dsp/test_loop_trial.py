import numpy as np
import pytest

from workbench.dsp import kernels, loop_trial

loops = pytest.importorskip("workbench.dsp.loops", reason="numba is not installed")


def test_the_warm_up_calls_each_loop_with_one_set_of_types():
    loop_trial.warm_up(loops)
    assert {entry: len(getattr(loops, entry).nopython_signatures) for entry in kernels.ENTRIES} == dict.fromkeys(
        kernels.ENTRIES, 1
    )


def test_a_trial_runs_every_loop_and_gives_the_same_numbers_each_time():
    names, first = loop_trial.samples(loops)
    _, second = loop_trial.samples(loops)
    assert names == set(kernels.ENTRIES) and len(first) == 40 * 8
    assert all(np.isfinite(one).all() for one in first) and max(np.abs(one).max() for one in first) > 1.0
    assert [one.tobytes() for one in first] == [one.tobytes() for one in second]
