import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from workbench.core.geometry import load_array  # noqa: E402
from workbench.localize import srp  # noqa: E402
from workbench.localize.frames import BANDS, WINDOW_FRAMES, WINDOW_SAMPLES, analyse  # noqa: E402
from workbench.localize.ring import RING, RING_RAD  # noqa: E402
from workbench.training.localize_data import Batch  # noqa: E402
from workbench.training.localize_export import logistic_regression, to_onnx  # noqa: E402
from workbench.training.localize_network import (  # noqa: E402
    FirstLayers,
    RegionModel,
    RingConfig,
    RingNetwork,
    first_guess,
    loss,
    targets,
)

ARRAY = load_array("uca8-100mm")


def _power(seed=0, batch=2):
    return torch.from_numpy(np.random.default_rng(seed).random((batch, WINDOW_FRAMES, BANDS, RING)).astype(np.float32))


def test_first_layers_are_the_steered_power():
    samples = (0.01 * np.random.default_rng(0).standard_normal((8, WINDOW_SAMPLES))).astype(np.float32)
    frames = analyse(samples)
    power, energy_db = FirstLayers(ARRAY)(torch.from_numpy(samples)[None])
    np.testing.assert_allclose(power.detach().numpy()[0], srp.steered_power(ARRAY, frames, RING), atol=1e-4)
    np.testing.assert_allclose(energy_db.detach().numpy()[0], 10 * np.log10(frames.zone_energy), atol=1e-3)


def test_first_guess_is_the_sharing_out_of_srp_phat():
    power = _power()
    active = (torch.rand(power.shape[:3], generator=torch.Generator().manual_seed(1)) > 0.4).float()
    _, share = first_guess(power, power.amax(dim=-1, keepdim=True), active)
    for row in range(2):
        zones = power[row][active[row] > 0].numpy()
        expected, _, _ = srp.share_out(zones, iterations=6)
        np.testing.assert_allclose(share[row].numpy(), expected, atol=2e-4)


def test_what_is_turned_at_the_input_is_turned_at_the_output():
    network = RingNetwork(RingConfig(channels=16)).eval()
    power, level_db = _power(), 30 * torch.rand(2, WINDOW_FRAMES, BANDS, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        straight, turned = network(power, level_db), network(torch.roll(power, 7, dims=-1), level_db)
    np.testing.assert_allclose(turned.numpy(), np.roll(straight.numpy(), 7, axis=-1), atol=1e-4)


def test_targets_of_two_talkers():
    azimuth_rad = torch.tensor([[RING_RAD[10] + 0.01, RING_RAD[30], 0.0]], dtype=torch.float32)
    distance = torch.tensor([[0.2, 0.8, 0.5]])
    heat, offset, near = targets(azimuth_rad, distance, torch.tensor([[True, True, False]]))
    assert heat.shape == (1, RING) and heat[0, 30] > 0.999 and heat[0, 50] < 1e-6
    np.testing.assert_allclose(offset[0, 10].item() * 2 * np.pi / RING, 0.01, atol=1e-5)
    assert near[0, 11].item() == np.float32(0.2) and near[0, 29].item() == np.float32(0.8)


def test_nobody_heard_is_a_cold_ring():
    heat, _, _ = targets(torch.zeros(1, 4), torch.zeros(1, 4), torch.zeros(1, 4, dtype=torch.bool))
    assert heat.max() < 1e-6


def test_the_right_answer_has_the_least_loss():
    heat, offset, near = targets(torch.tensor([[0.3]]), torch.tensor([[0.4]]), torch.tensor([[True]]))
    right = torch.stack([torch.logit(heat.clamp(1e-4, 1 - 1e-4)), offset, near], dim=1)
    best = sum(loss(right, heat, offset, near))
    for change in ([1.0, 0, 0], [0, 0.3, 0], [0, 0, 0.3]):
        assert sum(loss(right + torch.tensor(change)[None, :, None], heat, offset, near)) > best


def test_onnx_says_what_torch_says():
    torch.manual_seed(0)
    model = RegionModel(FirstLayers(ARRAY), RingNetwork(RingConfig(channels=16, blocks=1))).eval()
    session = onnxruntime.InferenceSession(to_onnx(model), providers=["CPUExecutionProvider"])
    samples = 0.01 * torch.randn(1, 8, WINDOW_SAMPLES)
    floor_db = torch.full((1, BANDS), -70.0)
    (answer,) = session.run(None, {"samples": samples.numpy(), "floor_db": floor_db.numpy()})
    np.testing.assert_allclose(answer, model(samples, floor_db).detach().numpy(), atol=1e-3)


def test_logistic_regression_finds_what_made_the_data():
    rng = np.random.default_rng(0)
    x = rng.normal(0, 2, 20000)
    y = rng.random(20000) < 1 / (1 + np.exp(-(0.7 + 1.4 * x)))
    np.testing.assert_allclose(logistic_regression(x, y.astype(float)), (0.7, 1.4), atol=0.06)


def test_everything_is_computed_where_the_network_is():
    """Tensors of the meta device have no values; anything made elsewhere on the way would be refused."""
    meta = torch.device("meta")
    network = RingNetwork().to(meta)
    talkers = torch.zeros(4, 2)
    batch = Batch(
        torch.zeros(4, WINDOW_FRAMES, BANDS, RING),
        torch.zeros(4, WINDOW_FRAMES, BANDS),
        talkers,
        talkers,
        talkers > 0,
        torch.zeros(4),
    ).to(meta)
    answer = network(batch.power, batch.level_db)
    parts = loss(answer, *targets(batch.azimuth_rad, batch.distance, batch.heard))
    assert answer.device == meta and all(part.device == meta for part in parts)
