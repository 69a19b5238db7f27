"""The list of sound devices."""

import pytest

from workbench.audio import devices
from workbench.audio.devices import Device, find_device, list_devices, query
from workbench.audio.specs import DeviceSpec
from workbench.core.errors import DeviceError

NOWHERE = {"JACK_DEFAULT_SERVER": "earshot-no-such-server"}


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine may take long to start the process that lists them."""
    monkeypatch.setattr(devices, "LIST_TIMEOUT_S", 90.0)


def test_without_a_server_there_is_a_list_all_the_same():
    found = query(NOWHERE)
    assert "PortAudio" in found.portaudio
    assert not any("JACK" in device.hostapi for device in found.devices)


@pytest.mark.jack
@pytest.mark.server(inputs=3, outputs=5)
def test_the_devices_of_a_jack_server(jack_server):
    found = [device for device in list_devices(jack_server.variables) if "JACK" in device.hostapi]
    assert found == [Device("JACK Audio Connection Kit", "system", 3, 5, 48000.0, True, True)]
    assert found[0].spec == "device:JACK Audio Connection Kit/system"
    assert find_device(DeviceSpec("jack"), "output", jack_server.variables) == found[0]
    with pytest.raises(DeviceError, match="no device of that name is there now"):
        find_device(DeviceSpec("JACK", "other"), "input", jack_server.variables)
