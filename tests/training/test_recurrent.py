"""Our recurrent unit against torch's: values, last state, all gradients; and step by step."""

import pytest

torch = pytest.importorskip("torch")

from workbench.training.recurrent import GatedRecurrentUnit  # noqa: E402


def _pair(inputs=20, size=16):
    torch.manual_seed(0)
    ours, theirs = GatedRecurrentUnit(inputs, size), torch.nn.GRU(inputs, size)
    with torch.no_grad():
        ours.recurrent_bias.normal_()
        ours.input.bias.normal_()
        theirs.weight_ih_l0.copy_(ours.input.weight)
        theirs.bias_ih_l0.copy_(ours.input.bias)
        theirs.weight_hh_l0.copy_(ours.recurrent_weight)
        theirs.bias_hh_l0.copy_(ours.recurrent_bias)
    return ours, theirs


def test_values_and_gradients_equal_those_of_torch():
    ours, theirs = _pair()
    x, state, weights = torch.randn(30, 4, 20), torch.randn(4, 16), torch.randn(30, 4, 16)
    gradients = []
    for unit, first in ((ours, state), (theirs, state[None])):
        x_leaf, state_leaf = x.clone().requires_grad_(), first.clone().requires_grad_()
        y, last = unit(x_leaf, state_leaf)
        (y * weights).sum().backward()
        parameters = (
            [unit.input.weight, unit.input.bias, unit.recurrent_weight, unit.recurrent_bias]
            if unit is ours
            else [unit.weight_ih_l0, unit.bias_ih_l0, unit.weight_hh_l0, unit.bias_hh_l0]
        )
        gradients.append(
            [y.detach(), last.reshape(4, 16).detach(), x_leaf.grad, state_leaf.grad.reshape(4, 16)]
            + [parameter.grad for parameter in parameters]
        )
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_steps_equal_the_sequence():
    ours, _ = _pair()
    x, state = torch.randn(10, 3, 20), torch.zeros(3, 16)
    with torch.no_grad():
        y, _ = ours(x, state)
        for frame, expected in zip(x, y, strict=True):
            state = ours.step(frame, state)
            torch.testing.assert_close(state, expected, atol=1e-6, rtol=1e-5)


def test_bfloat16_stays_near():
    ours, _ = _pair(64, 64)
    x, state = torch.randn(40, 8, 64), torch.zeros(8, 64)
    with torch.no_grad():
        exact, _ = ours(x, state)
        with torch.autocast("cpu", torch.bfloat16):
            rough, _ = ours(x, state)
    assert (exact - rough.float()).abs().max() < 0.05
