"""A recorded session as a source: as recorded bit for bit, through other settings, sought, looped, damaged."""

import json
import shutil
import time

import numpy as np
import pytest

from tests.engine.test_replay import record, recorded  # noqa: F401 - a fixture
from tests.engine.watched import WatchedSession, until
from workbench.audio.files import read_sound
from workbench.core.errors import InputError
from workbench.core.params import Params, get
from workbench.core.params import replace as replaced
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import designs, recorded_session, replay
from workbench.engine.ab_settings import SideHistory
from workbench.engine.assembly import Structure, assemble
from workbench.engine.journal import EVENTS_NAME
from workbench.engine.mailbox import Mailbox
from workbench.engine.session_source import SessionSource
from workbench.engine.settings import Settings


def play(folder, history, hops, *, at_s=0.0, layout="pair-100mm"):
    """What goes out of a chain that plays a session, (channels, hops * HOP); and the sentences it said."""
    said, out = [], []
    structure = Structure(f"session:{folder}", "none", layout=layout, pace="fast", loop=True)
    assembly = assemble(structure, history, Mailbox(), said.append)
    try:
        assembly.runner.sink.write = lambda samples: out.append(samples.copy())
        assembly.runner.source.seek(at_s)
        assembly.runner.start()
        while len(out) < hops:
            assembly.runner.step(5.0)
    finally:
        assembly.close()
    return np.concatenate(out, axis=1), said, assembly


def of_marker(session, kind, wanted):
    """Sample from which the journal says something."""
    return next(event["at"] for event in session.events if kind in event and wanted in json.dumps(event[kind]))


def test_as_recorded_it_gives_the_recorded_output_bit_for_bit(recorded):  # noqa: F811
    bypassed = of_marker(recorded, "params", '"output.bypass": true') // HOP
    history = SideHistory()
    history.follow(True)
    out, _, _ = play(recorded.folder, history, bypassed)
    output, _ = read_sound(recorded.output_path)
    np.testing.assert_array_equal(out, output[:, : bypassed * HOP])
    assert get(history.params, "beamformer.steering_deg") == 40.0
    assert not history.params.output.bypass  # what is switched while listening is the listener's own


@pytest.fixture(scope="module")
def loading(recorded, tmp_path_factory):  # noqa: F811
    """A session that was recorded while its network was still being loaded."""
    folder = tmp_path_factory.mktemp("loading")
    made = designs.NetworkGains

    def slow(channels, network):
        time.sleep(0.3)
        return made(channels, network)

    def act(session):
        yield lambda: session.set({"enhance.method": "percepnet-small"})
        yield lambda: until(lambda: "percepnet-small" in session.methods_ready)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(designs, "NetworkGains", slow)
        noise = recorded.folder.parent / "noise.wav"
        params = replaced(Params(), {"enhance.method": "classical"})
        path = record(folder, f"file:{noise}", act, "square4-30mm", "pair-100mm", params=params)
    return recorded_session.open_session(path)


def test_a_network_that_was_still_loading_comes_when_it_came(loading):
    assert replay.compare(loading).first_different is None
    chosen = of_marker(loading, "params", '"percepnet-small"')
    came = of_marker(loading, "methods", "percepnet-small")
    assert came > chosen
    output, _ = read_sound(loading.output_path)
    hops = output.shape[1] // HOP
    history = SideHistory()
    history.follow(True)
    out, said, _ = play(loading.folder, history, hops)
    np.testing.assert_array_equal(out, output[:, : hops * HOP])
    assert not [text for text in said if "percepnet" in text]


def test_the_network_of_a_session_is_there_at_once_for_ones_own_settings_and_again_not_yet_as_recorded(loading):
    came = of_marker(loading, "methods", "percepnet-small")
    history = SideHistory()
    history.set({"enhance.method": "percepnet-small"})
    structure = Structure(f"session:{loading.folder}", "none", layout="pair-100mm", pace="fast", loop=True)
    assembly = assemble(structure, history, Mailbox(), lambda text: None)
    runner = assembly.runner
    try:
        runner.start()

        def methods_after_a_hop():
            while not runner.step(5.0):
                pass
            return runner.chain.methods

        assert "percepnet-small" in methods_after_a_hop()
        history.follow(True)
        assert "percepnet-small" not in methods_after_a_hop()
        until(lambda: "percepnet-small" in methods_after_a_hop())
        assert runner.samples_in > came
        runner.source.seek(0.0)
        until(lambda: "percepnet-small" not in methods_after_a_hop())
        history.follow(False)
        assert "percepnet-small" in methods_after_a_hop()
    finally:
        assembly.close()


def test_through_other_settings_it_is_another_sound_and_they_stay(recorded):  # noqa: F811
    history = SideHistory()
    history.set({"output.gain_db": -20.0})
    out, _, _ = play(recorded.folder, history, 100)
    output, _ = read_sound(recorded.output_path)
    assert np.abs(out).max() < 0.5 * np.abs(output[:, : 100 * HOP]).max()
    assert history.params.output.gain_db == -20.0


def test_a_place_that_is_sought_has_the_settings_of_then(recorded):  # noqa: F811
    time_s, _ = recorded.markers[0]
    history = SideHistory()
    history.follow(True)
    play(recorded.folder, history, 5, at_s=time_s)
    sample = round(time_s * RATE_HZ)
    assert history.choice.shown == 1
    assert history.params == replay.side_of(recorded, sample)
    history.follow(False)
    assert history.params.render.virtual_deg == 30.0


def test_a_change_makes_the_recorded_settings_ones_own_in_one_step(recorded):  # noqa: F811
    time_s, _ = recorded.markers[0]
    history = SideHistory()
    history.set({"enhance.attenuation_limit_db": 20.0})
    history.follow(True)
    play(recorded.folder, history, 5, at_s=time_s)
    history.set({"output.muted": True})  # no setting: the recording goes on
    assert history.following and history.params.output.muted
    first = history.params
    assert history.params is first  # the window compares identities
    with pytest.raises(InputError):
        history.set({"render.virtual_deg": 1e9})
    assert history.following
    history.set({"render.virtual_deg": 25.0})
    assert not history.following and history.choice.shown == 1
    assert history.done[0].label == "Settings of the recording" and len(history.done) == 2
    assert get(history.params, "output.gain_db") == -3.0
    history.undo()
    history.undo()
    assert history.params.output.gain_db == 0.0


def test_in_the_session_it_opens_with_the_layout_of_then_and_goes_on_where_it_was(recorded):  # noqa: F811
    session = WatchedSession(Settings(source="room"))
    try:
        session.open_session(recorded.folder)
        until(lambda: session.source_spec.startswith("session:"))
        assert (session.array_name, session.layout_name) == ("square4-30mm", "pair-100mm")
        session.transport.seek(2.0)
        session.play()
        until(lambda: session.transport.state.position_s > 2.1)
        state = session.transport.state
        assert state.session and state.as_recorded and not state.why_not and state.duration_s > 3
        until(lambda: session.ab.side == "b" and session.params.output.gain_db == -3.0)
        session.transport.take_recorded()
        until(lambda: not session.transport.state.as_recorded)
        assert session.undo_label == "Settings of the recording"
        session.transport.play_as_recorded(True)
        assert session.transport.state.as_recorded
        session.transport.set_region((1.0, 1.5))
        until(lambda: 1.0 <= session.transport.state.position_s < 1.55)
        session.stop()
        session.becomes("stopped", from_now=True)
        where_s = session.transport.state.position_s
        assert 1.0 <= where_s <= 1.55 and session.transport.state.region_s == (1.0, 1.5)
        session.play()
        assert session.transport.state.as_recorded
        session.choose_source("room")
        until(lambda: session.source_spec == "room")
        until(lambda: not session.transport.state.path)
        with pytest.raises(InputError, match="no place to go to"):
            session.seek(1.0)
        until(lambda: "room" in session.undo_label)
        session.undo()
        until(lambda: session.source_spec.startswith("session:"))
    finally:
        session.close()


def test_with_other_loudspeakers_it_says_why_it_cannot_be_as_recorded(recorded):  # noqa: F811
    history = SideHistory()
    history.follow(True)
    out, _, assembly = play(recorded.folder, history, 20, layout=None)
    assert "recorded for the loudspeakers pair-100mm" in assembly.runner.source.why_not
    assert out.any() and history.params.render.virtual_deg == 30.0


def test_a_damaged_journal_leaves_the_sound(recorded, tmp_path):  # noqa: F811
    copy = tmp_path / "half gone – ä"
    shutil.copytree(recorded.folder, copy)
    shutil.rmtree(copy / "designs")
    history = SideHistory()
    history.follow(True)
    out, said, assembly = play(copy, history, 30)
    assert out.any() and assembly.runner.source.why_not
    assert [text for text in said if "missing or damaged" in text and "your own settings" in text]


@pytest.mark.parametrize(
    "line",
    [
        '{"at": 0, "choice": {"shown": 7}}',
        '{"at": 0, "choice": {"tap": "moon"}}',
        '{"at": 0, "designs": [{}, {}]}',
        '{"at": 0, "params": [{"enhance.nothing": 1}, {}]}',
        '{"at": 0, "inputs": {"channel_map": 3}}',
    ],
)
def test_lines_that_cannot_be_used_are_named_and_the_sound_goes_on(recorded, tmp_path, line):  # noqa: F811
    copy = tmp_path / "copy"
    shutil.copytree(recorded.folder, copy)
    path = copy / EVENTS_NAME
    lines = path.read_text(encoding="utf-8").splitlines()
    at_begin = [one for one in lines[1:] if one.startswith('{"at": 0,')]
    path.write_text("\n".join([lines[0], *at_begin, line, *lines[1 + len(at_begin) :]]) + "\n", encoding="utf-8")
    history = SideHistory()
    history.follow(True)
    out, said, _ = play(copy, history, 10)
    assert out.any() and any(str(copy) in text for text in said)


def test_the_channel_map_of_then_is_applied(tmp_path):
    """Recorded from a source of four channels, two of them mapped: the recorded input has four, the chain two."""
    from workbench.core.channel_map import ChannelMap
    from workbench.engine.inputs import InputSetup

    folder = tmp_path / "recordings"
    folder.mkdir()
    import soundfile

    noise = np.random.default_rng(0).normal(0, 0.1, (3 * RATE_HZ, 4)).astype(np.float32)
    soundfile.write(folder / "noise.wav", noise, RATE_HZ, "FLOAT")
    mapped = ChannelMap.in_order(2, 4).swapped(0, 1)
    session = WatchedSession(Settings(source=f"file:{folder / 'noise.wav'}", inputs=InputSetup(mapped)))
    session.play()
    session.start_recording(folder)
    session.becomes(lambda health: (health.recording_s or 0) > 0.3)
    session.stop_recording()
    session.says("Recorded")
    session.close()
    path = next(one for one in folder.iterdir() if one.is_dir())
    source = SessionSource(path)
    source.start()
    try:
        block = source.read(60.0)
        samples, _ = read_sound(path / "input.wav")
        assert (len(samples), source.channels) == (4, 2)
        np.testing.assert_array_equal(block.samples, samples[[1, 0], :HOP])
    finally:
        source.close()


def test_what_is_no_session_is_refused(tmp_path, recorded):  # noqa: F811
    with pytest.raises(InputError, match="no such folder"):
        SessionSource(tmp_path / "moved")
    copy = tmp_path / "no sound"
    shutil.copytree(recorded.folder, copy, ignore=shutil.ignore_patterns("*.wav"))
    with pytest.raises(InputError, match="recorded input is missing"):
        SessionSource(copy)
    session = WatchedSession(Settings(source="room"))
    try:
        with pytest.raises(InputError, match="no recording with a journal"):
            session.open_session(tmp_path)
        assert session.source_spec == "room"
    finally:
        session.close()
