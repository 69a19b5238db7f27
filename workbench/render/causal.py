"""From responses to causal filters of a chosen length and delay, and what that costs."""

from __future__ import annotations

import numpy as np

from workbench.core.geometry import SpeakerLayout
from workbench.dsp.bands import RATE_HZ
from workbench.render.effort import EXACT, Effort
from workbench.render.plants import NOMINAL, HeadPose
from workbench.render.region import FFT_SIZE, FREQUENCY_HZ, design_plant, everywhere

AUDITION_TAPS = 480
AUDITION_DELAY = 96
"""The modelled paths from drivers to ears, made causal by this many samples."""

_FADE_IN, _FADE_OUT = 64, 240


def to_fir(response: np.ndarray, delay: int, taps: int) -> np.ndarray:
    """Causal filters from responses without delay.

    Parameters
    ----------
    response : (F, outputs, inputs) complex on `FREQUENCY_HZ`
    delay : int
        Samples of delay added, fewer than `taps`; what comes earlier is cut off with a fade.
    taps : int
        Any number; what lies farther than half of `FFT_SIZE` from time zero is silence.

    Returns
    -------
    (inputs, outputs, taps) float32
    """
    impulse = np.fft.irfft(response.transpose(2, 1, 0), n=FFT_SIZE, axis=-1)
    half = FFT_SIZE // 2
    before, after = min(delay, half), min(taps - delay, half)
    fir = np.zeros((*impulse.shape[:2], taps))
    fir[..., delay : delay + after] = impulse[..., :after]
    fir[..., delay - before : delay] = impulse[..., FFT_SIZE - before :]
    rise, fall = min(_FADE_IN, before // 3), min(_FADE_OUT, taps // 4, max(after - 1, 0))
    if rise:
        start = delay - before
        fir[..., start : start + rise] *= np.sin(0.5 * np.pi * (np.arange(rise) + 0.5) / rise) ** 2
    if fall:
        end = delay + after
        fir[..., end - fall : end] *= np.cos(0.5 * np.pi * (np.arange(fall) + 0.5) / fall) ** 2
    return fir.astype(np.float32)


def filter_error_db(
    fir: np.ndarray, wanted: np.ndarray, delay: int, frequency_hz: np.ndarray = FREQUENCY_HZ
) -> np.ndarray:
    """What filters lose by being causal and of finite length: the energy of their difference from the wanted responses
    over that of the wanted ones, all inputs and outputs together, (F,) in dB.

    Parameters
    ----------
    fir : (inputs, outputs, taps)
    wanted : (F, outputs, inputs) complex, without delay
    delay : of the filters, in samples
    """
    if frequency_hz is FREQUENCY_HZ and fir.shape[-1] <= FFT_SIZE:
        made = np.fft.rfft(fir, n=FFT_SIZE, axis=-1) * np.exp(2j * np.pi * FREQUENCY_HZ * delay / RATE_HZ)
        made = made.transpose(2, 1, 0)
    else:
        inputs, outputs, taps = fir.shape
        turn = np.exp(-2j * np.pi * np.outer(frequency_hz, np.arange(taps) - delay) / RATE_HZ)
        made = (turn @ fir.reshape(-1, taps).T).reshape(len(frequency_hz), inputs, outputs).transpose(0, 2, 1)
    lost = (np.abs(made - wanted) ** 2).sum(axis=(1, 2))
    whole = (np.abs(wanted) ** 2).sum(axis=(1, 2))
    return 10 * np.log10(np.maximum(lost, 1e-20) / np.maximum(whole, 1e-20))


def audition_paths(
    layout: SpeakerLayout, head: HeadPose = NOMINAL, plant: str = "", effort: Effort = EXACT
) -> np.ndarray:
    """The paths from the drivers to the ears, late by `AUDITION_DELAY`: (drivers, 2, AUDITION_TAPS)."""
    paths = design_plant(layout, plant, head, effort=effort)
    return to_fir(everywhere(paths) if effort.draft else paths, AUDITION_DELAY, AUDITION_TAPS)
