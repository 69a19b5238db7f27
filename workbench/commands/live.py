"""`workbench live`: the live chain without a window, and what it cost."""

from __future__ import annotations

import argparse
import math
import time

from workbench.commands.common import (
    SCHEMA,
    add_environment_arguments,
    add_json_argument,
    add_set_argument,
    check_block,
    note,
    parse_settings,
    parse_variables,
    write_json,
)
from workbench.core import params as parameters
from workbench.core.errors import EarshotError, InputError
from workbench.core.interrupts import DeferredInterrupt

SETTLE_S = 1.0
"""Memory and processor time are counted from here on: starting is not running."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    device = "device:HOSTAPI/NAME[#channels 1,2]"
    parser.add_argument("--source", default="room", help=f"room[:SCENE] | file:PATH | {device}")
    parser.add_argument("--sink", default="none", help=f"none | file:PATH | {device}")
    parser.add_argument("--begin", type=float, default=0.0, metavar="SECONDS", help="where in a file to begin")
    parser.add_argument("--seconds", type=float, help="how long (default: to the end of a file, else until Ctrl-C)")
    parser.add_argument("--array", help="the source's microphone array (name or TOML); without: channels on their own")
    parser.add_argument("--layout", help="render to these loudspeakers (name or TOML); without: no rendering")
    parser.add_argument("--settings", help="a settings file for the parameters and the channel map")
    parser.add_argument(
        "--bypass", action="store_true", help="pass the input, delayed as the chain delays, bit for bit"
    )
    parser.add_argument(
        "--loopback", action="store_true", help="first measure the delay with a chirp, from the sink to the source"
    )
    parser.add_argument(
        "--record-tracks",
        metavar="DIR",
        help="record each tracked talker into DIR as a sound file of its own: a beam locked to the track, enhanced",
    )
    parser.add_argument("--loop", action="store_true", help="start a file again at its end")
    parser.add_argument("--realtime", action="store_true", help="file to file at the pace of real time, not faster")
    add_environment_arguments(parser)
    parser.add_argument("--block", type=int, help="samples in a device's block")
    add_set_argument(parser)
    add_json_argument(parser)


def _params(args: argparse.Namespace, base: parameters.Params | None) -> parameters.Params:
    params = parse_settings(args.set, base)
    return parameters.replace(params, {"output.bypass": True}) if args.bypass else params


def run(args: argparse.Namespace) -> int:
    """Run until the time is up, the file ends, or Ctrl-C."""
    from workbench.dsp import kernel_loader
    from workbench.engine.assembly import Structure, assemble
    from workbench.engine.history import ParameterHistory
    from workbench.engine.inputs import InputSetup
    from workbench.engine.loopback import LoopbackProbe
    from workbench.engine.mailbox import Mailbox
    from workbench.engine.meters import Reading, StolenMeter
    from workbench.engine.settings import load
    from workbench.engine.worker import CLOSE_PATIENCE_S, Worker

    if args.seconds is not None and not 0 < args.seconds < math.inf:
        raise InputError(f"--seconds {args.seconds:g}: must be a number above 0")
    if args.loopback and not (args.source.startswith("device:") and args.sink.startswith("device:")):
        raise InputError("--loopback: needs a device on both sides")
    if not 0 <= args.begin < math.inf or (args.begin and not args.source.startswith("file:")):
        raise InputError(f"--begin {args.begin:g}: a place in a file, in seconds from 0 on")
    check_block(args.block)
    files = args.source.startswith("file:") and args.sink.startswith("file:")
    fast = files and not args.realtime
    if args.record_tracks and fast:
        raise InputError(
            "--record-tracks: from file to file there is no tracking; add --realtime, or use "
            "`workbench localize IN --array A --tracks-dir DIR`, which is as fast as it goes"
        )
    settings = load(args.settings) if args.settings else None
    structure = Structure(
        args.source,
        args.sink,
        args.array,
        args.layout,
        loop=args.loop,
        pace="fast" if fast else "realtime",
        block=args.block,
        seconds=args.seconds,
        begin_s=args.begin,
        inputs=(settings and settings.inputs) or InputSetup(),
        source_variables=tuple(parse_variables("--source-env", args.source_env).items()),
        sink_variables=tuple(parse_variables("--sink-env", args.sink_env).items()),
    )
    kernel_loader.load()  # first, so that the samples do not depend on when it would be done
    mailbox = None if fast else Mailbox()
    history = ParameterHistory(_params(args, settings and settings.params))
    assembly = assemble(structure, history, mailbox, note, strict=True)
    worker = Worker(assembly.runner)
    talkers = None
    shortest = _ShortestPath()
    kept = False
    lost: tuple[str, ...] = ()
    stolen = StolenMeter(kept=25)
    with DeferredInterrupt() as interrupt:
        try:
            if args.record_tracks:
                talkers = _record_talkers(assembly, mailbox, args.record_tracks)
            worker.start()
            reading = Reading.now()
            began = time.monotonic()
            settled = False
            while worker.alive and not interrupt.pending:
                time.sleep(0.02)
                shortest.look(assembly.runner)
                lost = _tell_lost(assembly.runner, lost)
                assembly.runner.stolen_recently_s = stolen.look()
                if not settled and time.monotonic() - began > SETTLE_S:
                    settled, reading = True, Reading.now()
                    if args.loopback:
                        assembly.runner.loopback = LoopbackProbe(assembly.runner.source.channels)
            after, interrupted = Reading.now(), interrupt.take()
            # Ctrl-C is the usual end of a recording, but leaves a file that is processed from another one unfinished.
            kept = not (interrupted and files and not args.loop)
            # The worker first: what it moves from here on would be in the sound and not in the report. The devices
            # later: a closed one no longer knows its latency.
            worker.close()
            report = _report(assembly.runner, shortest, reading, after)
        finally:
            ended = worker.close()  # before its source, which it may be reading
            try:
                if ended:
                    assembly.close(kept and worker.error is None and assembly.runner.samples_in > 0)
                elif (
                    not assembly.runner.sink.live
                ):  # a file may be discarded while somebody writes; devices end with us
                    assembly.runner.sink.discard()
            finally:
                if talkers is not None:
                    talkers.stop()
    if not ended:
        raise EarshotError(f"a step of the chain has not ended within {CLOSE_PATIENCE_S:g} s: nothing is kept")
    if isinstance(worker.error, EarshotError):
        raise worker.error
    if worker.error is not None:
        raise EarshotError(f"the chain stopped: {worker.error}")
    if talkers is not None:
        _tell_talkers(talkers, args.record_tracks)
    if args.json:
        write_json(report, args.json)
    else:
        _print(report)
    return 130 if interrupted else 0


def _record_talkers(assembly, mailbox, folder: str):
    """Begin to record each talker; needs an array."""
    from workbench.engine.talker_recorder import TalkerRecorder

    if assembly.array is None or assembly.localizer is None:
        raise InputError("--record-tracks: without an array talkers cannot be told apart; give --array")
    talkers = TalkerRecorder(assembly.array, folder, mailbox.localizations_since)
    assembly.runner.taker = talkers
    return talkers


def _tell_talkers(talkers, folder: str) -> None:
    if talkers.error is not None:
        raise talkers.error
    state = talkers.state
    for words in filter(None, (state.notice, state.lost_s and f"{state.lost_s:.1f} s of the talkers are missing")):
        note(words)
    note(f"{folder}: {state.files} file{'s' * (state.files != 1)} of talkers, listed in talkers.json")


def _tell_lost(runner, before: tuple[str, ...]) -> tuple[str, ...]:
    """Say which device went and which came back; silence takes its place meanwhile."""
    from workbench.engine.runner import lost_ends

    now = lost_ends(runner)
    for name in dict.fromkeys(now):
        if name not in before:
            note(f"{name} is lost, trying again.")
    for name in dict.fromkeys(before):
        if name not in now:
            note(f"{name} is back.")
    return now


class _ShortestPath:
    """The least that the sound server reported for a way in and out during the run.

    A sound server reports the ways that are wired now. Who measured through a program's ports has often left by the
    time of the report, and then only the longer way to the hardware is there.
    """

    PERIOD_S = 0.25

    def __init__(self) -> None:
        self._least: dict[str, float] = {}
        self._due_s = time.monotonic() + SETTLE_S

    def look(self, runner) -> None:
        from workbench.engine.latency import latency_budget

        if time.monotonic() < self._due_s:
            return
        self._due_s += self.PERIOD_S
        for part in latency_budget(runner):
            if part.label in ("in", "out"):
                self._least[part.label] = min(part.ms, self._least.get(part.label, part.ms))

    def applied(self, budget: dict[str, float]) -> dict[str, float]:
        return {label: min(ms, self._least.get(label, ms)) for label, ms in budget.items()}


def _measured_ms(runner) -> float | None:
    """The whole delay as the chirp found it; None when nobody asked, or it was not heard."""
    from workbench.engine.loopback import total_ms

    if runner.loopback is None:
        return None
    try:
        return total_ms(runner.loopback, runner.chain.latency)
    except EarshotError as error:
        note(f"The delay was not measured: {error}.")
        return None


def _report(runner, shortest: _ShortestPath, before, after) -> dict:
    from workbench.dsp.bands import RATE_HZ
    from workbench.engine.latency import clocks, latency_budget

    clock = runner.chain.clock
    joined = clocks(runner.sink)
    return {
        "schema": SCHEMA,
        "seconds": runner.samples_in / RATE_HZ,
        "samples_in": runner.samples_in,
        "samples_out": runner.samples_out,
        "dropouts": {
            "own": [{"time_s": d.time_s, "stage": d.stage, "detail": d.detail} for d in runner.dropouts.newest_own],
            "server": runner.server_dropouts,
            "stolen_s": after.stolen_s - before.stolen_s,
        },
        "hop": clock.hop_percentiles(),
        "core_percent": before.core_percent(after),
        "stages": clock.stage_percentiles(),
        "latency_ms": {
            "reported": shortest.applied({part.label: part.ms for part in latency_budget(runner)}),
            "measured": _measured_ms(runner),
        },
        "queue_ms": joined["queue_ms"],
        "drift_ppm": joined["drift_ppm"],
        "memory_mb": [before.memory_mb, after.memory_mb],
    }


def _print(report: dict) -> None:
    hop, dropouts = report["hop"], report["dropouts"]
    print(f"{report['seconds']:.2f} s, {report['core_percent']:.1f} % of one core")
    if hop["p50_us"] is not None:
        print(f"hop: {hop['p50_us']:.0f} µs median, {hop['p99_us']:.0f} p99, {hop['max_us']:.0f} at most")
    for stage, cost in report["stages"].items():
        print(f"  {stage:10} {cost['p50_us']:7.0f} µs median {cost['p99_us']:7.0f} p99")
    total = sum(report["latency_ms"]["reported"].values())
    parts = " + ".join(f"{label} {ms:.1f}" for label, ms in report["latency_ms"]["reported"].items())
    print(f"latency: {parts} = {total:.1f} ms")
    print(f"dropouts: {len(dropouts['own'])} own, {dropouts['server']} of the sound server")
