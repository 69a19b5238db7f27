"""The loop on made-up shards: it learns, stops anywhere, and goes on as if it had not stopped."""

import dataclasses
import signal

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from workbench.core.errors import EarshotError, InputError  # noqa: E402
from workbench.core.interrupts import DeferredInterrupt  # noqa: E402
from workbench.training import checkpoint, loops  # noqa: E402
from workbench.training.loops import Trainer, TrainingPlan, shards_of_batch, span_needed  # noqa: E402
from workbench.training.networks import CONFIGS, NetworkConfig  # noqa: E402
from workbench.training.shards import Shard, shard_path, write_shard  # noqa: E402

PLAN = TrainingPlan(
    size="tiny", batches=8, reuse=2, window=4, first_shards=2, validation_shards=1, validate_every=4, warm_up_steps=4
)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setitem(CONFIGS, "tiny", NetworkConfig("tiny", True, 12, ((3, 16),), (16,), 0, 0))


@pytest.fixture
def folder(tmp_path):
    for name in ("train", "validation"):
        (tmp_path / name).mkdir()
    rng = np.random.default_rng(1)
    for number in range(7):
        features = rng.standard_normal((4, 400, 70)).astype(np.float16)
        gain = (1 / (1 + np.exp(-2 * features[..., :34].astype(np.float32)))).astype(np.float16)  # something to learn
        shard = Shard(features, gain, 0.5 * gain, np.ones((4, 34), dtype=bool))
        write_shard(tmp_path / ("train" if number else "validation"), max(0, number - 1), shard)
    return tmp_path


def test_a_resumed_run_goes_the_way_of_an_unbroken_one(folder, tmp_path):
    Trainer(PLAN, folder, tmp_path / "whole.pt").run(lambda progress: None)
    broken = Trainer(PLAN, folder, tmp_path / "broken.pt")

    def stop(oldest, newest):
        if broken.batch == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken.run(lambda progress: None, move_on=stop)
    resumed = Trainer(PLAN, folder, tmp_path / "broken.pt", resume=True)
    assert resumed.batch == 5
    resumed.run(lambda progress: None)
    whole, again = checkpoint.load(tmp_path / "whole.pt"), checkpoint.load(tmp_path / "broken.pt")
    assert whole["batch"] == again["batch"] == 8
    for part in ("network", "averaged", "best_weights"):
        for name, value in whole[part].items():
            torch.testing.assert_close(again[part][name], value, atol=0, rtol=0)
    losses = [[point["validation_loss"] for point in state["curve"]] for state in (whole, again)]
    assert losses[0] == losses[1] and len(losses[0]) == 2


@pytest.mark.parametrize("product", [7, 8, 13])
def test_ctrl_c_in_the_middle_of_a_batch_waits_for_its_end(folder, tmp_path, monkeypatch, product):
    Trainer(PLAN, folder, tmp_path / "whole.pt").run(lambda progress: None)
    broken, calls, real = Trainer(PLAN, folder, tmp_path / "broken.pt"), [], loops.loss

    def pressed(*arguments):
        calls.append(None)
        if len(calls) == product:
            signal.raise_signal(signal.SIGINT)
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loops, "loss", pressed)
        with pytest.raises(KeyboardInterrupt):
            broken.run(lambda progress: None)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    resumed = Trainer(PLAN, folder, tmp_path / "broken.pt", resume=True)
    assert 0 < resumed.batch < 8
    resumed.run(lambda progress: None)
    whole, again = checkpoint.load(tmp_path / "whole.pt"), checkpoint.load(tmp_path / "broken.pt")
    assert all(torch.equal(whole["network"][name], again["network"][name]) for name in whole["network"])
    losses = [[point["validation_loss"] for point in state["curve"]] for state in (whole, again)]
    assert losses[0] == losses[1]


def test_ctrl_c_while_waiting_for_shards_and_a_second_one_at_once(folder, tmp_path):
    shard_path(folder / "train", 0).unlink()
    with pytest.raises(KeyboardInterrupt):
        Trainer(PLAN, folder, tmp_path / "net.pt").run(
            lambda progress: None, alive=lambda: signal.raise_signal(signal.SIGINT)
        )
    with pytest.raises(KeyboardInterrupt), DeferredInterrupt():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


def test_an_interrupted_checkpoint_leaves_nothing_behind(folder, tmp_path, monkeypatch):
    path = tmp_path / "net.pt"
    trainer = Trainer(PLAN, folder, path)
    trainer.save()
    before = path.read_bytes()

    def pressed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", pressed)
    with pytest.raises(KeyboardInterrupt):
        trainer.save()
    assert path.read_bytes() == before and not list(tmp_path.glob(".net.pt*"))


def test_a_training_of_the_larger_size_starts_with_the_outputs_of_the_smaller(folder, tmp_path, monkeypatch):
    monkeypatch.setitem(CONFIGS, "wide", NetworkConfig("wide", True, 14, ((3, 20),), (24, 20), 0, 0))
    trained = Trainer(PLAN, folder, tmp_path / "tiny.pt")
    trained.run(lambda progress: None)
    plan = dataclasses.replace(PLAN, size="wide", peak_rate=0.0, final_rate=0.0)
    grown = Trainer(plan, folder, tmp_path / "wide.pt")
    grown.start_from(trained.averaged)
    shards = [loops.read_shard(folder / "validation", 0)]
    wanted = loops.validate(trained.averaged, shards, trained.device)
    assert loops.validate(grown.averaged, shards, grown.device) == pytest.approx(wanted, rel=2e-3)  # bfloat16
    grown.run(lambda progress: None)
    assert grown.best == pytest.approx(wanted, rel=2e-3), "learning nothing keeps what there was"


def test_it_learns(folder, tmp_path):
    seen = []
    plan = dataclasses.replace(PLAN, batches=40, reuse=20, peak_rate=2e-2, averaging=0.9)
    Trainer(plan, folder, tmp_path / "net.pt").run(lambda progress: seen.append(progress.validation_loss))
    losses = [value for value in seen if value is not None]
    assert losses[-1] < 0.9 * losses[0]


def test_every_shard_comes_into_reach_and_old_ones_are_let_go():
    reached = {number for batch in range(60) for number in range(span_needed(PLAN, batch)[0], 31)}
    assert reached >= set(range(30))
    assert len({number for batch in range(60) for number in shards_of_batch(PLAN, batch)}) > 20
    for batch in range(60):
        oldest, newest = span_needed(PLAN, batch)
        assert newest - oldest < PLAN.window
        assert all(oldest <= number <= newest for number in shards_of_batch(PLAN, batch))


def test_a_full_disk_keeps_the_last_checkpoint(folder, tmp_path, monkeypatch):
    path = tmp_path / "net.pt"
    trainer = Trainer(PLAN, folder, path)
    trainer.save()
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(EarshotError, match="No space left"):
        trainer.save()
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.glob(".net.pt*")] == []


@pytest.mark.parametrize("damage", [b"", b"text", None])
def test_a_damaged_or_missing_checkpoint_says_what_to_do(tmp_path, damage, folder):
    path = tmp_path / "net.pt"
    if damage is not None:
        path.write_bytes(damage)
    with pytest.raises(InputError, match="without --resume"):
        Trainer(PLAN, folder, path, resume=True)


def test_a_truncated_checkpoint(folder, tmp_path):
    path = tmp_path / "net.pt"
    Trainer(PLAN, folder, path).save()
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match="not a checkpoint"):
        Trainer(PLAN, folder, path, resume=True)


def test_waiting_ends_when_the_workers_have(folder, tmp_path):
    shard_path(folder / "train", 0).unlink()

    def dead():
        raise EarshotError("a mixing process ended")

    with pytest.raises(EarshotError, match="ended"):
        Trainer(PLAN, folder, tmp_path / "net.pt").run(lambda progress: None, alive=dead)


def test_a_loss_that_is_no_number_stops(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(loops, "loss", lambda *a: (torch.tensor(float("nan"), requires_grad=True), torch.tensor(0.0)))
    with pytest.raises(EarshotError, match="no longer a number"):
        Trainer(PLAN, folder, tmp_path / "net.pt").run(lambda progress: None)
