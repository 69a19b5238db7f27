import pytest

from workbench.cli import main
from workbench.commands.measure import _made
from workbench.core.errors import DeviceError

ARGUMENTS = ("--sink", "device:NoSuchServer/nothing", "--source", "device:NoSuchServer/nothing")


def test_a_failed_measurement_leaves_no_folder(tmp_path):
    out = tmp_path / "deep" / "plant"
    assert main(["measure", *ARGUMENTS, "--layout", "pair-100mm", "--out", str(out)]) != 0
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_before_stays(tmp_path):
    kept = tmp_path / "01_left.wav"
    kept.write_bytes(b"earlier")
    with pytest.raises(DeviceError), _made(tmp_path):
        raise DeviceError("gone")
    assert kept.read_bytes() == b"earlier"


def test_a_folder_that_something_was_written_to_stays(tmp_path):
    out = tmp_path / "a" / "b"
    with pytest.raises(DeviceError), _made(out):
        (out / "note.txt").write_text("x")
        raise DeviceError("gone")
    assert (out / "note.txt").exists()


def test_a_folder_that_cannot_be_made_is_refused_before_any_sweep(tmp_path):
    (tmp_path / "file").write_text("")
    assert main(["measure", *ARGUMENTS, "--layout", "pair-100mm", "--out", str(tmp_path / "file" / "x")]) == 2
