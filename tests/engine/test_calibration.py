import numpy as np
import pytest

from workbench.core.calibration import ChannelCalibration, parse_calibration
from workbench.core.errors import EarshotError, InputError
from workbench.engine.calibration import CalibratorReading, by_calibrator, by_file, title_of


def test_the_sensitivity_of_a_file():
    found = by_file(parse_calibration('"Sens Factor =-2dB, SERNO: 1"\n20 0\n20000 1\n', "/a/mic.txt"))
    assert found.file == "/a/mic.txt" and found.full_scale_db_spl == pytest.approx(94 + 20 + 3.01, abs=0.01)
    assert title_of(found) == "mic.txt" and "file" in found.how
    plain = by_file(parse_calibration("20 0\n20000 1\n", "mic.txt"))
    assert plain.full_scale_db_spl is None and plain.how == "" and title_of(ChannelCalibration()) == "none"


def test_a_calibrator_gives_the_level_of_full_scale():
    found = by_calibrator(ChannelCalibration("mic.txt"), -26.0, 94.0)
    assert found == ChannelCalibration("mic.txt", 120.0, "by a calibrator of 94 dB")
    with pytest.raises(InputError, match="10 dB"):
        by_calibrator(ChannelCalibration(), -26.0, 10.0)


def read(levels):
    reading = CalibratorReading(0.05)
    for number, level in enumerate(levels):
        found = reading.feed(level)
        if found is not None:
            return found, number, reading.progress
    return None, len(levels), reading.progress


def test_a_steady_tone_is_averaged_after_it_has_settled():
    mean, number, progress = read(np.r_[np.linspace(-60, -26, 15), np.full(85, -26.0)])
    assert mean == pytest.approx(-26.0) and 78 <= number <= 80 and progress == 1.0
    assert read(np.full(30, -26.0))[0] is None


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        (np.full(100, -90.0), "not heard"),
        (np.full(100, -3.0), "overloads"),
        (np.r_[np.full(50, -26.0), np.full(50, -28.0)], "not steady .it moved by 2.0 dB"),
    ],
)
def test_what_is_no_calibrator_is_said(levels, said):
    with pytest.raises(EarshotError, match=said):
        read(levels)
