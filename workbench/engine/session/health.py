"""How the running chain is, as one message."""

from __future__ import annotations

from typing import Any

from workbench.core.messages import Health
from workbench.core.params import Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.assembly import Assembly
from workbench.engine.latency import clocks, latency_budget
from workbench.engine.runner import lost_ends


def running_health(assembly: Assembly, params: Params, state: str | None, **facts: Any) -> Health:
    """Health of a chain that runs; `facts` are the fields that the chain does not know itself.

    `state` is what the session is about to do with it; None: "running", or "lost" without one of its devices.
    """
    runner = assembly.runner
    source, sink, chain = runner.source, runner.sink, runner.chain
    return Health(
        state=state or ("lost" if lost_ends(runner) else "running"),
        elapsed_s=runner.samples_in / RATE_HZ,
        rate_hz=RATE_HZ,
        hop=HOP,
        load=chain.clock.load,
        stage_us=chain.clock.mean_us(),
        latency=latency_budget(runner),
        dropouts=tuple(runner.dropouts.newest),
        noted_dropouts=runner.dropouts.noted,
        own_dropouts=runner.dropouts.own,
        machine_dropouts=runner.dropouts.machine,
        server_dropouts=runner.server_dropouts,
        muted_inputs=tuple(source.channel_names[channel] for channel in chain.guard.muted),
        input_names=tuple(source.channel_names),
        output_names=tuple(sink.channel_names) if sink.live else output_names(assembly, params),
        array=assembly.array.description if assembly.array else "",
        layout=assembly.layout.description if assembly.layout else "",
        source=source.name,
        sink=sink.name,
        **clocks(sink),
        **facts,
    )


def output_names(assembly: Assembly, params: Params) -> tuple[str, ...]:
    """Names of what goes out where no device gives names: the drivers, or left and right."""
    if assembly.layout is not None and not params.render.audition:
        return tuple(assembly.layout.driver_names)
    channels = assembly.runner.chain.out_channels
    return ("L", "R", *(str(number) for number in range(3, channels + 1)))[:channels]
