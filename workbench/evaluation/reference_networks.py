"""What the enhancer's cost is compared with: its own network in floating point, and RNNoise. Both are optional."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable

import numpy as np

from workbench.dsp.bands import HOP


def float_network_available() -> bool:
    """Whether the package `onnx` (extra `train`) is there."""
    return importlib.util.find_spec("onnx") is not None


def float_model(data: bytes) -> bytes:
    """A network with 8-bit weights (dynamically quantised ONNX) as the same network with 32-bit weights.

    Every product of quantised matrices (MatMulInteger, then scaled) becomes one MatMul with the weights' real values.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load_from_string(data)
    graph = model.graph
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    maker = {name: node for node in graph.node for name in node.output}
    users: dict[str, list] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    replaced: dict[str, onnx.NodeProto] = {}
    for node in graph.node:
        if node.op_type != "MatMulInteger":
            continue
        source = maker[node.input[0]].input[0]
        cast = users[node.output[0]][0]
        result = users[cast.output[0]][0]
        scale = maker[next(name for name in result.input if name != cast.output[0])]
        factor = next(weights[name] for name in scale.input if name in weights)
        zero = weights[node.input[3]].astype(np.float32) if len(node.input) > 3 else np.float32(0)
        weight = (weights[node.input[1]].astype(np.float32) - zero) * factor
        name = f"{node.name}_float"
        graph.initializer.append(numpy_helper.from_array(weight.astype(np.float32), name))
        replaced[result.name] = helper.make_node("MatMul", [source, name], result.output, name=f"{node.name}_MatMul")
    kept = [replaced.get(node.name, node) for node in graph.node]
    del graph.node[:]
    graph.node.extend(_needed(kept, {output.name for output in graph.output}))
    used = {name for node in graph.node for name in node.input}
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(tensors)
    return model.SerializeToString()


def _needed(nodes: list, outputs: set[str]) -> list:
    """Nodes (in order) that the outputs depend on."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if wanted & set(node.output):
            wanted |= set(node.input)
            kept.append(node)
    return kept[::-1]


def float_network(model: str) -> Callable[[np.ndarray, np.ndarray], list[np.ndarray]]:
    """A shipped network with float weights: (features, state) -> [gain, strength, new state]."""
    import onnxruntime

    from workbench.enhance.models import load_model

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    data = float_model(load_model(model)[1])
    run = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"]).run

    def answer(features: np.ndarray, state: np.ndarray) -> list[np.ndarray]:
        return [
            np.asarray(each) for each in run(("gain", "strength", "new_state"), {"features": features, "state": state})
        ]

    return answer


def rnnoise_available() -> bool:
    """Whether the package `pyrnnoise` is installed (it is no dependency)."""
    try:
        importlib.import_module("pyrnnoise")
    except (ImportError, OSError):  # not there, or without what it needs itself
        return False
    return True


def rnnoise() -> Callable[[np.ndarray], object]:
    """RNNoise (C): a function of one hop (HOP,) float32."""
    import ctypes

    from pyrnnoise import rnnoise as library  # type: ignore[import-not-found]

    state = library.create()
    buffer = np.empty(HOP, dtype=np.float32)
    pointer = buffer.ctypes.data_as(ctypes.POINTER(ctypes.c_float))

    def process(x: np.ndarray) -> np.ndarray:
        buffer[:] = 32768 * x
        library.lib.rnnoise_process_frame(state, pointer, pointer)
        return buffer

    return process
