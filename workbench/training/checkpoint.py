"""Checkpoints: written beside the old one and renamed, so that neither a full disk nor a kill loses anything."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import torch

from workbench.core.errors import EarshotError, InputError


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
