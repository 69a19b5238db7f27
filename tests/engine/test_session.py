from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from tests.engine.watched import WatchedSession, until
from workbench.audio.files import read_sound
from workbench.core.calibration import ChannelCalibration
from workbench.core.channel_map import ChannelMap
from workbench.core.errors import InputError
from workbench.core.geometry import wrap_rad
from workbench.core.messages import MicrophoneReport, MicrophoneVerdict
from workbench.engine.inputs import InputSetup
from workbench.engine.settings import Settings


@pytest.fixture
def session():
    session = WatchedSession()
    yield session
    session.close()


@pytest.fixture
def stereo_file(tmp_path):
    path = tmp_path / "stereo programme.wav"
    x = 0.1 * np.random.default_rng(0).standard_normal((48000, 2))
    soundfile.write(path, x, 48000)
    return path


def test_the_room_sounds_and_its_talkers_are_found(session):
    session.play()
    until(lambda: any(snapshot.input.rms_dbfs.max() > -60 for snapshot in session.mailbox.snapshots_since(-1)))
    until(lambda: any(loc.tracks for loc in session.mailbox.localizations_since(-1)))
    assert session.mailbox.localizations.latest.truth
    assert session.mailbox.beam_pattern is not None
    until(lambda: session.mailbox.loudspeaker_response is not None)
    health = session.becomes(lambda health: health.state == "running" and health.elapsed_s > 3)
    assert health.array.startswith("8-microphone")
    assert [part.label for part in health.latency][:2] == ["in", "block"]
    session.stop()
    session.becomes("stopped", from_now=True)


def test_columns_go_on_counting_over_a_restart(session):
    session.start()
    until(lambda: session.mailbox.snapshots.next_sequence > 20)
    session.stop()
    session.becomes("stopped", from_now=True)
    count = session.mailbox.snapshots.next_sequence
    session.start()
    until(lambda: session.mailbox.snapshots.next_sequence > count + 20)
    sequences = [snapshot.sequence for snapshot in session.mailbox.snapshots_since(count - 10)]
    assert sequences[0] == count - 9 and sequences == list(range(count - 9, count - 9 + len(sequences)))


def test_a_stereo_file_takes_the_rooms_place_and_the_array_steps_aside(session, stereo_file):
    session.play()
    session.choose_source(f"file:{stereo_file}")
    session.says("enhanced on its own")
    session.becomes(lambda health: health.source == stereo_file.name and health.state == "running")
    assert session.array is None and session.layout is not None


def test_a_source_that_fails_leaves_the_one_before_playing(session, tmp_path):
    (tmp_path / "text.wav").write_text("no sound")
    session.play()
    session.choose_source(f"file:{tmp_path / 'text.wav'}")
    assert session.says("text.wav")[1]
    session.becomes("running", from_now=True)
    assert session.source_spec == "room"
    session.choose_sink("device:ALSA/no such device")
    assert session.says("no such device")[1]
    session.becomes("running", from_now=True)
    assert session.sink_spec == "none"


def test_a_source_that_cannot_start_leaves_it_stopped_and_says_why():
    session = WatchedSession(Settings(source="file:/nowhere/at all.wav"))
    try:
        session.start()
        assert session.says("at all.wav")[1]
        until(lambda: not session.running)
        session.becomes("stopped", from_now=True)
    finally:
        session.close()


def test_a_recording_holds_input_and_output(session, tmp_path):
    session.play()
    session.start_recording(tmp_path)
    session.becomes(lambda health: (health.recording_s or 0) > 0.5)
    session.stop_recording()
    session.says("Recorded")
    (folder,) = tmp_path.iterdir()
    raw, processed = (soundfile.info(folder / name) for name in ("input.wav", "output.wav"))
    assert (raw.channels, processed.channels) == (8, 2)
    assert raw.frames == processed.frames >= 24000


def test_settings_come_back(session, tmp_path):
    session.set({"enhance.strength_percent": 33.0})
    session.choose_layout("stereo-60deg")
    until(lambda: session.layout_name == "stereo-60deg")
    session.save_settings(tmp_path / "mine.toml")
    other = WatchedSession()
    try:
        other.load_settings(tmp_path / "mine.toml")
        until(lambda: other.layout_name == "stereo-60deg")
        assert other.params.enhance.strength_percent == 33
        assert other.undo_label == "Load mine"
    finally:
        other.close()


def test_the_beam_follows_a_track(session):
    session.start()
    until(lambda: session.mailbox.localizations.latest)

    def followed():
        """Whoever is tracked at the side: somebody in front the beam would meet without following."""
        tracks = [
            track for track in session.mailbox.localizations.latest.tracks if abs(track.azimuth_rad) > np.radians(25)
        ]
        ours = [track for track in tracks if track.number == session.params.beamformer.follow]
        if tracks and not ours:  # a track may end before the beam is there
            session.set({"beamformer.follow": tracks[0].number})
        beam_rad = session.mailbox.snapshots.latest.beam_azimuth_rad
        return ours and abs(wrap_rad(beam_rad - ours[0].azimuth_rad)) < np.radians(25)

    until(followed)
    assert session.params.beamformer.steering_deg == 0


def test_without_its_network_the_sound_goes_on_and_says_so(session, stereo_file, tmp_path, monkeypatch):
    from workbench.enhance import models

    monkeypatch.setattr(models, "models_folder", lambda: tmp_path)
    session.choose_source(f"file:{stereo_file}")
    session.set({"enhance.method": "percepnet-small"})
    session.start()
    message, failed = session.says("percepnet-small cannot be used")
    assert failed and message.endswith("The classical method goes on.")
    session.becomes(lambda health: health.state == "running" and health.elapsed_s > 0.3)
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
    session.becomes(lambda health: health.state == "running" and health.elapsed_s > 0.1)
    assert session.knows_clean
    session.measure_oracle()
    until(lambda: session.mailbox.oracle.excerpt is not None)
    scores = {rung.name: rung.si_sdr_db for rung in session.mailbox.oracle.excerpt.rungs}
    assert scores["comb"] > scores["noisy"] + 3
    session.play_oracle("comb")
    until(lambda: session.oracle_playing[1] > 0.1)
    assert session.oracle_playing[0] == "comb"
    session.play_oracle("")
    assert session.oracle_playing[0] == ""
    session.stop()
    session.becomes("stopped", from_now=True)
    assert session.mailbox.oracle.excerpt is None


def test_the_oracle_ladder_says_that_it_needs_sound(session):
    with pytest.raises(InputError, match="press Start"):
        session.measure_oracle()


def test_a_microphone_without_numbers_is_said_and_the_rest_goes_on(session):
    session.play()
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
    name = source.channel_names[2]
    assert session.becomes(lambda health: health.muted_inputs).muted_inputs == (name,)
    assert session.says(name)[1]
    until(lambda: np.isfinite(session.mailbox.snapshots.latest.output.rms_dbfs).all())
    source.read = read
    session.says("again")
    session.becomes(lambda health: not health.muted_inputs)


def test_a_howl_lowers_the_output_and_says_so(session):
    session.play()
    session._assembly.runner.howl_hz = 1800.0
    assert session.says("Howling at 1800 Hz")[1]
    assert session.params.output.gain_db == -20


def test_the_disk_that_fills_is_said_once(session, tmp_path, monkeypatch):
    from workbench.engine import recording as module

    free = SimpleNamespace(total=10**12, free=4 * 48000 * 10 * 300)  # five minutes of eight channels and two
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: free)
    session.play()
    session.start_recording(tmp_path)
    assert session.says("disk is full in about 5 min")[1]
    health = session.becomes(lambda health: health.recording_left_s is not None)
    assert health.recording_left_s == pytest.approx(300)
    session.becomes(lambda health: (health.recording_s or 0) > 0.5)
    session.stop_recording()
    session.becomes(lambda health: health.recording_left_s is None)
    assert sum("disk is full" in message for message, _ in session.said) == 1


def test_the_microphones_of_the_room_are_checked_while_it_plays(session):
    session.play()
    session.check_microphones()
    session.says("Checking the microphones")
    assert "nothing wrong with the 8 channels" in session.says("Microphone check:")[0]
    session.becomes("running", from_now=True)


def test_a_test_signal_starts_muted_and_ends(session):
    session.play()
    written = []
    sink = session._assembly.runner.sink
    sink.write = lambda samples: written.append(float(abs(samples[1]).max()))
    session.test_output("tone", 1)
    assert session.params.output.muted
    until(lambda: len(written) > 20 and not any(written[-10:]))
    session.set({"output.muted": False})
    until(lambda: 0.04 < written[-1] < 0.05)
    session.test_output("")
    assert session._assembly.runner.output_test is None


def test_one_microphone_is_heard_alone_and_the_recording_is_not_touched(session, tmp_path):
    session.listen_to(0)  # nothing runs: nothing to listen to
    assert session.listened_to is None
    session.play()
    runner, written = session._assembly.runner, []
    runner.sink.write = lambda samples: written.append(samples.copy())
    with pytest.raises(InputError, match="no channel 9 to listen to"):
        session.listen_to(8)
    session.listen_to(3)
    assert session.listened_to == 3
    session.says("alone, unprocessed")
    session.start_recording(tmp_path)
    session.becomes(lambda health: (health.recording_s or 0) > 0.5)
    session.stop_recording()
    session.becomes(lambda health: health.recording_s is None)
    session.listen_to(None)
    session.says("The whole sound again")
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
    assert session.says("microphones are not corrected")[1]
    session.becomes("running")
    assert session.inputs == gone


def test_another_map_at_once_and_another_size_with_a_new_chain(session):
    session.play()
    first = session._assembly
    session.set_inputs(InputSetup(ChannelMap.in_order(8).swapped(0, 1)))
    session.becomes(lambda health: health.input_names[:2] == ("Mic 2", "Mic 1"))
    assert session._assembly is first and session.source_names[0] == "Mic 1"
    until(lambda: session.input_levels("C", "slow") is not None)
    assert len(session.input_levels("C", "slow").weighted_dbfs) == 8
    session.end_input_levels()
    assert session._assembly.runner.source.meter is None
    session.set_inputs(InputSetup(ChannelMap.in_order(2)))
    until(lambda: session._assembly is not None and session._assembly is not first)
    session.becomes(lambda health: len(health.input_names) == 2)


def test_a_map_is_remembered_with_its_source_and_follows_the_array(session):
    swapped = InputSetup(ChannelMap.in_order(8).swapped(0, 1))
    session.set_inputs(swapped)
    until(lambda: session.inputs == swapped)
    session.choose_source("room:four-talkers")
    until(lambda: session.source_spec == "room:four-talkers")
    assert session.inputs == InputSetup()
    session.choose_source("room")
    until(lambda: session.inputs == swapped)
    session.choose_array("square4-30mm")
    until(lambda: session.array_name == "square4-30mm")
    assert session.inputs.channel_map == swapped.channel_map.resized(4)


def test_what_was_found_of_another_array_is_forgotten(session):
    session.mailbox.microphones = MicrophoneReport("done", 1.0, (MicrophoneVerdict(0, "Mic 1", "dead"),))
    session.choose_array("square4-30mm")
    until(lambda: session.mailbox.microphones == MicrophoneReport())


def test_a_calibration_can_be_shown_in_the_spectrum_alone(session, tmp_path):
    file = tmp_path / "mic.txt"
    file.write_text("20 0\n1000 0\n2000 -20\n20000 -20\n")
    session.play()
    chain = session._assembly.runner.chain
    assert chain.before_curve_db is None
    session.set_inputs(InputSetup(show_corrected=True).with_calibration(2, ChannelCalibration(str(file))))
    session.show_before(2)
    until(lambda: chain.before_curve_db is not None)
    assert chain.before_curve_db[-1] == pytest.approx(20)
    session.show_before(0)
    assert chain.before_curve_db is None


def test_lines_that_came_between_two_looks_are_all_told_in_order_also_after_a_start(session):
    def two_lines():
        session._say("one")
        session._say("two", failed=True)

    session._commands.put(two_lines)
    until(lambda: session.mailbox.health.message == "two")
    first, second = session.mailbox.health.said
    assert (first.text, first.failed, second.text, second.failed) == ("one", False, "two", True)
    assert second.number == first.number + 1
    session.start()
    session.becomes("running")
    assert session.mailbox.health.message != "two" and {first, second} <= set(session.mailbox.health.said)


def test_of_many_lines_the_newest_are_kept(session):
    for number in range(20):
        session._say(f"line {number}")
    session._commands.put(lambda: None)
    until(lambda: session.mailbox.health.message == "line 19")
    assert [(line.number, line.text) for line in session.mailbox.health.said] == [
        (number, f"line {number}") for number in range(12, 20)
    ]
