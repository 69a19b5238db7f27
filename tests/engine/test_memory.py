"""Freed memory goes back to the system."""

import subprocess
import sys

import pytest

SCRIPT = """
import numpy as np, sys
from workbench.engine import memory
from workbench.engine.meters import memory_mb
if sys.argv[1] == "settle":
    memory.settle()
for _ in range(3):  # unsettled, glibc learns from the first ones freed to keep them
    pieces = [np.ones(2_000_000 // 8) for _ in range(40)]
    between = np.ones(1000)
    del pieces
before = memory_mb()
small = [np.ones(10_000) for _ in range(1000)]
kept = small[::100]
del small
held = memory_mb()
memory.give_back()
print(before, held, memory_mb())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own")
def test_large_pieces_go_back_at_once_and_small_ones_on_demand():
    def run(how):
        found = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
        return map(float, found.stdout.split())

    large, held, after = run("settle")
    assert held - after > 40  # 80 MB in small pieces, of which a hundredth is kept at scattered places
    unsettled, _, _ = run("leave")
    assert large <= unsettled + 5
