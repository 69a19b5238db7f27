"""How large everything is drawn, 100 to 300 %: chosen in the menu, in force from the next start.

Qt multiplies every length by one factor that it reads once, before the first window (QT_SCALE_FACTOR).
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

CHOICES_PERCENT = (100, 125, 150, 175, 200, 250, 300)
STORED = "scale_percent"
VARIABLE = "QT_SCALE_FACTOR"


def held_percent(value: object) -> int:
    """A stored or typed scale as a whole percentage between 100 and 300; 100 for what makes no sense."""
    try:
        percent = round(float(str(value).strip().removesuffix("%")))
    except ValueError:
        return CHOICES_PERCENT[0]
    return min(max(percent, CHOICES_PERCENT[0]), CHOICES_PERCENT[-1])


def use_scale(percent: int, environment: MutableMapping[str, str] | None = None) -> None:
    """Have Qt draw at this scale; to be called before the application is made. The desktop's own scale stays on top."""
    environment = os.environ if environment is None else environment
    if percent != CHOICES_PERCENT[0]:
        environment[VARIABLE] = f"{percent / 100:g}"
