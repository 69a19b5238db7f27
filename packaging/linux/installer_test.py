"""Does the Debian package work on a Debian that has nothing else? `python packaging/linux/installer_test.py [DEB]`.

In a fresh debootstrap (minbase): an older version is installed and used, this one over it; apt brings what the package
says it depends on, and nothing is added to that. Then every library is looked for, the room's sound flows, a file is
enhanced, talkers are found, files go through `batch`, and the window opens on a virtual screen of the host. After the
package is purged, nothing is left but what the person made. Needs root, for chroot and mounts; takes some minutes and
1.5 GB below build/installer-test. Prints one line a check; exit status 1 if one fails.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))

import smoke_test  # noqa: E402
from smoke_test import Failure, Program  # noqa: E402

MIRROR = os.environ.get("EARSHOT_MIRROR", "http://deb.debian.org/debian")
SUITES = ("bookworm", "trixie")
USER = "listener"
HOME = f"/home/{USER}"
CHECKS = ("start", "room", "enhance", "localize", "design", "batch", "window")
OWN_PRESET = 'earshot_preset = 1\nname = "Mine"\n\n[enhance]\nattenuation_limit_db = 18.0\n'
SYSTEM_KEEPS = re.compile(
    "/(var/lib/(apt|dpkg|systemd|dbus|ucf|pam)|var/cache|var/log|run|proc|sys|dev|tmp|root)(/|$)"
    "|/etc/(ld.so.cache|machine-id|\\.pwd\\.lock|(passwd|group|shadow|gshadow|subuid|subgid)-?)$"
)
"""What installing and removing any package changes, and the person's account."""
MOUNTED = """
set -e
mount --make-rprivate /
mount --bind /dev "$1/dev"
mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
mount -t proc proc "$1/proc"
mkdir -p "$1/tmp/.X11-unix"
if [ -d /tmp/.X11-unix ]; then mount --bind /tmp/.X11-unix "$1/tmp/.X11-unix"; fi
root=$1
shift
exec chroot "$@"
"""


class Debian:
    """A fresh system in a folder. What runs in it has mounts of its own, which go with it."""

    def __init__(self, suite: str, folder: Path):
        self.suite, self.folder = suite, folder

    def make(self) -> None:
        """debootstrap, and a person."""
        shutil.rmtree(self.folder, ignore_errors=True)
        cache = self.folder.parent / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        command = ["debootstrap", "--variant=minbase", f"--cache-dir={cache.resolve()}", self.suite]
        command += [str(self.folder), MIRROR]
        log = self.folder.parent / f"debootstrap-{self.suite}.log"
        with log.open("w") as file:
            if subprocess.run(command, stdout=file, stderr=file, check=False).returncode:
                raise Failure(f"debootstrap failed; see {log}")
        shutil.copy("/etc/resolv.conf", self.folder / "etc" / "resolv.conf")
        self.run("useradd", "--create-home", USER)

    def command(self, words: Sequence[str], environment: dict[str, str], user: str | None = None) -> list[str]:
        """What runs words in there, as root or a person."""
        chroot = [f"--userspec={user}:{user}"] if user else []
        chroot += [str(self.folder), "/usr/bin/env", "-i", *(f"{key}={value}" for key, value in environment.items())]
        where = HOME if user else "/"
        inside = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', where, *words]
        return ["unshare", "--mount", "/bin/sh", "-c", MOUNTED, "sh", str(self.folder), *chroot, *inside]

    def run(self, *words: str) -> str:
        """Run something as root to its end; what it printed."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}
        environment["DEBIAN_FRONTEND"] = "noninteractive"
        done = subprocess.run(self.command(words, environment), capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(f"{' '.join(words[:4])} ended with {done.returncode}\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout

    def files(self) -> dict[str, str]:
        """Everything in it: path and, for links, where they point."""
        found = {}
        for path in self.folder.rglob("*"):
            name = "/" + str(path.relative_to(self.folder))
            found[name] = os.readlink(path) if path.is_symlink() else ""
        return found

    def packages(self) -> set[str]:
        """Names of the installed packages."""
        shown = self.run("dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\\n")
        return {line.split()[1] for line in shown.splitlines() if line.startswith("ii")}


class Installed(Program):
    """The installed program, run by a person in there."""

    def __init__(self, debian: Debian, keep_screen: Path):
        super().__init__(Path("/usr/bin/workbench"), debian.folder / HOME[1:], keep_screen)
        self.debian = debian
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": HOME, "LANG": "C.UTF-8", "USER": USER}

    def command(self, arguments: Sequence[str], environment: dict[str, str]) -> list[str]:
        return self.debian.command([str(self.executable), *arguments], environment, USER)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen:
        self.give_home()
        return super().start(*arguments, **variables)

    def give_home(self) -> None:
        """What a check wrote into the person's folder is the person's."""
        owner = self.home.stat()
        for path in self.home.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def older(deb: Path, folder: Path) -> Path:
    """The same package as an older version, with a file that this one has no more."""
    tree = folder / "older"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", str(deb), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub("^Version: .*$", "Version: 0.0.1", control.read_text(), flags=re.MULTILINE))
    (tree / "usr" / "lib" / "earshot" / "_internal" / "resources" / "presets" / "99-gone.toml").write_text(OWN_PRESET)
    target = folder / "earshot_0.0.1.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(target)], check=True)
    shutil.rmtree(tree)
    return target


def install(debian: Debian, deb: Path) -> str:
    """By apt, which brings what the package depends on and nothing that it only recommends."""
    shutil.copy(deb, debian.folder / "tmp" / "earshot.deb")
    before = debian.packages()
    debian.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "/tmp/earshot.deb")
    (debian.folder / "tmp" / "earshot.deb").unlink()
    version = debian.run("dpkg-query", "-W", "-f", "${Version}", "earshot")
    return f"version {version}, {len(debian.packages() - before)} packages"


def check_libraries(debian: Debian) -> str:
    """Every program and library in the package finds what it needs."""
    home = debian.folder / "usr" / "lib" / "earshot"
    files = [path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink()]
    programs = [f"/{path.relative_to(debian.folder)}" for path in files if path.open("rb").read(4) == b"\x7fELF"]
    inside = "/usr/lib/earshot/_internal"
    shown = debian.run("env", f"LD_LIBRARY_PATH={inside}", "sh", "-c", 'ldd "$@" 2>&1 || true', "sh", *programs)
    missing = sorted({line.split()[0] for line in shown.splitlines() if "not found" in line})
    if missing:
        raise Failure(f"not there: {', '.join(missing)}")
    return f"{len(programs)} programs and libraries find all that they need"


def check_desktop(debian: Debian) -> str:
    """Menu entry, icons, file types and description are where desktops look."""
    share = debian.folder / "usr" / "share"
    names = ["applications/org.earshot.Earshot.desktop", "mime/packages/org.earshot.Earshot.xml"]
    names += ["metainfo/org.earshot.Earshot.metainfo.xml", "icons/hicolor/scalable/apps/earshot.svg"]
    names += ["icons/hicolor/48x48/apps/earshot.png", "man/man1/earshot.1.gz", "doc/earshot/copyright"]
    missing = [name for name in names if not (share / name).is_file()]
    if missing:
        raise Failure(f"/usr/share lacks {', '.join(missing)}")
    return f"{len(names)} files"


def check_upgrade(debian: Debian, program: Installed, old: Path, new: Path) -> str:
    """What a person made with the older version is the same after this one is installed over it."""
    said = install(debian, old)
    preset = program.home / ".config" / "earshot" / "presets" / "mine.toml"
    preset.parent.mkdir(parents=True)
    preset.write_text(OWN_PRESET)
    with smoke_test.virtual_screen(program.home) as display:
        program.run("--screenshot", "old.png", "--after", "3", DISPLAY=display, LIBGL_ALWAYS_SOFTWARE="1")
    made = {path: path.read_bytes() for path in program.home.rglob("*") if path.is_file()}
    upgraded = install(debian, new)
    changed = [str(path) for path, data in made.items() if not path.is_file() or path.read_bytes() != data]
    if changed:
        raise Failure(f"the upgrade changed {', '.join(changed)}")
    gone = debian.folder / "usr" / "lib" / "earshot" / "_internal" / "resources" / "presets" / "99-gone.toml"
    if gone.exists():
        raise Failure("a file of the older version is still there")
    if not any(path.name == "window.ini" for path in made):
        raise Failure("the window of the older version has remembered nothing")
    return f"{said}; over it {upgraded}; the person's {len(made)} files are the same"


def check_purge(debian: Debian, program: Installed, before: dict[str, str], packages: set[str]) -> str:
    """Nothing is left but what the person made, and that is all there."""
    made = {path for path in program.home.rglob("*") if path.is_file()}
    debian.run("apt-get", "purge", "-y", "-q", "earshot")
    debian.run("apt-get", "autoremove", "--purge", "-y", "-q")
    left = sorted(name for name in debian.files() if name not in before and not SYSTEM_KEEPS.match(name))
    ours = [name for name in left if not name.startswith(HOME)]
    if ours:
        raise Failure(f"{len(ours)} files are left: {', '.join(ours[:20])}")
    more = debian.packages() - packages
    if more:
        raise Failure(f"packages are left: {', '.join(sorted(more))}")
    lost = [str(path) for path in made if not path.is_file()]
    if lost:
        raise Failure(f"files of the person are gone: {', '.join(lost)}")
    return f"nothing is left but the person's {len(made)} files"


def test(suite: str, deb: Path, work: Path, checks: Sequence[str], keep: bool) -> int:
    """Installation, these checks of the program and its removal in one suite; how many failed."""
    debian = Debian(suite, work / suite)
    picture = deb.parent / f"installer-test-{suite}.png"
    failed, began = 0, time.monotonic()

    def report(name: str, check, *arguments) -> bool:
        nonlocal failed
        try:
            print(f"ok    {suite} {name}: {check(*arguments)}", flush=True)
        except (Failure, subprocess.SubprocessError, OSError, ValueError, KeyError) as failure:
            failed += 1
            print(f"FAIL  {suite} {name}: {failure}", flush=True)
            return False
        return True

    def fresh() -> str:
        debian.make()
        debian.run("apt-get", "update", "-q")
        return f"{len(debian.packages())} packages"

    if not report("a fresh system", fresh):
        return failed
    before, packages = debian.files(), debian.packages()
    program = Installed(debian, picture)
    if not report("install and upgrade", check_upgrade, debian, program, older(deb, work), deb):
        return failed
    report("libraries", check_libraries, debian)
    report("desktop", check_desktop, debian)
    for name in checks:
        report(name, smoke_test.CHECKS[name], program)
    program.give_home()
    report("uninstall", check_purge, debian, program, before, packages)
    if not keep:
        shutil.rmtree(debian.folder, ignore_errors=True)
        (work / "earshot_0.0.1.deb").unlink(missing_ok=True)
    print(f"      {suite}: {time.monotonic() - began:.0f} s; a picture of the window: {picture}")
    return failed


def offered(suite: str) -> bool:
    """Whether the mirror has a suite."""
    try:
        with urllib.request.urlopen(f"{MIRROR}/dists/{suite}/Release", timeout=30) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Test in every suite that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("deb", type=Path, nargs="?", help="the package (default: the newest in dist)")
    parser.add_argument("--suite", action="append", choices=SUITES, help="default: all that the mirror has")
    parser.add_argument("--only", action="append", choices=CHECKS, help="of the program's checks (default: all)")
    parser.add_argument("--keep", action="store_true", help="keep the systems in build/installer-test")
    args = parser.parse_args()
    debs = sorted((ROOT / "dist").glob("earshot_*.deb"), key=lambda path: path.stat().st_mtime)
    deb = args.deb or (debs[-1] if debs else None)
    if deb is None or not deb.is_file():
        print(f"{deb or 'dist/earshot_*.deb'}: not there; `make installer` makes it", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("The installer's test makes a system of its own, which takes root. Run:", file=sys.stderr)
        print(f"    sudo {sys.executable} {Path(__file__).resolve()} {deb.resolve()}", file=sys.stderr)
        return 2
    work = ROOT / "build" / "installer-test"
    work.mkdir(parents=True, exist_ok=True)
    suites = args.suite or [suite for suite in SUITES if offered(suite)]
    if not suites:
        print(f"{MIRROR} has none of {', '.join(SUITES)}; EARSHOT_MIRROR names another mirror", file=sys.stderr)
        return 1
    failed = sum(test(suite, deb.resolve(), work.resolve(), args.only or CHECKS, args.keep) for suite in suites)
    print(json.dumps({"suites": suites, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
