"""Files of the system, and what reads them many times a second."""

import sys

import pytest

from workbench.audio import device_signs
from workbench.core.system_files import text_of
from workbench.engine import meters, worker

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")


def test_text_is_told_whatever_it_is_made_of(tmp_path):
    (tmp_path / "comm").write_bytes(b"a name \xff\n")
    assert text_of(str(tmp_path / "comm")) == "a name \ufffd\n"
    with pytest.raises(OSError):
        text_of(str(tmp_path / "missing"))


@LINUX
def test_what_is_read_many_times_a_second_leaves_pythons_table_of_strings_alone(monkeypatch):
    """Each part of a path that pathlib interns and nobody keeps takes a new place in it: it grew by 0.9 MB at once."""
    interned = []
    plain = sys.intern
    monkeypatch.setattr(sys, "intern", lambda text: (interned.append(text), plain(text))[1])
    assert meters.memory_mb() > 10
    assert meters.process_age_s() > 0
    meters.stolen_s(), meters.stolen_by_core_s()
    assert meters.child_cpu_s() >= 0
    assert worker._short_of_breath()
    device_signs.signs()
    assert not interned
