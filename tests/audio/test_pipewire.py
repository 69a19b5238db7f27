"""Devices of PipeWire: null nodes that are plugged in and pulled out, and a server that dies."""

import time

import numpy as np
import pytest

from tests.audio.pipewire_server import PipeWireServer
from workbench.audio.capture import DeviceSource
from workbench.audio.devices import query
from workbench.audio.playback import DeviceSink
from workbench.audio.recovery import RecoveringSink, RecoveringSource
from workbench.audio.specs import DeviceSpec

pytestmark = pytest.mark.jack

HOST = "JACK Audio Connection Kit"


@pytest.fixture(scope="module")
def pipewire():
    server = PipeWireServer()
    yield server
    server.stop()


@pytest.fixture
def pipewire_server(pipewire):
    return pipewire


class Through:
    """Source to sink, by hand: `until` moves hops while it waits."""

    def __init__(self, server):
        server.restart()
        server.add("USB array", "source", 4)
        server.add("Speakers", "sink", 2)
        options = {"variables": server.variables}
        self.source = RecoveringSource(DeviceSource(DeviceSpec(HOST, "USB array"), **options))
        self.sink = RecoveringSink(DeviceSink(DeviceSpec(HOST, "Speakers"), 2, **options))
        self.hops = 0

    def __enter__(self):
        self.source.start()
        self.sink.start()
        return self

    def __exit__(self, *_):
        self.source.close()
        self.sink.close()

    def until(self, condition, limit_s=20.0):
        end_s = time.monotonic() + limit_s
        while not condition():
            assert time.monotonic() < end_s, "did not happen in time"
            block = self.source.read(0.1)
            if block is not None:
                self.hops += 1
                self.sink.write(np.repeat(block.samples[:1], 2, axis=0))

    def some(self, hops):
        end = self.hops + hops
        self.until(lambda: self.hops >= end)


def test_nodes_are_listed_and_sound_flows(pipewire_server):
    with Through(pipewire_server) as through:
        devices = {device.name: (device.inputs, device.outputs) for device in query(pipewire_server.variables).devices}
        assert devices["USB array"][0] == 4 and devices["Speakers"][1] == 2
        through.some(100)
        assert through.source.channels == 4 and not through.source.lost and not through.sink.lost
        assert 0 < through.sink.latency_samples < 9600


@pytest.mark.parametrize("end", ["source", "sink"])
def test_a_node_that_vanishes_is_said_and_taken_again(pipewire_server, end):
    name, channels = {"source": ("USB array", 4), "sink": ("Speakers", 2)}[end]
    with Through(pipewire_server) as through:
        gone, stays = (through.source, through.sink) if end == "source" else (through.sink, through.source)
        through.some(50)
        pipewire_server.remove(name)
        through.until(lambda: gone.lost)
        assert name in gone.lost_reason and "gone from the sound server" in gone.lost_reason
        through.some(100)  # the rest goes on meanwhile
        assert not stays.lost and stays.losses == 0
        pipewire_server.add(name, end, channels)
        through.until(lambda: not gone.lost)
        through.some(100)
        assert gone.losses == 1 and not gone.lost


def test_a_server_that_dies_is_said_and_its_nodes_are_taken_again(pipewire_server):
    with Through(pipewire_server) as through:
        through.some(50)
        pipewire_server.kill()
        through.until(lambda: through.source.lost and through.sink.lost)
        assert "USB array" in through.source.lost_reason
        pipewire_server.start()
        through.until(lambda: not (through.source.lost or through.sink.lost))
        through.some(100)
        assert not (through.source.lost or through.sink.lost)
