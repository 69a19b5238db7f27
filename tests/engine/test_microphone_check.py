import os
import threading

import numpy as np
import pytest

from workbench.core.channel_map import ChannelMap, Position
from workbench.core.errors import InputError
from workbench.core.geometry import load_array
from workbench.core.messages import MicrophoneReport, MicrophoneVerdict
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.microphone_check import MicrophoneCheck, remedy, sentence_of

ARRAY = load_array("uca6-45mm")
NAMES = tuple(f"in {number}" for number in range(1, 7))


def plane_waves(seconds):
    """Noise from four directions in turn, at the array's microphones."""
    rng = np.random.default_rng(0)
    parts = []
    for azimuth in (0.3, 1.9, -2.2, -0.9):
        noise = np.fft.rfft(0.05 * rng.standard_normal(round(seconds / 4 * RATE_HZ)))
        omega = 2 * np.pi * np.fft.rfftfreq(round(seconds / 4 * RATE_HZ), 1 / RATE_HZ)
        lead_s = ARRAY.mic_xyz_m[:, :2] @ np.array([np.cos(azimuth), np.sin(azimuth)]) / 343.0
        parts.append(np.fft.irfft(noise * np.exp(1j * omega * lead_s[:, None]), axis=1))
    x = np.concatenate(parts, axis=1)
    return (x + 1e-4 * rng.standard_normal(x.shape)).astype(np.float32)


def check(samples):
    found, said = [], threading.Event()

    def done(sentence, faulty):
        found.append((sentence, faulty))
        said.set()

    checking = MicrophoneCheck(ARRAY, NAMES, done, seconds=4.0)
    try:
        for start in range(0, samples.shape[1], HOP):
            checking.push(samples[:, start : start + HOP])
        assert said.wait(120)
    finally:
        checking.close()
    assert not checking.running
    return found[0]


def test_an_inverted_microphone_is_named(monkeypatch):
    """Also to who has so little priority that another one may not be given."""

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "setpriority", refused, raising=False)
    x = plane_waves(4.0)
    x[4] *= -1
    sentence, faulty = check(x)
    assert faulty and "in 5 is inverted" in sentence and sentence.count("in ") == 1


def test_giving_up_ends_everything():
    checking = MicrophoneCheck(ARRAY, NAMES, lambda *_: 1 / 0)
    checking.push(np.zeros((6, HOP), np.float32))
    assert checking.running
    checking.close()
    assert not checking.running


def test_words_for_every_fault():
    def item(index, fault=None, partner=None, gain_db=0.0):
        return {"index": index, "fault": fault, "with": partner, "gain_db": gain_db}

    healthy = {"channels": [item(0), item(1)], "note": ""}
    assert sentence_of(healthy, NAMES) == ("Microphone check: nothing wrong with the 2 channels.", False)
    broken = {
        "channels": [
            item(0, "dead", gain_db=None),
            item(1, "swapped", 2),
            item(2, "swapped", 1),
            item(3, "gain", None, -6),
        ],
        "note": "unsure",
    }
    sentence, faulty = sentence_of(broken, NAMES)
    assert faulty and "in 1 is dead, in 2 is swapped with in 3" in sentence and "(-6.0 dB). Note: unsure." in sentence


def report(*faults):
    verdicts = tuple(MicrophoneVerdict(n, f"in {n + 1}", *fault) for n, fault in enumerate(faults))
    return MicrophoneReport("done", 1.0, verdicts)


def test_remedies():
    plain = ChannelMap.in_order(4)
    faults = report(("dead",), ("inverted",), ("gain", None, -4.26), (None,))
    remedies = [remedy(plain, faults, verdict) for verdict in faults.verdicts]
    assert [text for _, text in remedies] == ["Mute in 1", "Invert in 2", "Set in 3 to +4.3 dB", ""]
    assert remedies[0][0].positions[0] == Position(0, muted=True)
    assert remedies[1][0].positions[1] == Position(1, inverted=True)
    assert remedies[2][0].positions[2].gain_db == 4.3 and remedies[3][0] == plain
    inverted_again, _ = remedy(remedies[1][0], faults, faults.verdicts[1])
    assert inverted_again == plain
    with pytest.raises(InputError, match="no microphone 4"):
        remedy(ChannelMap.in_order(3), faults, faults.verdicts[3])


def test_who_changed_places_is_put_back():
    swapped = report((None,), ("swapped", 2), ("swapped", 1), (None,))
    mapped, text = remedy(ChannelMap.in_order(4), swapped, swapped.verdicts[1])
    assert [position.channel for position in mapped.positions] == [0, 2, 1, 3] and text == "Exchange them"
    # Channel 1 is really microphone 2, channel 2 microphone 3, channel 3 microphone 1.
    circle = report(("swapped", 1), ("swapped", 2), ("swapped", 0), (None,))
    mapped, text = remedy(ChannelMap.in_order(4), circle, circle.verdicts[2])
    assert [position.channel for position in mapped.positions] == [2, 0, 1, 3] and text == "Put them in order"


def test_the_progress_is_told():
    told = []
    checking = MicrophoneCheck(ARRAY, NAMES, lambda *_: None, seconds=1.0, changed=told.append)
    for _ in range(50):
        checking.push(np.zeros((6, HOP), np.float32))
    checking.close()
    assert [one.progress for one in told if one.state == "listening"] == [0.0, 0.25, 0.5]
    assert told[-1].state == ""
