from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.ui.fakes import RUNNING, FakeSession, saying
from tests.ui.test_notice import pass_time
from workbench.core.messages import Dropout, Health, LatencyPart
from workbench.ui.status_bar import LoadBar, StatusBar, latency_texts


@pytest.fixture
def bar(qtbot):
    bar = StatusBar()
    bar.resize(1920, 32)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_latency_parts_add_up_as_shown():
    texts, total = latency_texts(RUNNING.latency)
    assert texts == [("in", "10"), ("block", "10"), ("look-ahead", "30"), ("ring", "10"), ("out", "10")]
    assert total == "70"
    uneven = (LatencyPart("in", 500, 48000), LatencyPart("block", 480, 48000), LatencyPart("ring", 0, 48000))
    assert latency_texts(uneven) == ([("in", "10.4"), ("block", "10.0")], "20.4")


def test_a_longer_part_is_wider_and_hovering_gives_samples(bar):
    bar.show_health(RUNNING)
    boxes = {part.label: rect for rect, part in bar.latency._boxes}
    assert boxes["look-ahead"].width() > 1.5 * boxes["in"].width()
    assert bar.latency.tip_at(boxes["look-ahead"].center().x()) == "look-ahead: 1440 samples at 48 kHz, 30.00 ms"
    assert bar.latency.tip_at(0) == ""


@pytest.mark.parametrize(
    ("load", "token"), [(0.14, "slider_fill"), (0.6, "warning"), (0.95, "clip"), (None, "slider_fill")]
)
def test_load_colours(qtbot, load, token):
    bar = LoadBar()
    qtbot.addWidget(bar)
    bar.set_load(load)
    assert bar.token == token


def test_running_shows_load_rate_state_and_clock(bar):
    bar.show_health(RUNNING)
    assert bar.load_text.text() == "14\u2009%"
    assert (bar.rate_text.text(), bar.hop_text.text()) == ("48\u2009kHz", "/ 480")
    assert (bar.state_text.text(), bar.clock_text.text(), bar.state_lamp.token) == ("Running", "12:07", "good")
    bar.show_health(Health())
    assert (bar.state_text.text(), bar.clock_text.text(), bar.load_text.text()) == ("Stopped", "", "–")


def test_dropouts_name_stage_and_time(bar):
    bar.show_health(RUNNING)
    assert (bar.dropout_text.text(), bar.dropout_lamp.token) == ("0", "good")
    session = FakeSession()
    session.drop_out()
    bar.show_health(session.mailbox.health)
    assert (bar.dropout_text.text(), bar.dropout_where.text()) == ("2", "sink, 1:10")
    assert bar.dropout_lamp.token == "clip"
    assert "1:01  enhance  13.1 of 10 ms" in bar.dropout_text.toolTip()
    assert "sink (sound server)" in bar.dropout_text.toolTip()


def test_in_a_small_window_a_notice_takes_the_room_of_the_latencys_parts(bar):
    bar.resize(1280, 28)
    bar.set_compact(True)
    bar.show_health(RUNNING)
    bar.layout().activate()
    before = bar.latency.width()
    bar.show_notice("Recorded 3.9 s to /home/you/Documents/Earshot recordings/2026-11-22 10-30-00", error=False)
    bar.layout().activate()
    assert bar.latency.width() < before / 2 and bar.notice.width() > 400
    bar.notice.say("", error=False)
    assert bar.latency.width() == before
    bar.show_notice("Saved", error=False)  # short enough to stand beside
    assert bar.latency.width() == before


def test_a_wide_window_shortens_the_latency_only_for_what_cannot_be_read_otherwise(bar):
    bar.resize(1600, 32)
    bar.set_array("8-microphone circle, radius 100 mm")
    bar.show_health(RUNNING)
    bar.layout().activate()
    before = bar.latency.width()
    full = "The disk is full: the recording ends at 1:02.5, and is whole up to there; make room, then record again"
    bar.show_notice(full, error=True)
    bar.layout().activate()
    assert bar.latency.width() < before and bar.notice.width() >= bar.notice.wanted_width()
    bar.show_notice("Saved fan.toml", error=False)
    bar.layout().activate()
    assert bar.latency.width() == before and bar.notice.width() >= bar.notice.wanted_width()


def test_what_the_busy_machine_interrupted_is_counted_too(bar):
    taken = Dropout(9.0, "processor", own=False, detail="taken away for 26 ms")
    bar.show_health(replace(RUNNING, own_dropouts=0, server_dropouts=0, machine_dropouts=1, dropouts=(taken,)))
    assert (bar.dropout_text.text(), bar.dropout_where.text()) == ("1", "processor, 0:09")
    assert bar.dropout_lamp.token == "warning"
    assert "1 of the machine" in bar.dropout_text.toolTip() and "(sound server)" not in bar.dropout_text.toolTip()
    bar.show_health(replace(RUNNING, own_dropouts=0, server_dropouts=0, dropouts=()))
    assert bar.dropout_text.text() == "0" and bar.dropout_where.isHidden()


def test_a_message_of_the_engine_appears_whole_in_the_tooltip_and_is_kept_until_another_comes(bar):
    text = "USB array is lost, trying again. " * 8
    lost = saying(replace(RUNNING, state="lost"), text, failed=True)
    bar.show_health(lost)
    assert bar.notice.toolTip() == text
    assert bar.notice.token == "clip"
    assert bar.reconnect.isVisible()
    bar.show_notice("Saved fan.toml", error=False)
    bar.show_health(lost)
    assert bar.notice.text == "Saved fan.toml"
    pass_time(bar.notice)
    assert bar.notice.text == text
    bar.show_health(replace(RUNNING, said=lost.said))
    assert bar.notice.text == ""


def test_the_array_gives_way_to_a_notice(bar):
    bar.set_array("8-microphone circle, radius 100 mm")
    assert bar.array_text.isVisible()
    bar.show_notice("Saved fan.toml", error=False)
    assert not bar.array_text.isVisible()
    pass_time(bar.notice)
    assert bar.array_text.isVisible()


def test_a_long_latency_leaves_room(bar):
    bar.show_health(RUNNING)
    usual = bar.latency.width()
    second = LatencyPart("device", 48000, 48000)
    bar.show_health(replace(RUNNING, latency=(*RUNNING.latency, second)))
    longest = max(rect.width() for rect, part in bar.latency._boxes if part is second)
    assert longest < 350
    assert bar.latency.width() < usual + 350


def test_the_compact_form_fits_the_smallest_window(bar):
    bar.set_compact(True)
    bar.show_health(RUNNING)
    bar.set_array(RUNNING.array)
    assert not bar.array_text.isVisible()
    assert bar.minimumSizeHint().width() <= 1280


def test_a_click_on_latency_or_dropouts_asks_for_details(bar, qtbot):
    bar.show_health(RUNNING)
    bar.layout().activate()
    for widget in (bar.latency, bar.dropout_word):
        with qtbot.waitSignal(bar.details_wanted):
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(bar.details_wanted):
        qtbot.mouseClick(bar.state_text, Qt.MouseButton.LeftButton)
