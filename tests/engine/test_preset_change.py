"""A change of preset while sound runs: no step above the programme's own slope, and no jump in level."""

import math

import numpy as np
import pytest

from workbench.audio.files import read_sound
from workbench.core.geometry import load_array, load_layout
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.core.resources import resource
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import presets
from workbench.engine.chain import Chain, ChainConfig
from workbench.engine.designs import DesignBench

ARRAY, LAYOUT = load_array("uca8-100mm"), load_layout("pair-100mm")
BEFORE, AFTER = 150, 150
"""Hops before the change and after it."""


def programme(hops):
    """A talker ahead in some noise, (8, n)."""
    voice, _ = read_sound(sorted(resource("voices").glob("*.flac"))[0])
    voice = np.resize(voice[0], hops * HOP)
    noise = np.random.default_rng(0).normal(0, 0.003, (8, hops * HOP))
    return (0.5 * voice / np.abs(voice).max() + noise).astype(np.float32)


def played(changes):
    """Output (2, n) of a chain to which parameters come at hops: [(hop, Params), …]."""
    chain = Chain(ChainConfig(8, ARRAY, LAYOUT), analyse=False)
    bench = DesignBench(ARRAY, LAYOUT, chain.enhancers)
    x = programme(BEFORE + AFTER)
    pending, params, out = list(changes), None, []
    for hop in range(BEFORE + AFTER):
        if pending and pending[0][0] == hop:
            params = pending.pop(0)[1]
            bench.request(params, math.radians(params.beamformer.steering_deg))
        block = Block(x[:, hop * HOP : (hop + 1) * HOP], hop * HOP, hop * HOP / RATE_HZ)
        out.append(chain.process(block, params, bench.designs).samples)
    return np.concatenate(out, axis=1)


def slope(samples):
    """Largest step from one sample to the next."""
    return float(np.abs(np.diff(samples)).max())


@pytest.mark.parametrize("path", presets.shipped(), ids=lambda path: path.stem)
def test_no_shipped_preset_makes_a_step_or_a_jump(path):
    start = Params()
    there = presets.load(path).apply(start)
    out = played([(0, start), (BEFORE, there)])
    stayed, alone = played([(0, start)]), played([(0, there)])
    span = slice(BEFORE * HOP, (BEFORE + 60) * HOP)
    # Nothing but a passage from what would have been there to what comes: its slopes, and that of the fade.
    own = max(slope(stayed[:, span]), slope(alone[:, span]))
    apart = float(np.abs(stayed[:, span] - alone[:, span]).max())
    assert slope(out[:, span]) <= 1.1 * own + apart * np.pi / 2 / HOP
    largest = max(np.abs(stayed[:, span]).max(), np.abs(alone[:, span]).max())
    assert np.abs(out[:, span]).max() <= 1.15 * largest
    np.testing.assert_array_equal(out[:, : BEFORE * HOP], stayed[:, : BEFORE * HOP])
