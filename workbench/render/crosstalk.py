"""Crosstalk cancellation: filters that send each input to one ear alone, and how gently they do it.

Plants are (F, 2 ears, drivers) complex, filters (F, drivers, 2 inputs) complex; input 0 is meant for ear 0, the
left one. Two ways are here:

* `regularised_inverse`, the classical matrix inverse with a (frequency-dependent) regularisation;
* `null_steering`, which the program uses: the fed ear hears exactly what plain stereo would give it, and the
  crosstalk at the other ear, averaged over any number of head positions, is brought down as far as a target curve
  asks and a limit on the driver gain allows. It holds for any number of drivers.
"""

from __future__ import annotations

import numpy as np

from workbench.core.errors import InputError

_LARGEST_PENALTY = 1e6
BISECTIONS = 34
"""Enough for double precision."""


def regularised_inverse(plant: np.ndarray, beta: np.ndarray | float) -> np.ndarray:
    """H = (C^H C + beta I)^-1 C^H.

    Parameters
    ----------
    plant : (F, 2, drivers) complex
    beta : float or (F,), not negative

    Returns
    -------
    (F, drivers, 2) complex; no delay is added. Written as C^H (C C^H + beta I)^-1, the same matrix, which stays
    well defined at beta = 0 with more drivers than ears.
    """
    adjoint = plant.conj().transpose(0, 2, 1)
    floor = np.broadcast_to(np.asarray(beta, dtype=float), len(plant))[:, None, None] * np.eye(plant.shape[1])
    return adjoint @ np.linalg.inv(plant @ adjoint + floor)


def boost_regularisation(plant: np.ndarray, limit_db: float) -> np.ndarray:
    """Least beta(f) that keeps every singular value of the regularised inverse at or below the limit.

    A singular value sigma of the plant becomes sigma / (sigma^2 + beta), so beta = sigma / gamma - sigma^2 where the
    perfect inverse would exceed gamma. For the symmetric pair this is sqrt(B)/gamma - B and its twin (Choueiri 2008),
    and the largest mode gain is exactly gamma.

    Returns
    -------
    (F,) float64, 0 where the perfect inverse stays within the limit.
    """
    gamma = 10 ** (limit_db / 20)
    sigma = np.linalg.svd(plant, compute_uv=False)
    return np.maximum(sigma / gamma - sigma**2, 0.0).max(axis=-1)


def relative_transfer(transfer_ratio: np.ndarray, cancellation_db: np.ndarray | float) -> np.ndarray:
    """Strength rho(f) of the relative transfer function -rho q for a symmetric pair.

    With q = C_contra / C_ipsi, the near driver plays 1 and the other -rho q; the ears then differ by
    |1 - rho q^2|^2 / (|q|^2 (1 - rho)^2), which is set to the wanted cancellation (a quadratic in rho).

    Parameters
    ----------
    transfer_ratio : (F,) complex, q, with |q| < 1 (for |q| >= 1 use `null_steering`)
    cancellation_db : float or (F,)

    Returns
    -------
    (F,) float64 in [0, 1); 0 where the plain pair already separates that much.
    """
    q = np.asarray(transfer_ratio, dtype=complex)
    wanted = 10 ** (np.asarray(cancellation_db, dtype=float) / 10) * np.abs(q) ** 2
    square = np.abs(q) ** 4 - wanted
    half = wanted - np.real(q**2)
    constant = 1 - wanted
    root = np.sqrt(np.maximum(half**2 - square * constant, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        # The root that grows from 0 as the wanted ratio rises above the plain pair's.
        rho = np.where(np.abs(square) > 1e-12, (-half + root) / square, -constant / (2 * half))
    return np.where(wanted <= 1, 0.0, np.clip(rho, 0.0, np.nextafter(1.0, 0.0)))


class _Tradeoff:
    """Weights that minimise w^H R w + lambda |w|^2 with the fed ear held, for any lambda(f).

    R (the crosstalk's covariance) is diagonalised once, so that each lambda costs a few products. The penalty is on
    the weights themselves, not on their distance to plain stereo: that spreads the drive over all drivers, and a limit
    on the largest of them then buys up to 1.5 dB more separation.
    """

    def __init__(self, fed: np.ndarray, covariance: np.ndarray):
        power, self._basis = np.linalg.eigh(covariance)
        self._power = np.maximum(power, 0.0)
        self._fed = (self._basis.conj().transpose(0, 2, 1) @ fed.conj()[..., None])[..., 0]

    def weights(self, lam: np.ndarray, chosen: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Driver weights (F, drivers) for lambda (F,), at chosen frequencies."""
        fed = self._fed[chosen]
        inverse = 1 / (self._power[chosen] + lam[:, None])
        hold = (np.abs(fed) ** 2 * inverse).sum(axis=1)
        return (self._basis[chosen] @ (inverse * fed / hold[:, None])[..., None])[..., 0]

    def within(self, limit: np.ndarray, least: float, bisections: int) -> np.ndarray:
        """The weights of the least lambda that keeps every magnitude within limit (F,): a bisection on a log scale."""
        lam = np.full(len(limit), least)
        weights = self.weights(lam)
        over = np.flatnonzero(np.abs(weights).max(axis=1) > limit)
        if len(over):
            low, high = (np.full(len(over), np.log(value)) for value in (least, _LARGEST_PENALTY))
            for _ in range(bisections):
                middle = 0.5 * (low + high)
                good = np.abs(self.weights(np.exp(middle), over)).max(axis=1) <= limit[over]
                low, high = np.where(good, low, middle), np.where(good, middle, high)
            weights[over] = self.weights(np.exp(high), over)
        return weights


def null_steering(
    fed: np.ndarray,
    crosstalk: np.ndarray,
    anchor: np.ndarray,
    cancellation_db: np.ndarray | float,
    drive_limit_db: np.ndarray | float,
    region_weight: float = 0.1,
    droop_db: np.ndarray | float = 0.0,
    penalty: float = 1e-4,
    bisections: int = BISECTIONS,
) -> np.ndarray:
    """Driver weights for one input: the fed ear gets 1 (less by up to `droop_db` where the drive limit is reached), the
    other ear as little as wanted and allowed.

    Parameters
    ----------
    fed : (F, drivers) complex
        Transfer to the fed ear, relative to what plain stereo gives it.
    crosstalk : (positions, F, drivers) complex
        Transfer to the other ear, relative to the same, at one or more head positions. What is brought down is the
        energy at the first one plus `region_weight` times the mean energy at the rest; `cancellation_db` counts at
        the first.
    anchor : (F, drivers) complex
        Weights of plain stereo; fed . anchor = 1. Where less than the strongest separation is enough, the weights lie
        between these and the strongest ones.
    cancellation_db : float or (F,)
        Ratio of the energies at the fed and the other ear that is enough; it is met, not exceeded.
    drive_limit_db : float or (F,)
        Largest magnitude of a weight. It counts before the cancellation.
    region_weight : float
        0.1 leaves two drivers their null where it was asked for, and lets more of them widen it.
    droop_db : float or (F,)
        How far the fed ear's level may fall where the drive limit is reached: the separation gains as much.
    penalty : float
        Least weight of |w|^2 beside the crosstalk's energy. Less drives more drivers harder for a wider
        null in the model than a real head confirms.
    bisections : int
        Steps in which the least penalty is found that keeps to the drive limit; each halves ten decades.

    Returns
    -------
    (F, drivers) complex128
    """
    share = np.full(len(crosstalk), region_weight / max(len(crosstalk) - 1, 1))
    share[0] = 1.0
    covariance = np.einsum("p,pfd,pfe->fde", share, crosstalk.conj(), crosstalk, optimize=True)
    tradeoff = _Tradeoff(fed, covariance)
    limit_db, droop_db = (np.broadcast_to(np.asarray(x, dtype=float), len(fed)) for x in (drive_limit_db, droop_db))
    strongest = tradeoff.within(10 ** ((limit_db + droop_db) / 20) * (1 + 1e-6), penalty, bisections)

    # Between plain stereo and the strongest weights the fed ear keeps 1, and the drive is no larger than theirs.
    start = (crosstalk[0] * anchor).sum(axis=1)
    step = (crosstalk[0] * strongest).sum(axis=1) - start
    allowed = 10 ** (-np.asarray(cancellation_db, dtype=float) / 10)
    square = np.abs(step) ** 2 + np.finfo(float).tiny
    half = (start.conj() * step).real
    surplus = np.abs(start) ** 2 - allowed
    root = np.sqrt(np.maximum(half**2 - square * surplus, 0.0))
    portion = np.where(surplus <= 0, 0.0, np.clip((-half - root) / square, 0.0, 1.0))
    weights = anchor + portion[:, None] * (strongest - anchor)
    return weights * np.minimum(1.0, 10 ** (limit_db / 20) / np.abs(weights).max(axis=1))[:, None]


def separation_db(plant: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """Crosstalk separation: energy at the fed ear over the other ear's, mean of both inputs in dB.

    Parameters
    ----------
    plant : (F, 2, drivers) complex
    filters : (F, drivers, 2) complex

    Returns
    -------
    (F,) float64
    """
    ears = np.abs(plant @ filters)
    tiny = np.finfo(float).tiny
    left = (ears[:, 0, 0] + tiny) / (ears[:, 1, 0] + tiny)
    right = (ears[:, 1, 1] + tiny) / (ears[:, 0, 1] + tiny)
    return 10 * np.log10(left * right)


def fed_level(plant: np.ndarray, filters: np.ndarray, plain: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Level at the fed ear over that of plain stereo, a factor for each input, (2,): root of the mean energy ratio from
    300 Hz to 8 kHz, every octave weighing the same. Parameters as those of `drive_db`."""
    fed = np.abs(np.einsum("fed,fde->fe", plant, filters))
    fed_plain = np.abs(np.einsum("fed,de->fe", plant, plain))
    pink = np.where((frequency_hz >= 300) & (frequency_hz <= 8000), np.gradient(np.log(frequency_hz)), 0.0)
    return np.sqrt(pink @ (fed / fed_plain) ** 2 / pink.sum())


def drive_db(plant: np.ndarray, filters: np.ndarray, plain: np.ndarray, frequency_hz: np.ndarray) -> np.ndarray:
    """Gain of each driver over what plain stereo needs to be as loud at the fed ear (300 Hz to 8 kHz, pink).

    Parameters
    ----------
    plant : (F, 2, drivers) complex
    filters : (F, drivers, 2) complex
    plain : (drivers, 2)
    frequency_hz : (F,)

    Returns
    -------
    (F, drivers) float64 in dB, the larger of both inputs.
    """
    louder = fed_level(plant, filters, plain, frequency_hz)
    return 20 * np.log10(np.maximum((np.abs(filters) / louder).max(axis=2), 1e-6))


def mirrored_drivers(driver_xyz_m: np.ndarray) -> np.ndarray | None:
    """For each driver the one at its mirror image (y to -y), (drivers,) integers; None if the layout has no such
    symmetry."""
    xyz = np.asarray(driver_xyz_m, dtype=float)
    distance = np.linalg.norm(xyz[:, None] * (1.0, -1.0, 1.0) - xyz[None], axis=-1)
    return distance.argmin(axis=1) if distance.min(axis=1).max() < 1e-4 else None


def outer_drivers(driver_xyz_m: np.ndarray) -> tuple[int, int]:
    """Drivers that play plain stereo: left- and right-most as the listener sees them (the left has negative y).

    Raises
    ------
    InputError
        Fewer than two drivers, or all straight ahead of each other.
    """
    side = np.asarray(driver_xyz_m, dtype=float)[:, 1]
    left, right = int(side.argmin()), int(side.argmax())
    if len(side) < 2 or side[right] - side[left] < 1e-3:
        raise InputError("stereo needs two drivers side by side (different y)")
    return left, right
