"""A private PipeWire with its session manager: a sound server whose nodes come and go like devices that are plugged in.

Its nodes are null devices ("support.null-audio-sink"): they run on a timer, and other programs can play into them.
Programs reach them through PipeWire's own JACK library, as PortAudio does.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import weakref
from pathlib import Path

import pytest

UP_S, ANSWER_S = 40.0, 8.0
JACK_LIBRARIES = ("/usr/lib/x86_64-linux-gnu/pipewire-0.3/jack", "/usr/lib/aarch64-linux-gnu/pipewire-0.3/jack")
CLASSES = {"source": "Audio/Source/Virtual", "sink": "Audio/Sink"}


def _end(processes: list[subprocess.Popen], folder: tempfile.TemporaryDirectory) -> None:
    while processes:
        process = processes.pop()
        process.kill()
        process.wait()
    folder.cleanup()


class PipeWireServer:
    """`pipewire` and `wireplumber` in a folder, and at a bus, of their own. Pass `variables` to what shall find it."""

    def __init__(self) -> None:
        library = next((path for path in JACK_LIBRARIES if Path(path, "libjack.so.0").exists()), None)
        programs = ("pipewire", "wireplumber", "pw-cli", "pw-dump", "dbus-daemon")
        if library is None or any(shutil.which(program) is None for program in programs):
            pytest.skip("pipewire, wireplumber and pipewire-jack are not installed")
        self._folder = tempfile.TemporaryDirectory(prefix="earshot-pipewire-")
        place = self._folder.name
        self._own = {
            "XDG_RUNTIME_DIR": place,
            "PIPEWIRE_RUNTIME_DIR": place,
            "HOME": place,
            "XDG_CONFIG_HOME": place,
            "XDG_STATE_HOME": place,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={place}/bus",
        }
        self.variables = {
            "XDG_RUNTIME_DIR": place,
            "PIPEWIRE_RUNTIME_DIR": place,
            "LD_LIBRARY_PATH": os.pathsep.join(filter(None, (library, os.environ.get("LD_LIBRARY_PATH")))),
        }
        self._processes: list[subprocess.Popen] = []
        self._nodes: dict[str, tuple[str, int]] = {}
        self._finalizer = weakref.finalize(self, _end, self._processes, self._folder)
        self.start()

    def start(self) -> None:
        """Start it (again, after `kill`) with the nodes that it had."""
        setpriv = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        place = Path(self._folder.name)
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        bus = ["dbus-daemon", "--session", "--nofork", f"--address={self._own['DBUS_SESSION_BUS_ADDRESS']}"]
        (place / "bus").unlink(missing_ok=True)
        for command, is_up in (
            (bus, (place / "bus").exists),
            (["pipewire"], lambda: self._objects() is not None),
            (["wireplumber"], lambda: "WirePlumber" in self._clients()),
        ):
            self._processes.append(subprocess.Popen([*setpriv, *command], env={**os.environ, **self._own}, **quiet))
            self._wait(is_up)
        nodes, self._nodes = self._nodes, {}
        for name, (kind, channels) in nodes.items():
            self.add(name, kind, channels)

    def _wait(self, condition) -> None:
        limit_s = time.monotonic() + UP_S
        while not condition():
            if time.monotonic() > limit_s:
                pytest.fail("PipeWire did not come up")
            time.sleep(0.1)

    def _ask(self, *words: str) -> str | None:
        try:
            found = subprocess.run(
                words, capture_output=True, text=True, timeout=ANSWER_S, env={**os.environ, **self._own}, check=True
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
        return found.stdout

    def _objects(self) -> list[dict] | None:
        said = self._ask("pw-dump", "--no-colors")
        with contextlib.suppress(TypeError, ValueError):
            return json.loads(said)
        return None

    def _clients(self) -> list[str]:
        found = [(one.get("info") or {}).get("props") or {} for one in self._objects() or ()]
        return [properties["application.name"] for properties in found if "application.name" in properties]

    def _node(self, name: str) -> dict | None:
        for one in self._objects() or ():
            properties = (one.get("info") or {}).get("props") or {}
            if one["type"].endswith("Interface:Node") and properties.get("node.description") == name:
                return one
        return None

    def _ports(self, name: str) -> int:
        """How many ports the node has: they come a moment after it."""
        node = self._node(name)
        if node is None:
            return 0
        owned = [(one.get("info") or {}).get("props", {}).get("node.id") for one in self._objects() or ()]
        return owned.count(node["id"])

    def add(self, name: str, kind: str, channels: int) -> None:
        """Plug in a "source" or a "sink" with so many channels; returns when its ports are there."""
        position = " ".join(f"AUX{number}" for number in range(channels))
        self._ask(
            *("pw-cli", "create-node", "adapter"),
            f'{{ factory.name=support.null-audio-sink node.name="{name.lower().replace(" ", "-")}" '
            f'node.description="{name}" media.class={CLASSES[kind]} audio.rate=48000 audio.channels={channels} '
            f'audio.position="[ {position} ]" object.linger=true }}',
        )
        self._wait(lambda: self._ports(name) >= channels)
        self._nodes[name] = (kind, channels)

    def remove(self, name: str) -> None:
        """Pull it out."""
        node = self._node(name)
        assert node is not None, f"no node {name!r}"
        self._ask("pw-cli", "destroy", str(node["id"]))
        self._wait(lambda: self._node(name) is None)
        del self._nodes[name]

    def kill(self) -> None:
        """Both processes die without a word."""
        while self._processes:
            process = self._processes.pop()
            process.kill()
            process.wait()

    def restart(self) -> None:
        """A fresh one without any nodes."""
        self.kill()
        self._nodes = {}
        self.start()

    def stop(self) -> None:
        """End it; may be called twice."""
        self._finalizer()
