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


FAULTS = """
import numpy as np, resource, sys
from workbench.engine import memory
memory.settle()
def faults():
    for _ in range(200):
        first = np.ones(75_000)
        second = first + 1
        del first, second
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(-faults() + faults())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own")
def test_arrays_that_come_and_go_do_not_cost_their_pages_each_time():
    """600 KB are 146 pages: 400 arrays would fault 58,000 times where freed memory went back at once."""
    found = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 2000
