"""Sessions of onnxruntime for the live chain: one thread, which never spins."""

from __future__ import annotations

from typing import Any

from workbench.core.errors import InputError


def open_session(data: bytes, source: str) -> tuple[Any, dict[str, list]]:
    """A session of a model, and the shapes of its inputs and outputs by name.

    Parameters
    ----------
    data : the model's bytes
    source : what a person calls it

    Raises
    ------
    InputError
        onnxruntime cannot load it.
    """
    import onnxruntime  # takes a fifth of a second: only when a network is wanted

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Workers that spin between hops would burn a core for nothing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Denormal numbers in a fading state would cost a hundred times the time of others.
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen kinds of its own
        raise InputError(f"{source}: onnxruntime cannot load it ({error})") from error
    shapes = {value.name: list(value.shape) for value in (*session.get_inputs(), *session.get_outputs())}
    return session, shapes
