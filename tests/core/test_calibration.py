import numpy as np
import pytest

from workbench.core.calibration import load_calibration, parse_calibration
from workbench.core.errors import InputError

MINIDSP = '"Sens Factor =-1.378dB, AGain =18dB, SERNO: 7001234"\n10.054\t-4.12\n100\t0.10\n1000.0\t0\n20000\t3.0\n'


def test_a_minidsp_file(tmp_path):
    path = tmp_path / "7001234.txt"
    path.write_text(MINIDSP)
    found = load_calibration(path)
    assert found.serial == "7001234" and found.phase_deg is None
    np.testing.assert_array_equal(found.frequency_hz, [10.054, 100, 1000, 20000])
    assert found.sensitivity_dbfs == pytest.approx(-19.378)
    # 94 dB SPL read -19.378 dBFS as a sine, 3.01 dB less as an RMS: RMS 1 is that much above.
    assert found.full_scale_db_spl == pytest.approx(94 + 19.378 + 3.0103, abs=1e-3)


def test_interpolation_is_linear_over_log_frequency_and_holds_the_ends():
    found = parse_calibration("100 0\n10000 4\n", "here")
    np.testing.assert_allclose(found.at([1.0, 100, 1000, 10000, 24000]), [0, 0, 2, 4, 4], atol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "* REW calibration\n* comment\nFreq(Hz) SPL(dB) Phase(degrees)\n20 -1.5 10\n20000 2.5 -40\n",
        "20, -1.5, 10\r\n20000, 2.5, -40\r\n",
        "# decimal commas\n20,0;-1,5;10\n20000,0;2,5;-40\n",
        "\n  20   -1.5   10  \n\n2e4\t2.5\t-40",
    ],
)
def test_ways_of_writing_it(text):
    found = parse_calibration(text, "here")
    np.testing.assert_array_equal(found.frequency_hz, [20, 20000])
    np.testing.assert_array_equal(found.response_db, [-1.5, 2.5])
    np.testing.assert_array_equal(found.phase_deg, [10, -40])
    assert found.full_scale_db_spl is None


def test_a_sensitivity_in_dbfs_is_taken_as_it_is():
    assert parse_calibration("Sensitivity -23.5 dBFS\n20 0\n30 0", "x").sensitivity_dbfs == -23.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("20 0\n30\n", "line 2: a frequency without a level"),
        ("20 0\n30 loud\n", "line 2: the level 'loud'"),
        ("20 0\n40 0\n30 0\n", "line 3: 30 Hz does not follow on 40 Hz .line 2."),
        ("20 0\n20 0\n", "line 2: 20 Hz does not follow"),
        ("-20 0\n30 0\n", "line 1: -20 Hz is not a frequency"),
        ("20 0\n30 -600\n", "line 2: -600 dB"),
        ("20 0 x\n30 0\n", "line 1: the phase 'x'"),
        ("12:30 recorded\n", "line 1: '12:30' is not a frequency"),
        ("nothing here\n", "0 rows"),
        ("1000 0\n", "1 rows"),
    ],
)
def test_bad_rows_are_named_with_their_line(text, said):
    with pytest.raises(InputError, match=said):
        parse_calibration(text, "mic.txt")


def test_files_that_are_none(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_calibration(tmp_path / "missing.txt")
    sound = tmp_path / "sound.wav"
    sound.write_bytes(b"RIFF\0\0\0\0WAVE")
    with pytest.raises(InputError, match="no text"):
        load_calibration(sound)
