"""Impulse responses from a loudspeaker's drivers to the ears of a listener in a simulated room.

The direct sound and reflections off up to two walls come from their own directions, wherever the head is; later ones
share a few dozen directions and stay as they are while the head moves some centimetres.
"""

from __future__ import annotations

import dataclasses
import math
from functools import lru_cache

import numpy as np

from workbench.core.geometry import SPEED_OF_SOUND_M_S, SpeakerLayout
from workbench.core.messages import frozen
from workbench.dsp.bands import RATE_HZ
from workbench.engine.listening_room import (
    Images,
    ListeningRoom,
    device_images,
    directivity,
    even_directions,
    heard_from,
    nearest,
)
from workbench.render.causal import AUDITION_DELAY, audition_paths
from workbench.render.plants import NOMINAL, HeadPose

_EXACT_WALLS = 2
_COARSE_DIRECTIONS = 24
"""Directions that hundreds of late reflections share."""
_ALL_UNTIL_S = 0.06
_MOST_LATER = 30_000
"""Reflections after the first moments: of more, as many are drawn, and are louder by what the others had."""
_FFT = 1024
_LEAD = _FFT // 4


def room_responses(layout: SpeakerLayout, room: ListeningRoom, head: HeadPose = NOMINAL) -> np.ndarray:
    """Impulse responses from the drivers to the ears.

    Parameters
    ----------
    head : offset from the place at the room's distance

    Returns
    -------
    (drivers, 2, taps) float32
        In step with and as loud as `audition_paths`, the direct sound among them, for a layout whose listener is at
        the room's distance.
    """
    near = dataclasses.replace(layout, listener_distance_m=room.distance_m)
    out = np.array(_late_responses(layout, room))
    images = device_images(room)
    few = np.flatnonzero(images.walls <= _EXACT_WALLS)[1:]  # the first is the direct sound, which has paths of its own
    early = images.chosen(few, head.offset_m)
    start = _arrival(early, room) - _LEAD
    level = early.gain * room.distance_m / early.distance_m
    for response, first, gain in zip(_pair_responses(layout, early), start, level):
        cut = max(0, -first)
        end = min(first + _FFT, out.shape[-1])
        if end > 0 and first < end:
            out[..., max(0, first) : end] += (gain * response[..., cut : end - first]).astype(np.float32)
    direct = audition_paths(near, head)
    out[..., : direct.shape[-1]] += direct
    return frozen(out)


def _arrival(images: Images, room: ListeningRoom) -> np.ndarray:
    """Sample at which each image is heard."""
    late_s = (images.distance_m - room.distance_m) / SPEED_OF_SOUND_M_S
    return np.round(late_s * RATE_HZ).astype(int) + AUDITION_DELAY


@lru_cache(maxsize=2)
def _late_responses(layout: SpeakerLayout, room: ListeningRoom) -> np.ndarray:
    """Reflections off more walls, (drivers, 2, taps) float32."""
    images = device_images(room)
    taps = AUDITION_DELAY + math.ceil(room.rt60_s * RATE_HZ) + _FFT
    size = 1 << (taps - 1).bit_length()
    late, gain = _arrival(images, room), images.gain * room.distance_m / images.distance_m
    many = np.flatnonzero((late < size - _FFT) & (images.walls > _EXACT_WALLS))
    early = late[many] < AUDITION_DELAY + _ALL_UNTIL_S * RATE_HZ
    later = many[~early]
    if len(later) > _MOST_LATER:
        drawn = np.sort(np.random.default_rng(0).choice(len(later), _MOST_LATER, replace=False))
        gain = gain * np.where(np.isin(np.arange(len(gain)), later), math.sqrt(len(later) / _MOST_LATER), 1.0)
        many = np.concatenate([many[early], later[drawn]])

    grid = even_directions(_COARSE_DIRECTIONS)
    leaving, arriving = nearest(grid, images.leaving[many]), nearest(grid, images.arriving[many])
    late, gain = late[many], gain[many]
    frequency_hz, bins = _spectrum_grid(), np.arange(size // 2 + 1) * (_FFT / size)
    sent = directivity(layout, grid, frequency_hz)

    def fine(values: np.ndarray) -> np.ndarray:
        """Values (..., coarse F) at all bins."""
        whole = np.minimum(bins.astype(int), values.shape[-1] - 2)
        part = (bins - whole).astype(np.float32)
        return (1 - part) * values[..., whole] + part * values[..., whole + 1]

    total = np.zeros((len(layout.drivers), 2, size // 2 + 1), dtype=np.complex64)
    heard = fine(heard_from(layout, grid, frequency_hz).astype(np.complex64))
    for emission in range(len(grid)):
        mine = leaving == emission
        at = arriving[mine] * size + late[mine]
        trains = np.bincount(at, weights=gain[mine], minlength=len(grid) * size).reshape(len(grid), size)
        arrived = np.einsum("aef,af->ef", heard, np.fft.rfft(trains.astype(np.float32), axis=1))
        total += fine(sent[:, emission].T.astype(np.complex64))[:, None] * arrived[None]
    return frozen(np.ascontiguousarray(np.fft.irfft(total, size, axis=-1)[..., :taps].astype(np.float32)))


def _spectrum_grid() -> np.ndarray:
    return np.fft.rfftfreq(_FFT, 1 / RATE_HZ)


def _pair_responses(layout: SpeakerLayout, images: Images) -> np.ndarray:
    """Responses of single images: (N, drivers, 2, _FFT), late by _LEAD."""
    frequency_hz = _spectrum_grid()
    turn = np.exp(-2j * np.pi * frequency_hz * _LEAD / RATE_HZ)
    sent = directivity(layout, images.leaving, frequency_hz)
    heard = heard_from(layout, images.arriving, frequency_hz)
    return np.fft.irfft(np.einsum("fnd,nef,f->ndef", sent, heard, turn, optimize=True), _FFT, axis=-1)
