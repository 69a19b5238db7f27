import dataclasses
import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import soundfile

from tests.engine.watched import WatchedSession
from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.core.params import Params
from workbench.core.resources import shipped_names
from workbench.engine.design_export import export_filters
from workbench.engine.design_report import write_report
from workbench.engine.settings import Settings
from workbench.render.design import Design, design_settings, load_design
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
    session = WatchedSession(Settings(params, layout="sphere3-60mm"))
    try:
        session.export_design(tmp_path / "out")
        session.says("report and plots exported")
        assert (tmp_path / "out" / "pattern.csv").is_file()
        design = load_design(tmp_path / "out" / "design.toml")
        assert design == design_from_params(params.render)
        report = json.loads((tmp_path / "out" / "report.json").read_text())
        assert report["layout"] == "sphere3-60mm" and report["separation_db"]["nominal"] > 5
        for plot in ("separation", "drive", "beam", "pattern"):
            ElementTree.fromstring((tmp_path / "out" / f"{plot}.svg").read_text())
        # Taken into other parameters, the written design gives the same filters.
        taken = parameters.replace(Params(), design_settings(design))
        again = make_filters(LAYOUT, design_from_params(taken.render)).driver_fir
        np.testing.assert_array_equal(again, make_filters(LAYOUT, design).driver_fir)
    finally:
        session.close()


def test_shipped_designs_can_be_taken_into_the_live_parameters():
    for name in shipped_names("designs"):
        design = load_design(name)
        taken = parameters.replace(Params(), design_settings(design)).render
        again = design_from_params(taken)
        assert dataclasses.replace(again, name=design.name) == design


def test_a_design_for_a_plant_of_its_own_is_not_taken():
    with pytest.raises(InputError, match="key `plant`"):
        design_settings(Design(plant="head.sofa"))


def test_a_report_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "report.json").mkdir()
    filters = make_filters(LAYOUT, Design())
    with pytest.raises(InputError, match=r"report\.json"):
        write_report(LAYOUT, Design(), filters, tmp_path)
