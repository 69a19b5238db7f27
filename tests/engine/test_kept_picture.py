"""What kept sound looks like: levels at the right time and frequency."""

import numpy as np
import pytest

from workbench.core.messages import Block
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.kept_picture import kept_spectra
from workbench.engine.kept_sound import KeptSoundControl, SoundKeeper, SoundRing
from workbench.engine.taps import BIN_HZ, SPECTRUM_BINS


def test_a_sine_is_seen_where_it_sounds_at_its_level():
    t = np.arange(4 * RATE_HZ) / RATE_HZ
    x = np.where(t < 2, 0, 0.1 * np.sin(2 * np.pi * 100 * BIN_HZ * t)).astype(np.float32)
    levels_dbfs = kept_spectra(x, 40)
    assert levels_dbfs.shape == (40, SPECTRUM_BINS) and levels_dbfs.dtype == np.float32
    assert not levels_dbfs.flags.writeable
    assert levels_dbfs[:19].max() < -150
    assert (levels_dbfs[21:].argmax(axis=1) == 100).all()
    np.testing.assert_allclose(levels_dbfs[21:39].max(axis=1), -20.0, atol=0.01)


@pytest.mark.parametrize("samples", [0, 1, 479, 5000])
def test_short_sounds_have_pictures_too(samples):
    levels_dbfs = kept_spectra(np.zeros(samples, np.float32), 7)
    assert levels_dbfs.shape == (7, SPECTRUM_BINS) and (levels_dbfs == np.float32(-200.0)).all()


@pytest.mark.parametrize("pushed", [0, 1, 6, 7, 8, 13, 14, 30])
def test_a_channel_is_read_from_the_oldest_sample_on(pushed):
    ring = SoundRing(2, 7)
    sound = np.arange(2 * pushed * HOP, dtype=np.float32).reshape(2, pushed * HOP)
    for hop in range(pushed):
        ring.push(Block(sound[:, hop * HOP : (hop + 1) * HOP], hop * HOP, hop * HOP / RATE_HZ))
    kept = sound[:, max(0, pushed - 7) * HOP :]
    for number in (0, 1):
        np.testing.assert_array_equal(ring.channel(number), kept[number])
    np.testing.assert_array_equal(ring.take(np.arange(ring.length))[0], kept)


def test_only_a_loop_has_a_picture():
    assert KeptSoundControl().spectra(10) is None
    keeper = SoundKeeper(1)
    noise = np.random.default_rng(0).normal(0, 0.1, (1, HOP)).astype(np.float32)
    for hop in range(40):
        keeper.process(Block(noise * (hop >= 20), hop * HOP, hop * HOP / RATE_HZ))
    assert keeper.spectra(8) is None
    keeper.keep()
    keeper.process(Block(noise, 40 * HOP, 40 * HOP / RATE_HZ))
    levels_dbfs = keeper.spectra(8)
    assert levels_dbfs[:3].max() < -150 and levels_dbfs[5:].max() > -60
    keeper.live()
    keeper.process(Block(noise, 41 * HOP, 41 * HOP / RATE_HZ))
    assert keeper.spectra(8) is None
