"""Every streaming class of the program keeps the contract; a class that nobody registered fails here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

from tests.streaming import arrays_in, assert_same, run
from workbench.dsp import kernel_loader

PACKAGES = ("dsp", "enhance", "localize", "render", "audio", "engine")


def _streaming_classes() -> list[type]:
    found = []
    for package_name in PACKAGES:
        package = importlib.import_module(f"workbench.{package_name}")
        for module_info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            module = importlib.import_module(module_info.name)
            for _, member in inspect.getmembers(module, inspect.isclass):
                streams = callable(getattr(member, "process", None)) and callable(getattr(member, "reset", None))
                abstract = inspect.isabstract(member) or getattr(member, "_is_protocol", False)
                if member.__module__ == module.__name__ and streams and not abstract:
                    found.append(member)
    return found


def _cases() -> dict:
    cases = {}
    for package_name in PACKAGES:
        try:
            module = importlib.import_module(f"tests.streaming_cases.{package_name}")
        except ModuleNotFoundError:
            continue
        cases.update(module.CASES)
    return cases


CLASSES = _streaming_classes()
CASES = _cases()


@pytest.fixture(scope="module", autouse=True)
def _one_arithmetic():
    """Compiled loops round otherwise than numpy: none may arrive, from another test's session, between two runs."""
    kernel_loader.load()


@pytest.fixture(params=CLASSES, ids=lambda cls: f"{cls.__module__.removeprefix('workbench.')}.{cls.__name__}")
def case(request):
    assert request.param in CASES, f"register {request.param} in tests/streaming_cases"
    return CASES[request.param]


def test_two_fresh_objects_agree(case):
    inputs = case.inputs(np.random.default_rng(1), case.hops)
    assert_same(run(case.make(), inputs), run(case.make(), inputs))


def test_reset_equals_a_fresh_object(case):
    inputs = case.inputs(np.random.default_rng(1), case.hops)
    used = case.make()
    run(used, case.inputs(np.random.default_rng(2), case.hops))
    used.reset()
    assert_same(run(used, inputs), run(case.make(), inputs))


def test_returned_arrays_are_the_callers_to_keep(case):
    stream = case.make()
    results = [arrays_in(stream.process(*call)) for call in case.inputs(np.random.default_rng(1), case.hops)]
    kept = run(case.make(), case.inputs(np.random.default_rng(1), case.hops))
    assert_same(results, kept)


def test_input_is_not_changed(case):
    inputs = case.inputs(np.random.default_rng(1), case.hops)
    untouched = case.inputs(np.random.default_rng(1), case.hops)
    run(case.make(), inputs)
    assert_same([arrays_in(list(call)) for call in inputs], [arrays_in(list(call)) for call in untouched])


def test_any_chunking_gives_the_same_samples(case):
    if not case.any_length:
        pytest.skip("takes exactly one hop")
    inputs = case.inputs(np.random.default_rng(1), case.hops)
    whole = np.concatenate([call[0] for call in inputs], axis=-1)
    rest = inputs[0][1:]

    def joined(lengths):
        stream, position, pieces = case.make(), 0, []
        for length in lengths:
            pieces.append(arrays_in(stream.process(whole[..., position : position + length], *rest))[0])
            position += length
        assert position == whole.shape[-1]
        return np.concatenate(pieces, axis=-1)

    total = whole.shape[-1]
    uneven = np.diff(np.unique(np.r_[0, np.random.default_rng(3).integers(1, total, 17), total]))
    np.testing.assert_array_equal(joined([total]), joined(uneven))
