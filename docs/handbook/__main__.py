"""`python -m docs.handbook`: build the handbook, and say what is wrong with it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from docs.handbook.check import problems
from docs.handbook.site import ROOT, render, write


def main() -> int:
    """Build into a folder, and name links, anchors and pictures that lead nowhere; with --strict these fail (1)."""
    parser = argparse.ArgumentParser(prog="python -m docs.handbook", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "handbook", help="folder for the HTML")
    parser.add_argument("--strict", action="store_true", help="exit code 1 if anything is wrong with the handbook")
    args = parser.parse_args()
    began = time.monotonic()
    try:
        site = render()
    except ValueError as error:
        print(f"handbook: {error}", file=sys.stderr)
        return 2
    write(site, args.out)
    wrong = problems(site)
    for line in wrong:
        print(f"handbook: {line}", file=sys.stderr)
    print(f"The handbook: {args.out / 'index.html'}, {len(site.pages)} pages in {time.monotonic() - began:.1f} s")
    return 1 if wrong and args.strict else 0


if __name__ == "__main__":
    sys.exit(main())
