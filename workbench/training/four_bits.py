"""Weights of 4 bits: onnxruntime's MatMulNBits, written here since its own converter wants one more package."""

from __future__ import annotations

import numpy as np

BLOCK = 64
"""Inputs that share a scale: 32 is no closer to float and slower, 128 is further away."""
_DOMAIN = "com.microsoft"
_INT8_PRODUCTS = 4
"""Accuracy level: inputs are rounded to 8 bits a block, as fast as it goes."""


def quantised(weight: np.ndarray, block: int = BLOCK) -> tuple[np.ndarray, np.ndarray]:
    """Weights (inputs, outputs) as 4-bit numbers and scales.

    Each block's scale makes its largest weight, with its sign, -8: the number range -8 … 7 is used to its end.

    Returns
    -------
    packed (outputs, blocks, block / 2) uint8, low half first, offset 8; scales (outputs, blocks) float32
    """
    inputs, outputs = weight.shape
    blocks = -(-inputs // block)
    padded = np.zeros((outputs, blocks * block), dtype=np.float32)
    padded[:, :inputs] = weight.T
    padded = padded.reshape(outputs, blocks, block)
    largest = np.take_along_axis(padded, np.abs(padded).argmax(axis=2)[..., None], axis=2)
    scale = largest / -8
    rounded = np.round(np.divide(padded, scale, out=np.zeros_like(padded), where=scale != 0))
    codes = (np.clip(rounded, -8, 7) + 8).astype(np.uint8)
    return codes[..., ::2] | (codes[..., 1::2] << 4), scale[..., 0]


def with_four_bits(model, kept_float: list[str], block: int = BLOCK):
    """The model (onnx.ModelProto) with every product by constant weights in 4 bits, but for the nodes named."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.ModelProto.FromString(model.SerializeToString())
    weights = {weight.name: weight for weight in model.graph.initializer}
    nodes, new_weights, gone = [], [], set()
    for node in model.graph.node:
        if node.op_type != "MatMul" or node.name in kept_float or node.input[1] not in weights:
            nodes.append(node)
            continue
        name = node.input[1]
        weight = numpy_helper.to_array(weights[name])
        packed, scale = quantised(weight, block)
        new_weights += [
            numpy_helper.from_array(packed, f"{name}_4bit"),
            numpy_helper.from_array(scale.reshape(-1), f"{name}_scale"),
        ]
        gone.add(name)
        nodes.append(
            helper.make_node(
                "MatMulNBits",
                [node.input[0], f"{name}_4bit", f"{name}_scale"],
                list(node.output),
                name=node.name,
                domain=_DOMAIN,
                K=weight.shape[0],
                N=weight.shape[1],
                bits=4,
                block_size=block,
                accuracy_level=_INT8_PRODUCTS,
            )
        )
    kept = [weight for name, weight in weights.items() if name not in gone]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend([*kept, *new_weights])
    model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
    return model
