"""The clock of a stream, and how its process is started."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.audio import stream
from workbench.audio.ring import Message
from workbench.audio.stream import StreamClock, StreamProcess, command, environment


def feed(clock, callbacks, start_s=100.0, first=0):
    """Callbacks of 480 samples that run late by a random 0 to 3 ms."""
    late_s = np.random.default_rng(first).uniform(0, 0.003, callbacks)
    late_s[::7] = 0.0
    for number in range(callbacks):
        index = first + 480 * number
        clock.update(Message(index + 480, start_s + index / 48000 + late_s[number], 0.0, 480))


def test_late_callbacks_do_not_move_the_clock():
    clock = StreamClock(48000)
    feed(clock, 50)
    assert clock.time_s(24000) == pytest.approx(100.5, abs=1e-9)
    assert clock.time_s(480.5) == pytest.approx(100.0 + 480.5 / 48000, abs=1e-9)


def test_one_very_late_callback_is_no_jump_but_left_out_samples_are():
    clock = StreamClock(48000)
    feed(clock, 50)
    clock.update(Message(51 * 480, 100.5 + 0.3, 0.0, 480))
    assert clock.time_s(24000) == pytest.approx(100.5, abs=1e-9)
    feed(clock, 10, start_s=100.3, first=51 * 480)  # 300 ms were left out
    assert clock.time_s(24000) == pytest.approx(100.8, abs=0.003)


def stream_that_heard(*messages):
    """A stream without a process, with messages of its callbacks."""
    stream = StreamProcess.__new__(StreamProcess)
    stream.rate_hz, stream.clock, stream.last = 48000, StreamClock(48000), None
    stream._newest, stream._stall = None, (-math.inf, 0.0)
    waiting = list(messages)
    stream.link = SimpleNamespace(messages=lambda: [waiting.pop(0) for _ in range(len(waiting))])
    stream.update()
    return stream


def test_a_device_that_stands_still_and_catches_up_is_seen_by_its_own_times(monkeypatch):
    now_s = 1000.0
    monkeypatch.setattr(stream, "time", SimpleNamespace(perf_counter=lambda: now_s))
    steady = [Message(480 * n, now_s - 1.0 + 0.01 * n, 0.0, 480) for n in range(1, 50)]
    assert stream_that_heard(*steady).stalled_s == 0.0
    late = [Message(480 * (50 + n), now_s - 0.4 + 0.0005 * n, 0.0, 480) for n in range(7)]
    assert stream_that_heard(*steady[:-4], *steady[-4:], *late).stalled_s == pytest.approx(0.11, abs=1e-6)
    # Messages that found the link full are missing: nobody knows what happened meanwhile.
    assert stream_that_heard(*steady, Message(480 * 90, now_s, 0.0, 480)).stalled_s == 0.0
    old = [Message(one.index, one.time_s - 5.0, 0.0, 480) for one in (*steady, *late)]
    assert stream_that_heard(*old).stalled_s == 0.0


def test_the_child_is_this_program(monkeypatch):
    assert command("list") == [sys.executable, "-m", "workbench", "--audio-server", "list"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command("list") == [sys.executable, "--audio-server", "list"]
    assert environment({"JACK_DEFAULT_SERVER": "x"})["JACK_DEFAULT_SERVER"] == "x"
