from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from tests.ui.fakes import DEVICES
from workbench.core.calibration import ChannelCalibration
from workbench.core.channel_map import ChannelMap, Position
from workbench.core.messages import InputLevels, MicrophoneReport, MicrophoneVerdict
from workbench.engine.inputs import InputSetup
from workbench.ui import dialogs, theme
from workbench.ui.dialogs.device_advice import advice
from workbench.ui.dialogs.microphone_findings import Card
from workbench.ui.dialogs.source_panel import SCENES, SourcePanel

NAMES = tuple(f"in {number}" for number in range(1, 9))
DEVICE = "device:PipeWire/USB array, 8 microphones"


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    window.resize(1280, 1000)
    qtbot.addWidget(window)
    window.show()
    panel = SourcePanel(window)
    panel.apply_theme(theme.DARK)
    scenes = [("two-talkers", "Two", 8), ("four-talkers", "Four", 8)]
    panel.set_choices(dialogs.source_choices(DEVICES, scenes, DEVICE), DEVICE)
    panel.show_at(None)
    panel.show_setup(InputSetup(), DEVICE, NAMES, 8)
    yield panel
    panel.dismiss()


def said(signal):
    heard = []
    signal.connect(lambda *values: heard.append(values[0] if len(values) == 1 else values))
    return heard


def texts(panel):
    return [row.choice.text for row in panel.rows]


def test_scenes_are_folded_away_until_asked_for(panel):
    assert SCENES in texts(panel) and "Two talkers" not in texts(panel)
    fold = panel.rows[texts(panel).index(SCENES)].choice
    assert (fold.unfolded, fold.tag, fold.columns) == (False, "2", ())  # no number where the rates stand
    panel._on_chosen("fold-scenes")
    assert "Two talkers" in texts(panel)
    assert panel.rows[texts(panel).index(SCENES)].choice.unfolded
    panel._on_chosen("fold-scenes")
    assert "Two talkers" not in texts(panel)


def test_a_device_can_be_read_in_full_where_its_name_is_shortened(panel):
    row = panel.rows[texts(panel).index("USB array, 8 microphones")]
    assert row.toolTip().splitlines()[0] == row.choice.text


def test_rate_and_block_share_the_width_of_the_rows(panel, qtbot):
    qtbot.waitUntil(lambda: panel.format.rate.width() > 100)
    rate, block = panel.format.rate.geometry(), panel.format.block.geometry()
    assert abs(rate.width() - block.width()) <= 1
    assert rate.left() == 12 and panel.format.width() - block.right() - 1 == 12


def test_choosing_leaves_the_panel_open(panel):
    chosen = said(panel.chosen)
    panel._on_chosen("room")
    assert chosen == ["room"] and panel.isVisible()


def test_a_click_in_the_matrix_gives_another_setup(qtbot, panel):
    changed = said(panel.setup_changed)
    qtbot.mouseClick(panel.map.matrix, Qt.MouseButton.LeftButton, pos=panel.map.matrix.point_of(4, 1))
    assert [one.channel for one in changed[0].channel_map.positions] == [0, 4, 2, 3, 1, 5, 6, 7]


def test_details_of_the_chosen_microphone(qtbot, panel):
    panel.show_setup(InputSetup(ChannelMap.in_order(8).with_position(2, gain_db=1.5, inverted=True)), DEVICE, NAMES, 8)
    panel.map.matrix.select(2)
    assert panel.map.which.text() == "M3" and panel.map.gain.text() == "+1.5 dB" and panel.map.invert.isChecked()
    changed = said(panel.setup_changed)
    panel.map.gain.setFocus()
    panel.map.gain.selectAll()
    qtbot.keyClicks(panel.map.gain, "-3,5")
    qtbot.keyClick(panel.map.gain, Qt.Key.Key_Return)
    assert changed[-1].channel_map.positions[2].gain_db == -3.5
    panel.map.gain.selectAll()
    qtbot.keyClicks(panel.map.gain, "loud")
    qtbot.keyClick(panel.map.gain, Qt.Key.Key_Return)
    assert len(changed) == 1 and panel.map.gain.text() == "−3.5 dB"
    panel.map.invert.click()
    panel.map.mute.click()
    assert not changed[1].channel_map.positions[2].inverted and changed[2].channel_map.positions[2].muted


def test_in_order_forgets_the_map_or_makes_one_that_fits(panel):
    changed = said(panel.setup_changed)
    panel.map.in_order.click()
    assert changed[-1].channel_map is None
    panel.show_setup(InputSetup(), DEVICE, (*NAMES, "in 9", "in 10"), 8)
    assert "8 microphones on 10 channels" in panel.map.note.text()
    panel.map.in_order.click()
    assert changed[-1].channel_map == ChannelMap.in_order(8)


def test_rate_and_block_only_for_devices(panel):
    assert panel.format.isVisible() and panel.format.rate.value == "Automatic"
    changed = said(panel.setup_changed)
    panel.format.rate.chosen.emit(96000)
    panel.format.block.chosen.emit(256)
    assert changed[0].rate_hz == 96000 and changed[1].block == 256
    panel.show_setup(InputSetup(), "room", NAMES, 8)
    assert not panel.format.isVisible()


def test_levels_and_sound_pressure(panel):
    level = np.full(8, -40.0)
    level[3] = -20.0
    levels = InputLevels(level, level - 3, level - 6, "A", "fast")
    panel.read_levels = lambda: levels
    panel._on_timer()
    assert panel.map.matrix.loudest() == 3 and panel.map.scale.text() == "dBFS"
    setup = InputSetup()
    for channel in range(8):
        setup = setup.with_calibration(channel, ChannelCalibration("", 120.0, "calibrator"))
    panel.show_setup(setup, DEVICE, NAMES, 8)
    panel._on_timer()
    assert panel.map.scale.text() == "94.0 dB(A)" and panel.calibration.text() == "dB SPL on 8"


def test_tapping_assigns_one_microphone_after_the_other(panel):
    quiet = np.full(8, -60.0)

    def levels(channel=None):
        peak = quiet.copy()
        if channel is not None:
            peak[channel] = -10.0
        return InputLevels(peak, peak, peak, "A", "fast")

    changed = said(panel.setup_changed)
    panel.map.show_levels(levels())
    panel.map.by_tapping.click()
    assert panel.map.hint.isVisible() and "M1" in panel.map.hint.text()
    for _ in range(20):
        panel.map.show_levels(levels())
    panel.map.show_levels(levels(5))
    assert changed[-1].channel_map.positions[0].channel == 5 and "M2" in panel.map.hint.text()
    panel.map.skip.click()
    assert "M3" in panel.map.hint.text()
    panel.map.by_tapping.click()
    assert not panel.map.hint.isVisible()


def verdict(index, fault=None, partner=None, gain_db=0.0):
    return MicrophoneVerdict(index, NAMES[index], fault, partner, gain_db)


def cards(panel):
    return [panel.findings.cards.itemAt(n).widget() for n in range(panel.findings.cards.count())]


def test_the_check_says_what_it_found_and_offers_remedies(panel):
    panel.show_report(MicrophoneReport("listening", 0.4))
    assert panel.findings.progress.isVisible() and panel.findings.stop.isVisible()
    faults = {1: ("inverted",), 2: ("swapped", 5), 5: ("swapped", 2), 7: ("gain", None, -6.0), 0: ("dead", None, None)}
    report = MicrophoneReport("done", 1.0, tuple(verdict(n, *faults.get(n, ())) for n in range(8)), 0.4, at="12:06")
    panel.show_report(report)
    assert panel.findings.at.text() == "12:06, 3 of 8 good"
    titles = [card.accessibleName().split(".")[0] for card in cards(panel)]
    assert titles == ["in 1 is dead", "in 2 is inverted", "in 3 and in 6 have changed places",
                      "in 8 is quieter than the others"]  # fmt: skip
    wanted = said(panel.fix_wanted)
    cards(panel)[1].fix.click()
    assert wanted[0].index == 1 and panel.map.matrix.flagged == {0, 1, 2, 5, 7}
    panel.mark_fixed({1})
    assert cards(panel)[1].fix is None and panel.map.matrix.flagged == {0, 2, 5, 7}
    panel.show_report(replace(report, verdicts=tuple(verdict(n) for n in range(8)), note="only one side spoke"))
    assert "Nothing wrong" in cards(panel)[0].accessibleName() and "only one side" in panel.findings.words.text()
    panel.show_report(MicrophoneReport("failed", error="no sound"))
    assert "no sound" in panel.findings.words.text()


def test_why_a_check_is_not_possible(panel):
    panel.set_checkable("Start the sound to check the microphones.")
    assert not panel.findings.check.isEnabled() and "Start the sound" in panel.findings.words.text()


@pytest.mark.parametrize(
    ("message", "helps"),
    [
        ("USB array: refuses 8 input channels at 44100 Hz (its own rate is 48000 Hz)", "its own rate"),
        ("USB array: refuses 8 input at 48000 Hz: Device unavailable", "Another program"),
        ("channel 9 was asked for, but the device has 8 input channels", "fewer channels"),
        ("no device of that name is there now (there is: x)", "Plug it in again"),
        ("no host API 'JACK' here; JACK is there only while its server runs", "JACK server"),
        ("file.wav: not a sound file that can be read", "another recording"),
        ("something else", ""),
    ],
)
def test_errors_come_with_what_to_do(panel, message, helps):
    assert helps in advice(message) and (helps or not advice(message))
    panel.show_failure(message)
    assert panel.failure.isVisible()
    card = panel.failure.findChild(Card)
    assert message in card.accessibleName()
    panel._on_chosen("room")
    assert not panel.failure.isVisible()


def test_every_button_says_what_it_does(panel):
    for button in panel.findChildren(QPushButton):
        assert button.toolTip()


def test_a_channel_that_is_not_there_is_named(panel):
    panel.show_setup(InputSetup(ChannelMap((Position(0), Position(11)))), DEVICE, NAMES, 2)
    assert "1 channels are not there" in panel.map.note.text()
