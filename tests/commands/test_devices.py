"""`workbench devices`."""

import json

import pytest

from workbench.cli import main


def test_no_hardware_is_no_error(monkeypatch, capsys):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "earshot-no-such-server")
    assert main(["devices", "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert isinstance(found, list)
    if not found:
        assert "No sound device here" in said.err


@pytest.mark.jack
@pytest.mark.server(inputs=4, outputs=6)
def test_devices_by_contract(jack_server, monkeypatch, capsys):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_server.name)
    assert main(["devices", "--json"]) == 0
    found = [item for item in json.loads(capsys.readouterr().out) if item["name"] == "system"]
    assert found == [
        {
            "hostapi": "JACK Audio Connection Kit",
            "name": "system",
            "inputs": 4,
            "outputs": 6,
            "default_rate": 48000.0,
            "default_input": True,
            "default_output": True,
        }
    ]
    assert main(["devices"]) == 0
    assert "device:JACK Audio Connection Kit/system" in capsys.readouterr().out
