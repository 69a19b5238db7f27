"""Builds dist/earshot, the program as one folder that needs no Python: `python packaging/build.py`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = ("torch", "tkinter", "numba", "llvmlite", "tcl", "tk")
"""What must not be in the package: it would double its size."""


def folder_size(folder: Path) -> int:
    """Bytes of all files in a folder, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def largest(folder: Path, count: int) -> list[tuple[int, str]]:
    """The largest entries of a folder, in bytes, with their names."""
    entries = [path for path in folder.iterdir() if not path.is_symlink()]
    sizes = [(folder_size(path) if path.is_dir() else path.stat().st_size, path.name) for path in entries]
    return sorted(sizes, reverse=True)[:count]


def main() -> int:
    """Build, check what went in, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="folder for the result")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="folder for what comes up on the way")
    args = parser.parse_args()
    began = time.monotonic()
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(args.dist), "--workpath", str(args.work), str(ROOT / "packaging" / "earshot.spec")]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        return code
    inside = args.dist / "earshot" / "_internal"
    unwanted = [name for name in FORBIDDEN if (inside / name).exists()]
    if unwanted:
        print(f"build: {', '.join(unwanted)} went into the package: exclude it in earshot.spec", file=sys.stderr)
        return 1
    megabytes = folder_size(args.dist / "earshot") / 1e6
    print(f"{args.dist / 'earshot'}: {megabytes:.0f} MB in {time.monotonic() - began:.0f} s")
    print("  " + ", ".join(f"{name} {size / 1e6:.0f} MB" for size, name in largest(inside, 6)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
