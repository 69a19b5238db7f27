from dataclasses import replace

import numpy as np
import pytest

from workbench.core.calibration import ChannelCalibration
from workbench.core.channel_map import ChannelMap, Position
from workbench.core.errors import InputError
from workbench.dsp.bands import HOP
from workbench.engine import inputs
from workbench.engine.inputs import InputSetup, InputStage, prepare


def noise(channels, hops, seed=1):
    x = np.random.default_rng(seed).standard_normal((channels, hops * HOP)).astype(np.float32)
    return [x[:, k * HOP : (k + 1) * HOP] for k in range(hops)]


def test_a_plain_setup_gives_the_very_samples():
    stage, gains = InputStage(4), prepare(InputSetup(), 4)
    x = noise(4, 1)[0]
    assert gains.plain and stage.process(x, gains) is x


def test_order_gain_polarity_mute_and_nothing():
    mapped = ChannelMap((Position(2), Position(0, gain_db=-6.0), Position(1, inverted=True), Position(None),
                         Position(1, muted=True), Position(9)))  # fmt: skip
    x = noise(3, 1)[0]
    y = InputStage(3).process(x, prepare(InputSetup(mapped), 3))
    expected = np.stack((x[2], x[0] * 10 ** (-6 / 20), -x[1], 0 * x[0], 0 * x[0], 0 * x[0]))
    np.testing.assert_allclose(y, expected, rtol=1e-6)


def test_the_first_channels_of_many_are_not_all_of_them():
    gains = prepare(InputSetup(ChannelMap.in_order(4)), 6)
    x = noise(6, 1)[0]
    assert not gains.plain
    np.testing.assert_array_equal(InputStage(6).process(x, gains), x[:4])


def test_a_muted_microphone_that_gives_no_numbers_is_silent():
    x = noise(2, 1)[0].copy()
    x[1] = np.nan
    y = InputStage(2).process(x, prepare(InputSetup(ChannelMap((Position(0), Position(1, muted=True)))), 2))
    assert (y[1] == 0).all() and np.isfinite(y).all()


def test_a_change_fades_over_one_hop_and_clicks_nowhere():
    t = np.arange(4 * HOP) / 48000
    tone = np.stack((np.sin(2 * np.pi * 200 * t), np.cos(2 * np.pi * 200 * t))).astype(np.float32)
    stage, plain = InputStage(2), prepare(InputSetup(), 2)
    other = prepare(InputSetup(ChannelMap((Position(1, inverted=True), Position(0)))), 2)
    gains = (plain, plain, other, other)
    y = np.concatenate([stage.process(tone[:, k * HOP : (k + 1) * HOP], gains[k]) for k in range(4)], axis=1)
    np.testing.assert_array_equal(y[:, : 2 * HOP], tone[:, : 2 * HOP])
    np.testing.assert_array_equal(y[:, 3 * HOP :], np.stack((-tone[1], tone[0]))[:, 3 * HOP :])
    steepest = np.abs(np.diff(tone, axis=1)).max()
    assert np.abs(np.diff(y, axis=1)).max() < 1.3 * steepest


def test_a_correction_is_the_convolution_with_its_filter(tmp_path):
    file = tmp_path / "mic.txt"
    file.write_text("20 -3\n1000 0\n20000 4\n")
    setup = InputSetup(ChannelMap((Position(1, gain_db=2.0), Position(0))), correct=True)
    setup = setup.with_calibration(1, ChannelCalibration(str(file)))
    stage, gains, hops = InputStage(2), prepare(setup, 2), noise(2, 12)
    y = np.concatenate([stage.process(x, gains) for x in hops], axis=1)
    x = np.concatenate(hops, axis=1)
    fir = inputs.correction_fir([inputs.load_calibrations(setup, 2)[1]])[0]
    expected = np.convolve(x[1].astype(float), fir)[: x.shape[1]] * 10 ** (2 / 20)
    np.testing.assert_allclose(y[0], expected, atol=2e-5)
    np.testing.assert_allclose(y[1], x[0], atol=2e-5)


def test_a_file_that_is_not_used_changes_nothing_but_is_kept(tmp_path):
    file = tmp_path / "mic.txt"
    file.write_text("20 -3\n1000 0\n20000 4\n")
    setup = InputSetup().with_calibration(2, ChannelCalibration(str(file), 120.0, "calibrator"))
    assert prepare(setup, 4).plain and setup.of_channel(2).full_scale_db_spl == 120.0
    assert setup.of_channel(0) == setup.of_channel(63) == ChannelCalibration()
    with pytest.raises(InputError, match="missing"):
        prepare(replace(setup.with_calibration(0, ChannelCalibration("missing.txt")), correct=True), 4)


def test_tables_come_back_as_they_were():
    setup = InputSetup(ChannelMap.in_order(2).swapped(0, 1), 96000, 256, correct=True, show_corrected=True)
    setup = setup.with_calibration(1, ChannelCalibration("a.txt", 121.5, "94 dB calibrator"))
    assert inputs.from_table(inputs.to_table(setup)) == setup
    assert inputs.to_table(InputSetup()) == {}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"rates": 1}, "unknown key 'rates'"),
        ({"rate_hz": "x"}, "rate_hz 'x'"),
        ({"rate_hz": 10}, "8000 to 192000"),
        ({"block": 1}, "16 to 8192"),
        ({"correct": 1}, "correct 1"),
        ({"show_corrected": "x"}, "show_corrected 'x'"),
        ({"calibration": {}}, "expected a list"),
        ({"calibration": [{}, {"full_scale_db_spl": 900}]}, "channel 2: full_scale_db_spl 900"),
        ({"calibration": [{"file": 3}]}, "channel 1: file and how"),
        ({"channel_map": [{"channel": "x"}]}, "microphone 1"),
    ],
)
def test_bad_tables_are_refused(table, said):
    with pytest.raises(InputError, match=said):
        inputs.from_table(table)
