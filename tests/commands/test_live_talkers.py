"""`workbench live --record-tracks`: each talker of the simulated room as a file of its own."""

import json

import soundfile

from workbench.cli import main


def test_each_talker_of_the_room_is_recorded(tmp_path, capsys):
    folder = tmp_path / "talkers"
    words = ["live", "--source", "room:two-talkers-fan", "--array", "uca8-100mm", "--seconds", "4"]
    words += [
        "--set",
        "localize.method=srp",
        "--set",
        "enhance.method=classical",
        "--record-tracks",
        str(folder),
        "--json",
    ]
    assert main(words) == 0
    captured = capsys.readouterr()
    assert f"{folder}: " in captured.err and json.loads(captured.out)["samples_in"] >= 4 * 48000
    listed = json.loads((folder / "talkers.json").read_text(encoding="utf-8"))
    assert listed["complete"] and listed["array"] == "uca8-100mm" and 3.5 < listed["seconds"] < 6.0
    azimuths_deg = []
    for talker in listed["talkers"]:
        assert soundfile.info(folder / talker["file"]).samplerate == 48000
        rows = (folder / talker["path"]).read_text(encoding="utf-8").splitlines()[1:]
        azimuths_deg += [float(row.split(",")[1]) for row in rows]
    assert min(abs(azimuth_deg - 45.0) for azimuth_deg in azimuths_deg) < 6.0  # where the first of them stands
