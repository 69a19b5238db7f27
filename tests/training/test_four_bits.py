"""Four-bit weights: what onnxruntime makes of them, and how far they are from the weights."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")

from workbench.training.four_bits import quantised, with_four_bits  # noqa: E402


def _restored(packed, scale, inputs):
    """Weights from the codes, the slow and obvious way."""
    outputs, blocks, half = packed.shape
    weight = np.zeros((blocks * half * 2, outputs))
    for output in range(outputs):
        for block in range(blocks):
            for k in range(half):
                at = (block * half + k) * 2
                weight[at, output] = (int(packed[output, block, k] & 15) - 8) * scale[output, block]
                weight[at + 1, output] = (int(packed[output, block, k] >> 4) - 8) * scale[output, block]
    return weight[:inputs]


@pytest.mark.parametrize("inputs", [64, 50, 16])
def test_a_weight_is_off_by_half_a_step_at_most(inputs):
    weight = np.random.default_rng(1).standard_normal((inputs, 5)).astype(np.float32)
    weight[:, 2] = 0.0
    packed, scale = quantised(weight, 16)
    error = np.abs(_restored(packed, scale, inputs) - weight)
    step = np.repeat(np.abs(scale).T, 16, axis=0)[:inputs]
    # Only what is as large as the largest but of the other sign would need +8: it is off by a whole step at most.
    assert np.all(error <= step * 1.001) and np.mean(error <= step * 0.501) > 0.95
    assert not _restored(packed, scale, inputs)[:, 2].any()


def test_onnxruntime_multiplies_by_the_restored_weights():
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(2)
    weight, kept = (rng.standard_normal((80, 24)).astype(np.float32) for _ in range(2))
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "w"], ["y"], name="quantised"),
            helper.make_node("MatMul", ["x", "k"], ["z"], name="kept"),
        ],
        "two",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 80])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 24]) for name in ("y", "z")],
        [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(kept, "k")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    session = onnxruntime.InferenceSession(with_four_bits(model, ["kept"], 32).SerializeToString())
    x = rng.standard_normal((3, 80)).astype(np.float32)
    y, z = session.run(None, {"x": x})
    np.testing.assert_allclose(z, x @ kept, atol=1e-4)
    np.testing.assert_allclose(y, x @ _restored(*quantised(weight, 32), 80), atol=0.15)  # inputs have 8 bits
