"""A gated recurrent unit whose training is dominated by large matrix products, in bfloat16 where the processor has it.

Same equations and gate order (reset, update, new) as torch.nn.GRU; the test compares both, values and gradients.
Autograd would record a dozen small operations for each time step; here the backward pass is written out and the
weight gradients of all steps are one product.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class _Sequence(torch.autograd.Function):
    """GRU over time, time first: inputs projected beforehand (T, B, 3H), state (B, H) -> states (T, B, H)."""

    @staticmethod
    def forward(ctx, projected: Tensor, state: Tensor, weight: Tensor, bias: Tensor, low: bool) -> Tensor:
        steps, batch, triple = projected.shape
        size = triple // 3
        work = torch.bfloat16 if low else state.dtype
        across = weight.t().to(work).contiguous()
        states = state.new_empty(steps + 1, batch, size)
        gates = state.new_empty(steps, batch, 4 * size)  # reset, update, new, recurrent part of new
        states[0] = state
        for t in range(steps):
            before = states[t]
            recurrent = torch.addmm(bias, before, across) if not low else (before.to(work) @ across).float().add_(bias)
            now = projected[t].float()
            both = torch.sigmoid_(recurrent[:, : 2 * size] + now[:, : 2 * size])
            new = torch.tanh_(torch.addcmul(now[:, 2 * size :], both[:, :size], recurrent[:, 2 * size :]))
            torch.lerp(new, before, both[:, size:], out=states[t + 1])
            gates[t, :, : 2 * size] = both
            gates[t, :, 2 * size : 3 * size] = new
            gates[t, :, 3 * size :] = recurrent[:, 2 * size :]
        ctx.save_for_backward(states, gates, weight)
        ctx.low = low
        return states[1:]

    @staticmethod
    def backward(ctx, output_gradient: Tensor):
        states, gates, weight = ctx.saved_tensors
        steps, batch, quadruple = gates.shape
        size = quadruple // 4
        work = torch.bfloat16 if ctx.low else weight.dtype
        back = weight.to(work).contiguous()
        by_input = torch.empty(steps, batch, 3 * size, dtype=work)
        by_state = torch.empty(steps, batch, 3 * size, dtype=work)
        carried = torch.zeros_like(states[0])
        for t in range(steps - 1, -1, -1):
            reset, update, new, recurrent = gates[t].split(size, dim=1)
            gradient = output_gradient[t] + carried
            passed = gradient * update
            d_new = (gradient - passed) * (1 - new * new)
            d_update = gradient * (states[t] - new) * (update * (1 - update))
            d_reset = d_new * recurrent * (reset * (1 - reset))
            by_input[t, :, :size] = d_reset
            by_input[t, :, size : 2 * size] = d_update
            by_input[t, :, 2 * size :] = d_new
            by_state[t, :, : 2 * size] = by_input[t, :, : 2 * size]
            torch.mul(d_new, reset, out=d_new)
            by_state[t, :, 2 * size :] = d_new
            carried = passed.add_(by_state[t] @ back)
        flat = by_state.flatten(0, 1)
        weight_gradient = (flat.t() @ states[:-1].flatten(0, 1).to(work)).to(weight.dtype)
        return by_input, carried, weight_gradient, flat.float().sum(0).to(weight.dtype), None


class GatedRecurrentUnit(nn.Module):
    """One layer; `forward(x (T, B, inputs), state (B, size)) -> (y (T, B, size), last state (B, size))`."""

    def __init__(self, inputs: int, size: int):
        super().__init__()
        self.size = size
        self.input = nn.Linear(inputs, 3 * size)
        self.recurrent_weight = nn.Parameter(torch.empty(3 * size, size))
        self.recurrent_bias = nn.Parameter(torch.zeros(3 * size))
        bound = size**-0.5
        nn.init.uniform_(self.input.weight, -bound, bound)
        nn.init.zeros_(self.input.bias)
        for part in self.recurrent_weight.data.chunk(3):
            nn.init.orthogonal_(part)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """A whole sequence."""
        low = torch.is_autocast_enabled("cpu") and x.device.type == "cpu"
        projected = self.input(x)
        if x.device.type == "cpu":
            states = _Sequence.apply(projected, state, self.recurrent_weight, self.recurrent_bias, low)
        else:
            states = self._plain(projected.float(), state)
        return states, states[-1].detach().clone()

    def _plain(self, projected: Tensor, state: Tensor) -> Tensor:
        states = []
        for step in projected:
            state = self.advance(step, state)
            states.append(state)
        return torch.stack(states)

    def advance(self, projected: Tensor, state: Tensor) -> Tensor:
        """One step from a projected input (B, 3 size) and a state (B, size), in operations that ONNX knows."""
        recurrent = state @ self.recurrent_weight.t() + self.recurrent_bias
        size = self.size
        gates = torch.sigmoid(projected[:, : 2 * size] + recurrent[:, : 2 * size])
        new = torch.tanh(projected[:, 2 * size :] + gates[:, :size] * recurrent[:, 2 * size :])
        return new + gates[:, size:] * (state - new)

    def step(self, x: Tensor, state: Tensor) -> Tensor:
        """One step: x (B, inputs), state (B, size) -> new state."""
        return self.advance(self.input(x), state)
