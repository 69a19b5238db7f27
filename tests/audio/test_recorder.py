"""Recording of input and output."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import soundfile

from workbench.audio.files import read_sound
from workbench.audio.protocols import HOP
from workbench.audio.recorder import Recorder
from workbench.core.errors import EarshotError, InputError


def test_input_and_output_lie_beside_each_other_sample_for_sample(tmp_path):
    rng = np.random.default_rng(1)
    raw = rng.standard_normal((8, 50 * HOP)).astype(np.float32)
    processed = rng.standard_normal((2, 50 * HOP)).astype(np.float32)
    recorder = Recorder(tmp_path / "take", 8, 2)
    for start in range(0, 50 * HOP, HOP):
        recorder.push(raw[:, start : start + HOP], processed[:, start : start + HOP])
    recorder.stop()
    recorder.stop()
    assert recorder.seconds == 0.5 and recorder.lost_blocks == 0 and recorder.error is None
    np.testing.assert_array_equal(read_sound(tmp_path / "take" / "input.wav")[0], raw)
    np.testing.assert_array_equal(read_sound(tmp_path / "take" / "output.wav")[0], processed)


def length(path):
    """Samples of a file that is still written, as far as its newest header says; once it is there it can be opened."""
    return soundfile.info(path).frames if path.exists() else 0


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_killed_program_leaves_valid_files(tmp_path, kind):
    script = (
        "import sys, time, numpy as np\n"
        "from workbench.audio.recorder import Recorder\n"
        "recorder = Recorder(sys.argv[1], 4, 2, sys.argv[2])\n"
        "rng = np.random.default_rng(1)\n"
        "while True:\n"
        "    noise = (0.1 * rng.standard_normal((6, 480))).astype(np.float32)\n"
        "    recorder.push(noise[:4], noise[4:])\n"
        "    print(flush=True)\n"
        "    time.sleep(0.01)\n"
    )
    program = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), kind], stdout=subprocess.PIPE)
    deadline_s = time.monotonic() + 60
    while min(length(tmp_path / f"{name}.{kind}") for name in ("input", "output")) < 10 * HOP:
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    program.send_signal(signal.SIGKILL)
    pushed = 1 + len(program.communicate()[0].splitlines())  # of the last it may not have told any more
    rng = np.random.default_rng(1)
    noise = np.concatenate([(0.1 * rng.standard_normal((6, 480))).astype(np.float32) for _ in range(pushed)], axis=1)
    for name, part in (("input", noise[:4]), ("output", noise[4:])):
        samples, _ = read_sound(tmp_path / f"{name}.{kind}")
        assert samples.shape[0] == len(part) and samples.shape[1] >= 10 * HOP
        np.testing.assert_allclose(samples, part[:, : samples.shape[1]], atol=2**-23)


def test_flac_holds_eight_channels_a_file_and_counts_what_it_clips(tmp_path):
    rng = np.random.default_rng(1)
    raw = (0.1 * rng.standard_normal((12, 30 * HOP))).astype(np.float32)
    raw[3, 100] = 1.5
    recorder = Recorder(tmp_path / "take", 12, 1, "flac")
    for start in range(0, raw.shape[1], HOP):
        recorder.push(raw[:, start : start + HOP], raw[:1, start : start + HOP])
    recorder.stop()
    assert sorted(os.listdir(tmp_path / "take")) == ["input 1-8.flac", "input 9-12.flac", "output.flac"]
    assert soundfile.info(tmp_path / "take" / "input 1-8.flac").channels == 8
    for part in ("1-8", "9-12"):
        together, _ = read_sound(tmp_path / "take" / f"input {part}.flac")
        np.testing.assert_allclose(together, np.clip(raw, -1, 1), atol=2**-23)
    assert recorder.clipped_samples == 1 and recorder.seconds == 0.3
    assert 0 < recorder.bytes_a_second < 4 * 13 * 48000


def test_another_kind_is_refused(tmp_path):
    with pytest.raises(InputError, match="wav or flac"):
        Recorder(tmp_path / "take", 1, 1, "mp3")


def test_a_full_disk_is_said_and_a_flac_opens_up_to_there(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    noise = (0.1 * np.random.default_rng(1).standard_normal((4, 200 * HOP))).astype(np.float32)
    try:
        recorder = Recorder(tmp_path / "take", 4, 1, "flac")
        for start in range(0, noise.shape[1], HOP):
            recorder.push(noise[:, start : start + HOP], noise[:1, start : start + HOP])
        recorder.stop()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "Recording stopped after" in str(recorder.error)
    samples, _ = read_sound(tmp_path / "take" / "input.flac")
    np.testing.assert_allclose(samples, noise[:, : samples.shape[1]], atol=2**-23)
    assert samples.shape[1] > 10_000
    read_sound(tmp_path / "take" / "output.flac")


def test_a_full_disk_is_said_and_what_was_recorded_stays(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        recorder = Recorder(tmp_path / "take", 4, 1)
        for _ in range(100):
            recorder.push(np.ones((4, HOP), np.float32), np.ones((1, HOP), np.float32))
        recorder.stop()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "Recording stopped after 0.1 s: File too large" in str(recorder.error)
    samples, _ = read_sound(tmp_path / "take" / "input.wav")
    assert samples.shape[1] % HOP == 0 and 0.9 * 100_000 < samples.nbytes < 100_000
    read_sound(tmp_path / "take" / "output.wav")
    recorder.push(np.ones((4, HOP), np.float32), np.ones((1, HOP), np.float32))  # nobody is bothered
    recorder.stop()


def test_what_the_disk_is_too_slow_for_is_counted_and_time_is_kept(tmp_path, monkeypatch):
    """While it is at the first hop five wait, and of those after them none has room."""
    monkeypatch.setattr("workbench.audio.recorder.QUEUE_HOPS", 5)
    from workbench.audio import wav_writer

    quick = wav_writer.WavWriter.write
    busy, go = threading.Event(), threading.Event()

    def slow(self, samples):
        busy.set()
        assert go.wait(60)
        quick(self, samples)

    monkeypatch.setattr(wav_writer.WavWriter, "write", slow)
    recorder = Recorder(tmp_path / "take", 1, 1)

    def push(number):
        recorder.push(np.full((1, HOP), number, np.float32), np.zeros((1, HOP), np.float32))

    push(1)
    assert busy.wait(60)
    for number in range(2, 41):
        push(number)
    assert recorder.lost_blocks == 34
    go.set()
    deadline_s = time.monotonic() + 60
    while not recorder._queue.empty():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
    push(41)
    recorder.stop()
    assert recorder.lost_blocks == 34
    marks = read_sound(tmp_path / "take" / "input.wav")[0][0, ::HOP]
    np.testing.assert_array_equal(marks, [1, 2, 3, 4, 5, 6, *[0] * 34, 41])


def test_a_place_that_cannot_be_recorded_to_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EarshotError, match="cannot record there"):
        Recorder(tmp_path / "file" / "take", 1, 1)
    Recorder(tmp_path / "take", 1, 1).stop()
    with pytest.raises(EarshotError, match="there already"):
        Recorder(tmp_path / "take", 1, 1)
    assert soundfile.info(tmp_path / "take" / "input.wav").channels == 1
    assert sorted(os.listdir(tmp_path / "take")) == ["input.wav", "output.wav"]
