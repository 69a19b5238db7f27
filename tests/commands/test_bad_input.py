"""Every command against every kind of bad input: the right exit code, one clear line, nothing half-written."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from workbench.cli import main
from workbench.core.params import Params
from workbench.engine.offline import process_file

RATE_HZ = 48000
OLD = b"what was here before"

# What a command is called with, given a sound file and a place for output. The channels are those it wants.
SOUND_COMMANDS = {
    "enhance": (2, ["enhance", "{sound}", "{out}"]),
    "localize": (4, ["localize", "{sound}", "--array", "square4-30mm", "--json", "{json}"]),
    "render": (2, ["render", "{sound}", "{out}", "--layout", "pair-100mm"]),
    "live-to-file": (2, ["live", "--source", "file:{sound}", "--sink", "file:{out}"]),
    "live": (2, ["live", "--source", "file:{sound}", "--sink", "none", "--seconds", "5"]),
    "doctor": (4, ["doctor", "--source", "file:{sound}", "--array", "square4-30mm", "--json", "{json}"]),
}


def noise(channels: int, seconds: float = 1.2, rate_hz: int = RATE_HZ) -> np.ndarray:
    return 0.1 * np.random.default_rng(1).standard_normal((round(seconds * rate_hz), channels)).clip(-4, 4)


def long_noise(path: Path, channels: int, minutes: int) -> None:
    """A file that takes long to process and little to make: the same minute again and again."""
    minute = noise(channels, 60.0)
    with soundfile.SoundFile(path, "w", RATE_HZ, channels, "PCM_16") as file:
        for _ in range(minutes):
            file.write(minute)


def wav_bytes(folder: Path, channels: int) -> bytes:
    path = folder / "whole.wav"
    soundfile.write(path, noise(channels), RATE_HZ, subtype="PCM_16")
    return path.read_bytes()


def _missing(folder, channels):
    return folder / "missing.wav"


def _folder(folder, channels):
    (folder / "folder.wav").mkdir()
    return folder / "folder.wav"


def _bytes(name, change):
    def make(folder, channels):
        (folder / name).write_bytes(change(wav_bytes(folder, channels)))
        return folder / name

    return make


def _cut_flac(folder, channels):
    path = folder / "cut.flac"
    soundfile.write(path, noise(channels, 1.0), RATE_HZ, subtype="PCM_24")
    path.write_bytes(path.read_bytes()[:60000])
    return path


def _sound(name, change=lambda x: x, rate_hz=RATE_HZ, channels=None, subtype="FLOAT"):
    def make(folder, wanted):
        soundfile.write(
            folder / name, change(noise(channels or wanted, rate_hz=min(rate_hz, 192000))), rate_hz, subtype=subtype
        )
        return folder / name

    return make


def _with(value):
    def change(x):
        x[len(x) // 2, -1] = value
        return x

    return change


BAD_SOUNDS = {
    "missing": (_missing, "No such file"),
    "a folder": (_folder, "is a folder"),
    "empty": (_bytes("empty.wav", lambda data: b""), "is empty"),
    "header cut": (_bytes("header.wav", lambda data: data[:30]), "not a sound file"),
    "truncated": (_bytes("truncated.wav", lambda data: data[: len(data) // 2]), "is truncated"),
    "truncated flac": (_cut_flac, "damaged or truncated"),
    "zero channels": (_bytes("nochannels.wav", lambda data: data[:22] + b"\0\0" + data[24:]), "hannel"),
    "rate zero": (_bytes("norate.wav", lambda data: data[:24] + b"\0\0\0\0" + data[28:]), "norate.wav"),
    "no samples": (_sound("nosamples.wav", lambda x: x[:0]), "no samples"),
    "text": (_bytes("text.wav", lambda data: b"Dear diary, this is no sound.\n" * 50), "not a sound file"),
    "other bytes": (_bytes("bytes.flac", lambda data: bytes(range(256)) * 50), "not a sound file"),
    "NaN": (_sound("nan.wav", _with(np.nan)), "NaN or infinite"),
    "infinity": (_sound("inf.wav", _with(-np.inf)), "NaN or infinite"),
    "infinity in doubles": (_sound("huge.wav", _with(1e300), subtype="DOUBLE"), "NaN or infinite"),
    "too slow": (_sound("slow.wav", rate_hz=7999), "7999 Hz"),
    "too fast": (_sound("fast.wav", rate_hz=192001), "192001 Hz"),
    "65 channels": (_sound("wide.wav", channels=65), "65 channels"),
}


class Run:
    """One command line in this process; what it left behind and said."""

    def __init__(self, folder: Path, capsys):
        self.folder, self._capsys = folder, capsys
        self.out = folder / "out.wav"
        self.json = folder / "out.json"

    def __call__(self, words: list[str], **names) -> int:
        names = {"out": self.out, "json": self.json, **names}
        try:
            code = main([word.format(**names) for word in words])
        except SystemExit as ended:  # argparse
            code = ended.code
        self.printed, self.said = self._capsys.readouterr()
        return code

    def refused(self, words: list[str], **names) -> str:
        """Exit code 2, one line that names no Python, nothing written; the line."""
        return self.fails(words, 2, **names)

    def fails(self, words: list[str], code: int, **names) -> str:
        """As `refused`, with a code."""
        for path in (self.out, self.json):
            path.write_bytes(OLD)
        before = sorted(os.listdir(self.folder))
        assert self(words, **names) == code, self.said
        assert self.said.startswith("workbench: ") and self.said.count("\n") == 1, self.said
        assert "Traceback" not in self.said and self.printed == ""
        assert self.out.read_bytes() == OLD and self.json.read_bytes() == OLD
        assert sorted(os.listdir(self.folder)) == before
        return self.said


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path, capsys)


# ---- sound files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", BAD_SOUNDS)
@pytest.mark.parametrize("command", SOUND_COMMANDS)
def test_a_bad_sound_file_is_refused(run, tmp_path, command, fault):
    channels, words = SOUND_COMMANDS[command]
    make, cause = BAD_SOUNDS[fault]
    path = make(tmp_path, channels)
    said = run.refused(words, sound=path)
    assert path.name in said and cause in said


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
@pytest.mark.parametrize("command", SOUND_COMMANDS)
def test_every_sample_format_works(run, tmp_path, command, subtype):
    channels, words = SOUND_COMMANDS[command]
    path = _sound("good.wav", subtype=subtype)(tmp_path, channels)
    assert run(words, sound=path) == 0, run.said


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 32000, 44100, 88200, 96000, 176400, 192000])
@pytest.mark.parametrize("command", SOUND_COMMANDS)
def test_every_rate_works(run, tmp_path, command, rate_hz):
    channels, words = SOUND_COMMANDS[command]
    path = _sound("good.wav", rate_hz=rate_hz)(tmp_path, channels)
    assert run(words, sound=path) == 0, run.said
    if command in ("enhance", "live-to-file"):
        given, made = soundfile.info(path), soundfile.info(run.out)
        assert (made.samplerate, made.frames, made.channels) == (given.samplerate, given.frames, given.channels)


@pytest.mark.parametrize(
    ("words", "given", "wanted"),
    [
        (["localize", "{sound}", "--array", "uca8-45mm"], "3 channels", "8 microphones"),
        (["live", "--source", "file:{sound}", "--sink", "none", "--array", "uca8-45mm"], "3 channels", "8 microphones"),
        (["live", "--source", "file:{sound}", "--sink", "file:{out}", "--array", "uca8-45mm"], "3 ch", "8 microphones"),
        (["doctor", "--source", "file:{sound}", "--array", "uca8-45mm"], "3 channels", "8 microphones"),
        (["render", "{sound}", "{out}", "--layout", "pair-100mm"], "3 channels", "mono or stereo"),
    ],
)
def test_the_wrong_number_of_channels_names_both(run, tmp_path, words, given, wanted):
    said = run.refused(words, sound=_sound("three.wav", channels=3)(tmp_path, 3))
    assert given in said and wanted in said


# ---- arrays, layouts, designs, scenes, settings -----------------------------------------------------------------

NOT_TOML = {
    "missing": (None, "no such"),
    "not TOML": (b"mics = [[0, 0", "not valid TOML"),
    "not text": (b"\xff\xfe\x00\x01" * 20, "not a text file"),
    "empty": (b"", ""),
}
ARRAYS = {
    **NOT_TOML,
    "mics missing": (b'name = "mine"', "mics"),
    "no mics": (b"mics = []", "mic"),
    "mics a text": (b'mics = "eight"', "mics"),
    "plane": (b"mics = [[0, 0], [0, 1]]", "mics"),
    "texts": (b'mics = [["a", "b", "c"]]', "mics"),
    "not a number": (b"mics = [[0, 0, nan], [0, 1, 0]]", "mics"),
    "at one place": (b"mics = [[0, 0, 0], [0, 0, 0]]", "same place"),
}
LAYOUTS = {
    **NOT_TOML,
    "no drivers": (b"drivers = []", "drivers"),
    "drivers a number": (b"drivers = 3", "drivers"),
    "no place": (b'drivers = [{ name = "left" }]', "xyz_m"),
    "at infinity": (b"drivers = [{ xyz_m = [inf, 0, 0] }]", "xyz_m"),
    "one place": (b'drivers = [{ name = "a", xyz_m = [0, 0, 0] }, { name = "b", xyz_m = [0, 0, 0] }]', "same place"),
    "cabinet": (b'drivers = [{ xyz_m = [0, 0, 0] }]\ncabinet = { type = "box" }', "cabinet"),
    "listener": (b"drivers = [{ xyz_m = [0, 0.1, 0] }]\nlistener = { distance_m = -1 }", "distance_m"),
}
DESIGNS = {
    **{name: case for name, case in NOT_TOML.items() if name != "empty"},
    "unknown key": (b"volume = 11", "volume"),
    "wrong kind": (b'boost_limit_db = "much"', "boost_limit_db"),
    "out of range": (b"boost_limit_db = 1000", "boost_limit_db"),
    "no method": (b'method = "magic"', "method"),
    "not a number": (b"region_m = nan", "region_m"),
}
SCENES = {
    **NOT_TOML,
    "no room": (b'name = "x"', "room"),
    "unknown key": (b"walls = 4", "walls"),
    "half a room": (
        b'[room]\nsize_m = [6.0, 5.0]\nrt60_s = 0.3\n[array]\nname = "uca8-100mm"\nxyz_m = [3.0, 2.5, 1.2]',
        "size_m",
    ),
    "unknown array": (
        b'[room]\nsize_m = [6.0, 5.0, 3.0]\nrt60_s = 0.3\n[array]\nname = "none-such"\nxyz_m = [3.0, 2.5, 1.2]\n'
        b'[[talker]]\nname = "A"\nvoice = "anna"\nazimuth_deg = 0.0\ndistance_m = 1.0',
        "none-such",
    ),
    "unknown voice": (
        b'[room]\nsize_m = [6.0, 5.0, 3.0]\nrt60_s = 0.3\n[array]\nname = "uca8-100mm"\nxyz_m = [3.0, 2.5, 1.2]\n'
        b'[[talker]]\nname = "A"\nvoice = "nobody"\nazimuth_deg = 0.0\ndistance_m = 1.0',
        "nobody",
    ),
}
SETTINGS = {
    **{name: case for name, case in NOT_TOML.items() if name != "missing"},
    "missing": (None, "No such file"),
    "other file": (b'name = "x"', "earshot_settings"),
    "newer": (b"earshot_settings = 99", "newer"),
    "unknown key": (b"earshot_settings = 1\ncolour = 'red'", "colour"),
    "unknown parameter": (b"earshot_settings = 1\n[params.enhance]\nmagic = 1", "magic"),
    "out of range": (b"earshot_settings = 1\n[params.enhance]\nstrength_percent = 900", "strength_percent"),
    "wrong kind": (b"earshot_settings = 1\n[params.enhance]\nstrength_percent = 'all'", "strength_percent"),
    "params a text": (b"earshot_settings = 1\nparams = 'x'", "params"),
}
LIVE = ["live", "--source", "file:{sound}", "--sink", "file:{out}"]
TOML_COMMANDS = [
    (ARRAYS, ["localize", "{sound}", "--array", "{toml}", "--json", "{json}"]),
    (ARRAYS, [*LIVE, "--array", "{toml}"]),
    (ARRAYS, ["doctor", "--source", "file:{sound}", "--array", "{toml}"]),
    (LAYOUTS, ["render", "{sound}", "{out}", "--layout", "{toml}"]),
    (LAYOUTS, ["design", "--layout", "{toml}", "--out", "{folder}"]),
    (LAYOUTS, [*LIVE, "--layout", "{toml}"]),
    (DESIGNS, ["render", "{sound}", "{out}", "--layout", "pair-100mm", "--design", "{toml}"]),
    (DESIGNS, ["design", "--layout", "pair-100mm", "--design", "{toml}", "--out", "{folder}"]),
    (SCENES, ["simulate", "{toml}", "--out", "{folder}", "--seconds", "0.5"]),
    (SCENES, ["live", "--source", "room:{toml}", "--sink", "file:{out}", "--seconds", "0.5"]),
    (SETTINGS, [*LIVE, "--settings", "{toml}"]),
]


@pytest.mark.parametrize(
    ("words", "content", "cause"),
    [
        pytest.param(words, content, cause, id=f"{words[0]}-{number}-{fault}")
        for number, (cases, words) in enumerate(TOML_COMMANDS)
        for fault, (content, cause) in cases.items()
    ],
)
def test_a_damaged_description_is_refused(run, tmp_path, words, content, cause):
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    sound = _sound("two.wav")(tmp_path, 2)
    said = run.refused(words, toml=path, sound=sound, folder=tmp_path / "made")
    assert "mine" in said and cause in said


# ---- arguments --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (["enhance", "{sound}", "{out}", "--set", "enhance.strength_percent"], "PATH=VALUE"),
        (["enhance", "{sound}", "{out}", "--set", "enhance.magic=1"], "enhance.magic"),
        (["enhance", "{sound}", "{out}", "--set", "enhance.strength_percent=loud"], "enhance.strength_percent"),
        (["enhance", "{sound}", "{out}", "--set", "enhance.strength_percent=nan"], "enhance.strength_percent"),
        (["simulate", "--out", "{folder}", "--seconds", "0"], "--seconds"),
        (["simulate", "--out", "{folder}", "--seconds", "nan"], "--seconds"),
        (["simulate", "none-such", "--out", "{folder}"], "none-such"),
        (["live", "--seconds", "-1"], "--seconds"),
        (["live", "--seconds", "nan"], "--seconds"),
        (["live", "--source", "file:{sound}", "--sink", "file:{out}", "--record-tracks", "{out}"], "--realtime"),
        (["live", "--source", "file:{sound}", "--sink", "none", "--record-tracks", "{out}"], "give --array"),
        (["live", "--source", "radio:one"], "radio:one"),
        (["live", "--source", "file:"], "file:"),
        (["live", "--source", "room:none-such"], "none-such"),
        (["live", "--sink", "speaker"], "speaker"),
        (["live", "--source", "device:ALSA/x#channels 0"], "channels"),
        (["live", "--source", "file:{sound}", "--block", "-5", "--seconds", "1"], "--block"),
    ],
)
def test_bad_arguments_are_refused(run, tmp_path, words, cause):
    said = run.refused(words, sound=_sound("two.wav")(tmp_path, 2), folder=tmp_path / "made")
    assert cause in said


@pytest.mark.parametrize(
    "words",
    [
        ["live", "--source", "device:ALSA/none such", "--seconds", "1"],
        ["live", "--source", "device:Neither/this", "--seconds", "1"],
        ["live", "--source", "file:{sound}", "--sink", "device:ALSA/none such", "--seconds", "1"],
        ["doctor", "--source", "device:ALSA/none such", "--array", "square4-30mm"],
    ],
)
def test_a_device_that_is_not_there_is_a_failure_that_names_it(run, tmp_path, words):
    said = run.fails(words, 1, sound=_sound("two.wav")(tmp_path, 2))
    assert "none such" in said or "Neither" in said


# ---- where the result goes --------------------------------------------------------------------------------------

WRITERS = {
    "enhance": ["enhance", "{sound}", "{target}"],
    "render": ["render", "{sound}", "{target}", "--layout", "pair-100mm"],
    "live": ["live", "--source", "file:{sound}", "--sink", "file:{target}"],
    "simulate": ["simulate", "one-talker-still", "--out", "{target}", "--seconds", "0.5"],
}


@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize(
    ("target", "cause"),
    [
        ("none/out.wav", "no folder"),
        ("out.mp3", ".flac"),
        ("/proc/out.wav", "cannot be written"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused(run, tmp_path, command, target, cause):
    sound = _sound("two.wav")(tmp_path, 2)
    if not target.startswith("/"):
        target = tmp_path / target
    said = run.refused(WRITERS[command], sound=sound, target=target)
    assert Path(target).name in said and cause in said


@pytest.mark.parametrize("command", ["enhance", "render", "live"])
@pytest.mark.parametrize("how", ["same path", "link", "other spelling"])
def test_the_input_is_never_the_output(run, tmp_path, command, how):
    sound = _sound("two.wav")(tmp_path, 2)
    target = {"same path": sound, "other spelling": tmp_path / "." / "x" / ".." / "two.wav"}.get(how)
    if how == "link":
        target = tmp_path / "link.wav"
        target.symlink_to(sound)
    (tmp_path / "x").mkdir()
    before = sound.read_bytes()
    said = run.refused(WRITERS[command], sound=sound, target=target)
    assert Path(target).name in said and "is the input" in said
    assert sound.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ["localize", "{sound}", "--array", "square4-30mm", "--json", "{target}"],
        ["design", "--layout", "pair-100mm", "--out", "{target}"],
    ],
)
def test_results_that_cannot_be_written_are_refused(run, tmp_path, words):
    target = tmp_path / "blocked" / "result.json"
    (tmp_path / "blocked").write_bytes(b"a file, not a folder")
    said = run.refused(words, sound=_sound("four.wav")(tmp_path, 4), target=target)
    assert "result.json" in said


@pytest.mark.parametrize("over", ["two.wav", "clean.wav"])
def test_an_oracle_writes_over_neither_of_its_inputs(run, tmp_path, over):
    sound, clean = (_sound(name)(tmp_path, 2) for name in ("two.wav", "clean.wav"))
    before = (tmp_path / over).read_bytes()
    said = run.refused(
        ["enhance", "{sound}", "{target}", "--oracle", "{clean}"], sound=sound, clean=clean, target=tmp_path / over
    )
    assert over in said and (tmp_path / over).read_bytes() == before


def test_a_part_of_a_file_is_as_long_as_asked(run, tmp_path):
    sound = _sound("two.wav", rate_hz=44100)(tmp_path, 2)
    words = ["live", "--source", "file:{sound}", "--sink", "file:{out}", "--set", "enhance.method=none"]
    assert run(words, sound=sound) == 0
    whole = soundfile.read(run.out)[0]
    assert run([*words, "--seconds", "0.5"], sound=sound) == 0
    part = soundfile.read(run.out)[0]
    np.testing.assert_array_equal(part, whole[:22050])
    assert run([*words, "--loop", "--seconds", "1.5"], sound=sound) == 0
    looped = soundfile.read(run.out)[0]
    assert len(looped) == 66150
    np.testing.assert_array_equal(looped[: len(whole) - 4410], whole[:-4410])


def test_a_live_run_is_as_long_as_asked_whoever_looks(run, monkeypatch):
    """It ends with its last hop, and not when the program comes to look whether it is over."""
    slow = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: time.sleep(1.0))
    monkeypatch.setattr("workbench.commands.live.time", slow)
    words = ["live", "--source", "room:one-talker-still", "--sink", "file:{out}", "--array", "uca8-100mm", "--json"]
    assert run([*words, "--seconds", "0.3"]) == 0
    report = json.loads(run.printed)
    assert report["samples_in"] == report["samples_out"] == soundfile.info(run.out).frames == 14400


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interrupted_run_leaves_what_was_there(tmp_path, error):
    path, out = tmp_path / "long.wav", tmp_path / "out.wav"
    soundfile.write(path, noise(1, 4.0), RATE_HZ)
    out.write_bytes(OLD)

    def interrupt(done_s, total_s):
        raise error

    with pytest.raises(error):
        process_file(path, out, Params(), progress=interrupt)
    assert out.read_bytes() == OLD and sorted(os.listdir(tmp_path)) == ["long.wav", "out.wav"]


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("command", ["enhance", "live", "simulate"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_command_and_leaves_nothing_half_written(tmp_path, command, number):
    sound, out = tmp_path / "long.wav", tmp_path / "out.wav"
    long_noise(sound, 2, minutes=10)
    words = [word.format(sound=sound, target=out) for word in WRITERS[command]]
    if command == "simulate":
        words[-1] = "600"
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", *words],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    deadline = time.monotonic() + 120
    while len(os.listdir(tmp_path)) < 2:  # it has begun to write
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert os.listdir(tmp_path) == ["long.wav"] and "Traceback" not in said


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_live_recording_that_is_interrupted_is_complete(tmp_path):
    out = tmp_path / "out.wav"
    words = ["live", "--source", "room:one-talker-still", "--sink", f"file:{out}", "--array", "uca8-100mm", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while not any(path.stat().st_size > 100_000 for path in tmp_path.iterdir()):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert os.listdir(tmp_path) == ["out.wav"]
    samples, rate_hz = soundfile.read(out)
    assert rate_hz == RATE_HZ and np.abs(samples).max() > 0
    # All that was moved is in the file, and nothing is moved after it was counted.
    assert len(samples) == json.loads(printed)["samples_out"]


@pytest.mark.skipif(os.name != "posix", reason="limits")
@pytest.mark.parametrize("suffix", ["wav", "flac"])
@pytest.mark.parametrize("command", ["enhance", "live", "render", "simulate"])
def test_a_full_disk_is_a_failure_that_leaves_what_was_there(tmp_path, command, suffix):
    sound, out = tmp_path / "two.wav", tmp_path / f"out.{suffix}"
    soundfile.write(sound, noise(2, 2.0), RATE_HZ, subtype="PCM_16")
    out.write_bytes(OLD)
    words = [word.format(sound=sound, target=out) for word in WRITERS[command]]
    done = subprocess.run(
        [sys.executable, "-m", "workbench", *words],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr and f"out.{suffix}" in done.stderr
    assert out.read_bytes() == OLD and sorted(os.listdir(tmp_path)) == sorted(["two.wav", out.name])
