"""Checkpoints: written beside the old one and renamed, so that neither a full disk nor a kill loses anything."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch

from workbench.core.errors import EarshotError, InputError

Network = TypeVar("Network", bound=torch.nn.Module)


def save(path: Path, data: dict) -> None:
    """Replace the checkpoint at `path` with `data`.

    Raises
    ------
    EarshotError
        It cannot be written; the old one is still there.
    """
    partial = None
    try:
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            torch.save(data, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException as error:
        if partial is not None and os.path.exists(partial):
            os.unlink(partial)
        if not isinstance(error, (OSError, RuntimeError)):  # torch reports a failed write as RuntimeError
            raise
        raise EarshotError(f"{path}: the checkpoint cannot be written ({error}); the last one is kept") from error


def load(path: Path) -> dict:
    """Read a checkpoint. Only tensors and plain data are accepted.

    Raises
    ------
    InputError
        Missing or damaged.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError(f"{path}: no such checkpoint; train without --resume first") from None
    except Exception as error:  # on bytes that are no checkpoint torch raises whatever its unpickler stumbles over
        raise InputError(f"{path}: not a checkpoint of this program ({error}); train without --resume") from error


def load_best(path: Path, make: Callable[[dict], Network], kind: str) -> tuple[Network, dict]:
    """The best network of a checkpoint or weights file, and all that the file says.

    Parameters
    ----------
    path : Path
    make : a network from the file's "config"
    kind : "enhancement" or "localization", for the message

    Raises
    ------
    InputError
        No such file, a damaged one, or one that has not been validated once.
    """
    state = load(path)
    try:
        network = make(state["config"])
        if not state["best_weights"]:
            raise InputError(f"{path}: stopped before its first validation; go on with --resume")
        network.load_state_dict({name: tensor.float() for name, tensor in state["best_weights"].items()})
    except (KeyError, TypeError, RuntimeError, AttributeError) as error:
        raise InputError(f"{path}: holds no {kind} network ({error})") from error
    return network, state


def halves(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights in half precision: small enough to keep, enough to start from."""
    return {name: tensor.half() for name, tensor in weights.items()}
