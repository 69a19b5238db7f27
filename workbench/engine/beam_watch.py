"""Listens beside the audio path to what the beam needs to know (the noise, the other talkers) and to what it gains.

Live it has a thread of its own, which may fall behind and never delays sound; from file to file it works in the
hop's own thread, so that the samples do not depend on the pace.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.audio.mismatch import Microphones
from workbench.core.geometry import MicrophoneArray, wrap_rad
from workbench.core.messages import BeamGain, Block, Track
from workbench.core.params import BeamformerParams, Params
from workbench.dsp.bands import HOP
from workbench.dsp.noise_field import NoiseField, NoiseTracker
from workbench.engine.beam_meter import BeamMeter
from workbench.engine.mailbox import Mailbox

log = logging.getLogger(__name__)

QUEUE_HOPS = 50
"""Half a second: what is older is left out."""
UPDATE_HOPS = 20
"""Five new covariances and measurements a second."""
OWN_RAD = np.radians(15.0)
"""A track as near to the steered direction is the talker whom the beam listens to, or that talker once more."""
_AIMED_RAD = np.radians(20.0)
_FULL_RATE_MICS = 16


@dataclass(slots=True)
class Surroundings:
    """What a beam's design depends on beside parameters and steering. Each attribute is replaced whole."""

    others_rad: tuple[float, ...] = ()
    """Directions of the talkers that the beam does not listen to."""
    noise: NoiseField | None = None
    true_microphones: Callable[[], Microphones | None] = lambda: None
    """Gives the truth about the microphones, where the source knows it: the same object until it changes."""

    def nulls_rad(self, params: BeamformerParams) -> tuple[float, ...]:
        """The nulls that LCMV is asked for: those placed by hand, else the other talkers."""
        if params.method != "lcmv":
            return ()
        return tuple(np.radians(params.nulls_deg).tolist()) if params.null_handles else self.others_rad

    def noise_for(self, params: BeamformerParams) -> NoiseField | None:
        """The noise for the method, if it learns it."""
        return self.noise if params.method == "mvdr" else None


def other_talkers_rad(tracks: Sequence[Track], following: int, azimuth_rad: float) -> tuple[float, ...]:
    """Directions, to a degree, of all tracks but the followed one and any near the steered direction.

    Those that are heard now come first.
    """
    others = [
        track
        for track in tracks
        if track.number != following and abs(wrap_rad(track.azimuth_rad - azimuth_rad)) > OWN_RAD
    ]
    others.sort(key=lambda track: (not track.active, track.number))
    return tuple(float(np.radians(round(np.degrees(track.azimuth_rad)))) for track in others)


def _learns(params: BeamformerParams) -> bool:
    return params.enabled and params.method == "mvdr"


class BeamObserver:
    """Learns the noise for MVDR and measures the beam, in the calling thread."""

    def __init__(self, array: MicrophoneArray, surroundings: Surroundings, mailbox: Mailbox | None):
        self._surroundings, self._mailbox = surroundings, mailbox
        self._tracker = NoiseTracker(array.mic_xyz_m)
        self._meter = BeamMeter(array.mic_xyz_m)
        self._update_hops = UPDATE_HOPS * max(1, array.mics // _FULL_RATE_MICS) ** 2
        self._learning = False
        self._next_index: int | None = None
        self._hops = self._measured = 0
        if mailbox is not None:
            mailbox.beam_gain = None

    def observe(self, block: Block, beam: np.ndarray, azimuth_rad: float, params: Params) -> None:
        """Take one hop: the microphones and the beam that was made of them."""
        x = np.nan_to_num(block.samples, nan=0.0, posinf=0.0, neginf=0.0)
        self._hops += 1
        self._learn(x, azimuth_rad, params.beamformer)
        if self._mailbox is not None:
            self._measure(block, x, beam, azimuth_rad)

    def _learn(self, x: np.ndarray, azimuth_rad: float, params: BeamformerParams) -> None:
        learning = _learns(params) and len(x) > 1
        if learning:
            self._tracker.process(x, azimuth_rad, params.adaptation_ms)
            if self._hops % self._update_hops == 0:
                self._surroundings.noise = self._tracker.field
        elif self._learning:
            self._tracker.reset()
            self._surroundings.noise = None
        self._learning = learning

    def _measure(self, block: Block, x: np.ndarray, beam: np.ndarray, azimuth_rad: float) -> None:
        if block.clean is None or not block.truth:
            self._mailbox.beam_gain = None
            return
        if block.gap or block.index != self._next_index:
            self._meter.reset()
        self._next_index = block.index + HOP
        talker = block.truth[0]
        reading = self._meter.process(x, beam, block.clean, talker.azimuth_rad, talker.distance_m, talker.active)
        if self._hops % UPDATE_HOPS:
            return
        if abs(wrap_rad(azimuth_rad - talker.azimuth_rad)) > _AIMED_RAD:
            self._mailbox.beam_gain = None  # the beam listens to somebody else, whose clean sound is not known
            return
        self._measured += 1
        self._mailbox.beam_gain = BeamGain(
            sequence=self._measured,
            time_s=block.time_s,
            azimuth_rad=talker.azimuth_rad,
            input_db=reading.input_db,
            output_db=reading.output_db,
            array_gain_db=reading.array_gain_db,
            span_s=reading.span_s,
        )


class BeamWatch:
    """Hands hops to a `BeamObserver`.

    Overflow policy: keeps the newest hops.

    Parameters
    ----------
    observer : BeamObserver
    surroundings : Surroundings, filled by it
    report : called with a sentence when observing fails; None: observe in the calling thread, failures are raised
    """

    def __init__(self, observer: BeamObserver, surroundings: Surroundings, report: Callable[[str], None] | None):
        self._observer, self._surroundings, self._report = observer, surroundings, report
        self._queue: deque[tuple[Block, np.ndarray, float, Params]] = deque(maxlen=QUEUE_HOPS)
        self._wake = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None
        if report is not None:
            self._thread = threading.Thread(target=self._run, name="beam-watch", daemon=True)
            self._thread.start()

    def push(
        self,
        block: Block,
        beam: np.ndarray,
        azimuth_rad: float,
        params: Params,
        tracks: Sequence[Track] = (),
        also: Params | None = None,
    ) -> None:
        """Hand over a hop; with a thread, never waits. `also`: another setting that may have to learn."""
        settings = (params,) if also is None else (params, also)
        if any(each.beamformer.method == "lcmv" and not each.beamformer.null_handles for each in settings):
            self._surroundings.others_rad = other_talkers_rad(tracks, params.beamformer.follow, azimuth_rad)
        params = next((each for each in settings if _learns(each.beamformer)), params)
        if self._thread is None:
            self._observer.observe(block, beam, azimuth_rad, params)
        elif not self._ended:
            self._queue.append((block, beam, azimuth_rad, params))
            self._wake.set()

    def close(self) -> None:
        """End the thread."""
        self._ended = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._ended:
            self._wake.wait()
            self._wake.clear()
            while self._queue and not self._ended:
                try:
                    self._observer.observe(*self._queue.popleft())
                except Exception as error:  # the beam goes on as it is
                    log.exception("watching the beam failed")
                    if self._report is not None:
                        self._report(f"The beam no longer learns: {error}")
                    self._ended = True
