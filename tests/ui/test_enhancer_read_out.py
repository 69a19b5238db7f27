from dataclasses import replace

import pytest

from tests.ui.sound_messages import snapshot
from workbench.ui.views.enhancer_read_out import AVERAGED_HOPS, EVERY_HOPS, EnhancerReadOut


def _hops(count, snr_db, estimate_us):
    hop = snapshot(0)
    state = None if snr_db is None else replace(hop.enhancement, snr_db=snr_db)
    return [replace(hop, enhancement=state, estimate_us=estimate_us)] * count


@pytest.fixture
def read_out(qtbot):
    read_out = EnhancerReadOut()
    qtbot.addWidget(read_out)
    return read_out


def test_figures_over_the_last_second(read_out):
    assert (read_out.snr, read_out.load) == ("–", "–")
    read_out.show_snapshots(_hops(EVERY_HOPS, 12.4, 260.0))
    assert (read_out.snr, read_out.load) == ("+12\u2009dB", "2.6\u2009%")
    read_out.show_snapshots(_hops(AVERAGED_HOPS, -3.2, 130.0))
    assert (read_out.snr, read_out.load) == ("−3\u2009dB", "1.3\u2009%")
    assert "SNR −3" in read_out.accessibleName()


def test_figures_change_four_times_a_second_at_most(read_out):
    read_out.show_snapshots(_hops(EVERY_HOPS, 12.0, 100.0))
    read_out.show_snapshots(_hops(EVERY_HOPS - 1, -12.0, 900.0))
    assert read_out.snr == "+12\u2009dB"


def test_what_is_unknown_is_a_dash(read_out):
    read_out.show_snapshots(_hops(EVERY_HOPS, float("nan"), 0.0))
    assert (read_out.snr, read_out.load) == ("–", "–")
    read_out.show_snapshots(_hops(EVERY_HOPS, None, 100.0))
    read_out.show_snapshots(_hops(EVERY_HOPS, 5.0, 100.0))
    read_out.clear()
    assert read_out.snr == "–"
