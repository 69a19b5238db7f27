"""Network sizes, chunking, trackers, and the exported graph against the trained network."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from workbench.core.errors import EarshotError  # noqa: E402
from workbench.enhance.models import load_model  # noqa: E402
from workbench.enhance.runtime import NetworkGains  # noqa: E402
from workbench.training.export import export  # noqa: E402
from workbench.training.networks import (  # noqa: E402
    CONFIGS,
    FLOOR_RISE,
    EnhancementNetwork,
    NetworkConfig,
    config_from_dict,
    track,
)

TINY = NetworkConfig("tiny", True, 16, ((3, 24),), (24, 20), 0, 0)
TINY_FULL = NetworkConfig("tiny-full", False, 16, ((5, 24), (3, 24)), (24, 20), 18, 12)


def _network(config):
    torch.manual_seed(1)
    network = EnhancementNetwork(config).eval()
    network.mean.normal_()
    network.scale.uniform_(0.5, 2)
    return network


def test_the_networks_have_the_published_number_of_weights():
    assert EnhancementNetwork(CONFIGS["published"]).weights() == 7_962_564
    assert 7_900_000 <= EnhancementNetwork(CONFIGS["full"]).weights() <= 8_000_000
    assert 600_000 <= EnhancementNetwork(CONFIGS["small"]).weights() <= 1_200_000


@pytest.mark.parametrize("config", [TINY, TINY_FULL])
def test_chunks_with_carried_states_equal_the_whole(config):
    network = _network(config)
    features = torch.randn(3, 40, 70)
    with torch.no_grad():
        gain, strength, _ = network(features, network.initial_state(3))
        states, pieces = network.initial_state(3), []
        for chunk in features.split(8, dim=1):
            *outputs, states = network(chunk, states)
            pieces.append(outputs)
    torch.testing.assert_close(torch.cat([p[0] for p in pieces], dim=1), gain, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(torch.cat([p[1] for p in pieces], dim=1), strength, atol=1e-5, rtol=1e-4)


def test_a_floor_tracker_rises_slowly_and_falls_fast():
    energy = torch.cat([torch.zeros(50, 1, 34), torch.full((100, 1, 34), 3.0), torch.full((60, 1, 34), -2.0)])
    seen, _ = track(energy, torch.zeros(1, 3, 34))
    floor = energy[:, 0, 0] - seen[:, 0, 0]
    assert floor[149] == pytest.approx(100 * FLOOR_RISE[0], rel=1e-3)
    assert floor[-1] == pytest.approx(-2.0, abs=0.02)


@pytest.mark.parametrize("config", [TINY, TINY_FULL])
def test_the_exported_network_gives_what_training_saw(config, tmp_path):
    network = _network(config)
    features = torch.randn(2, 50, 70)
    with torch.no_grad():
        gain, strength, _ = network(features, network.initial_state(2))
    for precision, tolerance in (("float32", 1e-5), ("int8", 0.03), ("int4", 0.15)):
        path = tmp_path / f"{precision}.onnx"
        facts = export(network, path, precision, precision)
        assert facts.weights == network.weights() and load_model(path)[0] == facts
        stream = NetworkGains(2, path)
        outputs = [stream.predict(features[:, frame].numpy()) for frame in range(50)]
        np.testing.assert_allclose(np.stack([g for g, _ in outputs], axis=1), gain, atol=tolerance)
        np.testing.assert_allclose(np.stack([r for _, r in outputs], axis=1), strength, atol=tolerance)


def test_export_into_nowhere_is_an_error_of_ours(tmp_path):
    with pytest.raises(EarshotError, match="cannot be written"):
        export(_network(TINY), tmp_path / "missing" / "net.onnx", "net", "float32")


def test_a_config_survives_a_checkpoint():
    assert config_from_dict(TINY_FULL.as_dict()) == TINY_FULL
