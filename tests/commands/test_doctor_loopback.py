"""`workbench doctor --loopback` and `live --loopback` on a real-time device whose output is wired to its input."""

import json
import os
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.jack

DEVICE = "device:JACK Audio Connection Kit/system#channels 1"


def wired(server, *command):
    """Run a command, wire its first output to its first input, return its report."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", *command, "--source", DEVICE, "--sink", DEVICE, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **server.variables},
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            listing = subprocess.run(["jack_lsp", "-s", server.name], capture_output=True, text=True).stdout.split()
            ours = [
                next((port for port in listing if "PortAudio" in port and end in port), "") for end in ("out_0", "in_0")
            ]
            if all(ours):
                break
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        subprocess.run(["jack_connect", "-s", server.name, *ours], check=True)
        out, said = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == 0, said
    return json.loads(out)


def test_the_round_trip_is_measured_and_is_what_is_reported(jack_server):
    report = wired(jack_server, "doctor", "--loopback")
    latency = report["latency_ms"]
    assert report["channel"] == 0 and 20 < latency["measured"] < 100
    # Within JACK the hardware's latency is no part of the way, but it is of every report.
    devices = latency["reported"]["in"] + latency["reported"]["out"]
    assert abs(latency["measured"] - (sum(latency["reported"].values()) - devices)) < 11 + devices


def test_live_measures_the_whole_delay(jack_server):
    report = wired(jack_server, "live", "--loopback", "--seconds", "5")
    latency = report["latency_ms"]
    assert latency["measured"] > latency["reported"]["look-ahead"] + 10
    assert abs(latency["measured"] - sum(latency["reported"].values())) < 12


def test_loopback_without_devices_is_refused():
    found = subprocess.run(
        [sys.executable, "-m", "workbench", "doctor", "--loopback", "--source", "room", "--sink", "none"],
        capture_output=True,
        text=True,
    )
    assert found.returncode == 2 and "--loopback needs a device" in found.stderr
