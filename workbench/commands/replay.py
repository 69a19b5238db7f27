"""`workbench replay FOLDER`: a recorded session again, through the settings of then or through others."""

from __future__ import annotations

import argparse
import math
import sys

from workbench.commands.common import SCHEMA, add_json_argument, add_set_argument, note, parse_settings, write_json
from workbench.core.errors import InputError
from workbench.core.params import Params


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("folder", metavar="FOLDER", help="folder of a recording made in the window")
    parser.add_argument("--out", metavar="FILE", help="write the output again (.wav, 32-bit float)")
    parser.add_argument(
        "--check", action="store_true", help="compare with the recorded output, sample by sample (exit 1 if it differs)"
    )
    parser.add_argument(
        "--preset",
        metavar="P",
        help="with --out: instead of the settings of then, those shown last with this preset (shipped name or TOML)",
    )
    parser.add_argument(
        "--from-sample",
        type=int,
        default=0,
        metavar="N",
        help="with --out: write only from this sample (48 kHz) on; what is before is run through all the same",
    )
    parser.add_argument(
        "--run-in",
        type=float,
        metavar="SECONDS",
        help="with --from-sample: run only so much of what is before, much faster in a long session, not bit for bit",
    )
    parser.add_argument(
        "--from-defaults",
        action="store_true",
        help="with --out and --set: on top of the defaults, not of the settings that were shown last",
    )
    add_set_argument(parser)
    add_json_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Replay one session."""
    from workbench.dsp.bands import RATE_HZ
    from workbench.engine import recorded_session, replay

    if not (args.out or args.check or args.json):
        raise InputError("say what for: --out FILE writes the output again, --check compares, --json lists the journal")
    if (args.preset or args.set or args.from_sample or args.from_defaults) and not args.out:
        raise InputError("--set, --preset, --from-sample and --from-defaults need --out FILE")
    if args.from_sample < 0:
        raise InputError(f"--from-sample {args.from_sample}: must be 0 or more")
    if args.run_in is not None and not 0 <= args.run_in < math.inf:
        raise InputError(f"--run-in {args.run_in:g}: must be 0 or more seconds")
    session = recorded_session.open_session(args.folder)
    for doubt in session.doubts:
        note(f"{args.folder}: {doubt}")
    result = {
        "schema": SCHEMA,
        "folder": str(session.folder),
        "complete": session.complete,
        "doubts": list(session.doubts),
        "markers": [{"time_s": time_s, "note": text} for time_s, text in session.markers],
        "events": session.index.count,
    }
    code = 0
    if args.out:
        result["seconds"] = _write(args, session)
        note(f"{args.out}: {result['seconds']:.2f} s")
    if args.check:
        found = replay.compare(session, _progress)
        result["check"] = {
            "samples": found.samples,
            "first_different": found.first_different,
            "largest_difference": found.largest_difference,
        }
        if found.first_different is None:
            note(f"{args.folder}: {found.samples / RATE_HZ:.2f} s, bit for bit as recorded")
        else:
            at_s = found.first_different / RATE_HZ
            note(f"{args.folder}: differs from {at_s:.3f} s on, by {found.largest_difference:.3g} at most")
            code = 1
    if args.json:
        write_json(result, args.json)
    return code


def _progress(done_s: float, total_s: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{done_s:.0f} of {total_s:.0f} s", end="", file=sys.stderr)


def _write(args: argparse.Namespace, session) -> float:
    from workbench.dsp.bands import RATE_HZ
    from workbench.engine import presets, recorded_session, replay
    from workbench.engine.offline import process_file

    if not (args.set or args.preset or args.from_defaults):
        return replay.replay(session, args.out, _progress, args.from_sample, args.run_in)
    params = Params() if args.from_defaults else replay.side_of(session, 2**62)
    if args.preset:
        params = presets.load(presets.find(args.preset)).apply(params)
    params = parse_settings(args.set, params)
    array, layout = recorded_session.structure_of(session)
    return process_file(
        session.input_path,
        args.out,
        params,
        array=array,
        layout=layout,
        inputs=recorded_session.inputs_of(session),
        begin_s=args.from_sample / RATE_HZ,
        progress=lambda done_s, total_s: _progress(done_s, total_s or done_s),
    )
