"""Sound that reaches an array from all directions alike."""

from __future__ import annotations

import numpy as np

from workbench.audio.noises import TAPS, centred_fir
from workbench.core.geometry import SPEED_OF_SOUND_M_S

RATE_HZ = 48000
_MANY_MICS = 16
"""From here on a matrix product for each frequency is faster than one sum over all."""


def diffuse_coherence(mic_xyz_m: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Spatial coherence sin(kd)/(kd) of a spherically isotropic field, (F, mics, mics)."""
    spacing_m = np.linalg.norm(mic_xyz_m[:, None] - mic_xyz_m[None], axis=-1)
    return np.sinc(2 * frequency_hz[:, None, None] * spacing_m / SPEED_OF_SOUND_M_S)


class DiffuseField:
    """Mixes one independent noise for each microphone to a spherically isotropic field of the same power.

    The mix is the symmetric root of the coherence matrix, frequency by frequency (Habets, Cohen and Gannot, J.
    Acoust. Soc. Am. 124, 2008, with the root in place of their Cholesky factor, so that no microphone is special).

    Parameters
    ----------
    mic_xyz_m : (mics, 3)
    mic_delay_s : (mics,)
        How much later each microphone hears than it should.
    chunk : int
        `mix` takes and gives spectra of 2 · chunk samples.
    """

    def __init__(self, mic_xyz_m: np.ndarray, mic_delay_s: np.ndarray, chunk: int):
        frequency_hz = np.linspace(0, RATE_HZ / 2, TAPS // 2 + 1)
        values, vectors = np.linalg.eigh(diffuse_coherence(mic_xyz_m, frequency_hz))
        root = (vectors * np.sqrt(np.maximum(values, 0.0))[:, None]) @ np.swapaxes(vectors, 1, 2)
        shift = np.exp(-2j * np.pi * frequency_hz[:, None] * mic_delay_s)
        shift[-1] = shift[-1].real
        fir = centred_fir(np.moveaxis(root * shift[:, :, None], 0, -1))
        self._mix = np.fft.rfft(fir, 2 * chunk).astype(np.complex64)  # (mics out, noises in, bins)
        if len(mic_xyz_m) > _MANY_MICS:
            self._mix = np.ascontiguousarray(self._mix.transpose(2, 0, 1))  # (bins, mics out, noises in)

    def mix(self, spectra: np.ndarray) -> np.ndarray:
        """(mics, chunk + 1) of the newest two chunks of the noises: only the second chunk of the result counts."""
        if len(spectra) > _MANY_MICS:
            return np.matmul(self._mix, spectra.T[..., None])[..., 0].T
        return np.einsum("if,oif->of", spectra, self._mix)
