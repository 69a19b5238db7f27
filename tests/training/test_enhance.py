"""From folders of sound to a network that the program loads, as `workbench train enhance` does it; small examples."""

import json
from typing import ClassVar

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from workbench.core.params import EnhanceParams, replace  # noqa: E402
from workbench.enhance.enhancer import Enhancer  # noqa: E402
from workbench.enhance.runtime import NetworkGains  # noqa: E402
from workbench.training import checkpoint, enhance, mixing, shards  # noqa: E402
from workbench.training.enhance import TrainingRequest, train  # noqa: E402
from workbench.training.producer import make_mixer  # noqa: E402
from workbench.training.shards import make_shard, shard_path, write_shard  # noqa: E402


class SmallProducer:
    """Makes the examples in this process, two streams each, when they are wanted."""

    stop_at: int | None = None
    """Newest shard wanted at which Ctrl-C is pressed."""

    made: ClassVar[dict] = {}

    def __init__(self, sources, jobs, validation):
        self._sources, self._mixer = sources, make_mixer(sources, validation=False)
        for name in ("train", "validation"):
            (sources.work / name).mkdir(exist_ok=True)
        for number in range(validation):
            self._make("validation", number)

    def _make(self, name, number):
        if not shard_path(self._sources.work / name, number).exists():
            if (name, number) not in self.made:  # the second training gets what the first one got
                self.made[name, number] = make_shard(self._mixer, 5, number, streams=2)
            write_shard(self._sources.work / name, number, self.made[name, number])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def check(self):
        pass

    def move_on(self, oldest, newest):
        if self.stop_at is not None and newest >= self.stop_at:
            raise KeyboardInterrupt
        for number in range(oldest, newest + 1):
            self._make("train", number)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Twelve seconds of a buzz with pauses, and of noise."""
    monkeypatch.setattr(enhance, "Producer", SmallProducer)
    monkeypatch.setattr(SmallProducer, "made", {})
    for module in (mixing, shards):  # four seconds each instead of ten
        monkeypatch.setattr(module, "STREAM_FRAMES", 400)
    monkeypatch.setattr(mixing, "STREAM_SAMPLES", 400 * 480)
    rng, t = np.random.default_rng(1), np.arange(48000 * 6) / 48000
    for name in ("speech", "noise"):
        (tmp_path / name).mkdir()
        for number in range(4):
            buzz = sum(np.sin(2 * np.pi * (110 + 20 * number) * k * t) / k for k in range(1, 40))
            voice = 0.1 * buzz * np.clip(3 * np.sin(2 * np.pi * 1.1 * t), 0, 1) + 1e-5 * rng.standard_normal(len(t))
            sound = voice if name == "speech" else 0.1 * rng.standard_normal(len(t))
            soundfile.write(tmp_path / name / f"{number}.wav", sound, 48000)
    return tmp_path


def request(folder, name="mine.onnx", **more):
    return TrainingRequest((folder / "speech",), (folder / "noise",), (), folder / name, batches=3, **more)


@pytest.mark.slow
def test_a_broken_training_goes_on_to_the_model_of_an_unbroken_one(folder, monkeypatch):
    said = []
    whole = train(request(folder), said.append)
    assert "962,500 weights" in " ".join(said) and "min left" in said[-1]

    monkeypatch.setattr(SmallProducer, "stop_at", 4)  # before the third batch
    with pytest.raises(KeyboardInterrupt):
        train(request(folder, "broken.onnx"), said.append)
    assert checkpoint.load(folder / "broken.onnx.training" / "checkpoint.pt")["batch"] == 2
    assert not (folder / "broken.onnx").exists()
    monkeypatch.setattr(SmallProducer, "stop_at", None)
    again = train(request(folder, "broken.onnx", resume=True), said.append)
    assert again.read_bytes() == whole.read_bytes()

    manifest = json.loads((folder / "manifest.json").read_text())["models"]
    assert manifest["mine"]["sha256"] == manifest["broken"]["sha256"] and (folder / "mine.md").is_file()
    network = NetworkGains(1, whole)
    stage = Enhancer(1, {str(whole): network})
    params = replace_model(str(whole))
    hop = (0.1 * np.random.default_rng(0).standard_normal((1, 480))).astype(np.float32)
    for _ in range(5):
        assert np.isfinite(stage.process(hop, params)).all()
    assert 0 <= stage.state.gain.min() <= stage.state.gain.max() <= 1.9


def replace_model(path) -> EnhanceParams:
    from workbench.core.params import Params

    return replace(Params(), {"enhance.model": path, "enhance.method": "percepnet-small"}).enhance
