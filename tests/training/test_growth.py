"""A grown network: the outputs of the small one at first, and everything in it learns."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from workbench.core.errors import InputError  # noqa: E402
from workbench.training.growth import grow  # noqa: E402
from workbench.training.networks import CONFIGS, EnhancementNetwork, NetworkConfig  # noqa: E402

SMALL = NetworkConfig("tiny", True, 12, ((3, 20),), (16, 14), 0, 0)
LARGE = NetworkConfig("large", True, 18, ((5, 30),), (24, 24, 22), 0, 0)


def _trained(config):
    torch.manual_seed(2)
    network = EnhancementNetwork(config).eval()
    network.mean.normal_()
    network.scale.uniform_(0.5, 2)
    for parameter in network.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    return network


def _outputs(network, features):
    with torch.no_grad():
        gain, strength, _ = network(features, network.initial_state(len(features)))
    return gain, strength


@pytest.mark.parametrize("small, large", [(SMALL, LARGE), (SMALL, SMALL), (CONFIGS["small"], CONFIGS["full"])])
def test_a_grown_network_gives_the_same_outputs(small, large):
    network = _trained(small)
    grown = grow(network, large)
    assert grown.config == large
    features = 2 * torch.randn(2, 30, 70)
    for before, after in zip(_outputs(network, features), _outputs(grown, features), strict=True):
        torch.testing.assert_close(after, before, atol=2e-6, rtol=1e-5)


def test_from_the_third_step_on_every_weight_learns():
    grown = grow(_trained(SMALL), LARGE)
    optimizer = torch.optim.AdamW(grown.parameters(), lr=1e-3)
    features, wanted = torch.randn(8, 40, 70), torch.rand(8, 40, 34)
    for _ in range(4):  # what the zeros let through after a step teaches what lies before them in the next
        gain, strength, _ = grown(features, grown.initial_state(8))
        optimizer.zero_grad()
        ((gain - wanted) ** 2 + (strength - wanted) ** 2).mean().backward()
        optimizer.step()
    for name, parameter in grown.named_parameters():
        still = (parameter.grad == 0).float().mean()
        assert still < 0.01, f"{name}: {still:.0%} of the weights have no gradient"


def test_the_same_seed_grows_the_same_network():
    network = _trained(SMALL)
    made = []
    for _ in range(2):
        torch.manual_seed(5)
        made.append(grow(network, LARGE).state_dict())
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])


@pytest.mark.parametrize(
    "small, large, reason",
    [
        (LARGE, NetworkConfig("other", True, 18, ((5, 30),), (24, 20, 22), 0, 0), "larger in places"),
        (SMALL, CONFIGS["published"], "trackers"),
        (SMALL, NetworkConfig("other", True, 18, ((5, 30), (3, 30)), (24, 24), 0, 0), "layers"),
        (SMALL, NetworkConfig("other", True, 18, ((5, 30),), (24, 24), 16, 0), "in front of the outputs"),
    ],
)
def test_a_network_of_another_make_cannot_be_the_start(small, large, reason):
    with pytest.raises(InputError, match=reason):
        grow(EnhancementNetwork(small), large)
