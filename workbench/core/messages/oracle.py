"""The oracle ladder over an excerpt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ORACLE_RUNGS = ("magnitude", "bands", "comb", "postfilter")
"""What the oracle ladder can give from the clean signal, from the most it knows downwards; `workbench.enhance.ladder`
says what each is."""


@dataclass(frozen=True, slots=True, eq=False)
class OracleRung:
    """One rung of the oracle ladder over an excerpt: `name` is "noisy", one of `ORACLE_RUNGS`, or "network".

    `columns_dbfs` (T, B) float32 are its spectrum columns, one a hop; scores against the clean signal are NaN when
    unknown.
    """

    name: str
    columns_dbfs: np.ndarray
    si_sdr_db: float
    stoi: float


@dataclass(frozen=True, slots=True, eq=False)
class OracleExcerpt:
    """A few seconds of sound on all rungs. `number` counts excerpts, `method` names the enhancer on the last rung."""

    number: int
    method: str
    duration_s: float
    bin_hz: float
    rungs: tuple[OracleRung, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OracleReport:
    """The oracle ladder now: `state` is "" at rest, "listening" before there is enough sound, or "measuring"."""

    state: str = ""
    excerpt: OracleExcerpt | None = None
