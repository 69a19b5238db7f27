"""Does the packaged program work where there is no Python? `python packaging/smoke_test.py [dist/earshot]`.

Runs it with an empty home, outside of the checkout: the commands, the room through the live chain, a file
enhanced, the audio process on a dummy JACK device, and the window on a virtual screen. On Linux; jackd, Xvfb and
xdotool must be there (packaging/system_packages.sh package). Prints one line a check; exit status 1 if one fails.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
JACK_NAME = f"smoke{os.getpid()}"
WINDOW_SIZE = (1600, 1000)


class Failure(Exception):
    """A check that did not pass: what was seen instead."""


class Program:
    """The packaged program, in an environment that knows nothing of the checkout or its Python."""

    def __init__(self, executable: Path, home: Path, keep_screen: Path | None = None):
        self.executable = executable
        self.home = home
        self.keep_screen = keep_screen
        kept = ("PATH", "LANG", "LC_ALL", "USER", "LOGNAME", "TMPDIR", "XDG_RUNTIME_DIR")
        self.environment = {key: os.environ[key] for key in kept if key in os.environ}
        self.environment["HOME"] = str(home)

    def command(self, arguments: Sequence[str], environment: dict[str, str]) -> list[str]:
        """What is started."""
        return [str(self.executable), *arguments]

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen:
        """Start it; output is collected as text."""
        return subprocess.Popen(
            self.command(arguments, {**self.environment, **variables}),
            cwd=self.home,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, timeout_s: float = 60.0, **variables: str) -> str:
        """Run it to its end and return what it printed."""
        process = self.start(*arguments, **variables)
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            _, err = process.communicate()
            raise Failure(f"`{' '.join(arguments)}` did not end within {timeout_s:g} s\n{err[-2000:]}") from None
        if process.returncode:
            raise Failure(f"`{' '.join(arguments)}` ended with {process.returncode}\n{err[-2000:]}")
        return out


def children(pid: int) -> list[tuple[int, str]]:
    """Process numbers and command lines of a process's descendants (from /proc)."""
    found = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in listing.read_text().split():
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [(int(child), line), *children(int(child))]
    return found


def wait_for(condition, timeout_s: float, what: str):
    """The first true value of `condition()`."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise Failure(f"{what}: not within {timeout_s:g} s")


def check_start(program: Program) -> str:
    """It starts, knows its version, and finds its resources."""
    version = program.run("--version").strip()
    if not version.startswith("Earshot "):
        raise Failure(f"--version printed {version!r}")
    parameters = json.loads(program.run("params", "--json"))
    if not any(entry["path"] == "enhance.strength_percent" for entry in parameters):
        raise Failure("params --json lists no enhance.strength_percent")
    began = time.monotonic()
    program.run("--version")
    started_ms = 1000 * (time.monotonic() - began)
    checks = {check["check"]: check for check in json.loads(program.run("doctor", "--json"))["installation"]}
    faults = [f"{name}: {check['detail']}" for name, check in checks.items() if not check["ok"]]
    if faults or "prebuilt" not in checks["inner loops"]["detail"]:
        raise Failure(f"doctor says: {'; '.join(faults) or checks['inner loops']['detail']}")
    return f"{version}, {len(parameters)} parameters, {started_ms:.0f} ms to start, {checks['inner loops']['detail']}"


def check_room(program: Program) -> str:
    """The room's sound flows through the live chain without a device."""
    report = json.loads(program.run("live", "--source", "room", "--sink", "none", "--seconds", "3", "--json"))
    samples = report["samples_in"], report["samples_out"]
    if min(samples) < 2.9 * 48000:
        raise Failure(f"{samples[0]} samples in, {samples[1]} out in 3 s")
    return f"{samples[0]} samples in, {samples[1]} out, {report['core_percent']:.0f} % of a core"


def check_enhance(program: Program) -> str:
    """Noisy speech is enhanced: rate, length and alignment stay, and it comes nearer to the clean speech."""
    import soundfile

    program.run("simulate", "one-talker-still", "--out", "talker.wav", "--seconds", "8", "--clean")
    clean, rate_hz = soundfile.read(program.home / "talker_clean.wav")
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(len(clean)))
    noise = np.fft.irfft(spectrum / np.sqrt(1 + np.arange(len(spectrum)) * rate_hz / len(clean) / 300.0), len(clean))
    noisy = clean + noise * np.sqrt(np.square(clean).mean() / np.square(noise).mean() / 10**0.5)
    soundfile.write(program.home / "noisy.wav", noisy, rate_hz, subtype="FLOAT")
    program.run("enhance", "noisy.wav", "enhanced.wav")
    enhanced, enhanced_rate_hz = soundfile.read(program.home / "enhanced.wav")
    if enhanced.shape != noisy.shape or enhanced_rate_hz != rate_hz:
        raise Failure(f"{noisy.shape} at {rate_hz} Hz became {enhanced.shape} at {enhanced_rate_hz} Hz")

    def distortion_ratio_db(signal: np.ndarray) -> float:
        target = clean * (clean @ signal) / (clean @ clean)
        return 10 * np.log10((target @ target) / np.square(signal - target).sum())

    before_db, after_db = distortion_ratio_db(noisy), distortion_ratio_db(enhanced)
    if not after_db > before_db + 2:
        raise Failure(f"SI-SDR {before_db:.1f} dB became {after_db:.1f} dB")
    return f"SI-SDR {before_db:.1f} → {after_db:.1f} dB"


def check_localize(program: Program) -> str:
    """A talker at a known place is found, by the network and SRP-PHAT."""
    program.run("simulate", "one-talker-still", "--out", "still", "--seconds", "6")
    truth = json.loads((program.home / "still" / "one-talker-still.json").read_text())
    true_deg = truth["talkers"][0]["azimuth_deg"][0]
    found = json.loads(program.run("localize", "still/one-talker-still.flac", "--array", "uca8-100mm", "--json"))
    angles_deg = [source["azimuth_deg"] for frame in found["frames"] for source in frame["sources"]]
    errors_deg = [abs((angle_deg - true_deg + 180) % 360 - 180) for angle_deg in angles_deg]
    if len(errors_deg) < 10 or np.median(errors_deg) > 5:
        raise Failure(f"a talker at {true_deg:.0f}° was found at {angles_deg}")
    return f"a talker at {true_deg:.0f}° is found {len(errors_deg)} times, within {np.median(errors_deg):.1f}°"


def check_design(program: Program) -> str:
    """Crosstalk filters are designed and exported."""
    report = json.loads(program.run("design", "--layout", "pair-100mm", "--out", "filters", "--json"))
    written = sorted(path.name for path in (program.home / "filters").iterdir())
    if not any(name.endswith(".wav") for name in written):
        raise Failure(f"design wrote {', '.join(written) or 'nothing'}")
    return f"{len(written)} files, {len(report)} figures"


def check_batch(program: Program) -> str:
    """Several files over several processes of the packaged program, and again: all of them done before."""
    import soundfile

    rng = np.random.default_rng(2)
    (program.home / "in").mkdir()
    for number in range(6):
        soundfile.write(program.home / "in" / f"{number}.wav", 0.05 * rng.standard_normal(3 * 48000), 48000)
    (program.home / "in" / "damaged.wav").write_bytes(b"RIFF no sound")
    (program.home / "recipe.toml").write_text('earshot_recipe = 1\n[params.enhance]\nmethod = "percepnet-small"\n')
    began = time.monotonic()
    command = ["batch", "recipe.toml", "in", "--out", "done", "--jobs", "2", "--json", "report.json"]
    for finished, skipped in ((6, 0), (0, 6)):
        process = program.start(*command)
        _, err = process.communicate(timeout=120)
        if process.returncode != 1:  # one file is damaged
            raise Failure(f"batch ended with {process.returncode}\n{err[-2000:]}")
        report = json.loads((program.home / "report.json").read_text())
        if (report["finished"], report["skipped"], len(report["failed"])) != (finished, skipped, 1):
            raise Failure(f"batch reports {report}")
    return f"6 files and a damaged one by two processes, twice, in {time.monotonic() - began:.1f} s"


@contextlib.contextmanager
def jack_server() -> Iterator[dict[str, str]]:
    """A dummy JACK server of our own: the environment to reach it."""
    command = ["jackd", "-n", JACK_NAME, "-r", "--no-mlock", "-d", "dummy", "-r", "48000", "-p", "480"]
    command += ["-C", "8", "-P", "2"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    variables = {"JACK_DEFAULT_SERVER": JACK_NAME, "JACK_NO_START_SERVER": "1"}
    environment = {**os.environ, **variables}
    try:
        wait_for(
            lambda: subprocess.run(["jack_lsp"], env=environment, capture_output=True, check=False).returncode == 0,
            10.0,
            "the dummy JACK server",
        )
        yield variables
    finally:
        server.terminate()
        try:
            server.wait(5.0)
        except subprocess.TimeoutExpired:
            server.kill()


def check_device(program: Program) -> str:
    """The audio processes start from the packaged program, find PortAudio and exchange sound with a device."""
    device = "device:JACK Audio Connection Kit/system"
    with jack_server() as variables:
        process = program.start("live", "--source", device, "--sink", device, "--seconds", "5", "--json", **variables)
        try:
            servers = wait_for(
                lambda: len([line for _, line in children(process.pid) if "--audio-server" in line]) >= 2,
                10.0,
                "two audio processes",
            )
            out, err = process.communicate(timeout=30.0)
        except (Failure, subprocess.TimeoutExpired) as problem:
            process.kill()
            _, err = process.communicate()
            raise Failure(f"{problem}\n{err[-2000:]}") from None
    if process.returncode or not servers:
        raise Failure(f"live on a JACK device ended with {process.returncode}\n{err[-2000:]}")
    report = json.loads(out)
    if min(report["samples_in"], report["samples_out"]) < 4 * 48000:
        raise Failure(f"{report['samples_in']} samples in, {report['samples_out']} out in 5 s")
    return f"{report['samples_in']} samples in, {report['samples_out']} out, dropouts {report['dropouts']}"


def screen(display: str, folder: Path) -> np.ndarray:
    """What a virtual screen shows, (height, width, 3 or 4) bytes (xwd's ZPixmap)."""
    path = folder / "screen.xwd"
    subprocess.run(["xwd", "-root", "-silent", "-display", display, "-out", str(path)], check=True)
    data = path.read_bytes()
    header, _, _, _, width, height = struct.unpack(">6I", data[:24])
    bits, line, colours = (struct.unpack(">I", data[at : at + 4])[0] for at in (44, 48, 76))
    if bits not in (24, 32):  # 24 where windows of several visuals are shown
        raise Failure(f"the virtual screen has {bits} bits a pixel")
    pixels = np.frombuffer(data, np.uint8, height * line, header + 12 * colours)
    return pixels.reshape(height, line)[:, : width * bits // 8].reshape(height, width, bits // 8).copy()


def save_picture(pixels: np.ndarray, path: Path) -> None:
    """Write what `screen` gave as PNG (or what the name says)."""
    from PySide6.QtGui import QImage

    height, width, depth = pixels.shape
    kind = QImage.Format.Format_RGB32 if depth == 4 else QImage.Format.Format_BGR888
    data = np.ascontiguousarray(pixels)
    if not QImage(data.tobytes(), width, height, width * depth, kind).save(str(path)):
        raise Failure(f"{path}: the picture could not be written")


@contextlib.contextmanager
def virtual_screen(folder: Path) -> Iterator[str]:
    """An Xvfb of our own, on a free display number."""
    read_end, write_end = os.pipe()
    geometry = f"{WINDOW_SIZE[0]}x{WINDOW_SIZE[1]}x24"
    with (folder / "xvfb.log").open("w") as log:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", geometry, "-nolisten", "tcp", "-ac", "-noreset"],
            pass_fds=[write_end],
            stdout=log,
            stderr=log,
        )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as numbers:
            number = numbers.readline().strip()
        if not number:
            raise Failure(f"Xvfb did not start: {(folder / 'xvfb.log').read_text()[-500:]}")
        answers = ["xdotool", "getdisplaygeometry"]
        display = {**os.environ, "DISPLAY": f":{number}"}
        wait_for(
            lambda: subprocess.run(answers, env=display, capture_output=True, check=False).returncode == 0,
            20.0,
            f"an answer of the virtual screen :{number}",
        )
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10.0)


def check_window(program: Program) -> str:
    """The window opens, shows something, and what it shows moves: sound flows. It ends when asked to."""
    with virtual_screen(program.home) as display:
        began = time.monotonic()
        process = program.start(DISPLAY=display, QT_QPA_PLATFORM="xcb", LIBGL_ALWAYS_SOFTWARE="1")
        try:

            def windows() -> list[str]:
                if process.poll() is not None:
                    raise Failure(f"the window ended with {process.returncode}\n{process.stderr.read()[-3000:]}")
                search = ["xdotool", "search", "--onlyvisible", "--name", "Earshot"]
                found = subprocess.run(
                    search, env={**os.environ, "DISPLAY": display}, capture_output=True, text=True, check=False
                )
                return found.stdout.split()

            window = wait_for(windows, 30.0, "a window named Earshot")[-1]
            opened_s = time.monotonic() - began
            time.sleep(4.0)

            def moved() -> float:
                windows()
                before = screen(display, program.home)
                time.sleep(1.0)
                share = float((before != screen(display, program.home)).any(axis=-1).mean())
                return share if share > 0.002 else 0.0

            share = wait_for(moved, 60.0, "a moving picture: no sound seems to flow")
            time.sleep(3.0)
            shown = screen(display, program.home)
            if program.keep_screen is not None:
                save_picture(shown, program.keep_screen)
            colours = len(np.unique(shown.reshape(-1, shown.shape[-1]), axis=0))
            if colours < 50:
                raise Failure(f"the screen shows {colours} colours: it looks empty")
            for action in (["windowfocus", "--sync", window], ["key", "ctrl+q"]):
                subprocess.run(["xdotool", *action], env={**os.environ, "DISPLAY": display}, check=False, timeout=20)
            try:
                process.wait(20.0)
                ended = "closed by Ctrl+Q"
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGTERM)
                process.wait(20.0)
                ended = "ended by SIGTERM"
            _, err = process.communicate()
            if process.returncode not in (0, -signal.SIGTERM):
                raise Failure(f"the window ended with {process.returncode}\n{err[-3000:]}")
            if "Traceback" in err:
                raise Failure(f"the window reported an error\n{err[-3000:]}")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return f"open after {opened_s:.1f} s, {colours} colours, {100 * share:.0f} % of the screen moves, {ended}"


CHECKS = {
    "start": check_start,
    "room": check_room,
    "enhance": check_enhance,
    "localize": check_localize,
    "design": check_design,
    "batch": check_batch,
    "device": check_device,
    "window": check_window,
}


def main() -> int:
    """Run all checks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist" / "earshot", help="the built program")
    parser.add_argument("--only", choices=list(CHECKS), help="one check alone")
    parser.add_argument("--keep-screen", type=Path, metavar="FILE", help="keep a picture of the screen (PNG)")
    args = parser.parse_args()
    executable = args.folder.resolve() / "earshot"
    if not executable.is_file():
        print(f"{executable}: not there; run packaging/build.py first", file=sys.stderr)
        return 2
    keep = args.keep_screen.resolve() if args.keep_screen else None
    failed = 0
    for name, check in CHECKS.items():
        if args.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory(prefix="earshot-smoke-") as home:
            try:
                print(f"ok    {name}: {check(Program(executable, Path(home), keep))}", flush=True)
            except (Failure, subprocess.SubprocessError, OSError, ValueError, KeyError) as failure:
                failed += 1
                print(f"FAIL  {name}: {failure}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
