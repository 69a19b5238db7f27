"""From a checkpoint to what the program runs: ONNX, one hop a call, all state in one vector.

The graph is written node by node, so that recurrent units are plain matrix products (which onnxruntime can run with
8-bit weights) and nothing depends on how a tracer sees the code.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from workbench.core.atomic import write_bytes
from workbench.core.errors import EarshotError
from workbench.dsp.bands import BANDS, HOP, RATE_HZ
from workbench.dsp.pitch import LOOK_AHEAD
from workbench.enhance.features import FEATURES
from workbench.enhance.models import ModelFacts, write_manifest_entry
from workbench.training.four_bits import with_four_bits
from workbench.training.networks import FLOOR_FALL, FLOOR_RISE, MEAN_SMOOTHING, TRACKERS, EnhancementNetwork
from workbench.training.recurrent import GatedRecurrentUnit

OPSET = 17
_NO_LIMIT = 1e9


class _Graph:
    """Collects nodes and weights; every method returns the name of its result."""

    def __init__(self):
        from onnx import helper, numpy_helper

        self._helper, self._numpy_helper = helper, numpy_helper
        self.nodes, self.weights, self.outputs = [], [], []
        self.kept_float: list[str] = []
        self._state_parts: list[tuple[str, int]] = []
        self._new_state: list[str] = []

    def constant(self, value: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(self._numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, *inputs: str, count: int = 1, **attributes) -> Any:
        names = [f"t{len(self.nodes)}_{k}" for k in range(count)]
        self.nodes.append(
            self._helper.make_node(kind, list(inputs), names, name=f"{kind}{len(self.nodes)}", **attributes)
        )
        return names[0] if count == 1 else names

    def split(self, value: str, *widths: int) -> list[str]:
        return self.node("Split", value, self.constant(np.array(widths, dtype=np.int64)), count=len(widths), axis=1)

    def dense(self, x: str, weight: torch.Tensor, bias: torch.Tensor, keep_float: bool = False) -> str:
        product = self.node("MatMul", x, self.constant(weight.detach().float().numpy().T))
        if keep_float:
            self.kept_float.append(self.nodes[-1].name)
        return self.node("Add", product, self.constant(bias.detach().float().numpy()))

    def state(self, width: int) -> str:
        """A piece of the state vector."""
        name = f"state{len(self._state_parts)}"
        self._state_parts.append((name, width))
        return name

    def remember(self, value: str) -> None:
        """The new value of the pieces, in the order they were asked for."""
        self._new_state.append(value)

    def unit(self, unit: GatedRecurrentUnit, x: str) -> str:
        size = unit.size
        before = self.state(size)
        by_input = self.dense(x, unit.input.weight, unit.input.bias)
        by_state = self.dense(before, unit.recurrent_weight, unit.recurrent_bias)
        input_gates, input_new = self.split(by_input, 2 * size, size)
        state_gates, state_new = self.split(by_state, 2 * size, size)
        reset, update = self.split(self.node("Sigmoid", self.node("Add", input_gates, state_gates)), size, size)
        new = self.node("Tanh", self.node("Add", input_new, self.node("Mul", reset, state_new)))
        after = self.node("Add", new, self.node("Mul", update, self.node("Sub", before, new)))
        self.remember(after)
        return after

    def model(self, gain: str, strength: str):
        """The whole, with the state vector taken apart at the front and put together at the end."""
        helper = self._helper
        from onnx import TensorProto

        widths = [width for _, width in self._state_parts]
        sizes = self.constant(np.array(widths, dtype=np.int64))
        take_apart = helper.make_node(
            "Split", ["state", sizes], [name for name, _ in self._state_parts], name="SplitState", axis=1
        )
        closing = [
            helper.make_node("Concat", self._new_state, ["new_state"], name="JoinState", axis=1),
            helper.make_node("Identity", [gain], ["gain"], name="Gain"),
            helper.make_node("Identity", [strength], ["strength"], name="Strength"),
        ]

        def value(name, width):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["channels", width])

        graph = helper.make_graph(
            [take_apart, *self.nodes, *closing],
            "enhancement",
            [value("features", FEATURES), value("state", sum(widths))],
            [value("gain", BANDS), value("strength", BANDS), value("new_state", sum(widths))],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="earshot")
        model.ir_version = 8
        return model, sum(widths)


def build(network: EnhancementNetwork):
    """The streaming graph of a network.

    Returns
    -------
    (onnx.ModelProto, size of the state vector, names of nodes whose weights stay float)
    """
    graph = _Graph()
    config = network.config
    # Normalisation goes into the first layer: the trackers want the features as they are.
    weight, bias = network.dense.weight.detach().clone(), network.dense.bias.detach().clone()
    bias -= weight[:, :FEATURES] @ (network.mean * network.scale)
    weight[:, :FEATURES] *= network.scale
    x = "features"
    if config.trackers:
        energy, _ = graph.split("features", BANDS, FEATURES - BANDS)
        repeated = graph.node("Concat", *[energy] * TRACKERS, axis=1)
        before = graph.state(TRACKERS * BANDS)
        follow = np.repeat(np.float32([*FLOOR_FALL, MEAN_SMOOTHING]), BANDS)
        limit = np.repeat(np.float32([*FLOOR_RISE, _NO_LIMIT]), BANDS)
        towards = graph.node("Mul", graph.node("Sub", repeated, before), graph.constant(follow))
        after = graph.node("Add", before, graph.node("Min", towards, graph.constant(limit)))
        graph.remember(after)
        x = graph.node("Concat", "features", graph.node("Sub", repeated, after), axis=1)
    # Energies span nine decades and gains are the result: these two small layers stay exact.
    x = graph.node("Tanh", graph.dense(x, weight, bias, keep_float=True))
    width = config.dense
    for (taps, channels), convolution in zip(config.convolutions, network.convolutions, strict=True):
        past = graph.state((taps - 1) * width)
        window = graph.node("Concat", past, x, axis=1)
        graph.remember(graph.split(window, width, (taps - 1) * width)[1])
        x = graph.node("Tanh", graph.dense(window, convolution.weight, convolution.bias))
        width = channels
    gathered = [convolved := x]
    for unit in network.recurrent:
        x = graph.unit(unit, x)
        gathered.append(x)
    last = x
    if network.gain_unit is not None:
        gathered.append(graph.unit(network.gain_unit, last))
    everything = graph.node("Concat", *gathered, axis=1)
    if network.strength_unit is None:
        both = graph.dense(
            everything,
            torch.cat([network.gain.weight, network.strength.weight]),
            torch.cat([network.gain.bias, network.strength.bias]),
            keep_float=True,
        )
        gain, strength = graph.split(graph.node("Sigmoid", both), BANDS, BANDS)
    else:
        gain = graph.node("Sigmoid", graph.dense(everything, network.gain.weight, network.gain.bias, True))
        x = graph.unit(network.strength_unit, graph.node("Concat", last, convolved, axis=1))
        strength = graph.node("Sigmoid", graph.dense(x, network.strength.weight, network.strength.bias, True))
    model, state = graph.model(gain, strength)
    return model, state, graph.kept_float


def export(network: EnhancementNetwork, path: Path, name: str, precision: str = "int8") -> ModelFacts:
    """Write `path` (.onnx) and its entry in the manifest of the same folder.

    Parameters
    ----------
    precision : "float32"; "int8" for 8-bit weights, a scale for each output, activations quantised as they come;
        "int4" for 4-bit weights, a scale for each block of 64 inputs

    Raises
    ------
    EarshotError
        The files cannot be written; whatever was there is untouched.
    """
    import onnx

    model, state, kept_float = build(network.cpu().eval())
    onnx.checker.check_model(model)
    with tempfile.TemporaryDirectory() as folder:
        float_path, final_path = Path(folder, "float.onnx"), Path(folder, "final.onnx")
        onnx.save(model, float_path)
        if precision == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic

            logging.disable(logging.WARNING)  # it advises a simplification that this graph does not need
            try:
                quantize_dynamic(
                    float_path,
                    final_path,
                    weight_type=QuantType.QInt8,
                    per_channel=True,
                    nodes_to_exclude=kept_float,
                    extra_options={"MatMulConstBOnly": True},
                )
            finally:
                logging.disable(logging.NOTSET)
        elif precision == "int4":
            onnx.save(with_four_bits(model, kept_float), final_path)
        else:
            final_path = float_path
        data = final_path.read_bytes()
    facts = ModelFacts(
        file=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        rate_hz=RATE_HZ,
        hop=HOP,
        bands=BANDS,
        features=FEATURES,
        look_ahead_frames=LOOK_AHEAD,
        state=state,
        weights=network.weights(),
        precision=precision,
    )
    try:
        write_bytes(path, data)
        write_manifest_entry(path.parent, name, facts)
    except OSError as error:
        raise EarshotError(f"{path}: cannot be written ({error.strerror})") from error
    return facts
