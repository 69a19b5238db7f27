from dataclasses import replace

import numpy as np
import pytest

from tests.engine.watched import until
from workbench.core.errors import InputError
from workbench.core.geometry import load_array
from workbench.core.messages import ORACLE_RUNGS, Block
from workbench.core.params import EnhanceParams, Params
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine import oracle
from workbench.engine.chain import Chain, ChainConfig
from workbench.engine.designs import DesignBench
from workbench.engine.mailbox import Mailbox
from workbench.engine.oracle import EXCERPT_HOPS, LEAD_HOPS, LadderTap, OracleBench, OraclePlayer, si_sdr_db

CLASSICAL = replace(EnhanceParams(), method="classical")
NEEDED = LEAD_HOPS + EXCERPT_HOPS + oracle._TAIL_HOPS


def _speech(hops: int) -> np.ndarray:
    """A buzz that comes and goes, (hops * HOP,)."""
    t = np.arange(hops * HOP) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 150 * k * t) / k for k in range(1, 25))
    return (0.06 * buzz * np.sin(2 * np.pi * 0.9 * t) ** 2).astype(np.float32)


def _filled(hops: int) -> tuple[LadderTap, np.ndarray, np.ndarray]:
    clean = _speech(hops)
    noisy = clean + 0.03 * np.random.default_rng(0).standard_normal(len(clean)).astype(np.float32)
    tap = LadderTap()
    for start in range(0, len(clean), HOP):
        tap.push(noisy[start : start + HOP], clean[start : start + HOP])
    return tap, noisy, clean


def test_there_is_no_excerpt_before_there_is_enough_sound():
    assert _filled(NEEDED - 1)[0].excerpt() is None
    tap, noisy, clean = _filled(NEEDED)
    np.testing.assert_array_equal(tap.excerpt(), np.stack((noisy, clean)))
    tap.clear()
    assert tap.excerpt() is None and tap.hops == 0


def test_the_excerpt_is_where_speech_is():
    """Speech ended two seconds ago: the excerpt lies before the pause, noisy and clean in step."""
    tap, noisy, clean = _filled(1500)
    silence = np.zeros(HOP, dtype=np.float32)
    for _ in range(200):
        tap.push(silence, silence)
    excerpt = tap.excerpt()
    assert excerpt.shape == (2, NEEDED * HOP)
    middle = excerpt[:, LEAD_HOPS * HOP : (LEAD_HOPS + EXCERPT_HOPS) * HOP]
    assert np.square(middle[1]).mean() > 0.8 * np.square(clean[-600 * HOP :]).mean()
    start = next(
        k for k in range(len(clean) // HOP) if np.array_equal(clean[k * HOP : (k + 1) * HOP], excerpt[1, :HOP])
    )
    np.testing.assert_array_equal(excerpt[0, : 300 * HOP], noisy[start * HOP : (start + 300) * HOP])


def test_rungs_of_an_excerpt_are_in_step_with_the_clean_signal():
    tap = _filled(NEEDED)[0]
    rungs, clean = oracle.LadderClimb().climb(tap.excerpt(), CLASSICAL)
    assert tuple(rungs) == ("noisy", *ORACLE_RUNGS, "network")
    scores = {name: si_sdr_db(sound, clean) for name, sound in rungs.items()}
    for name in ORACLE_RUNGS:
        assert scores[name] > scores["noisy"] + 3, name
    assert scores["magnitude"] > scores["bands"]


def test_si_sdr():
    x = _speech(100).astype(np.float64)
    noise = np.random.default_rng(0).standard_normal(len(x))
    noise -= x * (noise @ x) / (x @ x)  # orthogonal
    noise *= np.sqrt((x @ x) / (noise @ noise)) * 10 ** (-12 / 20)
    assert si_sdr_db(0.3 * (x + noise), x) == pytest.approx(12.0, abs=1e-6)
    assert np.isnan(si_sdr_db(x, np.zeros_like(x)))


def _play(player, live, changes):
    """Output while rungs change at given hops."""
    out = []
    for hop in range(live.shape[1] // HOP):
        if hop in changes:
            player.play(changes[hop])
        out.append(player.process(live[:, hop * HOP : (hop + 1) * HOP]))
    return np.concatenate(out, axis=1)


def test_live_sound_passes_bit_for_bit():
    live = np.random.default_rng(0).standard_normal((2, 20 * HOP)).astype(np.float32)
    np.testing.assert_array_equal(_play(OraclePlayer(), live, {}), live)


def test_rungs_change_over_at_the_same_place_without_a_step():
    t = np.arange(50 * HOP) / RATE_HZ
    tone = (0.2 * np.sin(2 * np.pi * 200 * t)).astype(np.float32)
    player = OraclePlayer()
    player.load({"noisy": tone, "comb": 0.5 * tone})
    live = np.zeros((2, 140 * HOP), dtype=np.float32)
    y = _play(player, live, {5: "noisy", 20: "comb", 30: "noisy", 45: "comb", 120: ""})
    assert not y[:, : 5 * HOP].any() and not y[:, 121 * HOP :].any()
    np.testing.assert_array_equal(y[0], y[1])
    # Hop 20 of the output is hop 15 of the excerpt on both rungs.
    np.testing.assert_array_equal(y[0, 21 * HOP : 30 * HOP], 0.5 * tone[16 * HOP : 25 * HOP])
    np.testing.assert_array_equal(y[0, 31 * HOP : 45 * HOP], tone[26 * HOP : 40 * HOP])
    # It loops: hop 5 + 50 of the output is the excerpt's beginning again.
    np.testing.assert_array_equal(y[0, 57 * HOP : 100 * HOP], 0.5 * tone[2 * HOP : 45 * HOP])
    assert np.abs(np.diff(y[0], n=2)).max() < 2 * 0.2 * (2 * np.pi * 200 / RATE_HZ) ** 2


def test_without_loop_the_live_sound_comes_back():
    player = OraclePlayer()
    player.load({"noisy": np.full(10 * HOP, 0.1, np.float32)})
    player.loop = False
    live = np.full((1, 30 * HOP), -0.1, dtype=np.float32)
    y = _play(player, live, {2: "noisy"})
    assert player.playing == ""
    np.testing.assert_array_equal(y[:, 14 * HOP :], live[:, 14 * HOP :])
    assert y[:, 4 * HOP : 11 * HOP].min() == np.float32(0.1)


def test_a_rung_that_is_not_there_is_refused():
    player = OraclePlayer()
    with pytest.raises(InputError, match="comb"):
        player.play("comb")
    player.play("")


def test_the_clean_signal_has_the_beams_delay_and_low_cut():
    """Steered to where the sound comes from, beam and clean signal agree sample by sample."""
    array = load_array("uca8-100mm")
    chain = Chain(ChainConfig(8, array, limit=False), analyse=False)
    bench = DesignBench(array, None)
    bench.request(Params(), 0.0)
    spectrum = np.fft.rfft(np.random.default_rng(2).standard_normal((NEEDED + 1) * HOP))
    frequency_hz = np.fft.rfftfreq((NEEDED + 1) * HOP, 1 / RATE_HZ)
    spectrum[(frequency_hz > 3000) | (frequency_hz < 20)] = 0
    delay_s = -array.mic_xyz_m[:, 0] / 343.0
    mics = 0.1 * np.fft.irfft(spectrum * np.exp(-2j * np.pi * frequency_hz * delay_s[:, None]))
    clean = (0.1 * np.fft.irfft(spectrum)).astype(np.float32)
    for hop in range(NEEDED):
        span = slice(hop * HOP, (hop + 1) * HOP)
        block = Block(mics[:, span].astype(np.float32), hop * HOP, hop * 0.01, clean=clean[span])
        chain.process(block, Params(), bench.designs)
    beam, reference = chain.ladder_tap.excerpt()[:, LEAD_HOPS * HOP :]
    assert np.std(beam - reference) < 0.03 * np.std(reference)


def test_a_measurement_reaches_mailbox_and_player(monkeypatch):
    monkeypatch.setattr(oracle, "_BREATH_S", 0.0)
    tap, player, mailbox, said = _filled(NEEDED)[0], OraclePlayer(), Mailbox(), []
    bench = OracleBench(tap, player, mailbox, said.append)
    try:
        bench.measure(CLASSICAL)
        until(lambda: mailbox.oracle.excerpt is not None)
        excerpt = mailbox.oracle.excerpt
        assert [rung.name for rung in excerpt.rungs] == ["noisy", *ORACLE_RUNGS, "network"]
        assert excerpt.method == "Classical" and excerpt.duration_s == 3.0
        for rung in excerpt.rungs:
            assert rung.columns_dbfs.shape == (EXCERPT_HOPS, 1025) and not rung.columns_dbfs.flags.writeable
            assert np.isfinite(rung.si_sdr_db)
        player.play("comb")
        bench.measure(replace(CLASSICAL, method="percepnet", model="/nowhere/percepnet.onnx"))
        until(lambda: said)
        assert "/nowhere" in said[0]
        assert mailbox.oracle.excerpt is excerpt and mailbox.oracle.state == ""
    finally:
        bench.close()
    assert mailbox.oracle.excerpt is None


def test_a_source_without_clean_signal_is_said():
    mailbox, said = Mailbox(), []
    bench = OracleBench(LadderTap(), OraclePlayer(), mailbox, said.append)
    try:
        bench.measure(CLASSICAL)
        until(lambda: said)
        assert "does not know its clean signal" in said[0]
    finally:
        bench.close()
