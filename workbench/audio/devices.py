"""The sound devices that are there now, listed by a short-lived process.

PortAudio looks for devices once, when it starts, and looking again ends the streams that run in the same process.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass

from workbench.audio import server
from workbench.audio.specs import DeviceSpec
from workbench.audio.stream import command, environment
from workbench.core.errors import DeviceError, DeviceUnavailable

LIST_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Device:
    """One device of one host API, with its number of channels in each direction."""

    hostapi: str
    name: str
    inputs: int
    outputs: int
    default_rate_hz: float
    default_input: bool
    default_output: bool

    @property
    def spec(self) -> str:
        """How a person names it."""
        return f"device:{self.hostapi}/{self.name}"


@dataclass(frozen=True, slots=True)
class DeviceList:
    """What PortAudio sees: its version, the host APIs and the devices."""

    portaudio: str
    hostapis: tuple[str, ...]
    devices: tuple[Device, ...]


def _ask(variables: dict[str, str] | None) -> dict:
    """The raw answer of `server.list_devices`, in a process of its own."""
    try:
        found = subprocess.run(
            command("list"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment(variables),
            timeout=LIST_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise DeviceError(f"PortAudio does not answer (waited {LIST_TIMEOUT_S:g} s for its device list)") from error
    except OSError as error:
        raise DeviceError(f"the audio process cannot be started ({error.strerror})") from error
    lines = found.stdout.decode(errors="replace").strip().splitlines()
    try:
        answer = json.loads(lines[-1])
    except (IndexError, ValueError) as error:
        said = found.stderr.decode(errors="replace").strip()[-400:]
        raise DeviceError(f"the device list could not be read (exit status {found.returncode}): {said}") from error
    if "error" in answer:
        raise DeviceError(answer["error"])
    return answer


def _device(table: dict) -> Device:
    return Device(**{key: value for key, value in table.items() if key != "index"})


def query(variables: dict[str, str] | None = None) -> DeviceList:
    """Ask PortAudio in a process of its own; takes about a tenth of a second.

    Parameters
    ----------
    variables : changes to that process's environment, such as JACK_DEFAULT_SERVER

    Raises
    ------
    DeviceError
        PortAudio is missing, or does not answer.
    """
    answer = _ask(variables)
    return DeviceList(answer["portaudio"], tuple(answer["hostapis"]), tuple(map(_device, answer["devices"])))


def list_devices(variables: dict[str, str] | None = None) -> list[Device]:
    """All devices; empty where there is no sound hardware. Raises DeviceError, see `query`."""
    return list(query(variables).devices)


def is_listed(listing: DeviceList, spec: DeviceSpec, direction: str) -> bool:
    """Whether the device that `spec` names is in the list with channels in that direction ("input" or "output")."""
    tables = [asdict(device) for device in listing.devices]
    try:
        server.find({"hostapis": list(listing.hostapis), "devices": tables}, spec.hostapi, spec.name, direction)
    except server.Refusal:
        return False
    return True


def find_device(spec: DeviceSpec, direction: str, variables: dict[str, str] | None = None) -> Device:
    """The device that `spec` names, for "input" or "output".

    Raises
    ------
    DeviceUnavailable
        It is not there; the text says what is.
    """
    try:
        return _device(server.patiently(lambda: server.find(_ask(variables), spec.hostapi, spec.name, direction)))
    except server.Refusal as refusal:
        label = f"device:{spec.hostapi}/{spec.name}" if spec.name else f"the default {direction} device"
        raise DeviceUnavailable(f"{label}: {refusal}", direction, refusal.cause) from refusal
