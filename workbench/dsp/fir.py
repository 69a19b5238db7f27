"""Streaming convolution with a matrix of FIR filters, and click-free exchange of the filters.

Uniformly partitioned overlap-save: the filters are cut into partitions of one hop, each transformed once; the
spectra of past input hops are kept, so that a hop costs one FFT an input, one multiply-accumulate over the
partitions and one inverse FFT an output. The convolution itself adds no delay.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from workbench.dsp import fft
from workbench.dsp.bands import HOP

_FFT = 2 * HOP
_BINS = HOP + 1

_AT_ONCE = 1 << 16
"""Products that are made and summed at once: what stays in the processor's cache."""

FADE = 2 * HOP
"""Samples (20 ms) over which old filters fade into new ones."""

_RISE = (np.sin(0.5 * np.pi * (np.arange(FADE) + 0.5) / FADE) ** 2).astype(np.float32).reshape(-1, HOP)
_RISE.setflags(write=False)


@dataclass(frozen=True, eq=False)
class PartitionedFilters:
    """A matrix of FIR filters, ready for `PartitionedConvolver`.

    Attributes
    ----------
    fir : (inputs, outputs, taps) float32, read-only
    spectra : (partitions * inputs, active, 481) complex64, read-only
        Transforms of the partitions, newest input hop first; made from `fir`. Only the first `active` outputs have
        filters that are not silent.
    """

    fir: np.ndarray
    spectra: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        fir = np.array(self.fir, dtype=np.float32)
        if fir.ndim != 3 or 0 in fir.shape:
            raise ValueError(f"expected filters of shape (inputs, outputs, taps), got {fir.shape}")
        if not np.isfinite(fir).all():
            raise ValueError("a filter holds a value that is not a finite number")
        inputs, _, taps = fir.shape
        partitions = -(-taps // HOP)
        sounding = np.flatnonzero(fir.any(axis=(0, 2)))
        active = int(sounding[-1]) + 1 if len(sounding) else 1
        padded = np.zeros((inputs, active, partitions * HOP), dtype=np.float32)
        padded[..., :taps] = fir[:, :active]
        cut = padded.reshape(inputs, active, partitions, HOP).transpose(2, 0, 1, 3)
        spectra = fft.rfft(cut, n=_FFT, axis=-1).reshape(partitions * inputs, active, _BINS)
        fir.setflags(write=False)
        spectra.setflags(write=False)
        object.__setattr__(self, "fir", fir)
        object.__setattr__(self, "spectra", spectra)

    @property
    def inputs(self) -> int:
        """Number of input channels."""
        return self.fir.shape[0]

    @property
    def outputs(self) -> int:
        """Number of output channels."""
        return self.fir.shape[1]


class PartitionedConvolver:
    """Convolves hops of samples with a matrix of FIR filters.

    When another filter object comes, the outputs of old and new fade into each other over `FADE` samples; both
    see the same past input, so the result is the weighted sum of two steady convolutions. Filters that arrive
    during a fade wait until it is over; of several, the newest counts.

    Parameters
    ----------
    inputs, outputs : int
    max_taps : int
        Longest filter that may come; sets the length of the input history.
    """

    latency = 0

    def __init__(self, inputs: int, outputs: int, max_taps: int):
        self.inputs = inputs
        self.outputs = outputs
        self._partitions = -(-max_taps // HOP)
        self.reset()

    def reset(self) -> None:
        """Forget the past input and the filters; the next filters act at once, with no fade."""
        self._past = np.zeros((self.inputs, HOP), dtype=np.float32)
        # Each spectrum is written twice, a ring's length apart, so that any window of the ring is contiguous.
        self._history = np.zeros((2 * self._partitions, self.inputs, _BINS), dtype=np.complex64)
        self._newest = 0
        self._current: PartitionedFilters | None = None
        self._coming: PartitionedFilters | None = None
        self._fade_hop = 0

    def process(self, x: np.ndarray, filters: PartitionedFilters) -> np.ndarray:
        """Convolve one hop.

        Parameters
        ----------
        x : (inputs, 480) float32
        filters : PartitionedFilters

        Returns
        -------
        (outputs, 480) float32

        Raises
        ------
        ValueError
            The filters do not fit this convolver.
        """
        if (filters.inputs, filters.outputs) != (self.inputs, self.outputs):
            raise ValueError(
                f"expected filters for {self.inputs} inputs and {self.outputs} outputs, "
                f"got {filters.inputs} and {filters.outputs}"
            )
        if len(filters.spectra) > self._partitions * self.inputs:
            raise ValueError(f"filters of {filters.fir.shape[2]} taps are longer than this convolver's history")
        self._newest = (self._newest - 1) % self._partitions
        spectrum = fft.rfft(np.concatenate([self._past, x], axis=1), axis=1)
        self._history[self._newest] = spectrum
        self._history[self._newest + self._partitions] = spectrum
        self._past = np.array(x, dtype=np.float32)

        if self._current is None:
            self._current = filters
        elif self._coming is None and filters is not self._current:
            self._coming = filters
            self._fade_hop = 0
        out = self._convolve(self._current)
        if self._coming is not None:
            out += _RISE[self._fade_hop] * (self._convolve(self._coming) - out)
            self._fade_hop += 1
            if self._fade_hop == len(_RISE):
                self._current, self._coming = self._coming, None
        return out

    def _convolve(self, filters: PartitionedFilters) -> np.ndarray:
        spectra = filters.spectra
        rows, active, _ = spectra.shape
        window = self._history[self._newest : self._newest + rows // self.inputs].reshape(rows, 1, _BINS)
        step = max(1, _AT_ONCE // (active * _BINS))
        product = (window[:step] * spectra[:step]).sum(axis=0)  # faster than einsum here
        for start in range(step, rows, step):
            product += (window[start : start + step] * spectra[start : start + step]).sum(axis=0)
        out = np.zeros((self.outputs, HOP), dtype=np.float32)
        out[:active] = fft.irfft(product, n=_FFT, axis=1)[:, HOP:]
        return out
