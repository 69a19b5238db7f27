import numpy as np

from workbench.audio.protocols import HOP
from workbench.audio.room_paths import CHUNK
from workbench.audio.room_voices import Speech
from workbench.audio.scene_parts import Talker
from workbench.audio.voices import Voice


def test_a_voice_is_repeated_after_its_pause_from_where_it_begins():
    hops, pause_hops, start_hops = 23, 7, 5
    samples = np.random.default_rng(0).standard_normal(hops * HOP).astype(np.float32)
    samples.setflags(write=False)
    active = np.arange(hops) % 3 > 0
    talker = Talker("A", "tone", 0.0, 1.0, pause_s=0.01 * pause_hops, start_s=0.01 * start_hops)
    speech = Speech(talker, Voice("tone", samples, active))
    wholes = [np.concatenate([samples, np.zeros(pause_hops * HOP, np.float32)])] * 12
    expected = np.concatenate(wholes)[start_hops * HOP :]
    heard = np.concatenate([speech.next() for _ in range(60)])
    np.testing.assert_array_equal(heard, expected[: 60 * CHUNK])
    shown = [speech.active(samples_ago) for samples_ago in range(1, 400 * HOP, HOP)]
    at = (start_hops + 60 * CHUNK // HOP - 1 - np.arange(400)) % (hops + pause_hops)
    assert shown == [bool(one < hops and active[one]) for one in at]


def test_two_who_speak_with_one_voice_share_its_samples():
    samples = np.ones(HOP, np.float32)
    voice = Voice("one", samples, np.ones(1, dtype=bool))
    first, second = (Speech(Talker("A", "one", 0.0, 1.0, pause_s=pause_s), voice) for pause_s in (0.0, 1.0))
    assert np.shares_memory(first.samples, second.samples)
    first.next()[:] = 5
    assert (samples == 1).all()
