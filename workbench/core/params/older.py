"""What older versions meant by parameters that they did not have: what has come since does not act in their files."""

from __future__ import annotations

from typing import Any

FIRST_RENDER = frozenset(
    {
        "enabled",
        "method",
        "place_deg",
        "cancellation_db",
        "boost_limit_db",
        "virtual_deg",
        "audition",
        "limit_dbtp",
    }
)
"""All of the group `render` at first. The program writes groups whole, so a file that has these and not the later ones
was written before those were there; a person who writes a few lines by hand means today's defaults by the rest."""

SINCE = {"droop_db": 0.0, "upmix": False, "beam_shift_us": 0.0}
"""What came to `render` since, and the value with which all is as it was before."""


def as_meant_then(table: dict[str, Any]) -> dict[str, Any]:
    """Groups of parameters as they were read, with what their version meant by leaving out; a new dictionary.

    `table` is the nested dictionary of `from_dict`, not yet checked.
    """
    render = table.get("render")
    if not isinstance(render, dict):
        return table
    filled = dict(render)
    if render.keys() >= FIRST_RENDER:
        filled = SINCE | filled
    if "region_weight" in render and render.get("region_cm") == 0:
        filled.setdefault("region_size_percent", 0.0)  # then, other heads counted only beside other places
    return table | {"render": filled}
