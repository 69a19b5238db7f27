"""Cubic splines through values on a line."""

from __future__ import annotations

import numpy as np


def _solve_tridiagonal(below: np.ndarray, middle: np.ndarray, above: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Thomas's elimination, for all columns of `right` at once; row i is below[i], middle[i], above[i]."""
    middle, right = middle.copy(), right.copy()
    for row in range(1, len(middle)):
        part = below[row] / middle[row - 1]
        middle[row] -= part * above[row - 1]
        right[row] -= part * right[row - 1]
    right[-1] /= middle[-1]
    for row in range(len(middle) - 2, -1, -1):
        right[row] = (right[row] - above[row] * right[row + 1]) / middle[row]
    return right


class CubicSpline:
    """Twice continuously differentiable, and with one cubic over the first two and over the last two intervals
    ("not a knot", de Boor, A Practical Guide to Splines, chapter IV).

    Parameters
    ----------
    x : (N,) rising; at least four
    y : (N, ...) real or complex
    """

    def __init__(self, x: np.ndarray, y: np.ndarray):
        x, y = np.asarray(x, dtype=float), np.asarray(y)
        if len(x) < 4 or len(x) != len(y) or not (np.diff(x) > 0).all():
            raise ValueError(f"a spline needs four or more rising places and as many values, not {len(x)}, {len(y)}")
        step = np.diff(x)
        self._x, self._step, self._shape = x, step, y.shape[1:]
        self._y = values = y.reshape(len(x), -1)
        slope = np.diff(values, axis=0) / step[:, None]
        # Slopes at the knots: the second derivative does not jump at the inner ones, the third not next to the ends.
        below, middle, above = np.zeros(len(x)), np.zeros(len(x)), np.zeros(len(x))
        right = np.empty_like(slope, shape=(len(x), values.shape[1]))
        below[1:-1], middle[1:-1], above[1:-1] = step[1:], 2 * (step[:-1] + step[1:]), step[:-1]
        right[1:-1] = 3 * (step[1:, None] * slope[:-1] + step[:-1, None] * slope[1:])
        for row, own, near, first, second in (
            (0, step[0], step[1], slope[0], slope[1]),
            (-1, step[-1], step[-2], slope[-1], slope[-2]),
        ):
            middle[row] = near
            (above if row == 0 else below)[row] = own + near
            right[row] = ((own + 2 * (own + near)) * near * first + own**2 * second) / (own + near)
        self._slope = _solve_tridiagonal(below, middle, above, right)

    def __call__(self, at: np.ndarray) -> np.ndarray:
        """Values (M, ...) at places (M,); beyond the ends the outermost cubics go on."""
        at = np.asarray(at, dtype=float)
        left = np.clip(np.searchsorted(self._x, at, side="right") - 1, 0, len(self._x) - 2)
        step = self._step[left][:, None]
        t = ((at - self._x[left])[:, None]) / step
        y0, y1 = self._y[left], self._y[left + 1]
        d0, d1 = self._slope[left] * step, self._slope[left + 1] * step
        value = y0 + t * (d0 + t * (3 * (y1 - y0) - 2 * d0 - d1 + t * (2 * (y0 - y1) + d0 + d1)))
        return value.reshape(len(at), *self._shape)
