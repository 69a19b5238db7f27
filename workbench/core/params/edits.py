"""A tree with some of its values changed: all of them are checked before any is taken."""

from __future__ import annotations

import dataclasses
from typing import Any

from workbench.core.errors import InputError
from workbench.core.params.knob import Value
from workbench.core.params.tree import Params
from workbench.core.params.values import check


def replace(params: Params, values: dict[str, Any]) -> Params:
    """A new tree with the given paths changed; all are checked before any is applied.

    Raises
    ------
    InputError
        Any path or value is not valid. `params` stays as it is.
    """
    groups: dict[str, dict[str, Value]] = {}
    for path, value in values.items():
        checked = check(path, value)
        group, leaf = path.split(".")
        groups.setdefault(group, {})[leaf] = checked
    changed = {name: dataclasses.replace(getattr(params, name), **leaves) for name, leaves in groups.items()}
    return dataclasses.replace(params, **changed)


def from_dict(table: dict[str, Any], base: Params | None = None) -> Params:
    """Read a nested dictionary over `base` (defaults if None).

    Raises
    ------
    InputError
        Unknown key, wrong type or out of range.
    """
    flat: dict[str, Any] = {}
    for group, leaves in table.items():
        if not isinstance(leaves, dict):
            raise InputError(f"{group}: expected a group of parameters")
        for leaf, value in leaves.items():
            flat[f"{group}.{leaf}"] = value
    return replace(base or Params(), flat)
