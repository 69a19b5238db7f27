"""`workbench live` on a real-time device: what goes in comes out, after as long as is said."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.audio.jack_server import Probe

pytestmark = [pytest.mark.jack, pytest.mark.slow]

RATE_HZ = 48000
DEVICE = "device:JACK Audio Connection Kit/system"
CHANNEL = 2
"""The third input and output: not the first, which may be treated apart."""


def live(server, *options, seconds=8):
    """Run the command with noise going into one input; returns what went in, what came out, and the report."""
    command = [sys.executable, "-m", "workbench", "live", "--source", DEVICE, "--sink", DEVICE, "--json"]
    process = subprocess.Popen(
        [*command, "--seconds", str(seconds), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **server.variables},
        text=True,
    )
    sent = np.zeros((1, RATE_HZ * 2), np.float32)
    sent[0, RATE_HZ // 2 : RATE_HZ] = 0.1 * np.random.default_rng(0).standard_normal(RATE_HZ // 2)
    probe = Probe(server, sent, record_channels=1, seconds=2)
    try:
        deadline = time.monotonic() + 60
        while not (probe.ports(f"PortAudio.*:in_{CHANNEL}") and probe.ports(f"PortAudio.*:out_{CHANNEL}")):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        time.sleep(2.0)  # the queue settles
        probe.connect(probe.ports(f"PortAudio.*:in_{CHANNEL}"), probe.ports(f"PortAudio.*:out_{CHANNEL}"))
        time.sleep(1.0)
        probe.begin()
        while not probe.done:
            time.sleep(0.05)
        out, _ = process.communicate(timeout=90)
    finally:
        process.kill()
        probe.close()
    assert process.returncode == 0
    return sent[0], probe.recorded[0], json.loads(out)


def delay_of(sent, heard):
    """Samples by which `heard` lags `sent`, by cross-correlation."""
    size = 2 * len(sent)
    correlation = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size)), size)
    return int(correlation[: len(sent)].argmax())


def test_bypass_is_bit_exact_and_latency_is_what_is_reported(jack_server):
    sent, heard, report = live(jack_server, "--bypass")
    delay = delay_of(sent, heard)
    np.testing.assert_array_equal(heard[delay:], sent[: len(sent) - delay])
    reported_ms = sum(report["latency_ms"]["reported"].values())
    assert abs(reported_ms - 1000 * delay / RATE_HZ) < 1.0
    assert report["samples_in"] >= 8 * RATE_HZ


def test_without_bypass_the_sound_comes_out_processed(jack_server):
    settings = ("--set", "enhance.method=none", "--set", "enhance.output_gain_db=-6")
    sent, heard, report = live(jack_server, *settings)
    delay = delay_of(sent, heard)
    part = slice(RATE_HZ // 2 + 4800, RATE_HZ // 2 + 9600)
    level_db = 20 * np.log10(heard[delay:][part].std() / sent[part].std())
    assert abs(level_db + 6) < 0.1
    assert set(report["stages"]) >= {"enhance", "output"}


@pytest.mark.parametrize("children", [False, True], ids=["the program alone", "with its audio processes"])
def test_a_halt_is_said_as_such_and_the_sound_goes_on(jack_server, children):
    """Ctrl-Z and fg, a debugger, a container that was frozen: no hop of ours was late, and nothing has to be done."""
    command = [sys.executable, "-m", "workbench", "live", "--source", DEVICE, "--sink", DEVICE, "--bypass", "--json"]
    process = subprocess.Popen(
        [*command, "--seconds", "9"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **jack_server.variables},
        text=True,
        start_new_session=True,
    )
    halt = os.killpg if children else os.kill
    try:
        limit_s = time.monotonic() + 60
        while sum(":out_" in port or ":in_" in port for port in jack_server.ports()) < 4:
            assert time.monotonic() < limit_s and process.poll() is None
            time.sleep(0.1)
        time.sleep(2.0)
        halt(process.pid, signal.SIGSTOP)
        time.sleep(2.0)
        halt(process.pid, signal.SIGCONT)
        out, _ = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == 0
    report = json.loads(out)
    assert report["dropouts"]["own"] == []
    assert report["samples_in"] >= 5 * RATE_HZ
