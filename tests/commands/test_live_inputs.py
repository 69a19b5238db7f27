"""Channel map and calibration of a settings file in `workbench live`."""

import numpy as np

from workbench.audio.files import read_sound, write_sound
from workbench.cli import main
from workbench.core.channel_map import ChannelMap
from workbench.engine import settings as settings_files
from workbench.engine.inputs import InputSetup
from workbench.engine.settings import Settings


def test_the_channel_map_of_a_settings_file_is_in_force(tmp_path):
    x = (0.1 * np.random.default_rng(1).standard_normal((4, 9600))).astype(np.float32)
    write_sound(tmp_path / "in.wav", x, 48000)
    mapped = ChannelMap.in_order(2, 4).assigned(0, 3).with_position(1, inverted=True)
    settings_files.save(Settings(inputs=InputSetup(mapped)), tmp_path / "map.toml")
    arguments = ["live", "--source", f"file:{tmp_path / 'in.wav'}", "--sink", f"file:{tmp_path / 'out.wav'}"]
    assert main([*arguments, "--settings", str(tmp_path / "map.toml"), "--bypass"]) == 0
    samples, _ = read_sound(tmp_path / "out.wav")
    np.testing.assert_array_equal(samples, np.stack((x[3], -x[1])))


def test_a_calibration_file_that_is_missing_is_refused(tmp_path, capsys):
    write_sound(tmp_path / "in.wav", np.zeros((1, 9600), np.float32), 48000)
    (tmp_path / "bad.toml").write_text(
        'earshot_settings = 1\n[inputs]\ncorrect = true\ncalibration = [{file = "/nowhere/mic.txt"}]\n'
    )
    arguments = ["live", "--source", f"file:{tmp_path / 'in.wav'}", "--sink", f"file:{tmp_path / 'out.wav'}"]
    assert main([*arguments, "--settings", str(tmp_path / "bad.toml")]) == 2
    assert "/nowhere/mic.txt" in capsys.readouterr().err and not (tmp_path / "out.wav").exists()
