import json
import time

import numpy as np
import pytest
import soundfile

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.core.params import Params
from workbench.engine.design_export import export_filters
from workbench.engine.session import Session
from workbench.engine.settings import Settings
from workbench.render.designs import Design, load_design
from workbench.render.renderer import design_from_params, make_filters

LAYOUT = load_layout("sphere3-60mm")


def test_what_was_exported_makes_the_same_filters_again(tmp_path):
    design = Design(name="ours", centre="beam", cancellation_shape="300:-6 2000:3", region_weight=0.4)
    export_filters(LAYOUT, design, tmp_path / "new" / "folder")
    again = load_design(tmp_path / "new" / "folder" / "design.toml")
    assert again == design
    document = json.loads((tmp_path / "new" / "folder" / "fir.json").read_text())
    assert document["inputs"] == ["left", "right", "center"] and document["drivers"] == LAYOUT.driver_names
    made = make_filters(LAYOUT, again).driver_fir
    for name, fir in zip(document["inputs"], made):
        sound, rate = soundfile.read(tmp_path / "new" / "folder" / f"fir_{name}.wav", dtype="float32")
        assert rate == document["rate"]
        np.testing.assert_array_equal(sound.T, fir)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="cannot be made a folder"):
        export_filters(LAYOUT, Design(), tmp_path / "taken")


def test_a_session_exports_what_is_set(tmp_path):
    params = parameters.replace(Params(), {"render.cancellation_db": 9.0, "render.null_deg": 70.0})
    session = Session(Settings(params, layout="sphere3-60mm"))
    try:
        session.export_design(tmp_path / "out")
        until = time.monotonic() + 20
        while not (tmp_path / "out" / "design.toml").is_file() and time.monotonic() < until:
            time.sleep(0.02)
        assert load_design(tmp_path / "out" / "design.toml") == design_from_params(params.render)
    finally:
        session.close()
