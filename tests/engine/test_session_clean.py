"""A file whose clean recording is named by hand: the oracle ladder can be climbed, and what does not fit is refused."""

import numpy as np
import pytest
import soundfile

from tests.engine.watched import WatchedSession
from workbench.core.errors import InputError
from workbench.core.params import EnhanceParams, Params
from workbench.engine.settings import Settings


@pytest.fixture
def files(tmp_path):
    t = np.arange(48000 * 3) / 48000
    clean = 0.1 * np.sin(2 * np.pi * 150 * t) * (np.sin(2 * np.pi * 2 * t) > 0)
    noisy = clean + 0.02 * np.random.default_rng(0).standard_normal(len(t))
    soundfile.write(tmp_path / "street.wav", noisy, 48000)
    soundfile.write(tmp_path / "reference.wav", clean, 48000)
    soundfile.write(tmp_path / "short.wav", clean[:-4800], 48000)
    soundfile.write(tmp_path / "other_rate.wav", clean, 44100)
    (tmp_path / "text.wav").write_text("no sound")
    return tmp_path


@pytest.fixture
def session(files):
    params = Params(enhance=EnhanceParams(method="classical"))
    session = WatchedSession(Settings(params, source=f"file:{files / 'street.wav'}", array="", layout=""))
    yield session
    session.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("short.wav", "139200 samples"),
        ("other_rate.wav", "44100 Hz"),
        ("text.wav", "not a sound file"),
        ("gone.wav", "gone.wav"),
    ],
)
def test_what_does_not_belong_to_the_file_is_refused_and_the_sound_goes_on(session, files, name, words):
    session.start()
    session.becomes(lambda health: health.elapsed_s > 0.1)
    with pytest.raises(InputError, match=words):
        session.choose_clean(files / name)
    before_s = session.mailbox.health.elapsed_s
    session.becomes(lambda health: health.elapsed_s > before_s)
    assert session.running and session.clean_wanted


def test_with_its_clean_recording_the_ladder_can_be_climbed(session, files):
    session.start()
    session.becomes(lambda health: health.elapsed_s > 1.1)
    assert not session.knows_clean
    session.choose_clean(files / "reference.wav")
    session.becomes("starting")
    session.becomes(lambda health: health.elapsed_s > 1.1)
    assert session.knows_clean
    # Another source knows nothing of it.
    session.choose_source(f"file:{files / 'reference.wav'}")
    session.becomes(lambda health: health.source == "reference.wav" and health.elapsed_s > 1.1)
    assert not session.knows_clean


def test_a_source_that_is_no_file_has_no_clean_recording(files):
    session = WatchedSession(Settings(source="room"))
    try:
        assert not session.clean_wanted and session.methods_ready == ()
        with pytest.raises(InputError, match="file as source"):
            session.choose_clean(files / "reference.wav")
    finally:
        session.close()
