import json

import numpy as np
import pytest

from workbench.cli import main
from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.engine.design_export import export_filters
from workbench.evaluation import rendering
from workbench.evaluation.rendering import FREQUENCIES_HZ
from workbench.render.crosstalk import drive_db
from workbench.render.design import load_design
from workbench.render.designs import plain_stereo
from workbench.render.plants import listener_plant


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Layout and design to what the judge says of the exported files."""
    found, plants = {}, {}

    def look(layout_name, design_name):
        if (layout_name, design_name) not in found:
            layout, design = load_layout(layout_name), load_design(design_name)
            groups = plants.setdefault(layout_name, rendering.judging_plants(layout))
            folder = export_filters(layout, design, tmp_path_factory.mktemp("fir"))
            table = {"virtual_deg": design.virtual_deg}
            exported = rendering.read_exported(folder, layout)
            found[layout_name, design_name] = rendering.judge(layout, exported, groups, table)
            textbook = rendering.textbook(layout)
            found.setdefault((layout_name, "textbook"), rendering.judge(layout, textbook, groups))
        return found[layout_name, design_name]

    return look


@pytest.mark.parametrize(("layout", "nominal_db", "off_db"), [("pair-100mm", 18.0, 17.5), ("sphere3-60mm", 23.0, 20.5)])
def test_robust_design_holds_off_nominal(judged, layout, nominal_db, off_db):
    found, textbook = judged(layout, "robust"), judged(layout, "textbook")
    assert found["separation_db"]["nominal"] >= nominal_db
    assert found["off_nominal_db"] >= off_db > textbook["off_nominal_db"]
    assert found["least_third_octave_db"] >= 12
    assert found["drive_db"] <= {"pair-100mm": 10.4, "sphere3-60mm": 11.4}[layout]


def test_gentle_design_at_three_decibels_of_drive(judged):
    found = judged("pair-100mm", "gentle")
    assert found["drive_db"] <= 3.1
    assert found["off_nominal_db"] >= 10.5


@pytest.mark.parametrize("layout", ["pair-100mm", "sphere3-60mm", "sphere5-60mm", "line4-60mm", "stereo-60deg"])
def test_virtual_image(judged, layout):
    image = judged(layout, "virtual")["image"]
    assert image["itd_error_us"] <= 45
    assert image["itd_error_from_300_hz_us"] <= 60
    assert image["ild_error_db"] <= 2
    assert image["ild_target_to_sphere_db"] <= 4
    assert image["near_ear_colouration_db"] <= 1.5
    assert image["phantom_centre_colouration_db"] <= 1.5


def test_beams_of_five_and_three_drivers(judged):
    five, three = judged("sphere5-60mm", "beam")["beam"], judged("sphere3-60mm", "beam")["beam"]
    assert five["null_db"] <= -20 and five["unevenness_db"] <= 3 and five["null_95_percent_db"] <= -8
    assert five["centre_colouration_db"] <= 1.5
    assert three["null_to_1_khz_db"] <= -15


def test_textbook_and_plain_stereo_are_what_is_known_of_them(judged):
    """Nominal and drive of the inverse at beta 0.01, within half a decibel of other people's calculation."""
    layout = load_layout("pair-100mm")
    groups = rendering.judging_plants(layout)
    inverse = rendering.judge(layout, rendering.textbook(layout), groups)
    assert inverse["separation_db"]["nominal"] == pytest.approx(19.4, abs=0.5)
    assert inverse["separation_db"]["5 cm off"] == pytest.approx(10.9, abs=0.5)
    assert inverse["drive_db"] == pytest.approx(10.6, abs=0.3)
    plain = rendering.judge(layout, rendering.plain_filters(layout), groups)
    assert plain["separation_db"]["nominal"] == pytest.approx(0.3, abs=0.1)
    assert plain["drive_db"] == pytest.approx(0.0, abs=1e-9)


def test_drive_agrees_with_that_of_the_design():
    layout = load_layout("pair-100mm")
    exported = rendering.textbook(layout)
    plant, played = listener_plant(layout, FREQUENCIES_HZ), exported.response()
    plain = plain_stereo(layout)
    mine = rendering.drive_db(plant, played, np.broadcast_to(plain, played.shape))
    band = (FREQUENCIES_HZ >= 50) & (FREQUENCIES_HZ <= 20000)
    theirs = drive_db(plant[band], played[band], plain, FREQUENCIES_HZ[band])
    assert mine == pytest.approx(float(theirs.max()), abs=0.05)


def test_response_of_exported_filters_by_transform_and_by_sum():
    exported = rendering.textbook(load_layout("pair-100mm"))
    few = FREQUENCIES_HZ[100:2000:100]
    np.testing.assert_allclose(exported.response()[100:2000:100], exported.response(few), atol=1e-9)


def test_manikin_is_no_sphere_yet_a_head():
    layout = load_layout("stereo-60deg")
    plant, sphere = rendering.manikin_plant(layout, FREQUENCIES_HZ), listener_plant(layout, FREQUENCIES_HZ)
    level_db = 20 * np.log10(np.abs(plant[:, 0, 0] / plant[:, 1, 0]))
    high = (FREQUENCIES_HZ > 2000) & (FREQUENCIES_HZ < 8000)
    assert level_db[high].mean() > 4
    assert np.abs(20 * np.log10(np.abs(plant / sphere)))[high].mean() > 0.5


def test_damaged_exports_are_refused(tmp_path):
    layout = load_layout("pair-100mm")
    with pytest.raises(InputError, match=r"fir\.json"):
        rendering.read_exported(tmp_path, layout)
    folder = export_filters(layout, load_design("ears"), tmp_path / "a")
    with pytest.raises(InputError, match="drivers"):
        rendering.read_exported(folder, load_layout("sphere3-60mm"))
    table = json.loads((folder / "fir.json").read_text())
    (folder / "fir.json").write_text(json.dumps({**table, "rate": 44100}))
    with pytest.raises(InputError, match="44100"):
        rendering.read_exported(folder, layout)
    (folder / "fir.json").write_text("{")
    with pytest.raises(InputError, match="not what"):
        rendering.read_exported(folder, layout)


def test_command_judges_a_folder(tmp_path, capsys):
    out = tmp_path / "fir"
    assert main(["design", "--layout", "pair-100mm", "--design", "robust", "--out", str(out)]) == 0
    target = tmp_path / "judged.json"
    arguments = ["evaluate", "render", "--layouts", "pair-100mm", "--fir", str(out), "--json", str(target)]
    assert main(arguments) == 0
    assert "dummy head" in capsys.readouterr().out
    designs = json.loads(target.read_text())["layouts"][0]["designs"]
    assert [entry["design"] for entry in designs] == ["plain stereo", "textbook β 0.01", "fir"]
    report = json.loads((out / "report.json").read_text())
    assert designs[2]["separation_db"]["nominal"] == pytest.approx(report["separation_db"]["nominal"], abs=0.2)
    assert designs[2]["drive_db"] == pytest.approx(report["drive_db"], abs=0.1)
    assert main(["evaluate", "render", "--fir", str(out)]) == 2
