import json

import pytest

from workbench.cli import main
from workbench.evaluation import locked_beam


def test_a_room_is_scored(monkeypatch, capsys):
    monkeypatch.setattr(locked_beam, "SECONDS", 5.0)
    words = ["evaluate", "beam", "--scenes", "1", "--methods", "delay-and-sum", "superdirective", "--jobs", "1"]
    words += ["--param", "localize.method=srp"]
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["array"] == "uca8-100mm" and found["rt60_s"] == 0.3 and found["scenes"] == 1
    (room,) = found["rooms"]
    for method, row in found["methods"].items():
        assert row["gain_db"] == pytest.approx(room["beam_db"][method] - room["microphone_db"])
    assert found["methods"]["superdirective"]["gain_db"] > found["methods"]["delay-and-sum"]["gain_db"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "superdirective" in out and "gain" in out and "microphone 1" in out


@pytest.mark.parametrize(
    ("more", "words"),
    [(["--scenes", "0"], "--scenes"), (["--rt60", "9"], "--rt60"), (["--array", "none-such"], "none-such")],
)
def test_what_makes_no_sense_is_refused(capsys, more, words):
    assert main(["evaluate", "beam", *more]) == 2
    assert words in capsys.readouterr().err
