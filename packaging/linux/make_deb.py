"""Makes the Debian package and the portable archive from dist/earshot: `python packaging/linux/make_deb.py`.

The Debian package leaves out what Debian has: libraries that PyInstaller took from this system (the table
build/generated/system_libraries.json) and PortAudio. What it depends on is computed by dpkg-shlibdeps from what every
remaining program and library needs. The portable archive keeps all of them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "packaging" / "linux"
GENERATED = ROOT / "build" / "generated"
ID = "org.earshot.Earshot"
MAINTAINER = "The Earshot authors <earshot@localhost>"
LOADED_BY_NAME = ("libportaudio2",)
"""Packages of libraries that no program names as needed: they are loaded by name while it runs."""
RECOMMENDED = ("libasound2-plugins", "libgl1-mesa-dri", "xdg-utils")
"""Sound through PulseAudio and PipeWire by ALSA, graphics drivers, opening of folders and pages."""
LARGEST_PACKAGE_BYTES = 170e6
LINTIAN_ACCEPTED = {
    "embedded-library": "one folder with all that the program needs is what PyInstaller makes",
    "unstripped-binary-or-object": "libraries from wheels stay as they were tested",
    "custom-library-search-path": "of a Python and of wheels that were built elsewhere",
    "library-not-linked-against-libc": "of wheels",
    "bogus-mail-host": "there is no address to write to yet",
    "bogus-mail-host-in-debian-changelog": "the same",
}
"""Errors that Debian's checker names in every package of this kind, and why they stay."""


def version() -> str:
    """The program's version, from pyproject.toml."""
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def commit_time_s() -> int:
    """When the newest change was made: the date of everything in the packages, so that two builds are alike."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    shown = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(shown.stdout) if shown.returncode == 0 else int(time.time())


def debian_architecture() -> str:
    """dpkg's name of this machine's kind."""
    shown = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    return shown.stdout.strip()


def write_gz(path: Path, text: str) -> None:
    """A compressed text without a date in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def place_shared(share: Path) -> None:
    """What desktops read, into a folder like /usr/share: entry, icons, file types, description; manual pages."""
    for source, folder, name in (
        (HERE / f"{ID}.desktop", "applications", f"{ID}.desktop"),
        (HERE / f"{ID}.mime.xml", "mime/packages", f"{ID}.xml"),
    ):
        (share / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, share / folder / name)
    date = time.strftime("%Y-%m-%d", time.gmtime(commit_time_s()))
    about = (HERE / f"{ID}.metainfo.xml.in").read_text().replace("@VERSION@", version()).replace("@DATE@", date)
    (share / "metainfo").mkdir(parents=True, exist_ok=True)
    (share / "metainfo" / f"{ID}.metainfo.xml").write_text(about)
    shutil.copytree(GENERATED / "icons" / "hicolor", share / "icons" / "hicolor", dirs_exist_ok=True)
    for name in ("earshot", "workbench"):
        write_gz(share / "man" / "man1" / f"{name}.1.gz", manual_page(name))


def manual_page(name: str) -> str:
    """A short manual page from the commands' own summaries."""
    sys.path.insert(0, str(ROOT))
    from workbench.cli import COMMANDS

    date = time.strftime("%Y-%m-%d", time.gmtime(commit_time_s()))
    lines = [
        f'.TH {name.upper()} 1 {date} "Earshot {version()}" "User Commands"',
        ".SH NAME",
        f"{name} \\- live audio workbench: enhance speech, find talkers, play sound in space",
        ".SH SYNOPSIS",
        f".B {name}",
        "[FILE]",
        ".br",
        f".B {name}",
        ".I COMMAND",
        "[arguments]",
        ".SH DESCRIPTION",
        "Without a command the window opens, on a sound file, preset, settings file or session if one is given.",
        f"F1 in the window shows its keys and opens the handbook. Each command has \\fB{name} COMMAND \\-\\-help\\fR.",
        ".SH COMMANDS",
    ]
    for command, summary in COMMANDS.items():
        lines += [".TP", f".B {command}", summary.replace("-", "\\-")]
    lines += [".SH EXIT STATUS", "0 done; 1 something failed; 2 bad arguments or input; 130 interrupted."]
    return "\n".join(lines) + "\n"


def without_the_systems(inside: Path) -> None:
    """Take out what Debian has."""
    for name in json.loads((GENERATED / "system_libraries.json").read_text()):
        (inside / name).unlink(missing_ok=True)
    shutil.rmtree(inside / "portaudio", ignore_errors=True)


def is_elf(path: Path) -> bool:
    """Whether a file is a program or library."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def dependencies(tree: Path, work: Path) -> list[str]:
    """What the programs and libraries in a package's tree need, as Debian's packages with versions.

    Raises SystemExit where a library is neither in the tree nor in any package of this system.
    """
    programs = [path for path in sorted(tree.rglob("*")) if path.is_file() and not path.is_symlink() and is_elf(path)]
    control = f"Source: earshot\nMaintainer: {MAINTAINER}\n\nPackage: earshot\nArchitecture: any\nDescription: -\n"
    (work / "debian").mkdir(parents=True, exist_ok=True)
    (work / "debian" / "control").write_text(control)
    folders = [f"-l{folder}" for folder in sorted({str(path.parent) for path in programs})]
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", f"-S{tree}", *folders, *map(str, programs)]
    found = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if found.returncode:
        raise SystemExit("\n".join(line for line in found.stderr.splitlines() if "error" in line))
    (line,) = [line for line in found.stdout.splitlines() if line.startswith("shlibs:Depends=")]
    named = [entry.strip() for entry in line.partition("=")[2].split(",")]
    return sorted({*named, *LOADED_BY_NAME})


def control_text(depends: list[str], installed_kib: int) -> str:
    """The package's control file."""
    return f"""Package: earshot
Version: {version()}
Architecture: {debian_architecture()}
Maintainer: {MAINTAINER}
Installed-Size: {installed_kib}
Depends: {", ".join(depends)}
Recommends: {", ".join(RECOMMENDED)}
Suggests: jackd2 | pipewire-jack, python3-venv
Section: sound
Priority: optional
Description: live audio workbench for microphone arrays and loudspeakers
 Sound from several microphones is steered by beamformers, cleaned of noise by
 a network, searched for talkers and rendered to loudspeakers or headphones,
 while every step is seen and can be changed.
 .
 It needs no hardware to start with: a simulated room with moving talkers and
 a fan is built in. The same chain runs over thousands of files from the
 command line.
"""


def copyright_text() -> str:
    """Debian's machine-readable copyright file, which points to the full texts beside the program."""
    return """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Earshot
Comment: The program brings Python and the packages that it needs along. Their
 licences and texts are in /usr/lib/earshot/_internal/THIRD_PARTY_LICENSES.txt.

Files: *
Copyright: 2026 The Earshot authors
License: Apache-2.0
 On Debian systems, the full text of the Apache License, Version 2.0 can be
 found in the file /usr/share/common-licenses/Apache-2.0.
"""


def make_deb(built: Path, out: Path, level: str) -> Path:
    """The Debian package; returns its path."""
    work = ROOT / "build" / "deb"
    shutil.rmtree(work, ignore_errors=True)
    tree = work / "tree"
    home = tree / "usr" / "lib" / "earshot"
    home.parent.mkdir(parents=True)
    (tree / "DEBIAN").mkdir()
    shutil.copytree(built, home, symlinks=True)
    without_the_systems(home / "_internal")
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o755 if path.parent == home else 0o644)
    (tree / "usr" / "bin").mkdir()
    for name in ("earshot", "workbench"):
        (tree / "usr" / "bin" / name).symlink_to("../lib/earshot/earshot")
    place_shared(tree / "usr" / "share")
    notes = tree / "usr" / "share" / "doc" / "earshot"
    notes.mkdir(parents=True)
    (notes / "copyright").write_text(copyright_text())
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(commit_time_s()))
    entry = f"earshot ({version()}) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- {MAINTAINER}  {date}\n"
    write_gz(notes / "changelog.gz", entry)
    write_gz(notes / "CHANGELOG.md.gz", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    for path in [tree, *tree.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
        os.utime(path, (commit_time_s(), commit_time_s()), follow_symlinks=False)
    files = [path for path in (tree / "usr").rglob("*")]
    installed_kib = sum((path.lstat().st_size + 1023) // 1024 for path in files)
    depends = dependencies(tree, work)
    (tree / "DEBIAN" / "control").write_text(control_text(depends, installed_kib))
    sums = [path for path in sorted(files) if path.is_file() and not path.is_symlink()]
    listed = subprocess.run(
        ["md5sum", *[str(path.relative_to(tree)) for path in sums]],
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    (tree / "DEBIAN" / "md5sums").write_text(listed.stdout)
    target = out / f"earshot_{version()}_{debian_architecture()}.deb"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(commit_time_s())}
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", level, "--build", str(tree), str(target)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    print(f"{target}: {target.stat().st_size / 1e6:.0f} MB, installed {installed_kib * 1024 / 1e6:.0f} MB")
    print("  depends on " + ", ".join(re.sub(r" \(.*?\)", "", entry) for entry in depends))
    if level != "-z0" and target.stat().st_size > LARGEST_PACKAGE_BYTES:
        raise SystemExit(f"{target}: larger than {LARGEST_PACKAGE_BYTES / 1e6:.0f} MB")
    return target


def make_portable(built: Path, out: Path) -> Path:
    """The archive that runs from any folder, its files in order and dated by the newest change; returns its path."""
    name = f"earshot-{version()}-linux-{platform.machine()}"
    work = ROOT / "build" / "portable"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(built, work / name, symlinks=True, copy_function=os.link)
    place_shared(work / name / "share")
    shutil.copy(HERE / "portable-README.txt", work / name / "README.txt")
    target = out / f"{name}.tar.xz"
    command = ["tar", "--create", "--file", str(target), "--use-compress-program", "xz -6 -T0", "--sort=name"]
    command += [f"--mtime=@{commit_time_s()}", "--owner=root:0", "--group=root:0", name]
    subprocess.run(command, cwd=work, check=True)
    shutil.rmtree(work)
    print(f"{target}: {target.stat().st_size / 1e6:.0f} MB")
    return target


def check(deb: Path) -> None:
    """Debian's and freedesktop's own checks; raises SystemExit where one finds an error."""
    tree = ROOT / "build" / "deb" / "tree" / "usr" / "share"
    accepted = ",".join([*LINTIAN_ACCEPTED, "shared-library-lacks-prerequisites", "hardening-no-pie"])
    for command in (
        ["desktop-file-validate", str(tree / "applications" / f"{ID}.desktop")],
        ["appstreamcli", "validate", "--no-net", str(tree / "metainfo" / f"{ID}.metainfo.xml")],
        ["lintian", "--allow-root", "--fail-on", "error", "--suppress-tags", accepted, str(deb)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{command[0]}:\n{done.stdout}{done.stderr}")
        print(f"  {command[0]}: {done.stdout.strip() or 'nothing to say'}")


def main() -> int:
    """Make both and check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist" / "earshot", help="the built program")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the results")
    parser.add_argument("--deb-only", action="store_true", help="without the portable archive")
    parser.add_argument("--quick", action="store_true", help="hardly compressed, unchecked: to try it out")
    args = parser.parse_args()
    if not (args.folder / "earshot").is_file():
        print(f"{args.folder}: not there; run packaging/build.py first", file=sys.stderr)
        return 2
    deb = make_deb(args.folder, args.out, "-z0" if args.quick else "-z6")
    if not args.quick:
        check(deb)
    if not args.deb_only:
        make_portable(args.folder, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
