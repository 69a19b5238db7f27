import numpy as np

from workbench.core.calibration import MicrophoneCalibration
from workbench.dsp.calibration import MAX_BOOST_DB, correction_db, correction_fir

FREQUENCY_HZ = np.array([20, 50, 200, 1000, 5000, 10000, 20000.0])


def test_a_microphone_times_its_correction_is_flat():
    microphone = MicrophoneCalibration(FREQUENCY_HZ, np.array([-5, -2, 0.5, 1, 2, 4, -3.0]))
    fir = correction_fir([microphone, None])
    at_hz = np.geomspace(40, 20000, 60)
    response = np.abs(np.exp(-2j * np.pi * np.outer(at_hz, np.arange(fir.shape[1])) / 48000) @ fir.T)
    corrected_db = 20 * np.log10(response[:, 0]) + microphone.at(at_hz)
    np.testing.assert_allclose(corrected_db, 1.0, atol=0.25)  # its level at 1 kHz stays
    np.testing.assert_allclose(response[:, 1], 1.0, rtol=1e-6)
    assert np.argmax(np.abs(fir[0])) < 3  # no delay


def test_the_boost_is_limited():
    deaf = MicrophoneCalibration(FREQUENCY_HZ, np.array([-50, -20, 0, 0, 0, 0, 0.0]))
    assert correction_db(deaf, np.array([20.0]))[0] == MAX_BOOST_DB
