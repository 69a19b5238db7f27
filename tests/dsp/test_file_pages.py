"""Pages of a library that nobody needs go back to the system, and what it does stays the same."""

import subprocess
import sys

import pytest

from workbench.dsp.file_pages import unchanged

SMAPS = """\
7f0000000000-7f0000300000 r--p 00000000 08:01 17                         /opt/my env/libllvmlite.so
Rss:                3072 kB
Private_Clean:      3072 kB
Private_Dirty:         0 kB
VmFlags: rd mr mw me
7f0000300000-7f0005000000 r-xp 00300000 08:01 17                         /opt/my env/libllvmlite.so
Private_Dirty:         0 kB
7f0005000000-7f0005100000 r--p 05000000 08:01 17                         /opt/my env/libllvmlite.so
Private_Dirty:      1024 kB
7f0005100000-7f0005200000 rw-p 05100000 08:01 17                         /opt/my env/libllvmlite.so
Private_Dirty:         0 kB
7f0005200000-7f0005300000 rw-p 00000000 00:00 0
Private_Dirty:         0 kB
7f0006000000-7f0006100000 r-xp 00000000 08:01 18                         /usr/lib/libc.so.6
Private_Dirty:         0 kB
7f0006200000-7f0006300000 r--p 00000000 00:00 0                          [vvar]
Private_Dirty:         0 kB
"""


def test_only_what_is_read_and_as_in_the_file_is_told():
    found = [(0x7F0000000000, 0x7F0000300000), (0x7F0000300000, 0x7F0005000000)]
    assert list(unchanged(SMAPS, "libllvmlite")) == found
    assert list(unchanged(SMAPS, "libc")) == [(0x7F0006000000, 0x7F0006100000)]
    assert list(unchanged(SMAPS, "nothing")) == []


LLVM = """
import numpy as np
from pathlib import Path
from workbench.dsp import kernel_loader, file_pages, loop_trial
def resident_mb():
    total, mine = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            mine = len(words) > 5 and "libllvmlite" in words[5]
        elif mine and words[0] == "Rss:":
            total += int(words[1]) / 1024
    return total
import numba
file_pages_give_back, file_pages.give_back = file_pages.give_back, lambda name: None
loops = kernel_loader.by_numba()
before, ours = resident_mb(), loop_trial.samples(loops)[1]
file_pages_give_back("libllvmlite")
after, again = resident_mb(), loop_trial.samples(loops)[1]
another = numba.njit(lambda x: x + 1)(2)
print(before > 20, after < before / 4, all(a.tobytes() == b.tobytes() for a, b in zip(ours, again)), another == 3)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is Linux that tells and takes them")
def test_llvm_goes_back_and_compiles_on():
    done = subprocess.run([sys.executable, "-c", LLVM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 4
