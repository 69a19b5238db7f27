"""Weights of a beam at each frequency: superdirective, MVDR and LCMV under a bound on the white-noise gain.

The superdirective weights w = (G + e I)^-1 d / (d^H (G + e I)^-1 d) maximise the directivity for a given white-noise
gain (d the steering vector, G the diffuse field's coherence); e is found by bisection for each frequency (Cox, Zeskind
and Owen, "Robust adaptive beamforming", 1987). MVDR is the same with a measured covariance in place of G (Capon 1969);
LCMV adds linear constraints C^H w = g, here nulls, and has w = (G + e I)^-1 C (C^H (G + e I)^-1 C)^-1 g (Frost 1972).
"""

from __future__ import annotations

import numpy as np

from workbench.dsp.steering import diffuse_coherence

_LOADING_DB = (-90.0, 90.0)
_BISECTIONS = 24
_DISTINCT = 0.2
"""1 minus the squared likeness of null and steering from which on a null is as deep as asked for."""


def superdirective_weights(mic_xyz_m: np.ndarray, steering: np.ndarray, frequency_hz, floor_db: float) -> np.ndarray:
    """Weights of greatest directivity whose white-noise gain is at least `floor_db`.

    Where the floor is above what the array can reach (10 log10 M), the weights are those of delay-and-sum.

    Parameters
    ----------
    mic_xyz_m : (M, 3)
    steering : (F, M) complex
    frequency_hz : (F,)
    floor_db : float

    Returns
    -------
    (F, M) complex128
    """
    values, vectors = np.linalg.eigh(diffuse_coherence(mic_xyz_m, frequency_hz))
    return loaded_weights(values, vectors, steering, floor_db)


def loaded_weights(values: np.ndarray, vectors: np.ndarray, steering: np.ndarray, floor_db: float) -> np.ndarray:
    """Those of `superdirective_weights`, of a coherence by its eigenvalues (F, M) and eigenvectors (F, M, M)."""
    # In the eigenbasis of the coherence any loading is a division, so all frequencies are bisected at once.
    components = np.einsum("fmk,fm->fk", vectors.conj(), steering)
    power = np.abs(components) ** 2
    values = np.maximum(values, 0.0)
    floor = 10 ** (floor_db / 10)
    low = np.full((len(values), 1), _LOADING_DB[0])
    high = np.full_like(low, _LOADING_DB[1])
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        loaded = values + 10 ** (middle / 10)
        gain = np.sum(power / loaded, axis=1) ** 2 / np.sum(power / loaded**2, axis=1)
        enough = (gain >= floor)[:, None]
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    scaled = components / (values + 10 ** (high / 10))
    weights = np.einsum("fmk,fk->fm", vectors, scaled)
    return weights / np.einsum("fm,fm->f", steering.conj(), weights)[:, None]


def lcmv_weights(
    mic_xyz_m: np.ndarray, steering: np.ndarray, nulls: np.ndarray, frequency_hz, floor_db: float, depth_db: float
) -> np.ndarray:
    """Weights of greatest directivity that turn the nulls down by `depth_db` and keep the white-noise gain.

    A null that superdirective weights keep lower on their own stays so. One in a direction that the array hardly tells
    from the steered one (low down, or in a grating lobe) fades away: it would cost all directivity. Where the floor
    cannot be kept with the nulls, they are made shallower: the weights then lie between those of delay-and-sum and
    those of least norm.

    Parameters
    ----------
    mic_xyz_m : (M, 3)
    steering : (F, M) complex
    nulls : (F, M, N) complex, N < M: steering vectors of the nulls
    frequency_hz : (F,)
    floor_db, depth_db : float

    Returns
    -------
    (F, M) complex128
    """
    values, vectors = np.linalg.eigh(diffuse_coherence(mic_xyz_m, frequency_hz))
    return nulled_weights(values, vectors, steering, nulls, floor_db, depth_db)


def nulled_weights(
    values: np.ndarray, vectors: np.ndarray, steering: np.ndarray, nulls: np.ndarray, floor_db: float, depth_db: float
) -> np.ndarray:
    """Those of `lcmv_weights`, of a coherence by its eigenvalues (F, M) and eigenvectors (F, M, M)."""
    values = np.maximum(values, 0.0)
    free = loaded_weights(values, vectors, steering, floor_db)
    natural = np.einsum("fm,fmn->fn", free.conj(), nulls)
    deep = natural * np.minimum(1.0, 10 ** (-depth_db / 20) / np.maximum(np.abs(natural), 1e-12))
    likeness = np.abs(np.einsum("fm,fmn->fn", steering.conj(), nulls)) / steering.shape[1]
    wanted = natural + np.clip((1.0 - likeness**2) / _DISTINCT, 0.0, 1.0) * (deep - natural)
    constraints = np.concatenate([steering[:, :, None], nulls], axis=2)
    response = np.concatenate([np.ones((len(wanted), 1)), wanted], axis=1).conj()
    components = np.matmul(vectors.conj().swapaxes(1, 2), constraints)
    least_norm = 10 ** (-floor_db / 10)

    def solved(loading_db: np.ndarray) -> np.ndarray:
        """Weights in the eigenbasis."""
        scaled = components / (values + 10 ** (loading_db / 10))[:, :, None]
        gram = np.matmul(components.conj().swapaxes(1, 2), scaled)
        power = np.trace(gram, axis1=1, axis2=2).real[:, None, None]
        # Nulls that coincide at low frequencies make the system singular.
        gram = gram + 1e-9 * power * np.eye(gram.shape[1])
        return np.matmul(scaled, np.linalg.solve(gram, response[:, :, None]))[:, :, 0]

    low = np.full((len(values), 1), _LOADING_DB[0])
    high = np.full_like(low, _LOADING_DB[1])
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        enough = (np.sum(np.abs(solved(middle)) ** 2, axis=1) <= least_norm)[:, None]
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    weights = np.einsum("fmk,fk->fm", vectors, solved(high))
    # Delay-and-sum is orthogonal to what leads from it to any other distortionless weights, so the norm says how
    # far one may go.
    plain = steering / steering.shape[1]
    step = weights - plain
    spare = np.maximum(least_norm - 1.0 / steering.shape[1], 0.0)
    reach = np.sqrt(spare / np.maximum(np.sum(np.abs(step) ** 2, axis=1), 1e-30))
    return plain + np.minimum(reach, 1.0)[:, None] * step
