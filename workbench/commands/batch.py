"""`workbench batch RECIPE.toml FILES…`: the same chain over thousands of files, on all cores or a cluster."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from workbench.commands.common import SCHEMA, add_json_argument, note, write_json
from workbench.commands.progress import ProgressLine, duration_text
from workbench.core.errors import InputError

REPORT = "report.json"
_LISTED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("recipe", type=Path, metavar="RECIPE.toml", help="recipe, or settings saved in the window")
    parser.add_argument("files", nargs="*", metavar="FILES", help="sound files, and folders of them")
    parser.add_argument(
        "--files-from", metavar="FILE", help="more files, one a line (-: from stdin), for more than a shell can pass"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the results (default: a folder named like the recipe, here)"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="work on this dask.distributed cluster instead")
    add_json_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Work through the files; 1 if any of them gave no result."""
    from workbench.engine.batch import BatchResult, collect, run_batch
    from workbench.engine.recipes import as_plain, load_recipe

    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs}: has to be 1 or more")
    recipe = load_recipe(args.recipe)
    out = args.out or Path(args.recipe.stem)
    sources = collect([*args.files, *_listed(args.files_from)], out)
    line, began = ProgressLine(), time.monotonic()

    def progress(result: BatchResult, done_bytes: int, total_bytes: int) -> None:
        done = result.finished + result.skipped + len(result.failures)
        share = 1.0 if done == len(sources) else min(0.999, done_bytes / max(1, total_bytes))
        failed = f", {len(result.failures)} failed" if result.failures else ""
        line.show(f"{done} of {len(sources)} files{failed}", share)

    try:
        result = run_batch(recipe, sources, out, jobs=args.jobs, scheduler=args.scheduler, progress=progress)
    except KeyboardInterrupt:
        note(f"stopped; what is done is in {out}, and the same command goes on from there")
        raise
    wall_s = time.monotonic() - began
    report = {
        "schema": SCHEMA,
        "recipe": {"file": str(args.recipe), **as_plain(recipe)},
        "folder": str(out),
        "files": len(sources),
        "finished": result.finished,
        "skipped": result.skipped,
        "failed": [{"file": str(failure.source), "reason": failure.reason} for failure in result.failures],
        "sound_s": round(result.seconds, 3),
        "wall_s": round(wall_s, 3),
    }
    write_json(report, str(out / REPORT))
    for failure in result.failures[:_LISTED]:
        note(f"failed: {failure.reason}")
    if len(result.failures) > _LISTED:
        note(f"… and {len(result.failures) - _LISTED} more; all are in {out / REPORT}")
    if args.json:
        write_json(report, args.json)
    else:
        print(
            f"{out}: {result.finished} files done ({duration_text(result.seconds)} of sound in "
            f"{duration_text(wall_s)}), {result.skipped} were done before, {len(result.failures)} failed"
        )
    return 1 if result.failures else 0


def _listed(source: str | None) -> list[str]:
    """File names from a list, one a line; empty lines are left out."""
    if source is None:
        return []
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{source}: not a list of files (not UTF-8 text)") from None
    except OSError as error:
        raise InputError(f"{source}: cannot be read ({error.strerror})") from error
    return [line for line in text.splitlines() if line.strip()]
