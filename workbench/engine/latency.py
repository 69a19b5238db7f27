"""The latency budget: every part of the way from the air to the air."""

from __future__ import annotations

from typing import Any

from workbench.audio.protocols import Sink
from workbench.core.messages import LatencyPart
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.runner import Runner


def latency_budget(runner: Runner) -> tuple[LatencyPart, ...]:
    """The parts in order; their sum is the delay from a sample's arrival to its leaving.

    in, out : what the sound server reports of its own.
    block : from a hop's first sample until the whole hop can be read.
    computing : from reading a hop until it is queued, on average.
    ring : the queue from which the device plays.
    """
    source, sink = runner.source, runner.sink
    device_in = source.device_latency_samples if source.live else source.latency_samples
    device_out = sink.device_latency_samples if sink.live else sink.latency_samples
    block = source.latency_samples - device_in if source.live else HOP
    parts = [
        LatencyPart("in", device_in, RATE_HZ),
        LatencyPart("block", block, RATE_HZ),
        *runner.chain.latency_parts,
    ]
    if source.live and sink.live:
        parts.append(LatencyPart("computing", runner.computing_samples, RATE_HZ))
    if sink.live:
        parts.append(LatencyPart("ring", sink.latency_samples - device_out, RATE_HZ))
    return (*parts, LatencyPart("out", device_out, RATE_HZ))


def clocks(sink: Sink) -> dict[str, Any]:
    """What `Health` says of the queue and of the two clocks: `drift_ppm`, `queue_ms`, `alarm`."""
    queue_s = getattr(sink, "queue_s", None)
    follower = getattr(sink, "follower", None)
    found = {"queue_ms": None if queue_s is None else 1000 * queue_s, "drift_ppm": None, "alarm": ""}
    if follower is not None:
        found["drift_ppm"] = 1e6 * follower.drift
        if follower.alarming:
            found["alarm"] = (
                f"The clocks of input and output drift by {found['drift_ppm']:+.0f} ppm and the queue is "
                f"{1000 * follower.error_s:+.1f} ms off: flush it; if it returns, one device runs at another rate"
            )
    return found
