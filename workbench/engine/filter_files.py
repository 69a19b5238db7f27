"""The filters of a recording on disk, exact and small: `designs/N.npz`, numbered as they came into use.

A slider that is dragged brings a dozen designs a second, and in a room each has a megabyte of paths to the ears, of
which a drag changes nothing, or only the beginning. So taps are written once: an array that ends as one of an earlier
file does has only its first taps, and `NAME_rest` with the number of that file. What is written lies byte by byte, all
lowest bytes first and all highest last: signs and exponents of filters are much alike, and deflate finds that.

Files of version 1 of the journal have every array whole, as float32, and are read as well.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.errors import InputError
from workbench.dsp.beams import BeamFilters
from workbench.render.renderer import RenderFilters

Filters = BeamFilters | RenderFilters

ARRAYS = {"beam": ("fir",), "render": ("driver_fir", "audition_fir", "ears_fir")}
"""Taps are the last axis of each."""
REMEMBERED = 4
"""Arrays of each name that later ones are held against: those of two sides, with and without a room."""
KEPT = 12
"""Arrays that a reader keeps, for the files that refer to them."""
_DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, RuntimeError, MemoryError)
"""What numpy and zipfile find to say of a file that is not whole; and the two below."""


class FilterWriter:
    """Writes the filters of one recording; `folder` is made with the first of them."""

    def __init__(self, folder: str | Path):
        self._folder = Path(folder)
        self._count = 0
        self._whole: dict[str, deque[tuple[int, np.ndarray]]] = {}

    def save(self, filters: Filters) -> int:
        """Write filters; gives their number. Raises OSError."""
        kind = "beam" if isinstance(filters, BeamFilters) else "render"
        number = self._count + 1
        table: dict[str, Any] = {"kind": kind, **_figures(filters)}
        new: list[tuple[str, np.ndarray]] = []
        for name in ARRAYS[kind]:
            array = np.ascontiguousarray(getattr(filters, name), "<f4")
            own, rest = self._shortened(name, array)
            table[name] = _bytes_apart(array[..., :own])
            if rest:
                table[f"{name}_rest"] = rest
            else:
                new.append((name, array))
        self._folder.mkdir(exist_ok=True)
        np.savez_compressed(self._folder / f"{number}.npz", **table)
        # Only now is there a file to refer to.
        for name, array in new:
            self._whole.setdefault(name, deque(maxlen=REMEMBERED)).append((number, array))
        self._count = number
        return number

    def _shortened(self, name: str, array: np.ndarray) -> tuple[int, int]:
        """How many of its first taps an array needs of its own, and the number of the file with the others; or all of
        them, and 0, where no file spares half of them."""
        taps = array.shape[-1]
        found = taps, 0
        for number, before in reversed(self._whole.get(name, ())):
            if before.shape == array.shape:
                # As whole numbers: −0.0 is not 0.0 here, and what is no number is itself.
                differs = (before.view("<u4") != array.view("<u4")).reshape(-1, taps).any(axis=0)
                own = int(np.flatnonzero(differs)[-1]) + 1 if differs.any() else 0
                if own < found[0] and 2 * own <= taps:
                    found = own, number
        return found


class FilterReader:
    """Reads what a `FilterWriter` wrote into a folder, in any order."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self._kept: dict[tuple[int, str], np.ndarray] = {}

    def load(self, number: int) -> Filters:
        """The filters of a number. Raises InputError: a file is missing or damaged; the message says which."""
        with self._table(number) as table:
            kind = str(table["kind"])
            arrays = {name: self._array(table, number, name) for name in ARRAYS[kind]}
            if kind == "beam":
                return BeamFilters(
                    **arrays,
                    latency_samples=int(table["latency_samples"]),
                    steering_rad=float(table["steering_rad"]),
                    method=str(table["method"]),
                    nulls_rad=tuple(table["nulls_rad"].tolist()),
                )
            return RenderFilters(
                **arrays,
                latency_samples=int(table["latency_samples"]),
                audition_delay=int(table["audition_delay"]),
            )

    @contextmanager
    def _table(self, number: int) -> Iterator[Any]:
        path = self.folder / f"{int(number)}.npz"
        try:
            with np.load(path, allow_pickle=False) as table:
                yield table
        except InputError:  # of a file that this one refers to
            raise
        except (*_DAMAGE, zipfile.BadZipFile, zlib.error) as error:
            raise InputError(f"{path}: missing or damaged ({error})") from error

    def _array(self, table: Any, number: int, name: str) -> np.ndarray:
        own = _bytes_together(table[name])
        if f"{name}_rest" not in table:
            return self._keep((number, name), own)
        whole = self._whole(int(table[f"{name}_rest"]), name)
        taps = own.shape[-1]
        if own.shape[:-1] != whole.shape[:-1] or taps > whole.shape[-1]:
            raise ValueError(f"{name}: {own.shape} does not begin {whole.shape}")
        if taps == 0:
            return whole
        array = np.concatenate([own, whole[..., taps:]], axis=-1)
        array.setflags(write=False)
        return array

    def _whole(self, number: int, name: str) -> np.ndarray:
        """An array that another file refers to."""
        kept = self._kept.get((number, name))
        if kept is None:
            with self._table(number) as table:
                if f"{name}_rest" in table:
                    raise ValueError(f"{name} lies in {number}.npz no more than here")
                kept = _bytes_together(table[name])
        return self._keep((number, name), kept)

    def _keep(self, key: tuple[int, str], array: np.ndarray) -> np.ndarray:
        self._kept.pop(key, None)
        self._kept[key] = array
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]  # what was not used for longest
        return array


def _figures(filters: Filters) -> dict[str, Any]:
    if isinstance(filters, BeamFilters):
        return {
            "latency_samples": filters.latency_samples,
            "steering_rad": filters.steering_rad,
            "method": filters.method,
            "nulls_rad": np.array(filters.nulls_rad, float),
        }
    return {"latency_samples": filters.latency_samples, "audition_delay": filters.audition_delay}


def _bytes_apart(array: np.ndarray) -> np.ndarray:
    """(…, taps) float32 as (4, …, taps) uint8."""
    return np.moveaxis(np.ascontiguousarray(array)[..., None].view(np.uint8), -1, 0)


def _bytes_together(stored: np.ndarray) -> np.ndarray:
    """The opposite, read-only; what is float32 already, of version 1, stays."""
    if stored.dtype == np.uint8:
        if stored.ndim < 2 or stored.shape[0] != 4:
            raise ValueError(f"bytes of shape {stored.shape}")
        stored = np.ascontiguousarray(np.moveaxis(stored, 0, -1)).view("<f4")[..., 0]
    array = np.ascontiguousarray(stored, np.float32)
    array.setflags(write=False)
    return array
