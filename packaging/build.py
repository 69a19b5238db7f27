"""Builds dist/earshot, the program as one folder that needs no Python: `python packaging/build.py`.

In order: the inner loops compiled ahead of time and the icons (into build/generated), PyInstaller, the licences of
what went in, and a check of what that is and how large.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GENERATED = ROOT / "build" / "generated"
FORBIDDEN = (
    "torch",
    "tkinter",
    "numba",
    "llvmlite",
    "tcl",
    "tk",
    "matplotlib",
    "pandas",
    "Cython",
    "workbench/training",
)
"""What must not be in the package."""
LARGEST_BYTES = 560e6
"""The package's limit, installed."""
STEPS = (
    ("the inner loops", ("compile_kernels.py", GENERATED / "kernels")),
    ("the icons", ("make_icons.py", GENERATED / "icons")),
)


def folder_size(folder: Path) -> int:
    """Bytes of all files in a folder, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def largest(folder: Path, count: int) -> list[tuple[int, str]]:
    """The largest entries of a folder, in bytes, with their names."""
    entries = [path for path in folder.iterdir() if not path.is_symlink()]
    sizes = [(folder_size(path) if path.is_dir() else path.stat().st_size, path.name) for path in entries]
    return sorted(sizes, reverse=True)[:count]


def strip(inside: Path) -> None:
    """Take the symbols out of the libraries that came with them. Those of wheels were made to stay as they are."""
    if not sys.platform.startswith("linux"):
        return
    files = [*inside.glob("libpython3*"), *inside.glob("workbench/dsp/prebuilt*")]
    files += inside.glob("python3.*/lib-dynload/*.so")
    subprocess.run(["strip", "--strip-unneeded", *map(str, files)], check=True)


def run_script(name: str, argument: Path) -> bool:
    """Run one of the scripts beside this one; whether it did its work."""
    command = [sys.executable, str(ROOT / "packaging" / name), str(argument)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Build, check what went in, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="folder for the result")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="folder for what comes up on the way")
    args = parser.parse_args()
    began = time.monotonic()
    GENERATED.mkdir(parents=True, exist_ok=True)
    for what, step in STEPS:
        if not run_script(*step):
            print(f"build: {what} could not be made", file=sys.stderr)
            return 1
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", str(args.dist), "--workpath", str(args.work), str(ROOT / "packaging" / "earshot.spec")]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        return code
    inside = args.dist / "earshot" / "_internal"
    unwanted = [name for name in FORBIDDEN if (inside / name).exists()]
    if unwanted:
        print(f"build: {', '.join(unwanted)} went into the package: exclude it in earshot.spec", file=sys.stderr)
        return 1
    strip(inside)
    if not run_script("licences.py", args.dist / "earshot"):
        return 1
    app = args.dist / "Earshot.app" / "Contents"
    if app.is_dir():  # where PyInstaller puts data, and where the program looks for it
        shutil.copy(inside / "THIRD_PARTY_LICENSES.txt", app / "Resources")
        (app / "Frameworks" / "THIRD_PARTY_LICENSES.txt").symlink_to("../Resources/THIRD_PARTY_LICENSES.txt")
    size = folder_size(args.dist / "earshot")
    print(f"{args.dist / 'earshot'}: {size / 1e6:.0f} MB in {time.monotonic() - began:.0f} s")
    print("  " + ", ".join(f"{name} {part / 1e6:.0f} MB" for part, name in largest(inside, 8)))
    if size > LARGEST_BYTES:
        print(f"build: more than {LARGEST_BYTES / 1e6:.0f} MB; see what grew", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
