"""Localization of whole recordings, where the future is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import Localization
from workbench.core.params import LocalizeParams
from workbench.dsp.bands import HOP, RATE_HZ
from workbench.localize.localizer import Localizer
from workbench.localize.sources import Source, sources_by_frame


def updates(
    samples: np.ndarray, array: MicrophoneArray, params: LocalizeParams, localizer: Localizer | None = None
) -> Iterator[Localization]:
    """The localizer's updates over a recording (mics, n) float32 at 48 kHz, as they would come live."""
    localizer = Localizer(array) if localizer is None else localizer
    for start in range(0, samples.shape[1] - HOP + 1, HOP):
        update = localizer.process(samples[:, start : start + HOP], start / RATE_HZ, params)
        if update is not None:
            yield update


def localize_recording(
    samples: np.ndarray, array: MicrophoneArray, params: LocalizeParams, localizer: Localizer | None = None
) -> tuple[list[Localization], list[tuple[Source, ...]]]:
    """All updates of a recording, and the talkers heard in each, told in hindsight (`sources_by_frame`)."""
    frames = list(updates(samples, array, params, localizer))
    return frames, sources_by_frame(frames, params.track_birth_s)
