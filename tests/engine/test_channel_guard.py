import numpy as np
import pytest

from workbench.dsp.bands import HOP
from workbench.engine.channel_guard import MUTED_HOPS, ChannelGuard


def hop(channels=3):
    return np.full((channels, HOP), 0.5, np.float32)


def test_good_hops_pass_untouched():
    guard, x = ChannelGuard(3), hop()
    assert guard.process(x) is x and guard.muted == () and guard.repaired == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_a_channel_without_numbers_is_muted_and_the_rest_goes_on(value):
    guard, x = ChannelGuard(3), hop()
    x[1, 100:103] = value
    y = guard.process(x)
    assert guard.muted == (1,) and guard.repaired == 3
    assert not y[1].any() and np.array_equal(y[[0, 2]], x[[0, 2]])
    for _ in range(MUTED_HOPS - 1):
        assert not guard.process(hop())[1].any()
    y = guard.process(hop())
    assert guard.muted == () and y[1, 0] == 0 and 0.49 < y[1, -1] < 0.5 and (np.diff(y[1]) > 0).all()
    assert y[0].all()
    again = hop()
    assert guard.process(again) is again


def test_a_lasting_fault_stays_muted():
    guard = ChannelGuard(2)
    for _ in range(3 * MUTED_HOPS):
        x = hop(2)
        x[0] = np.nan
        y = guard.process(x)
    assert guard.muted == (0,) and np.isfinite(y).all() and y[1].all()
