import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from workbench.audio.files import read_sound
from workbench.core.calibration import ChannelCalibration
from workbench.core.channel_map import ChannelMap
from workbench.core.errors import InputError
from workbench.core.messages import MicrophoneReport, MicrophoneVerdict
from workbench.engine.inputs import InputSetup
from workbench.engine.session import Session
from workbench.engine.settings import Settings


def wait(condition, timeout_s=20.0):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("did not happen in time")


@pytest.fixture
def session():
    session = Session()
    yield session
    session.close()


@pytest.fixture
def stereo_file(tmp_path):
    path = tmp_path / "stereo programme.wav"
    x = 0.1 * np.random.default_rng(0).standard_normal((48000, 2))
    soundfile.write(path, x, 48000)
    return path


def test_the_room_sounds_and_its_talkers_are_found(session):
    session.start()
    wait(lambda: session.mailbox.health.state == "running" and session.mailbox.health.elapsed_s > 3)
    assert any(snapshot.input.rms_dbfs.max() > -60 for snapshot in session.mailbox.snapshots_since(-1))
    wait(lambda: any(loc.tracks for loc in session.mailbox.localizations_since(-1)))
    assert session.mailbox.localizations.latest.truth
    assert session.mailbox.beam_pattern is not None
    assert session.mailbox.loudspeaker_response is not None
    health = session.mailbox.health
    assert health.array.startswith("8-microphone")
    assert [part.label for part in health.latency][:2] == ["in", "block"]
    session.stop()
    wait(lambda: session.mailbox.health.state == "stopped")


def test_columns_go_on_counting_over_a_restart(session):
    session.start()
    wait(lambda: len(session.mailbox.snapshots_since(-1)) > 20)
    session.stop()
    wait(lambda: session.mailbox.health.state == "stopped")
    session.start()
    wait(lambda: session.mailbox.health.state == "running" and session.mailbox.health.elapsed_s > 0.2)
    sequences = [snapshot.sequence for snapshot in session.mailbox.snapshots_since(-1)]
    assert sequences == list(range(len(sequences)))


def test_a_stereo_file_takes_the_rooms_place_and_the_array_steps_aside(session, stereo_file):
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    session.choose_source(f"file:{stereo_file}")
    wait(lambda: session.mailbox.health.source == stereo_file.name)
    assert session.array is None and session.layout is not None
    assert "enhanced on its own" in session.mailbox.health.message


def test_a_source_that_fails_leaves_the_one_before_playing(session, tmp_path):
    (tmp_path / "text.wav").write_text("no sound")
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    session.choose_source(f"file:{tmp_path / 'text.wav'}")
    wait(lambda: "text.wav" in session.mailbox.health.message)
    wait(lambda: session.mailbox.health.state == "running")
    assert session.source_spec == "room"
    session.choose_sink("device:ALSA/no such device")
    wait(lambda: "no such device" in session.mailbox.health.message)
    wait(lambda: session.mailbox.health.state == "running")
    assert session.sink_spec == "none"


def test_a_source_that_cannot_start_leaves_it_stopped_and_says_why():
    session = Session(Settings(source="file:/nowhere/at all.wav"))
    try:
        session.start()
        wait(lambda: "at all.wav" in session.mailbox.health.message)
        wait(lambda: not session.running)
        assert session.mailbox.health.state == "stopped"
    finally:
        session.close()


def test_a_recording_holds_input_and_output(session, tmp_path):
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    session.start_recording(tmp_path)
    wait(lambda: (session.mailbox.health.recording_s or 0) > 0.5)
    session.stop_recording()
    wait(lambda: session.mailbox.health.recording_s is None and "Recorded" in session.mailbox.health.message)
    (folder,) = tmp_path.iterdir()
    raw, processed = (soundfile.info(folder / name) for name in ("input.wav", "output.wav"))
    assert (raw.channels, processed.channels) == (8, 2)
    assert raw.frames == processed.frames >= 24000


def test_settings_come_back(session, tmp_path):
    session.set({"enhance.strength_percent": 33.0})
    session.choose_layout("stereo-60deg")
    wait(lambda: session.layout_name == "stereo-60deg")
    session.save_settings(tmp_path / "mine.toml")
    other = Session()
    try:
        other.load_settings(tmp_path / "mine.toml")
        wait(lambda: other.layout_name == "stereo-60deg")
        assert other.params.enhance.strength_percent == 33
        assert other.undo_label == "Load mine"
    finally:
        other.close()


def test_the_beam_follows_a_track(session):
    session.start()
    wait(lambda: session.mailbox.localizations.latest and session.mailbox.localizations.latest.tracks, 30)
    track = session.mailbox.localizations.latest.tracks[0]
    session.set({"beamformer.follow": track.number})
    difference = lambda: abs(session.mailbox.snapshots.latest.beam_azimuth_rad - track.azimuth_rad)  # noqa: E731
    wait(lambda: difference() < np.radians(25))
    assert session.params.beamformer.steering_deg == 0


def test_without_its_network_the_sound_goes_on_and_says_so(session, stereo_file, tmp_path, monkeypatch):
    from workbench.enhance import models

    monkeypatch.setattr(models, "models_folder", lambda: tmp_path)
    session.choose_source(f"file:{stereo_file}")
    session.set({"enhance.method": "percepnet-small"})
    session.start()
    wait(lambda: session.mailbox.health.state == "running" and session.mailbox.health.elapsed_s > 0.3)
    health = session.mailbox.health
    assert health.failed and "percepnet-small cannot be used" in health.message
    assert health.message.endswith("The classical method goes on.")
    state = session.mailbox.snapshots.latest.enhancement
    assert not state.strength.any() and state.gain.min() < 0.9


def test_the_oracle_ladder_of_a_file_with_its_clean_recording(tmp_path, session, monkeypatch):
    from workbench.engine import oracle

    monkeypatch.setattr(oracle, "EXCERPT_HOPS", 60)
    monkeypatch.setattr(oracle, "LEAD_HOPS", 20)
    t = np.arange(2 * 48000) / 48000
    clean = 0.1 * sum(np.sin(2 * np.pi * 150 * k * t) / k for k in range(1, 20)) * np.sin(2 * np.pi * t) ** 2
    soundfile.write(tmp_path / "a_clean.wav", clean, 48000)
    soundfile.write(tmp_path / "a_noisy.wav", clean + 0.03 * np.random.default_rng(0).standard_normal(len(t)), 48000)
    session.choose_source(f"file:{tmp_path / 'a_noisy.wav'}")
    session.set({"enhance.method": "classical"})
    session.start()
    wait(lambda: session.mailbox.health.state == "running" and session.mailbox.health.elapsed_s > 0.1)
    assert session.knows_clean
    session.measure_oracle()
    wait(lambda: session.mailbox.oracle.excerpt is not None)
    scores = {rung.name: rung.si_sdr_db for rung in session.mailbox.oracle.excerpt.rungs}
    assert scores["comb"] > scores["noisy"] + 3
    session.play_oracle("comb")
    wait(lambda: session.oracle_playing[1] > 0.1)
    assert session.oracle_playing[0] == "comb"
    session.play_oracle("")
    wait(lambda: session.oracle_playing[0] == "")
    session.stop()
    wait(lambda: session.mailbox.health.state == "stopped")
    assert session.mailbox.oracle.excerpt is None


def test_a_microphone_without_numbers_is_said_and_the_rest_goes_on(session):
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    source = session._assembly.runner.source
    read = source.read

    def broken(timeout_s):
        block = read(timeout_s)
        if block is None:
            return None
        samples = block.samples.copy()
        samples[2] = np.nan
        return replace(block, samples=samples)

    source.read = broken
    wait(lambda: session.mailbox.health.muted_inputs)
    name = source.channel_names[2]
    assert session.mailbox.health.muted_inputs == (name,)
    wait(lambda: name in session.mailbox.health.message and session.mailbox.health.failed)
    wait(lambda: np.isfinite(session.mailbox.snapshots.latest.output.rms_dbfs).all())
    source.read = read
    wait(lambda: not session.mailbox.health.muted_inputs)
    wait(lambda: "again" in session.mailbox.health.message)


def test_a_howl_lowers_the_output_and_says_so(session):
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    session._assembly.runner.howl_hz = 1800.0
    wait(lambda: session.params.output.gain_db == -20)
    wait(lambda: "Howling at 1800 Hz" in session.mailbox.health.message)
    assert session.mailbox.health.failed


def test_the_disk_that_fills_is_said_once(session, tmp_path, monkeypatch):
    from workbench.engine import recording as module

    free = SimpleNamespace(total=10**12, free=4 * 48000 * 10 * 300)  # five minutes of eight channels and two
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: free)
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    session.start_recording(tmp_path)
    wait(lambda: "disk is full in about 5 min" in session.mailbox.health.message)
    assert session.mailbox.health.recording_left_s == pytest.approx(300)
    session.stop_recording()
    wait(lambda: session.mailbox.health.recording_left_s is None)


def test_the_microphones_of_the_room_are_checked_while_it_plays(session):
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    session.check_microphones()
    wait(lambda: "Checking the microphones" in session.mailbox.health.message)
    wait(lambda: session.mailbox.health.message.startswith("Microphone check:"), 60)
    assert "nothing wrong with the 8 channels" in session.mailbox.health.message
    assert session.mailbox.health.state == "running"


def test_a_test_signal_starts_muted_and_ends(session):
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    written = []
    sink = session._assembly.runner.sink
    sink.write = lambda samples: written.append(float(abs(samples[1]).max()))
    session.test_output("tone", 1)
    assert session.params.output.muted
    wait(lambda: len(written) > 20 and not any(written[-10:]))
    session.set({"output.muted": False})
    wait(lambda: 0.04 < written[-1] < 0.05)
    session.test_output("")
    assert session._assembly.runner.output_test is None


def test_one_microphone_is_heard_alone_and_the_recording_is_not_touched(session, tmp_path):
    session.listen_to(0)  # nothing runs: nothing to listen to
    assert session.listened_to is None
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    runner, written = session._assembly.runner, []
    runner.sink.write = lambda samples: written.append(samples.copy())
    with pytest.raises(InputError, match="no channel 9 to listen to"):
        session.listen_to(8)
    session.listen_to(3)
    assert session.listened_to == 3
    wait(lambda: "alone, unprocessed" in session.mailbox.health.message)
    session.start_recording(tmp_path)
    wait(lambda: (session.mailbox.health.recording_s or 0) > 0.5)
    session.stop_recording()
    wait(lambda: session.mailbox.health.recording_s is None)
    session.listen_to(None)
    wait(lambda: session.mailbox.health.message == "The whole sound again")
    (folder,) = tmp_path.iterdir()
    raw = read_sound(folder / "input.wav")[0]
    heard = np.concatenate(written, axis=1)
    part = raw[3, 9600:14400]
    at = int(np.argmax(np.correlate(heard[0], part, "valid")))
    np.testing.assert_array_equal(heard[0, at : at + 4800], part)
    assert not np.array_equal(read_sound(folder / "output.wav")[0][0, 9600:14400], part)


def test_a_calibration_file_that_has_gone_does_not_keep_the_sound_away(session):
    gone = InputSetup(correct=True).with_calibration(0, ChannelCalibration("/nowhere/mic.txt"))
    session.set_inputs(gone)
    session.start()
    wait(lambda: "microphones are not corrected" in session.mailbox.health.message)
    wait(lambda: session.mailbox.health.state == "running")
    assert session.mailbox.health.failed and session.inputs == gone


def test_another_map_at_once_and_another_size_with_a_new_chain(session):
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    first = session._assembly
    session.set_inputs(InputSetup(ChannelMap.in_order(8).swapped(0, 1)))
    wait(lambda: session.mailbox.health.input_names[:2] == ("Mic 2", "Mic 1"))
    assert session._assembly is first and session.source_names[0] == "Mic 1"
    wait(lambda: session.input_levels("C", "slow") is not None)
    assert len(session.input_levels("C", "slow").weighted_dbfs) == 8
    session.end_input_levels()
    assert session._assembly.runner.source.meter is None
    session.set_inputs(InputSetup(ChannelMap.in_order(2)))
    wait(lambda: session._assembly is not None and session._assembly is not first)
    wait(lambda: len(session.mailbox.health.input_names) == 2)


def test_a_map_is_remembered_with_its_source_and_follows_the_array(session):
    swapped = InputSetup(ChannelMap.in_order(8).swapped(0, 1))
    session.set_inputs(swapped)
    wait(lambda: session.inputs == swapped)
    session.choose_source("room:four-talkers")
    wait(lambda: session.source_spec == "room:four-talkers")
    assert session.inputs == InputSetup()
    session.choose_source("room")
    wait(lambda: session.inputs == swapped)
    session.choose_array("square4-30mm")
    wait(lambda: session.array_name == "square4-30mm")
    assert session.inputs.channel_map == swapped.channel_map.resized(4)


def test_what_was_found_of_another_array_is_forgotten(session):
    session.mailbox.microphones = MicrophoneReport("done", 1.0, (MicrophoneVerdict(0, "Mic 1", "dead"),))
    session.choose_array("square4-30mm")
    wait(lambda: session.mailbox.microphones == MicrophoneReport())


def test_a_calibration_can_be_shown_in_the_spectrum_alone(session, tmp_path):
    file = tmp_path / "mic.txt"
    file.write_text("20 0\n1000 0\n2000 -20\n20000 -20\n")
    session.start()
    wait(lambda: session.mailbox.health.state == "running")
    chain = session._assembly.runner.chain
    assert chain.before_curve_db is None
    session.set_inputs(InputSetup(show_corrected=True).with_calibration(2, ChannelCalibration(str(file))))
    session.show_before(2)
    wait(lambda: chain.before_curve_db is not None)
    assert chain.before_curve_db[-1] == pytest.approx(20)
    session.show_before(0)
    assert chain.before_curve_db is None
