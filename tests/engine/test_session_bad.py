"""Sessions that were moved, lost a half, cannot be written, or are of tomorrow: opened, replayed, exported."""

import os
import shutil

import numpy as np
import pytest

from tests.engine.test_replay import recorded  # noqa: F401 - a fixture
from tests.engine.watched import WatchedSession, until
from workbench.audio.files import read_sound
from workbench.cli import main
from workbench.core.errors import InputError
from workbench.dsp.bands import RATE_HZ
from workbench.engine.journal import EVENTS_NAME
from workbench.engine.settings import Settings


def moved(folder):
    shutil.rmtree(folder)


def without_journal(folder):
    (folder / EVENTS_NAME).unlink()


def without_input(folder):
    (folder / "input.wav").unlink()


def without_designs(folder):
    shutil.rmtree(folder / "designs")


def cut_input(folder):
    content = (folder / "input.wav").read_bytes()
    (folder / "input.wav").write_bytes(content[: len(content) // 3])


def of_tomorrow(folder):
    path = folder / EVENTS_NAME
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"earshot_session": ', '"earshot_session": 9', 1), encoding="utf-8")


def half_of_many_flac_files(folder):
    (folder / "input.wav").rename(folder / "input 1-8.flac")
    path = folder / EVENTS_NAME
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"input_channels": 4', '"input_channels": 12', 1), encoding="utf-8")


def empty_journal(folder):
    (folder / EVENTS_NAME).write_text("")


REFUSED = [
    (moved, "no such folder"),
    (without_journal, "no recording with a journal"),
    (without_input, "recorded input is missing"),
    (of_tomorrow, "newer Earshot"),
    (empty_journal, "not the journal"),
    (half_of_many_flac_files, "in several files; missing: input 9-12.flac"),
]
"""What was done to the folder, and what is said by opening, replaying and exporting alike."""


@pytest.fixture
def copy(recorded, tmp_path):  # noqa: F811
    folder = tmp_path / "a b – Sitzung ü 会"
    shutil.copytree(recorded.folder, folder)
    return folder


@pytest.mark.parametrize(("damage", "words"), REFUSED, ids=[damage.__name__ for damage, _ in REFUSED])
def test_what_cannot_be_used_is_refused_everywhere_with_its_cause(copy, tmp_path, capsys, damage, words):
    damage(copy)
    target = tmp_path / "out.wav"
    target.write_bytes(b"what was there")
    session = WatchedSession(Settings(source="room", sink="none"))
    try:
        with pytest.raises(InputError, match=words) as told:
            session.open_session(copy)
        assert str(copy) in str(told.value) and session.source_spec == "room"
    finally:
        session.close()
    for more in (["--check"], ["--out", str(target)], ["--out", str(target), "--set", "output.gain_db=-6"]):
        assert main(["replay", str(copy), *more]) == 2
        said = capsys.readouterr().err
        assert words in said and str(copy) in said
    assert target.read_bytes() == b"what was there"


@pytest.mark.parametrize("damage", [without_designs, cut_input])
def test_a_half_is_refused_by_replay_and_what_was_there_stays(copy, tmp_path, capsys, damage):
    damage(copy)
    target = tmp_path / "out.wav"
    target.write_bytes(b"what was there")
    assert main(["replay", str(copy), "--out", str(target)]) == 2
    assert "missing or damaged" in (said := capsys.readouterr().err) or "truncated" in said
    assert target.read_bytes() == b"what was there" and not list(tmp_path.glob(".out*"))


def test_a_read_only_session_opens_replays_and_exports_and_nothing_is_written(copy, tmp_path):
    before = {path: path.read_bytes() for path in sorted(copy.rglob("*")) if path.is_file()}
    for path in (copy, *copy.rglob("*")):
        os.chmod(path, 0o555 if path.is_dir() else 0o444)
    target = tmp_path / "ein Ausgang 会.wav"
    session = WatchedSession(Settings(source="room", sink="none"))
    try:
        session.open_session(copy)
        session.play()
        until(lambda: session.transport.state.position_s > 0.3)
        state = session.transport.state
        assert state.as_recorded and not state.why_not
        assert not any(str(copy) in message for message, _ in session.said)
    finally:
        session.close()
    assert main(["replay", str(copy), "--out", str(target), "--from-sample", "4800"]) == 0
    output, _ = read_sound(copy / "output.wav")
    np.testing.assert_array_equal(read_sound(target)[0], output[:, 4800:])
    assert {path: path.read_bytes() for path in sorted(copy.rglob("*")) if path.is_file()} == before
    os.chmod(copy, 0o755)


def test_a_session_that_is_taken_away_while_it_plays_is_said_and_the_rest_lives(copy):
    """The files are open: on most systems it plays on; where a filter is needed again, one's own settings go on."""
    session = WatchedSession(Settings(source="room", sink="none"))
    try:
        session.open_session(copy)
        session.play()
        until(lambda: session.transport.state.position_s > 0.2)
        shutil.rmtree(copy)
        session.transport.seek(2.0)
        until(lambda: any(failed for _, failed in session.said) or session.transport.state.position_s > 2.2)
        session.choose_source("room")
        until(lambda: session.source_spec == "room")
        session.becomes(lambda health: health.state == "running" and "room" in health.source, from_now=True)
    finally:
        session.close()


def test_a_session_of_another_array_plays_with_its_own(copy):
    """Chosen is an array of eight; the session has four microphones: theirs count, and the chosen one comes back."""
    session = WatchedSession(Settings(source="room", sink="none", array="uca8-100mm"))
    try:
        session.play()
        session.open_session(copy)
        until(lambda: session.source_spec.startswith("session:") and session.array is not None)
        until(lambda: session.array is not None and session.array.mics == 4)
        until(lambda: session.undo_label.startswith("Session"))
        session.undo()
        until(lambda: session.array is not None and session.array.mics == 8)
        assert session.array_name == "uca8-100mm" and session.source_spec == "room"
        assert session.mailbox.health.rate_hz == RATE_HZ
    finally:
        session.close()
