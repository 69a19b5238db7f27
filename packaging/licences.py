"""Collects the licences of everything in the built program: `python packaging/licences.py dist/earshot`.

Writes THIRD_PARTY_LICENSES.txt into it, from the packages' metadata and licence files, Python's own, those of the
libraries inside wheels (licences/bundled) and of this system's libraries. Fails where something was built in whose
licence is not known, or is none that the program may be given away with.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "packaging" / "licences"
NAME = "THIRD_PARTY_LICENSES.txt"
PROJECT = "earshot-workbench"
ACCEPTED = (
    *(
        "0BSD",
        "Apache",
        "BSD",
        "CC0",
        "HPND",
        "ISC",
        "LGPL",
        "LLVM-exception",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "Mozilla",
        "OFL",
        "PSF",
    ),
    *("Python Software Foundation", "Zlib", "OpenSSL", "bzip2", "curl"),
)
"""A licence has to name one of these. GPL alone is not among them: it would decide for the whole program."""
NOT_SHIPPED = ("numba", "llvmlite", "Cython")
"""Needed to build: the inner loops, and pyroomacoustics itself."""
STANDARD = {
    "PySide6_Essentials": ("LGPL-3", "GPL-3"),
    "shiboken6": ("LGPL-3", "GPL-3"),
    "flatbuffers": ("Apache-2.0",),
    "sortedcontainers": ("Apache-2.0",),
}
"""Packages that bring no text of their licence: the standard texts that it consists of."""
SOURCES = {
    "PySide6_Essentials": "Qt and Qt for Python are used under the LGPL 3 as shared libraries, unchanged: they lie in "
    "_internal/PySide6 and may be replaced by your own build of the same version. Source: "
    "https://download.qt.io/official_releases/qt/ and https://code.qt.io/cgit/pyside/pyside-setup.git. Third-party "
    "parts of Qt: https://doc.qt.io/qt-6/licenses-used-in-qt.html",
    "soundfile": "libsndfile, mpg123 and LAME are used under the LGPL 2.1 (LAME: LGPL 2) as a shared library, "
    "unchanged: _internal/_soundfile_data; it may be replaced. Source: https://github.com/libsndfile/libsndfile",
    "soxr": "libsoxr is used under the LGPL 2.1. Source: https://github.com/dofuuz/python-soxr",
}
WITH_OTHER_NAMES = {
    "_cffi_backend": "cffi", "_soundfile_data": "soundfile", "PySide6": "PySide6_Essentials", "yaml": "PyYAML",
    "numpy.libs": "numpy", "scipy.libs": "scipy", "google": "protobuf", "dask": "dask",
}  # fmt: skip
"""Folders in the program that the packages' metadata does not name."""
IN_WHEELS = {
    "libaec": "libaec", "libsz": "libaec", "libblosc": "c-blosc", "libbz2": "bzip2", "libcrypto": "openssl",
    "libssl": "openssl", "libcurl": "curl", "libhdf5": "hdf5", "libnetcdf": "netcdf", "libzstd": "zstd",
}  # fmt: skip
"""Libraries inside netCDF4's wheel, which brings no licences of theirs: texts in licences/bundled."""
OURS = {"workbench", "resources", "models", "portaudio", "LICENSE", NAME, "base_library.zip", "netcdf4.libs"}
RULE = "=" * 110


@dataclass
class Part:
    """Something in the program that is not ours: its licence and where the text comes from."""

    name: str
    version: str
    licence: str
    home: str = ""
    texts: list[str] = field(default_factory=list)


def closure(name: str) -> dict[str, metadata.Distribution]:
    """The packages that one needs at run time, itself left out, by normalised name."""
    from packaging.requirements import Requirement

    found: dict[str, metadata.Distribution] = {}
    waiting = [name]
    while waiting:
        distribution = metadata.distribution(waiting.pop())
        for line in distribution.requires or []:
            requirement = Requirement(line)
            key = re.sub(r"[-_.]+", "-", requirement.name).lower()
            if key in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
                continue
            found[key] = metadata.distribution(requirement.name)
            waiting.append(requirement.name)
    return found


def part_of(distribution: metadata.Distribution) -> Part:
    """A package's licence by its metadata, and all texts that it brings."""
    about = distribution.metadata
    classes = [line.rpartition("::")[2].strip() for line in about.get_all("Classifier") or [] if "License ::" in line]
    licence = about.get("License-Expression") or "; ".join(classes) or (about.get("License") or "")
    if len(licence) > 100 or not licence:  # the whole text in place of the name
        licence = "MIT License" if "Permission is hereby granted, free of charge" in licence else licence[:60]
    urls = [line.partition(",")[2].strip() for line in about.get_all("Project-URL") or []]
    texts = []
    for path in distribution.files or []:
        word = path.name.upper()
        if path.suffix not in (".py", ".pyc") and re.search("LICEN[SC]E|COPYING|NOTICE|AUTHORS", word):
            text = Path(path.locate()).read_text(encoding="utf-8", errors="replace").strip()
            if text not in texts:
                texts.append(text)
    texts += [(TEXTS / f"{name}.txt").read_text() for name in STANDARD.get(about["Name"], ())]
    texts += [SOURCES[about["Name"]]] if about["Name"] in SOURCES else []
    return Part(about["Name"], distribution.version, licence, about.get("Home-page") or (urls or [""])[0], texts)


def is_accepted(licence: str) -> bool:
    """Whether the program may be given away with something under this licence, and stay under its own."""
    return any(word in licence for word in ACCEPTED)


def python_part() -> Part:
    """The interpreter that runs this."""
    folder = Path(sys.base_prefix)
    places = [folder / "LICENSE.txt", *folder.glob("lib/python3.*/LICENSE.txt")]
    places += [Path(f"/usr/share/doc/python3.{sys.version_info.minor}/copyright")]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in places if path.is_file()][:1]
    return Part("Python", sys.version.split()[0], "PSF-2.0", "https://www.python.org", texts)


def bundled_part(name: str) -> Part:
    """A library inside a wheel."""
    text = (TEXTS / "bundled" / f"{name}.txt").read_text(encoding="utf-8")
    return Part(name, "as in netCDF4's wheel", "BSD, MIT, Apache or curl licence: see the text", "", [text])


def debian_parts(libraries: list[str]) -> list[Part]:
    """The Debian packages that files of this system are from."""
    found: dict[str, Part] = {}
    for path in libraries:
        names = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False).stdout
        if not names:  # a merged /usr is listed without it
            names = subprocess.run(
                ["dpkg", "-S", path.removeprefix("/usr")], capture_output=True, text=True, check=False
            ).stdout
        if not names:
            raise SystemExit(f"licences: {path} belongs to no package of this system")
        package = names.split(":")[0]
        shown = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version} ${source:Package} ${source:Version}", package],
            capture_output=True,
            text=True,
            check=True,
        )
        version, source, source_version = shown.stdout.split()
        if package not in found:
            text = Path(f"/usr/share/doc/{package}/copyright").read_text(encoding="utf-8", errors="replace")
            where = f"https://snapshot.debian.org/package/{source}/{source_version}/"
            licence = "see the text; source at the address"
            found[package] = Part(f"{package} (Debian)", version, licence, where, [text])
    return sorted(found.values(), key=lambda part: part.name)


def shipped(folder: Path, known: dict[str, metadata.Distribution]) -> list[Part]:
    """What the built program consists of.

    Raises SystemExit where something of unknown origin, or under a licence that is not accepted, is in it.
    """
    inside = folder / "_internal"
    owners = {name: owner for name, owner in WITH_OTHER_NAMES.items()}
    for top, names in metadata.packages_distributions().items():
        owners.setdefault(top, names[0])
    table = ROOT / "build" / "generated" / "system_libraries.json"
    system = json.loads(table.read_text()) if table.is_file() else {}
    unknown, libraries, wheels = [], [], set()
    for path in sorted(inside.iterdir()):
        name = path.name
        stem = name.split(".")[0]
        if name in system:
            libraries.append(system[name])
        elif (match := next((key for key in IN_WHEELS if name.startswith(f"{key}-") or stem == key), None)) and (
            path.is_symlink() or sys.platform != "linux"
        ):
            wheels.add(IN_WHEELS[match])
        elif not (
            path.is_symlink()  # a library's second name
            or name in OURS
            or name in owners
            or stem in owners
            or name.startswith(("libpython", "python3", "Python", "lib-dynload"))
            or name.endswith((".dist-info", ".egg-info", ".pyd", ".dll", ".dylib"))
        ):
            unknown.append(name)
    for path in (inside / "netcdf4.libs").glob("*"):
        wheels |= {bundled for key, bundled in IN_WHEELS.items() if path.name.startswith((f"{key}-", f"{key}_"))}
    if unknown:
        raise SystemExit(f"licences: nobody knows where {', '.join(unknown)} comes from; see packaging/licences.py")
    packed = [str(path.resolve()) for path in (inside / "portaudio").glob("*")]
    if packed:
        libraries += packed_sources(inside / "portaudio")
    parts = [part_of(distribution) for _, distribution in sorted(known.items())]
    parts = [part for part in parts if part.name not in NOT_SHIPPED]
    refused = [part for part in parts if not is_accepted(part.licence)]
    if refused:
        listed = ", ".join(f"{part.name} ({part.licence or 'none named'})" for part in refused)
        raise SystemExit(f"licences: not known to be free to give away: {listed}")
    bare = [part.name for part in parts if not part.texts]
    if bare:
        raise SystemExit(
            f"licences: no text of the licence of {', '.join(bare)}; see STANDARD in packaging/licences.py"
        )
    return [python_part(), *parts, *map(bundled_part, sorted(wheels)), *debian_parts(libraries)]


def packed_sources(folder: Path) -> list[str]:
    """Where this system has the libraries that were packed for systems without PortAudio."""
    shown = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    paths = dict(re.findall(r"^\s+(\S+) \(.*=> (\S+)$", shown, re.MULTILINE))
    return [str(Path(paths[path.name]).resolve()) for path in sorted(folder.glob("*"))]


def text_of(parts: list[Part]) -> str:
    """The file."""
    head = [
        "Earshot is free software under the Apache License 2.0 (LICENSE).",
        "This is what it comes with, and under which terms. Those of colours, fonts and voices lie beside them:",
        "resources/colormaps/LICENSES.md, resources/fonts/OFL.txt, resources/voices/README.md.",
        "",
        *(f"  {part.name:34} {part.version:24} {part.licence}" for part in parts),
    ]
    bodies = []
    for part in parts:
        title = f"{part.name} {part.version} · {part.licence}" + (f" · {part.home}" if part.home else "")
        bodies += ["", RULE, title, RULE, "", "\n\n----\n\n".join(text.strip() for text in part.texts)]
    return "\n".join(head + bodies) + "\n"


def main() -> int:
    """Collect and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the built program")
    folder = parser.parse_args().folder
    parts = shipped(folder, closure(PROJECT))
    target = folder / "_internal" / NAME
    target.write_text(text_of(parts), encoding="utf-8")
    print(f"{target}: {len(parts)} parts, {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
