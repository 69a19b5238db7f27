import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from tests.training.localize_sounds import write_speech  # noqa: E402
from workbench.core.errors import InputError  # noqa: E402
from workbench.core.geometry import load_array  # noqa: E402
from workbench.localize.models import find_model  # noqa: E402
from workbench.localize.network import RegionNetwork  # noqa: E402
from workbench.training import checkpoint, localize  # noqa: E402
from workbench.training.corpus import build_pool  # noqa: E402
from workbench.training.localize_network import RingConfig, RingNetwork  # noqa: E402
from workbench.training.localize_scenes import SceneMaker, SceneRanges  # noqa: E402
from workbench.training.localize_shards import make_shard, write_shard  # noqa: E402
from workbench.training.localize_training import RingPlan, RingTrainer  # noqa: E402

ARRAY = load_array("square4-30mm")
LIMITS_M = np.tile([0.3, 5.0], (8, 1))
PLAN = RingPlan(
    steps=12,
    shards=3,
    first_shards=2,
    shards_a_batch=2,
    batch=4,
    validation_shards=1,
    validation_windows=64,
    validate_every=4,
    warm_up_steps=2,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    pool = build_pool([write_speech(folder / "speech", 2)], folder / "cache", True)[0]
    for part, count in (("train", 3), ("validation", 1)):
        (folder / part).mkdir()
        maker = SceneMaker(ARRAY, pool, None, SceneRanges(anechoic_share=1.0), 1, part == "validation")
        for number in range(count):
            write_shard(folder / part, number, make_shard(maker, ARRAY, number, scenes=1))
    return folder


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    tiny = RingConfig(attention=4, gates=2, channels=8, blocks=1)
    monkeypatch.setattr(
        "workbench.training.localize_training.RingConfig", lambda **kw: RingConfig(**kw) if kw else tiny
    )


def test_a_resumed_run_goes_the_way_of_an_unbroken_one(folder, tmp_path):
    RingTrainer(PLAN, folder, tmp_path / "whole.pt", LIMITS_M).run(lambda progress: None)
    broken = RingTrainer(PLAN, folder, tmp_path / "broken.pt", LIMITS_M)

    def stop():
        if broken.steps == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken.run(lambda progress: None, stop)
    resumed = RingTrainer(PLAN, folder, tmp_path / "broken.pt", LIMITS_M, resume=True)
    assert resumed.steps == 7
    resumed.run(lambda progress: None)
    whole, again = checkpoint.load(tmp_path / "whole.pt"), checkpoint.load(tmp_path / "broken.pt")
    assert whole["step"] == again["step"] == 12
    for part in ("network", "averaged", "best_weights"):
        for name, value in whole[part].items():
            torch.testing.assert_close(again[part][name], value, atol=0, rtol=0)
    curves = [[point["validation_loss"] for point in state["curve"]] for state in (whole, again)]
    assert curves[0] == curves[1] and len(curves[0]) == 3


def test_it_learns(folder, tmp_path):
    plan = dataclasses.replace(PLAN, steps=60, batch=16, validate_every=20, peak_rate=5e-3, averaging=0.9)
    trainer = RingTrainer(plan, folder, tmp_path / "run.pt", LIMITS_M)
    before = trainer.validate(trainer.held_back())[0]
    trainer.run(lambda progress: None)
    assert trainer.best < 0.8 * before


def test_export_writes_what_the_program_runs(folder, tmp_path):
    path = tmp_path / "run.pt"
    RingTrainer(PLAN, folder, path, LIMITS_M).run(lambda progress: None)
    out = tmp_path / "square.onnx"
    localize.export_checkpoint(path, ARRAY, out, shards=folder / "validation")
    facts, _, _ = find_model(ARRAY, str(out))
    assert facts.array == "square4-30mm" and facts.heard_xyz_m(ARRAY).shape == (4, 3)
    answer = RegionNetwork(ARRAY, str(out)).answer(np.zeros((4, facts.samples), np.float32), np.zeros(36, np.float32))
    assert np.isfinite(answer.ring).all()
    ring, state = localize.read_ring(out.with_suffix(".pt"))
    assert isinstance(ring, RingNetwork) and len(state["calibration"]) == 2
    assert "| step |" in out.with_suffix(".md").read_text()


def test_what_is_no_checkpoint_is_refused(tmp_path):
    checkpoint.save(tmp_path / "other.pt", {"config": {"name": "small"}, "best_weights": {}})
    with pytest.raises(InputError, match="no localization network"):
        localize.read_ring(tmp_path / "other.pt")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"out": "model.bin"}, "end in .onnx"),
        ({"out": "none/model.onnx"}, "no such folder"),
        ({"start": "none.pt"}, "no such file to start from"),
    ],
)
def test_a_request_that_cannot_be_met(tmp_path, change, words):
    change = {key: tmp_path / value for key, value in change.items()}
    request = localize.LocalizeRequest(ARRAY, (tmp_path,), tmp_path / "m.onnx")
    with pytest.raises(InputError, match=words):
        localize.train(dataclasses.replace(request, **change), lambda text: None)


@pytest.mark.parametrize(("name", "mirrored"), [("uca8-100mm", True), ("uca6-45mm", True), ("line4-50mm", True)])
def test_arrays_that_are_their_own_mirror_image(name, mirrored):
    assert localize.mirror_symmetric(load_array(name)) is mirrored


def test_an_array_that_is_not():
    lopsided = type(ARRAY)("lopsided", [[0.0, 0.0, 0.0], [0.1, 0.02, 0.0], [0.0, 0.1, 0.0]])
    assert not localize.mirror_symmetric(lopsided)
