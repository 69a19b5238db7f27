from functools import lru_cache

import numpy as np

from workbench.core.content import Content


def test_equal_arrays_are_one_key_and_others_are_not():
    numbers = np.arange(6.0).reshape(2, 3)
    key = Content(numbers)
    assert key == Content(numbers.copy()) and hash(key) == hash(Content(numbers[:, ::-1][:, ::-1]))
    for other in (numbers.reshape(3, 2), numbers.astype(np.float32), numbers + np.spacing(1.0), numbers.ravel()):
        assert key != Content(other)
    assert key != numbers.tobytes()


def test_a_cache_computes_once_for_equal_arrays():
    asked = []

    @lru_cache(maxsize=1)
    def total(content: Content) -> float:
        asked.append(content)
        return float(content.array.sum())

    first = np.arange(4.0)
    assert total(Content(first)) == total(Content(first.copy())) == 6.0
    assert len(asked) == 1
    assert total(Content(first + 1)) == 10.0 and len(asked) == 2
