import pytest

from workbench.core.errors import InputError
from workbench.core.resources import root
from workbench.dsp.inference import open_session


def test_a_session_runs_on_one_thread_that_never_spins():
    data = (root() / "models" / "percepnet-small.onnx").read_bytes()
    session, shapes = open_session(data, "percepnet-small")
    options = session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert options.get_session_config_entry("session.set_denormal_as_zero") == "1"
    assert session.get_providers() == ["CPUExecutionProvider"]
    assert shapes.keys() == {"features", "state", "gain", "strength", "new_state"} and shapes["features"][-1] == 70


def test_what_is_no_model_is_said_by_its_name():
    with pytest.raises(InputError, match="the model mine: onnxruntime cannot load it"):
        open_session(b"nothing", "the model mine")
