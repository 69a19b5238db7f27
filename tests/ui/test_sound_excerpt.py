import csv
import io

import numpy as np
import pytest

from tests.ui.sound_messages import BIN_HZ, BINS, snapshot
from workbench.ui.views.sound_excerpt import csv_text, npz_bytes, take_excerpt
from workbench.ui.views.sound_history import SoundHistory


@pytest.fixture
def excerpt():
    history = SoundHistory()
    history.append([snapshot(number, -50.0 - number, -80.25, pitch_hz=110.0) for number in (0, 1, 2, 4, 5)])
    return take_excerpt(history, 1, 99)


def test_an_excerpt_holds_the_columns_and_marks_what_is_missing(excerpt):
    assert excerpt.before_dbfs.shape == (5, BINS)
    np.testing.assert_array_equal(excerpt.before_dbfs[[0, 1, 3], 7], [-51, -52, -54])
    assert np.isnan(excerpt.before_dbfs[2]).all() and np.isnan(excerpt.time_s[2])
    assert excerpt.frequency_hz[10] == 10 * BIN_HZ


def test_archive_and_table_say_the_same(excerpt):
    archive = np.load(io.BytesIO(npz_bytes(excerpt)))
    rows = list(csv.DictReader(io.StringIO(csv_text(excerpt))))
    assert len(rows) == 10 and all(len(row) == BINS + 3 for row in rows)
    after = [row for row in rows if row["side"] == "after"]
    for number, row in enumerate(after):
        if number == 2:
            assert row["time_s"] == "" and row["1000"] == ""
            continue
        assert float(row["time_s"]) == pytest.approx(archive["time_s"][number])
        assert float(row["1000"]) == pytest.approx(archive["after_dbfs"][number, 20], abs=0.01)
        assert float(row["pitch_hz"]) == 110.0


def test_saving_a_table_can_be_ended(excerpt):
    def stop(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        csv_text(excerpt, stop)
