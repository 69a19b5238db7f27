"""The index of a journal gives what reading it whole gives, and costs little for a long one."""

import json
import random
import tracemalloc

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.engine.journal import EVENTS_NAME
from workbench.engine.journal_index import CHECKPOINT_EVERY, DECIDING, JournalIndex, Stopped

HEADER = {
    "earshot_session": 1, "rate_hz": 48000, "hop": 480, "input_channels": 2, "channels": 2, "limit": True,
    "compare": True, "latency": 1951,
}  # fmt: skip


def write(folder, lines):
    path = folder / EVENTS_NAME
    path.write_text("".join(json.dumps(line) + "\n" for line in [HEADER, *lines]), encoding="utf-8")
    return folder


def some_events(count, rng):
    """Settings, tracks and what else happens, as a session has them; tracks come late."""
    events = []
    for number in range(count):
        at = 480 * number
        kind = rng.choice(("params", "params", "params", "choice", "designs", "tracks", "steering_deg", "marker"))
        if kind == "params":
            side = {rng.choice(("enhance.strength_percent", "output.gain_db")): float(rng.randint(-9, 0))}
            events.append({"at": at, "params": [side, {}] if rng.random() < 0.5 else [{}, side]})
        elif kind == "choice":
            events.append({"at": at, "choice": {"shown": rng.randint(0, 1)}})
        elif kind == "designs":
            events.append({"at": at, "designs": [{"beam": number}, {"beam": number}]})
        elif kind == "tracks":
            events.append({"at": max(0, at - 24000), "tracks": [{"number": 1, "azimuth_deg": 10.0}]})
        elif kind == "marker":
            events.append({"at": at, "marker": f"note {number}"})
        else:
            events.append({"at": at, "steering_deg": 1.0 * number})
    return events


def slow_summary(events, sample):
    """Everything up to a sample, one after the other."""
    params, last = [{}, {}], {}
    for event in sorted(events, key=lambda event: event["at"]):
        if event["at"] > sample:
            break
        for side, values in zip(params, event.get("params", ())):
            side.update(values)
        last.update({kind: event[kind] for kind in DECIDING if kind in event and kind != "params"})
    return params, last


def test_any_sample_amounts_to_what_all_lines_before_it_say(tmp_path):
    rng = random.Random(1)
    events = some_events(4 * CHECKPOINT_EVERY, rng)
    index = JournalIndex(write(tmp_path, [*events, {"at": 10**6, "end": True, "lost": 0}])).build()
    assert index.complete and not index.lost and index.count == len(events) + 1
    for sample in [0, 479, 480, *(rng.randrange(480 * len(events)) for _ in range(60)), 10**9]:
        params, last = slow_summary(events, sample)
        merged = {kind: event[kind] for event in index.summary(sample) for kind in DECIDING if kind in event}
        assert [*merged.pop("params", []), {}, {}][:2] == params, sample
        assert merged == last, sample


def test_lines_come_in_the_order_of_their_sample_and_by_kind(tmp_path):
    events = some_events(300, random.Random(2))
    index = JournalIndex(write(tmp_path, events)).build()
    assert list(index.events()) == sorted(events, key=lambda event: event["at"])
    tracks = [event["at"] for event in events if "tracks" in event]
    np.testing.assert_array_equal(index.places("tracks"), sorted(tracks))
    inside = index.of_kind("marker", 480 * 50, 480 * 100)
    assert inside == [event for event in events if "marker" in event and 50 <= event["at"] / 480 < 100]
    few = index.of_kind("tracks", 0, 10**9, most=5)
    assert len(few) == 5 and few[0]["at"] == min(tracks) and few[-1]["at"] == max(tracks)
    after = list(index.deciding_after(480 * 200))
    assert after == [event for event in events if event["at"] > 480 * 200 and set(event) & set(DECIDING)]


def test_a_last_line_that_a_crash_cut_off_is_left_out(tmp_path):
    events = some_events(20, random.Random(3))
    write(tmp_path, events)
    for tail in ('{"at": 96', '{"at": 9600, "params": [{"ou', '{"at": 9600, "tracks": [{"numb'):
        with (tmp_path / EVENTS_NAME).open("a", encoding="utf-8") as file:
            file.write(tail)
        index = JournalIndex(tmp_path).build()
        assert index.count == len(events) and not index.complete
        write(tmp_path, events)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"at": 5, "params": [}\n', "line 2 is damaged"),
        ('{"at": 5, "marker": }\n', "line 2 is damaged"),
        ('{"marker": "x"}\n', "without its sample index"),
        ('{"at": 99999999999999999999999999, "marker": "x"}\n', "without its sample index"),
        ("[1]\n", "line 2 is damaged"),
    ],
)
def test_a_damaged_line_is_named_with_its_number(tmp_path, line, words):
    path = tmp_path / EVENTS_NAME
    path.write_text(json.dumps(HEADER) + "\n" + line + '{"at": 9, "gap": true}\n', encoding="utf-8")
    with pytest.raises(InputError, match=words):
        JournalIndex(tmp_path).build()


def test_twelve_hours_take_little_memory_and_can_be_given_up(tmp_path):
    """216,000 tracks and 20,000 settings: the arrays, and not the lines, stay in memory."""
    with (tmp_path / EVENTS_NAME).open("w", encoding="utf-8") as file:
        file.write(json.dumps(HEADER) + "\n")
        tracks = '"tracks": [{"number": 1, "azimuth_deg": 12.3, "confidence": 0.9, "distance_m": 1.2, "active": true}]'
        for number in range(12 * 3600 * 5):
            file.write(f'{{"at": {9600 * number}, {tracks}}}\n')
            if number % 11 == 0:
                file.write(f'{{"at": {9600 * number}, "params": [{{"output.gain_db": {-(number % 40)}.0}}, {{}}]}}\n')
    size = (tmp_path / EVENTS_NAME).stat().st_size
    told = []
    with pytest.raises(Stopped):
        JournalIndex(tmp_path).build(told.append, stopped=lambda: len(told) > 2)
    assert len(told) == 3 and 0 < told[0] < told[-1] < 1
    tracemalloc.start()
    index = JournalIndex(tmp_path).build()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert index.count == 216_000 + 19_637 and kept < size / 2
    middle = index.summary(9600 * 110_000)
    assert middle[0]["params"][0] == {"output.gain_db": -(110_000 % 40) * 1.0}
    assert len(index.of_kind("tracks", 0, 2**60, most=1500)) == 1500
