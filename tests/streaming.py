"""The contract of every streaming object, and how a package registers its own.

`tests/streaming_cases/<package>.py` holds ``CASES: dict[type, StreamingCase]`` for all classes of
`workbench.<package>` that have both `process` and `reset`; `tests/test_streaming_contract.py` fails on any
class that is missing there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class StreamingCase:
    """How to exercise one streaming class.

    make : builds a fresh object.
    inputs : given a random generator and a number of hops, the positional arguments of each `process` call.
    any_length : `process` takes any number of samples (last axis of its first argument), not just one hop.
    """

    make: Callable[[], Any]
    inputs: Callable[[np.random.Generator, int], list[tuple]]
    any_length: bool = False
    hops: int = 12


def arrays_in(value: Any) -> list[np.ndarray]:
    """All arrays (and numbers) in a result, in order."""
    if isinstance(value, np.ndarray):
        return [value]
    if is_dataclass(value) and not isinstance(value, type):
        return [array for item in fields(value) for array in arrays_in(getattr(value, item.name))]
    if isinstance(value, (tuple, list)):
        return [array for item in value for array in arrays_in(item)]
    if isinstance(value, (int, float, complex, np.generic)):
        return [np.asarray(value)]
    return []


def run(stream: Any, inputs: list[tuple]) -> list[list[np.ndarray]]:
    """Outputs of all calls, copied."""
    return [[array.copy() for array in arrays_in(stream.process(*call))] for call in inputs]


def assert_same(first: list[list[np.ndarray]], second: list[list[np.ndarray]]) -> None:
    """Bit for bit the same results."""
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
