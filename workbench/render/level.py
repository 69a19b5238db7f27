"""The level of a rendered file: as loud at the ears as plain stereo would be with the same programme, and with room for
what drivers need.

The filters themselves are as loud as plain stereo for a centre source with a pink spectrum. Real programmes differ from
that by up to 4 LU from design to design: bass that the filters leave alone counts more, and so do wide sources, which
a cancellation brings to one ear whole. A file is known before it is written, so its own loudness can be matched.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.signal import oaconvolve

from workbench.core.geometry import SpeakerLayout
from workbench.dsp.limiter import true_peak_dbtp
from workbench.dsp.loudness import integrated_lufs
from workbench.render.causal import audition_paths
from workbench.render.designs import plain_stereo

HEADROOM_DB = 12.0
"""What drivers are given over a programme's own peak: most of the boost that designs ask for."""
_MOST_DB = 12.0


def ears_lufs(layout: SpeakerLayout, drivers: np.ndarray, plant: str = "") -> float:
    """Loudness (BS.1770, integrated) of driver signals (drivers, N) at the listener's ears."""
    return integrated_lufs(oaconvolve(drivers[:, None], audition_paths(layout, plant=plant), axes=-1).sum(axis=0))


def plain_lufs(layout: SpeakerLayout, stereo: np.ndarray, plant: str = "") -> float:
    """Loudness of a stereo programme (2, N) at the ears, as plain stereo plays it."""
    return ears_lufs(layout, (plain_stereo(layout) @ stereo).astype(np.float32), plant)


def headroom_gain_db(stereo: np.ndarray, limit_dbtp: float) -> float:
    """What a programme (2, N) is turned down by, 0 or less, for `HEADROOM_DB` under the limit. It is the same for all
    designs, so that their files stay as loud as each other."""
    peak_dbtp = true_peak_dbtp(stereo)
    return 0.0 if not math.isfinite(peak_dbtp) else min(0.0, limit_dbtp - HEADROOM_DB - peak_dbtp)


def matching_gain_db(target_lufs: float, found_lufs: float) -> float:
    """Gain from one loudness to another, at most `_MOST_DB` either way; 0 where one of them is silence."""
    if not (math.isfinite(target_lufs) and math.isfinite(found_lufs)):
        return 0.0
    return min(max(target_lufs - found_lufs, -_MOST_DB), _MOST_DB)
