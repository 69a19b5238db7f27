"""The loss: nought for the truth, blind where not trusted, heavier where it is loud."""

import pytest

torch = pytest.importorskip("torch")

from workbench.training.loss import loss, loudness_weights  # noqa: E402


def _case():
    torch.manual_seed(1)
    return torch.rand(2, 10, 34), torch.rand(2, 10, 34), torch.ones(2, 10, 34), torch.ones(2, 34)


def test_the_truth_costs_nothing():
    gain, strength, loudness, trusted = _case()
    assert sum(loss(gain, strength, gain, strength, loudness, trusted)) == 0


def test_untrusted_bands_teach_nothing():
    gain, strength, loudness, trusted = _case()
    trusted[:, 20:] = 0
    wrong = gain.clone()
    wrong[..., 20:] = 1 - wrong[..., 20:]
    assert sum(loss(wrong, strength, gain, strength, loudness, trusted)) == 0


def test_the_gradient_is_finite_at_the_ends():
    gain = torch.zeros(1, 4, 34, requires_grad=True)
    strength = torch.ones(1, 4, 34, requires_grad=True)
    truth = torch.full((1, 4, 34), 0.5)
    sum(loss(gain, strength, truth, truth, torch.ones(1, 4, 34), torch.ones(1, 34))).backward()
    assert torch.isfinite(gain.grad).all() and torch.isfinite(strength.grad).all()


def test_loudness_belongs_to_the_frame_of_the_target():
    features = torch.full((1, 6, 70), -3.0)
    features[:, 2] = 0.0
    weights = loudness_weights(features, torch.full((1, 2, 70), -3.0))
    assert weights[0, 4, 0] == 1 and weights[0, 2, 0] == pytest.approx(10**-0.9, rel=1e-5)
