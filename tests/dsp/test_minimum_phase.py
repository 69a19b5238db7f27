import numpy as np
import pytest
from scipy import signal

from workbench.dsp.minimum_phase import minimum_phase_fir


def test_the_minimum_phase_filter_of_a_minimum_phase_filter_is_itself():
    b = np.poly([0.5, -0.3 + 0.4j, -0.3 - 0.4j]).real
    _, response = signal.freqz(b, worN=np.linspace(0, np.pi, 2049))
    fir = minimum_phase_fir(20 * np.log10(np.abs(response)), 64)
    np.testing.assert_allclose(fir[:4], b, atol=1e-9)
    np.testing.assert_allclose(fir[4:], 0, atol=1e-9)


def test_flat_is_an_impulse_of_that_level():
    fir = minimum_phase_fir(np.full(513, 6.0), 32)
    assert fir[0] == pytest.approx(10**0.3) and np.abs(fir[1:]).max() < 1e-12


def test_what_cannot_be():
    with pytest.raises(ValueError, match="taps"):
        minimum_phase_fir(np.zeros(9), 64)
    with pytest.raises(ValueError, match="finite"):
        minimum_phase_fir(np.full(513, -np.inf), 64)
