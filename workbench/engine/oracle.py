"""The oracle ladder beside a running chain: an excerpt of what the enhancer gets, with the clean signal to it, climbed
rung by rung on a thread of its own, and played in place of the live sound.

    chain ─ tap (the last seconds, noisy and clean in step) ─▸ thread: rungs, spectra, scores ─▸ mailbox
      └── player: the excerpt in a loop, any rung, changed over at the same place ◂── session
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.core.errors import InputError
from workbench.core.messages import ORACLE_RUNGS, OracleExcerpt, OracleReport, OracleRung, frozen
from workbench.core.params import EnhanceParams, entry
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.engine.mailbox import Mailbox
from workbench.engine.taps import BIN_HZ, SpectrumColumn
from workbench.enhance.enhancer import LATENCY, Enhancer
from workbench.enhance.ladder import OracleLadder
from workbench.enhance.runtime import NetworkGains

log = logging.getLogger(__name__)

NOISY, ESTIMATED = "noisy", "network"
"""Rungs below and above the oracle's: the sound as it came, and the enhancer as it is set."""

EXCERPT_HOPS = 300
LEAD_HOPS = 100
"""Sound before the excerpt, in which trackers and networks find their feet."""
_TAIL_HOPS = -(-LATENCY // HOP)
_KEPT_HOPS = 800
_MARGIN_HOPS = 50
"""What the hop thread may write while another copies."""
_BREATH_S = 0.001
"""Pause after each hop of the ladder, so that the hop thread never waits long for the interpreter."""


class LadderTap:
    """The last seconds of what the enhancer gets and of the clean signal to it.

    One thread pushes, any other may ask for an excerpt.
    """

    def __init__(self) -> None:
        self._samples = np.zeros((2, (_KEPT_HOPS + _MARGIN_HOPS) * HOP), dtype=np.float32)
        self._pushed = 0

    @property
    def hops(self) -> int:
        """Hops heard so far."""
        return self._pushed

    def clear(self) -> None:
        """Forget everything."""
        self._pushed = 0

    def push(self, noisy: np.ndarray, clean: np.ndarray) -> None:
        """One hop of each, (HOP,) float32."""
        start = self._pushed * HOP % self._samples.shape[1]
        self._samples[0, start : start + HOP] = noisy
        self._samples[1, start : start + HOP] = clean
        self._pushed += 1

    def excerpt(self) -> np.ndarray | None:
        """The stretch of `EXCERPT_HOPS` with the most speech among the last seconds, with its lead and tail.

        Returns
        -------
        (2, LEAD + EXCERPT + tail hops, in samples) float32: noisy, clean; None before there is so much.
        """
        pushed = self._pushed
        wanted = LEAD_HOPS + EXCERPT_HOPS + _TAIL_HOPS
        kept = min(pushed, _KEPT_HOPS)
        if kept < wanted:
            return None
        at = np.arange((pushed - kept) * HOP, pushed * HOP) % self._samples.shape[1]
        copy = self._samples[:, at]
        if self._pushed - pushed > _MARGIN_HOPS:
            return None
        loudness = np.square(copy[1]).reshape(kept, HOP).sum(axis=1)
        total = np.convolve(loudness[LEAD_HOPS : kept - _TAIL_HOPS], np.ones(EXCERPT_HOPS), mode="valid")
        # The newest of the good ones: a person wants to hear again what was just said.
        first = int(np.flatnonzero(total >= 0.9 * total.max())[-1])
        return copy[:, first * HOP : (first + wanted) * HOP].copy()


class OraclePlayer:
    """Plays one rung of an excerpt in place of the live sound; every change is a fade of one hop at the same place."""

    latency = 0

    def __init__(self) -> None:
        self.loop = True
        """At the end begin again, or go back to the live sound. May be set from another thread."""
        self._wanted = ""
        self._rungs: dict[str, np.ndarray] = {}
        self.reset()

    def reset(self) -> None:
        """Live sound at once."""
        self._wanted = self._playing = ""
        self._hop = 0

    def load(self, rungs: dict[str, np.ndarray]) -> None:
        """The rungs of another excerpt, each (n,) float32, a whole number of hops long; the live sound plays."""
        self._wanted = ""
        self._rungs = {name: _faded(sound) for name, sound in rungs.items()}

    def play(self, rung: str) -> None:
        """Choose a rung of the loaded excerpt; "" is the live sound. From any thread.

        Raises
        ------
        InputError
            There is no such rung.
        """
        if rung and rung not in self._rungs:
            raise InputError(f"{rung}: not a rung that has been measured ({', '.join(self._rungs) or 'none has'})")
        self._wanted = rung

    @property
    def playing(self) -> str:
        """The chosen rung; "" is the live sound."""
        return self._wanted

    @property
    def position_s(self) -> float:
        """Place in the excerpt."""
        return self._hop * HOP / RATE_HZ

    def process(self, live: np.ndarray) -> np.ndarray:
        """(channels, HOP) float32 live sound -> the same, or the rung on all channels."""
        wanted, rungs = self._wanted, self._rungs
        before = self._playing if self._playing in rungs else ""
        if wanted not in rungs:
            wanted = ""
        self._playing = wanted
        if not wanted and not before:
            return live
        if not before:
            self._hop = 0
        leaving, coming = self._sound(rungs, before, live), self._sound(rungs, wanted, live)
        self._hop += 1
        if wanted and self._hop * HOP >= len(rungs[wanted]):
            self._hop = 0
            if not self.loop:
                self._wanted = ""
        if wanted == before:
            return coming
        return leaving + _RAMP * (coming - leaving)

    def _sound(self, rungs: dict[str, np.ndarray], rung: str, live: np.ndarray) -> np.ndarray:
        if not rung:
            return live
        return np.repeat(rungs[rung][None, self._hop * HOP : (self._hop + 1) * HOP], len(live), axis=0)


_RAMP = np.linspace(0, 1, HOP, endpoint=False, dtype=np.float32)


def _faded(sound: np.ndarray) -> np.ndarray:
    """The excerpt with a hop of fade at both ends, so that its loop has no step."""
    sound = sound.astype(np.float32)
    sound[:HOP] *= _RAMP
    sound[-HOP:] *= _RAMP[::-1]
    return sound


def si_sdr_db(estimate: np.ndarray, clean: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio (Le Roux et al. 2019) of two (n,) signals; NaN without speech."""
    estimate, clean = estimate.astype(np.float64), clean.astype(np.float64)
    power = float(clean @ clean)
    if power <= 0:
        return float("nan")
    target = clean * (float(estimate @ clean) / power)
    error = float(np.square(estimate - target).sum())
    return float(10 * np.log10((float(target @ target) + 1e-20) / (error + 1e-20)))


def stoi(estimate: np.ndarray, clean: np.ndarray) -> float:
    """Short-time objective intelligibility in [0, 1]; NaN where pystoi is not installed or speech is too short."""
    try:
        from pystoi import stoi as measure
    except ImportError:
        return float("nan")
    if not clean.any():
        return float("nan")
    return float(measure(clean, estimate, RATE_HZ))


def spectrum_columns(sound: np.ndarray) -> np.ndarray:
    """(n,) samples -> (hops, bins) float32 dBFS, as the live spectrograms show them."""
    column = SpectrumColumn()
    return np.stack([column.process(sound[start : start + HOP]) for start in range(0, len(sound), HOP)])


class LadderClimb:
    """Climbs the ladder with one excerpt, in the calling thread; keeps a loaded network for the next."""

    def __init__(self) -> None:
        self._enhancer = Enhancer(1)

    def climb(
        self, excerpt: np.ndarray, params: EnhanceParams, breathe: Callable[[], None] = lambda: None
    ) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """All rungs of an excerpt from `LadderTap`, lead and tail taken off.

        Returns
        -------
        (dict of rung to (EXCERPT_HOPS * HOP,) float32, from noisy to the enhancer's own; the clean signal likewise)

        Raises
        ------
        InputError
            The chosen network cannot be used.
        """
        network = params.network
        if network and network not in self._enhancer.methods:
            self._enhancer.install(network, NetworkGains(1, network))
        self._enhancer.reset()
        ladder = OracleLadder(1)
        noisy, clean = excerpt[:1], excerpt[1:]
        rungs, estimated = [], []
        for start in range(0, excerpt.shape[1], HOP):
            hop = slice(start, start + HOP)
            rungs.append(ladder.process(noisy[:, hop], clean[:, hop], params)[:, 0])
            estimated.append(self._enhancer.process(noisy[:, hop], params)[0])
            breathe()
        begin, length = LEAD_HOPS * HOP, EXCERPT_HOPS * HOP
        delayed = slice(begin + LATENCY, begin + LATENCY + length)
        sounds = {NOISY: noisy[0, begin : begin + length]}
        sounds |= dict(zip(ORACLE_RUNGS, np.concatenate(rungs, axis=1)[:, delayed]))
        sounds[ESTIMATED] = np.concatenate(estimated)[delayed]
        return sounds, clean[0, begin : begin + length]


class OracleBench:
    """Measures excerpts on a thread of its own, on request, and loads the player with them.

    Parameters
    ----------
    tap, player : the chain's
    mailbox : gets an `OracleReport` whenever something changes
    complain : called with a sentence when a measurement fails
    """

    def __init__(self, tap: LadderTap, player: OraclePlayer, mailbox: Mailbox, complain: Callable[[str], None]):
        self._tap, self._player, self._mailbox, self._complain = tap, player, mailbox, complain
        self._wanted: EnhanceParams | None = None
        self._wake = threading.Event()
        self._ended = False
        self._count = 0
        self._thread = threading.Thread(target=self._run, name="oracle", daemon=True)
        self._thread.start()
        mailbox.oracle = OracleReport()

    def measure(self, params: EnhanceParams) -> None:
        """Ask for an excerpt of what was just heard, with these settings; never waits."""
        self._wanted = params
        self._wake.set()

    def close(self) -> None:
        """End the thread."""
        self._ended = True
        self._wake.set()
        self._thread.join(timeout=5)
        self._mailbox.oracle = OracleReport()

    def _run(self) -> None:
        climb = None
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._ended:
                return
            params = self._wanted
            try:
                climb = climb or LadderClimb()
                self._measure(climb, params)
            except _ClosedEarly:
                return
            except InputError as error:
                self._fail(f"The oracle ladder could not be measured: {error}")
            except Exception as error:  # the sound goes on
                log.exception("the oracle ladder failed")
                self._fail(f"The oracle ladder could not be measured: {error}")

    def _fail(self, message: str) -> None:
        self._mailbox.oracle = OracleReport(excerpt=self._mailbox.oracle.excerpt)
        self._complain(message)

    def _breathe(self) -> None:
        if self._ended:
            raise _ClosedEarly
        time.sleep(_BREATH_S)

    def _measure(self, climb: LadderClimb, params: EnhanceParams) -> None:
        if self._tap.hops == 0:
            raise InputError(NO_CLEAN)
        excerpt = self._tap.excerpt()
        while excerpt is None:  # a few seconds after the start
            self._mailbox.oracle = OracleReport(state="listening", excerpt=self._mailbox.oracle.excerpt)
            self._breathe()
            time.sleep(0.1)
            excerpt = self._tap.excerpt()
        self._mailbox.oracle = OracleReport(state="measuring", excerpt=self._mailbox.oracle.excerpt)
        sounds, clean = climb.climb(excerpt, params, self._breathe)
        rungs = []
        for name, sound in sounds.items():
            columns = frozen(spectrum_columns(sound))
            rungs.append(OracleRung(name, columns, si_sdr_db(sound, clean), stoi(sound, clean)))
            self._breathe()
        self._count += 1
        method = params.method if params.enabled else "none"
        label = dict(entry("enhance.method").knob.choices)[method]
        if params.network == params.model:
            label = Path(params.model).stem
        self._player.load(sounds)
        self._mailbox.oracle = OracleReport(
            excerpt=OracleExcerpt(self._count, label, EXCERPT_HOPS * HOP / RATE_HZ, BIN_HZ, tuple(rungs))
        )


class _ClosedEarly(Exception):
    """The bench was closed while it measured."""


NO_CLEAN = "this source does not know its clean signal; the simulated room does, and a file …noisy beside a …clean"
