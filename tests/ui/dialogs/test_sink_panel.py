import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from tests.ui.fakes import DEVICES
from workbench.engine.device_store import OutputSetup
from workbench.ui import dialogs, theme
from workbench.ui.dialogs.sink_panel import SinkPanel, channels_of, exchanged, mapped_spec, program_names

DEVICE = "device:PipeWire/Headphones"


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    window.resize(1280, 1000)
    qtbot.addWidget(window)
    window.show()
    panel = SinkPanel(window)
    panel.apply_theme(theme.DARK)
    panel.set_choices(dialogs.sink_choices(DEVICES, DEVICE), DEVICE)
    panel.show_at(None)
    panel.show_setup(OutputSetup(), DEVICE, ("left", "right"), 4)
    yield panel
    panel.dismiss()


def said(signal):
    heard = []
    signal.connect(lambda *values: heard.append(values))
    return heard


def test_addresses_with_channels():
    assert channels_of(f"{DEVICE}#channels 3,1", 3) == [3, 1, 2]
    assert channels_of(DEVICE, 2) == [1, 2] and channels_of(f"{DEVICE}#channels x", 2)[:1] == [1]
    assert mapped_spec(f"{DEVICE}#channels 3,1", [1, 2]) == DEVICE
    assert mapped_spec(DEVICE, [3, 4]) == f"{DEVICE}#channels 3,4"
    assert exchanged([1, 2, 3], 0, 3) == [3, 2, 1] and exchanged([1, 2], 1, 5) == [1, 5]
    assert program_names(("a",), 3) == ("a", "R", "3")


def test_another_output_of_the_device(panel):
    wanted = said(panel.spec_wanted)
    panel.rows_of_outputs[0].channel.chosen.emit("4")
    assert wanted == [(f"{DEVICE}#channels 4,2",)]


def test_one_test_signal_at_a_time_and_none_when_closed(panel):
    tests = said(panel.test_wanted)
    first, second = panel.rows_of_outputs
    first.tone.click()
    second.pink.click()
    assert tests == [("tone", 0), ("pink", 1)] and not first.tone.isChecked() and second.pink.isChecked()
    second.pink.click()
    assert tests[-1] == ("", 1)
    first.tone.click()
    panel.dismiss()
    assert tests[-1] == ("", 0)


def test_muted_is_said_with_a_way_out(panel):
    assert not panel.unmute.isVisible()
    panel.set_muted(True)
    unmuted = said(panel.mute_wanted)
    panel.unmute.click()
    assert unmuted == [(False,)]


def test_stopped_says_so(panel):
    panel.show_setup(OutputSetup(), DEVICE, (), 4)
    assert panel.rows_of_outputs == []


def test_rate_block_and_levels(panel):
    changed = said(panel.setup_changed)
    panel.format.block.chosen.emit(128)
    assert changed == [(OutputSetup(block=128),)]
    before = panel.rows_of_outputs[0].meter.grab().toImage()
    panel.show_levels(np.array([-6.0, -20.0]), np.array([-12.0, -30.0]))
    assert panel.rows_of_outputs[0].meter.grab().toImage() != before
