import json

from workbench import cli
from workbench.core.params import ENTRIES


def test_the_json_has_every_parameter_with_what_scripts_rely_on(capsys):
    assert cli.main(["params", "--json"]) == 0
    rows = {row["path"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == list(ENTRIES)
    for path, row in rows.items():
        assert set(row) == {"path", "type", "unit", "range", "default", "label", "help"}
        assert row["default"] == ENTRIES[path].default
    assert rows["beamformer.steering_deg"]["range"] == [-180.0, 180.0]
    assert "mvdr" in rows["beamformer.method"]["range"]
    assert rows["output.muted"]["type"] == "bool"


def test_the_table_has_a_line_for_each(capsys):
    assert cli.main(["params"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(ENTRIES)
    assert "0…60" in next(line for line in lines if line.startswith("enhance.attenuation_limit_db"))
