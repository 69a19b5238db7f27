"""`workbench evaluate scenes` and `evaluate localize`."""

import json

import numpy as np
import pytest
import soundfile

from tests.localize.scenes import speech_like
from workbench.cli import main


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    (folder / "speech").mkdir()
    for number in range(4):
        soundfile.write(folder / "speech" / f"{number}.wav", 0.1 * speech_like(number, 2.0), 48000)
    command = ["evaluate", "scenes", "--out", str(folder / "set"), "--speech", str(folder / "speech"), "--seconds", "2"]
    assert main([*command, "--still", "4", "--crossing", "1", "--silent", "1", "--jobs", "1"]) == 0
    return folder / "set"


def test_a_set_is_scored_with_a_table_json_and_plots(made, tmp_path, capsys):
    command = ["evaluate", "localize", "--set", str(made), "--methods", "combined", "srp", "--jobs", "1"]
    assert main([*command, "--reliability", "--plots", str(tmp_path), "--json", str(tmp_path / "r.json")]) == 0
    printed = capsys.readouterr().out
    assert "combined" in printed and "OSPA" in printed and "crossing" in printed and "confidence" in printed
    document = json.loads((tmp_path / "r.json").read_text())
    assert document["cutoff_deg"] == 20 and set(document["methods"]) == {"combined", "srp"}
    combined = document["methods"]["combined"]
    assert {"all", "still", "by_talkers", "by_rt60_s", "by_array", "by_kind", "reliability"} <= set(combined)
    assert combined["still"]["ospa_deg"] < 12 and combined["by_kind"]["silence"]["false_per_minute"] is not None
    assert len(document["scenes"]) == 2 * (4 + 1 + 1 + 6)
    assert {path.name for path in tmp_path.glob("*.svg")} >= {"ospa_deg_by_talkers.svg", "reliability.svg"}


def test_truth_files_are_those_of_the_contract(made):
    document = json.loads(next(made.rglob("still-001.json")).read_text())
    talker = document["talkers"][0]
    assert len(talker["azimuth_deg"]) == len(talker["distance_m"]) == len(talker["activity"]) == 20
    assert np.any(talker["activity"])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--set", "/nowhere"), "no such folder"),
        (("--methods", "guess"), "no such method"),
        (("--jobs", "0"), "1 or more"),
        (("--param", "localize.threshold=2"), "outside"),
    ],
)
def test_what_is_refused(made, capsys, more, words):
    assert main(["evaluate", "localize", "--set", str(made), "--methods", "srp", *more]) == 2
    assert words in capsys.readouterr().err
