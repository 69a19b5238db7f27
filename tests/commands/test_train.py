"""`workbench train`: what it refuses before it starts, and export from a checkpoint."""

import json

import numpy as np
import pytest
import soundfile

from workbench.cli import main

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")


@pytest.fixture
def folders(tmp_path):
    rng = np.random.default_rng(1)
    for name in ("speech", "noise"):
        (tmp_path / name).mkdir()
        x = 0.1 * rng.standard_normal(48000)
        x[:12000] *= 1e-3
        soundfile.write(tmp_path / name / "a.wav", x, 48000)
    return tmp_path


def _train(folder, *more, out="net.onnx"):
    paths = ("--speech", str(folder / "speech"), "--noise", str(folder / "noise"), "--out", str(folder / out))
    return main(["train", "enhance", *paths, *more])


@pytest.mark.parametrize(
    ("more", "out", "message"),
    [
        ((), "net.bin", "has to end in .onnx"),
        ((), "missing/net.onnx", "no such folder"),
        (("--max-minutes", "0"), "net.onnx", "more than 0"),
        (("--batches", "0"), "net.onnx", "1 or more"),
        (("--resume",), "net.onnx", "no such checkpoint"),
    ],
)
def test_bad_arguments(folders, capsys, more, out, message):
    assert _train(folders, *more, out=out) == 2
    assert message in capsys.readouterr().err
    assert not (folders / "net.onnx").exists()


def test_folders_without_sound(folders, capsys):
    (folders / "noise" / "a.wav").write_text("text")
    assert _train(folders) == 2
    assert "no usable sound (1 not readable)" in capsys.readouterr().err
    (folders / "noise" / "a.wav").unlink()
    assert _train(folders) == 2
    assert "no sound files" in capsys.readouterr().err


def test_an_unfinished_run_is_not_overwritten(folders, capsys):
    (folders / "net.onnx.training").mkdir()
    (folders / "net.onnx.training" / "checkpoint.pt").write_bytes(b"precious")
    assert _train(folders) == 2
    assert "--resume" in capsys.readouterr().err
    assert (folders / "net.onnx.training" / "checkpoint.pt").read_bytes() == b"precious"


def _checkpoint(path, validated=True):
    from workbench.training import checkpoint
    from workbench.training.loops import Trainer, TrainingPlan

    trainer = Trainer(TrainingPlan(), path.parent, path)
    trainer.curve = [{"hours": 1.0, "validation_loss": 0.5}]
    trainer.best = 0.5
    if validated:
        trainer.best_weights = dict(trainer.averaged.state_dict())
    trainer.save()
    return checkpoint.load(path)


def test_export_writes_model_manifest_card_and_weights(tmp_path, capsys):
    from workbench.enhance.runtime import NetworkGains

    _checkpoint(tmp_path / "checkpoint.pt")
    weights = tmp_path / "net.pt"
    arguments = ["train", "export", str(tmp_path / "checkpoint.pt"), str(tmp_path / "net.onnx")]
    assert main([*arguments, "--weights", str(weights)]) == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["models"]["net"]["weights"] == 962_500
    assert "962,500 weights" in (tmp_path / "net.md").read_text()
    first = NetworkGains(1, tmp_path / "net.onnx").predict(np.ones((1, 70), np.float32))[0]
    assert weights.stat().st_size < 4_000_000
    # The weights file is a checkpoint to export or start from.
    assert main(["train", "export", str(weights), str(tmp_path / "again.onnx")]) == 0
    again = NetworkGains(1, tmp_path / "again.onnx").predict(np.ones((1, 70), np.float32))[0]
    np.testing.assert_allclose(again, first, atol=0.01)


def test_export_of_what_is_no_checkpoint(tmp_path, capsys):
    path = tmp_path / "checkpoint.pt"
    out = str(tmp_path / "net.onnx")
    path.write_bytes(b"text")
    assert main(["train", "export", str(path), out]) == 2
    _checkpoint(path, validated=False)
    assert main(["train", "export", str(path), out]) == 2
    assert "before its first validation" in capsys.readouterr().err
    torch.save({"something": 1}, path)
    assert main(["train", "export", str(path), out]) == 2
    assert "no enhancement network" in capsys.readouterr().err


def test_without_torch_it_says_how_to_get_it(folders, capsys, monkeypatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "torch" else find(name, *a))
    assert _train(folders) == 1
    assert "pip install" in capsys.readouterr().err
