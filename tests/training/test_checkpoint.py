import pytest

torch = pytest.importorskip("torch")

from workbench.core.errors import InputError  # noqa: E402
from workbench.training import checkpoint  # noqa: E402


def _make(config):
    return torch.nn.Linear(config["inputs"], 2)


def test_the_best_network_comes_back_from_half_precision(tmp_path):
    torch.manual_seed(0)
    network = _make({"inputs": 3})
    path = tmp_path / "net.pt"
    kept = checkpoint.halves(network.state_dict())
    assert {tensor.dtype for tensor in kept.values()} == {torch.float16}
    checkpoint.save(path, {"config": {"inputs": 3}, "best_weights": kept, "step": 7})
    again, state = checkpoint.load_best(path, _make, "toy")
    assert state["step"] == 7 and again.weight.dtype == torch.float32
    torch.testing.assert_close(again.weight, network.weight, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"config": {"inputs": 3}, "best_weights": {}}, "stopped before its first validation; go on with --resume"),
        ({"config": {"inputs": 3}}, "holds no toy network"),
        ({"best_weights": {}}, "holds no toy network"),
        ({"config": {"inputs": 4}, "best_weights": {"weight": torch.zeros(2, 3)}}, "holds no toy network"),
        ({"config": {"inputs": 3}, "best_weights": {"weight": 1.0}}, "holds no toy network"),
    ],
)
def test_what_holds_no_network_is_said(tmp_path, data, said):
    path = tmp_path / "net.pt"
    checkpoint.save(path, data)
    with pytest.raises(InputError, match=rf"net\.pt: {said}"):
        checkpoint.load_best(path, _make, "toy")
