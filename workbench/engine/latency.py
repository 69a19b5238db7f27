"""The latency budget: every part of the way from the air to the air."""

from __future__ import annotations

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
