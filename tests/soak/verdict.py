"""How a soak ends: one line with what was found, and an exit status that says whether it was good."""

from __future__ import annotations

from collections.abc import Sequence

GOOD, FAULT, NOT_JUDGED = "good", "FAULT", "not judged"
STATUS = {GOOD: 0, FAULT: 1, NOT_JUDGED: 3}
"""Not judged: the machine itself was too busy, so that nothing is said of the program."""


def verdict(found: str | bool, figures: str, faults: Sequence[str] = ()) -> int:
    """Print the faults one by one and the line; gives the exit status."""
    if not isinstance(found, str):  # a truth of numpy is no bool
        found = GOOD if found else FAULT
    for fault in faults:
        print(FAULT, fault)
    print(f"{found}: {figures}", flush=True)
    return STATUS[found]
